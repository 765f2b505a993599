"""One address for all the ways a page is linked."""

from __future__ import annotations

import base64

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.stories.urls import MAX_LENGTH, canonical_host, canonical_url

PAGE = "https://tengrinews.kz/news/vzryv-481"

SAME_PAGE = {
    "http": "http://tengrinews.kz/news/vzryv-481",
    "capitals in scheme and host": "HTTPS://TengriNews.KZ/news/vzryv-481",
    "www": "https://www.tengrinews.kz/news/vzryv-481",
    "mobile host": "https://m.tengrinews.kz/news/vzryv-481",
    "mobile host behind www": "https://www.m.tengrinews.kz/news/vzryv-481",
    "amp host": "https://amp.tengrinews.kz/news/vzryv-481",
    "amp at the end": "https://tengrinews.kz/news/vzryv-481/amp/",
    "amp at the beginning": "https://tengrinews.kz/amp/news/vzryv-481",
    "amp in the middle": "https://tengrinews.kz/news/amp/vzryv-481",
    "amp suffix": "https://tengrinews.kz/news/vzryv-481.amp",
    "amp parameter": "https://tengrinews.kz/news/vzryv-481?amp=1",
    "amp parameter alone": "https://tengrinews.kz/news/vzryv-481?amp",
    "amp output": "https://tengrinews.kz/news/vzryv-481?outputType=amp",
    "trailing slash": "https://tengrinews.kz/news/vzryv-481/",
    "empty segments": "https://tengrinews.kz//news///vzryv-481",
    "dot segments": "https://tengrinews.kz/kk/../news/./vzryv-481",
    "fragment": "https://tengrinews.kz/news/vzryv-481#comments",
    "default port": "https://tengrinews.kz:443/news/vzryv-481",
    "default port of http": "http://tengrinews.kz:80/news/vzryv-481",
    "dot after the host": "https://tengrinews.kz./news/vzryv-481",
    "user": "https://reader:secret@tengrinews.kz/news/vzryv-481",
    "needless escapes": "https://tengrinews.kz/%6eews/vzryv%2D481",
    "campaign": PAGE + "?utm_source=rss&utm_medium=feed&UTM_Campaign=x",
    "click ids": PAGE + "?fbclid=1&gclid=2&yclid=3&msclkid=4",
    "a feed's mark": PAGE + "?from=rss",
    "session": PAGE + ";jsessionid=0A1B2C",
    "white space around": f"  {PAGE}\n",
    "control characters": "https://tengrinews.kz/news/\x00vzryv\t-481",
}


@pytest.mark.parametrize("url", SAME_PAGE.values(), ids=SAME_PAGE)
def test_every_way_to_link_a_page_is_one_address(url: str) -> None:
    assert canonical_url(url) == PAGE


INNER = {
    "google": "https://www.google.com/url?sa=t&url=https%3A%2F%2Ftengrinews.kz%2Fnews%2Fvzryv-481",
    "google with q": f"https://www.google.com/url?q={PAGE}&sa=D",
    "facebook": "https://l.facebook.com/l.php?u=https%3A%2F%2Ftengrinews.kz%2Fnews%2Fvzryv-481"
    "%3Ffbclid%3Dabc&h=AT0",
    "vk": f"https://vk.com/away.php?to={PAGE}",
    "an aggregator": f"https://aggregator.example/go?id=7&link={PAGE}",
    "a site's own counter": "https://tengrinews.kz/click?url=https://tengrinews.kz/news/vzryv-481",
    "duckduckgo": "https://duckduckgo.com/l/?uddg=https%3A%2F%2Ftengrinews.kz%2Fnews%2Fvzryv-481",
    "google amp": "https://www.google.com/amp/s/tengrinews.kz/news/vzryv-481",
    "google amp elsewhere": "https://www.google.kz/amp/tengrinews.kz/amp/news/vzryv-481",
    "amp cache": "https://tengrinews-kz.cdn.ampproject.org/c/s/tengrinews.kz/news/vzryv-481?amp=1",
    "archive": f"https://web.archive.org/web/20260406090000/{PAGE}",
    "yahoo": "https://r.search.yahoo.com/_ylt=A0/RU=https%3a%2f%2ftengrinews.kz%2fnews%2fvzryv-481"
    "/RK=2/RS=x-",
    "query that is a link": f"https://href.li/?{PAGE}",
    "google news, older": "https://news.google.com/rss/articles/"
    + base64.urlsafe_b64encode(b"\x08\x13\x22\x24" + PAGE.encode() + b"\xd2\x01\x00").decode()
    + "?oc=5",
    "two redirectors": "https://www.google.com/url?url=https%3A%2F%2Fvk.com%2Faway.php%3Fto%3D"
    "https%253A%252F%252Ftengrinews.kz%252Fnews%252Fvzryv-481",
}


@pytest.mark.parametrize("url", INNER.values(), ids=INNER)
def test_a_redirectors_inner_link_is_the_page(url: str) -> None:
    assert canonical_url(url) == PAGE


