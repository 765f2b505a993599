"""Documents → entries: the project's own documents, real ones, and hostile ones."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import feedparser
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.feeds.readers.document import parse_document
from bot.feeds.readers.wire import ANSWER, pack_answer, unpack_answer
from bot.model import Entry, ParsedFeed, ParseFailed
from tests.peers import missing

CORPUS = sorted(
    path
    for path in (Path(__file__).parent / "corpora" / "feeds").iterdir()
    if path.suffix in {".xml", ".jsonfeed", ".html"}
)


def real_documents() -> list[Path]:
    """Documents as real servers sent them, where there are any."""
    data = os.environ.get("KAZWATCH_TEST_DATA")
    return sorted((Path(data) / "real-feeds").glob("*.xml")) if data else []


def as_json(parsed: ParsedFeed) -> dict[str, object]:
    return {
        "title": parsed.title,
        "language": parsed.language,
        "skipped": parsed.skipped,
        "entries": [
            {
                "guid": entry.guid,
                "url": entry.url,
                "title": entry.title,
                "summary": entry.summary,
                "published": entry.published.isoformat() if entry.published else None,
                "language": entry.language,
            }
            for entry in parsed.entries
        ],
    }


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_a_document_is_read_as_it_is_written_down_beside_it(path: Path) -> None:
    expected = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    content_type, url = expected.pop("content_type", ""), expected.pop("url", "")
    outcome = parse_document(path.read_bytes(), content_type, url)
    if "cause" in expected:
        assert isinstance(outcome, ParseFailed)
        assert outcome.cause == expected["cause"]
        assert outcome.detail == expected.get("detail", outcome.detail)
        assert outcome.detail
    else:
        assert isinstance(outcome, ParsedFeed), outcome
        assert as_json(outcome) == expected


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_an_outcome_survives_the_wire(path: Path) -> None:
    outcome = parse_document(path.read_bytes())
    packed = pack_answer(outcome)
    assert ANSWER.unpack(packed[: ANSWER.size]) == (len(packed) - ANSWER.size,)
    assert unpack_answer(packed[ANSWER.size :]) == outcome


def test_every_real_document_gives_the_entries_that_feedparser_finds() -> None:
    paths = real_documents()
    if not paths:
        missing("real feed documents", "set KAZWATCH_TEST_DATA to a directory with real-feeds/")
    for path in paths:
        outcome = parse_document(path.read_bytes(), "", f"https://feeds.example/{path.name}")
        assert isinstance(outcome, ParsedFeed), (path.name, outcome)
        with path.open("rb") as file:
            found = feedparser.parse(file, sanitize_html=False, resolve_relative_uris=False)
        assert len(outcome.entries) + outcome.skipped == len(found.entries) > 0, path.name
        assert outcome.skipped == 0, path.name
        for entry in outcome.entries:
            assert entry.title, path.name
            assert entry.url.startswith("http"), path.name
            assert "\n" not in entry.title + entry.summary
            assert entry.published is None or entry.published.tzinfo is UTC


HOSTILE = {
    "a file name": b"/dev/zero",
    "another file name": __file__.encode(),
    "an address": b"http://127.0.0.1:1/",
    "undefined": b'<?xml version="1.0" encoding="undefined"?><rss version="2.0"><channel/></rss>',
    "a NUL in the character set": b'<?xml version="1.0" encoding="utf\x00-8"?><rss version="2.0"/>',
    "an external document type": (
        b'<!DOCTYPE rss SYSTEM "file:///etc/passwd"><rss version="2.0"><channel>'
        b"<item><title>t</title></item></channel></rss>"
    ),
    "deep nesting": b"<rss version='2.0'><channel>" + b"<a>" * 5_000,
    "a marked section": b"<rss><channel><item><title>x<![foo[</title></item></channel></rss>",
    "a number without end": b"<rss><channel><item><title>&#99999999999;</title></item>",
    "lone surrogates": b"<rss><channel><item><title>&#xD800;t&#xDFFF;</title></item>",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_document_is_an_outcome(name: str) -> None:
    outcome = parse_document(HOSTILE[name])
    for entry in outcome.entries if isinstance(outcome, ParsedFeed) else ():
        assert "root:" not in entry.title
        (entry.title + entry.summary).encode("utf-8")


def test_laughs_by_the_billion_stay_few() -> None:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9))
    bomb = f'<!DOCTYPE rss [<!ENTITY l0 "ha">{levels}]><rss version="2.0"><channel><item><title>'
    outcome = parse_document((bomb + "&l8;</title></item></channel></rss>").encode())
    assert isinstance(outcome, ParseFailed) or len(outcome.entries[0].title) < 10_000


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300), st.text(max_size=30))
def test_no_bytes_break_the_reader(body: bytes, content_type: str) -> None:
    for document in (body, b"<rss version='2.0'><channel><item><title>" + body):
        outcome = parse_document(document, content_type, "https://a.example/")
        pack_answer(outcome)


def is_utf_8_read_as_latin(text: str) -> bool:
    """Whether the letters are UTF-8's bytes, as Â¡ are those of ¡."""
    try:
        return text.encode("latin-1").decode() != text
    except UnicodeError:
        return False


