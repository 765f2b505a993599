"""News sitemaps → entries; whole documents lie in corpora/feeds as sitemap*.xml."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.feeds.readers.document import parse_document
from bot.feeds.readers.sitemap import MAX_ENTRIES
from bot.feeds.readers.wire import pack_answer
from bot.model import ParsedFeed, ParseFailed, ParseOutcome

SPACES = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
    'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
)
BEGIN, END = f"<urlset {SPACES}>", "</urlset>"


def page(title: str, date: str = "2026-03-02T09:00:00Z") -> str:
    return (
        f"<url><loc>https://a.example/{title}</loc><news:news><news:title>{title}</news:title>"
        f"<news:publication_date>{date}</news:publication_date></news:news></url>"
    )


def titles(outcome: ParseOutcome) -> list[str]:
    assert isinstance(outcome, ParsedFeed), outcome
    return [entry.title for entry in outcome.entries]


def failure(outcome: ParseOutcome) -> str:
    assert isinstance(outcome, ParseFailed), outcome
    assert outcome.cause == "not_a_feed"
    return outcome.detail


def test_a_sitemap_of_a_quiet_day_is_a_feed_without_entries() -> None:
    assert parse_document(f"{BEGIN}{END}".encode()) == ParsedFeed("", "", ())


def test_only_so_many_entries_are_taken() -> None:
    pages = "".join(page(str(number)) for number in range(MAX_ENTRIES + 5))
    found = titles(parse_document(f"{BEGIN}{pages}{END}".encode()))
    assert found == [str(number) for number in range(MAX_ENTRIES)]


def test_pages_without_news_do_not_use_up_the_entries() -> None:
    pages = "<url><loc>https://a.example/</loc></url>" * MAX_ENTRIES
    assert titles(parse_document(f"{BEGIN}{pages}{page('Бір')}{END}".encode())) == ["Бір"]


def test_what_breaks_off_keeps_the_entries_that_are_whole() -> None:
    document = f"{BEGIN}{page('Бір')}{page('Екі')}"[:-30]
    assert titles(parse_document(document.encode())) == ["Бір"]


def test_what_is_broken_before_the_first_entry_is_said_to_be() -> None:
    assert "it is broken (" in failure(parse_document(f"{BEGIN}<url></loc>".encode()))


def test_an_index_is_named_as_one_however_little_it_lists() -> None:
    for listed in ("", "<sitemap/>", "<sitemap><loc>ftp://a.example/x.xml</loc></sitemap>", "<"):
        document = f"<sitemapindex {SPACES}>{listed}</sitemapindex>"
        assert failure(parse_document(document.encode())) == (
            "a sitemap index, which only lists sitemaps"
        )


def test_the_protocols_name_space_is_whatever_the_root_has() -> None:
    for space in ("", 'xmlns="http://www.sitemaps.example/schemas/0.84"'):
        news = 'xmlns:news="https://news.example/schemas/sitemap-news/1.0"'
        document = f"<urlset {space} {news}>{page('t')}</urlset>"
        outcome = parse_document(document.encode())
        assert titles(outcome) == ["t"]


def test_a_date_without_a_zone_is_the_newsrooms() -> None:
    document = f"{BEGIN}{page('t', '2026-03-02T14:00')}{END}"
    outcome = parse_document(document.encode(), timezone="Asia/Almaty")
    assert isinstance(outcome, ParsedFeed)
    assert outcome.entries[0].published == datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9))
REFUSED = {
    "laughs by the billion": (f'[<!ENTITY l0 "ha">{LAUGHS}]', "&l8;"),
    "a file": (f'[<!ENTITY x SYSTEM "{Path(__file__).as_uri()}">]', "&x;"),
    "a parameter": ('[<!ENTITY % x SYSTEM "http://127.0.0.1:1/x.dtd"> %x;]', "t"),
}


@pytest.mark.parametrize(("subset", "title"), REFUSED.values(), ids=REFUSED)
def test_entities_of_its_own_are_refused(subset: str, title: str) -> None:
    document = f"<!DOCTYPE urlset {subset}>{BEGIN}{page(title)}{END}"
    assert "declares entities" in failure(parse_document(document.encode()))


def test_a_document_type_elsewhere_is_not_fetched() -> None:
    document = f'<!DOCTYPE urlset SYSTEM "http://127.0.0.1:1/x.dtd">{BEGIN}{page("t")}{END}'
    assert titles(parse_document(document.encode())) == ["t"]


def test_a_feed_that_speaks_of_sitemaps_stays_a_feed() -> None:
    document = (
        f"<!-- {BEGIN} --><rss version='2.0'><channel><item><title>t</title>"
        f"<description><![CDATA[{BEGIN}]]></description></item></channel></rss>"
    )
    assert titles(parse_document(document.encode())) == ["t"]


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(body: bytes) -> None:
    start = f"{BEGIN}{page('t')}<url><news:news><news:title>".encode()
    for document in (b"<urlset>" + body, b"<sitemapindex>" + body, start + body):
        pack_answer(parse_document(document, "application/xml", "https://a.example/"))
    assert titles(parse_document(start + body))[0] == "t"