DIFFERENT = {
    "path": ("https://vlast.kz/novosti/1", "https://vlast.kz/novosti/2"),
    "capitals in the path": ("https://vlast.kz/A", "https://vlast.kz/a"),
    "parameter": ("https://vlast.kz/?p=1", "https://vlast.kz/?p=2"),
    "language host": ("https://kaz.tengrinews.kz/1", "https://tengrinews.kz/1"),
    "port": ("https://vlast.kz:8080/1", "https://vlast.kz/1"),
    "page": ("https://vlast.kz/news?page=2", "https://vlast.kz/news"),
    "a place called amp": ("https://vlast.kz/amp", "https://vlast.kz/"),
    "escaped slash": ("https://vlast.kz/a%2Fb", "https://vlast.kz/a/b"),
    "a date after from": ("https://vlast.kz/x?from=2026-04-06", "https://vlast.kz/x"),
}


@pytest.mark.parametrize(("one", "other"), DIFFERENT.values(), ids=DIFFERENT)
def test_two_pages_stay_two(one: str, other: str) -> None:
    assert canonical_url(one) != canonical_url(other)


FORMS = {
    "parameters are sorted": ("https://a.kz/x?b=2&a=1", "https://a.kz/x?a=1&b=2"),
    "plus is a space": ("https://a.kz/x?q=oil+gas", "https://a.kz/x?q=oil%20gas"),
    "cyrillic path": ("https://a.kz/жаңа", "https://a.kz/%D0%B6%D0%B0%D2%A3%D0%B0"),
    "escapes in capitals": ("https://a.kz/%d0%b6", "https://a.kz/%D0%B6"),
    "cyrillic host": ("https://Пример.ҚАЗ/1", "https://xn--e1afmkfd.xn--80ao21a/1"),
    "host in punycode": (
        "https://xn--e1afmkfd.xn--80ao21a/1",
        "https://xn--e1afmkfd.xn--80ao21a/1",
    ),
    "bare parameter": ("https://a.kz/index.php?12345", "https://a.kz/?12345"),
    "stray percent sign": ("https://a.kz/100%", "https://a.kz/100%25"),
    "root": ("http://www.a.kz", "https://a.kz/"),
    "a domain called m": ("https://m.kz/1", "https://m.kz/1"),
    "address": ("http://127.0.0.1:8081/feed", "https://127.0.0.1:8081/feed"),
    "IPv6": ("http://[0:0::1]/feed", "https://[::1]/feed"),
    "half a surrogate pair": ("https://a.kz/\ud800", "https://a.kz/%3F"),
    "an inner link that is none": ("https://a.kz/go?url=https://", "https://a.kz/go?url=https://"),
}


@pytest.mark.parametrize(("url", "expected"), FORMS.values(), ids=FORMS)
def test_the_form_is_fixed(url: str, expected: str) -> None:
    assert canonical_url(url) == expected


NO_ADDRESS = {
    "nothing": "",
    "word": "news",
    "mail": "mailto:editor@a.kz",
    "script": "javascript:alert(1)",
    "file": "file:///etc/passwd",
    "no scheme": "//a.kz/1",
    "no host": "https:///1",
    "bad port": "https://a.kz:99999/",
    "bad IPv6": "https://[::1/",
    "a label over 63 characters": f"https://{'a' * 64}.kz/",
    "empty label": "https://a..kz/",
    "endless": "https://a.kz/" + "x" * MAX_LENGTH,
    "endless once escaped": "https://a.kz/" + "ж" * 1000,
    "redirectors without end": "https://a.kz/go?url=" * 100 + PAGE,
}


@pytest.mark.parametrize("url", NO_ADDRESS.values(), ids=NO_ADDRESS)
def test_what_is_no_address_is_no_key(url: str) -> None:
    assert canonical_url(url) == ""


PIECES = st.sampled_from([*"/?&=%.#:;@+[]x9ж", "https://", "http:/", "www.", "m.", "a.kz", "amp"])
PARTS = st.sampled_from(["url=", "u=", "go", "..", "index.html", ".amp", "utm_x=1", "ref"])
ESCAPES = st.sampled_from(["%2F", "%25", "%d0", "%3A", "https%3A%2F%2F"])
URLS = st.lists(PIECES | PARTS | ESCAPES, max_size=14).map(
    lambda parts: "https://" + "".join(parts)
)


@given(st.text() | URLS)
@example("https://a.kz/%68ttps://b.kz/1")
@example("https://a.kz/x.amp.amp")
@example("https://a.kz/amp/index.html/index.php")
@example("https://a.kz/go?url=https%3A%2F%2Fb.kz%2F%D0%B6%3Fx%3D%25")
def test_the_canonical_form_of_a_canonical_form_is_itself(url: str) -> None:
    once = canonical_url(url)
    assert canonical_url(once) == once
    assert once.isascii()
    assert len(once) <= MAX_LENGTH
    assert once == "" or once.startswith("https://")


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://www.Tengrinews.kz/news.rss", "tengrinews.kz"),
        ("http://127.0.0.1:8081/vlast/feed.xml", "127.0.0.1:8081"),
        ("nothing", ""),
    ],
)
def test_the_host_tells_whose_page_it_is(url: str, host: str) -> None:
    assert canonical_host(url) == host
