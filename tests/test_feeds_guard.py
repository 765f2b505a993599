"""Which addresses may be fetched, by their spelling and by what they resolve to."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.feeds.guard import Refusal, is_public, vet_addresses, vet_form, vet_url

PUBLIC = ["1.1.1.1", "93.184.216.34", "172.15.0.1", "172.32.0.1", "192.0.1.1", "223.255.255.255"]
PUBLIC += ["2606:4700::1111", "2a00:1450::200e", "2400:cb00::1", "::ffff:93.184.216.34"]
_INSIDE = """
0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.255 127.0.0.1 127.255.255.254
169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.8 192.0.0.170 192.0.2.1 192.88.99.1 192.168.1.1
198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.9 224.0.0.1 239.255.255.250 240.0.0.1
255.255.255.255 :: ::1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254
::ffff:0:127.0.0.1 64:ff9b::7f00:1 64:ff9b::808:808 64:ff9b:1::a00:1 100::1 2001::1
2001:0:7f00:1::1 2001:2::1 2001:10::1 2001:20::1 2001:db8::1 2002:7f00:1::1 2002:808:808::1
3fff::1 5f00::1 fc00::1 fd12:3456::1 fe80::1 fe80::1%eth0 fec0::1 ff02::1 2606:4700::1%eth0
"""
NOT_PUBLIC = _INSIDE.split()


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_public_internet_is_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_an_address_that_leads_inside_is_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_in_ipv6_clothes_is_judged_as_what_it_is(address: IPv4Address) -> None:
    mapped = IPv6Address(f"::ffff:{address}")
    assert is_public(mapped) == is_public(address)


@given(st.ip_addresses())
def test_what_python_calls_private_is_never_public(address: IPv4Address | IPv6Address) -> None:
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    if mapped is None and (address.is_private or address.is_multicast or address.is_reserved):
        assert not is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/feed",
        "http://example.org:8080/feed?a=1&b=2",
        "https://EXAMPLE.org./rss",
        "https://93.184.216.34/feed",
        "https://[2606:4700::1111]/feed",
        "https://қазақстан.қаз/rss",
        "https://feeds.xn--80ao21a.kz/rss",
        "https://0x.org/feed",
        "https://4chan.example.org/feed",
        "http://example.org/a@b",
    ],
)
def test_an_ordinary_address_may_be_asked_for(url: str) -> None:
    assert vet_url(url, frozenset()) is None


REFUSED_FORMS = [
    # no http, or no host
    "",
    "example.org/feed",
    "//example.org/feed",
    "ftp://example.org/feed",
    "file:///etc/passwd",
    "file://localhost/etc/passwd",
    "gopher://example.org:70/_x",
    "javascript:alert(1)",
    "data:text/xml,<rss/>",
    "http://",
    "http:///feed",
    "http://:80/feed",
    "https://example.org:0/",
    "https://example.org:99999/",
    "https://example.org:port/",
    # a host that is not the one it seems to be
    "https://user@example.org/",
    "https://user:word@example.org/",
    "https://example.org@127.0.0.1/",
    "http://example.org\\@127.0.0.1/",
    "http://127.0.0.1\\.example.org/",
    "http://exa mple.org/",
    " http://example.org/",
    "http://example.org/\r\nHost: x",
    "http://127.0.0.1\t.example.org/",
    "http://\u00a0example.org/",
    "http://example.org%2f@127.0.0.1/",
    "http://127.0.0.1%00.example.org/",
    "http://%31%32%37.0.0.1/",
    "http://[::1/",
    "http://[fe80::1%25eth0]/",
    "http://[v1.fe80]/",
    # numbers
    "http://127.0.0.1/",
    "http://127.0.0.1./",
    "http://127.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.0.0.1/",
    "http://0X7F.1/",
    "http://017700000001/",
    "http://0177.0.0.1/",
    "http://127.0.0.0x1/",
    "http://0/",
    "http://0x/",
    "http://256.256.256.256/",
    "http://1.1.1.1.1/",
    "http://example.127/",
    "http://①②⑦.⓪.⓪.①/",
    "http://１２７.0.0.1/",
    "http://127。0。0。1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://10.1.2.3/",
    "http://[::]/",
    "http://[::1]/",
    "http://[0:0:0:0:0:0:0:1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[fd00::1]/",
    # names inside
    "http://localhost/",
    "http://LOCALHOST:8080/",
    "http://localhost./",
    "http://feed.localhost/",
    "http://printer.local/",
    "http://metadata.google.internal/",
    "http://router.lan/",
    "http://nas.home.arpa/",
    "http://intranet/",
    "http://com/",
    "http://" + "a" * 70 + ".қаз/",
    "http://example.org/" + "a" * 5000,
]


@pytest.mark.parametrize("url", REFUSED_FORMS)
def test_an_address_that_leads_inside_or_astray_is_refused_by_its_spelling(url: str) -> None:
    refusal = vet_url(url, frozenset())
    assert isinstance(refusal, Refusal)
    assert refusal.why


@given(st.text())
def test_no_text_breaks_the_guard(url: str) -> None:
    for text in (url, "http://" + url, "http://[" + url):
        vet_url(text, frozenset())


def test_an_allowed_host_may_be_private_and_only_that_one() -> None:
    allowed = frozenset({"127.0.0.1", "feeds.lan", "::1"})
    for url in ("http://127.0.0.1:1/", "http://FEEDS.lan./x", "http://[::1]/"):
        assert vet_url(url, allowed) is None
    for url in ("http://127.0.0.2/", "http://a.feeds.lan/", "http://user@feeds.lan/"):
        assert vet_url(url, allowed) is not None


def test_one_private_address_among_public_ones_refuses_the_name() -> None:
    assert vet_addresses("a.example", ["93.184.216.34", "2606:4700::1111"], frozenset()) is None
    refusal = vet_addresses("a.example", ["93.184.216.34", "10.0.0.1"], frozenset())
    assert refusal is not None
    assert "10.0.0.1" in refusal.why
    assert vet_addresses("a.example", ["nonsense"], frozenset()) is not None
    assert vet_addresses("A.example.", ["10.0.0.1"], frozenset({"a.example"})) is None


def test_a_good_form_gives_its_parts() -> None:
    parts = vet_form("https://example.org:444/feed?x=1")
    assert not isinstance(parts, Refusal)
    assert (parts.hostname, parts.port, parts.path) == ("example.org", 444, "/feed")