titles = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=40)


@settings(max_examples=60, deadline=None)
@given(st.lists(titles, min_size=1, max_size=5))
def test_what_a_publisher_escapes_comes_back_as_it_was(words: list[str]) -> None:
    # As HTML within XML, which is what RSS titles are: two layers, undone once each.
    title = " ".join(words).replace("&", "+")
    assume(not is_utf_8_read_as_latin(title))  # which is mended, being what publishers do
    escaped = title.replace("<", "&amp;lt;").replace(">", "&amp;gt;")
    document = f"<rss version='2.0'><channel><item><title>{escaped}</title></item></channel></rss>"
    outcome = parse_document(document.encode())
    assert isinstance(outcome, ParsedFeed)
    assert outcome.entries[0].title == title


LAST = {
    "whole": ("</item></channel></rss>", True),
    "with a script behind it": ("</item></channel></rss>" + "<script>a && b</script>" * 200, True),
    "of a list that breaks off": ("</item>", True),
    "that breaks off": (" сөз", False),
    "that breaks off in its summary": ("<description>Қар", False),
}


@pytest.mark.parametrize(("rest", "kept"), LAST.values(), ids=LAST)
def test_the_last_entry_is_kept_if_it_is_whole(rest: str, kept: bool) -> None:
    title = "<title>Екі</title>" if rest.startswith("<") else "<title>Екі"
    document = f"<rss><channel><item><title>Бір</title></item><item>{title}{rest}"
    outcome = parse_document(document.encode())
    assert isinstance(outcome, ParsedFeed)
    assert [entry.title for entry in outcome.entries] == (["Бір", "Екі"] if kept else ["Бір"])
    assert outcome.skipped == (not kept)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_wide_letters_need_no_mark(encoding: str) -> None:
    document = "<rss version='2.0'><channel><title>Банк</title></channel></rss>"
    assert parse_document(document.encode(encoding)) == ParsedFeed("Банк", "", ())


def test_long_texts_are_cut_at_a_word() -> None:
    document = (
        "<rss version='2.0'><channel><item><title>" + "сөз " * 2_000 + "</title><description>"
        "" + "ұзақ " * 20_000 + "</description></item></channel></rss>"
    )
    outcome = parse_document(document.encode())
    assert isinstance(outcome, ParsedFeed)
    entry = outcome.entries[0]
    assert len(entry.title) <= 1_000
    assert entry.title.endswith("сөз")
    assert len(entry.summary) <= 10_000
    assert entry.summary.endswith("ұзақ")


def test_relative_links_without_an_address_lean_on_the_channels_own() -> None:
    document = (
        b"<rss version='2.0'><channel><link>https://a.example/news/</link>"
        b"<item><title>t</title><link>one</link></item></channel></rss>"
    )
    outcome = parse_document(document)
    assert isinstance(outcome, ParsedFeed)
    assert outcome.entries[0].url == "https://a.example/news/one"


def test_an_entry_is_what_the_model_says() -> None:
    document = (
        b"<rss version='2.0'><channel><item><title>t</title>"
        b"<pubDate>Sun, 01 Mar 2026 12:00:00 +0500</pubDate></item></channel></rss>"
    )
    entry = Entry("", "", "t", "", datetime(2026, 3, 1, 7, 0, tzinfo=UTC))
    assert parse_document(document) == ParsedFeed("", "", (entry,))
