"""JSON Feed documents → entries; whole documents lie in corpora/feeds as *.jsonfeed."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.feeds.readers.document import parse_document
from bot.feeds.readers.wire import pack_answer
from bot.model import Entry, ParsedFeed, ParseFailed, ParseOutcome
from bot.stories.identity import entry_id

VERSION = "https://jsonfeed.org/version/1.1"


def read(*items: object, **fields: object) -> ParseOutcome:
    document = {"version": VERSION, "items": items} | fields
    return parse_document(json.dumps(document).encode(), "", "https://a.example/feed.json")


def entry_of(outcome: ParseOutcome) -> Entry:
    assert isinstance(outcome, ParsedFeed), outcome
    (entry,) = outcome.entries
    return entry


@pytest.mark.parametrize("mark", ["", "\ufeff", " \n", "\x00"], ids=["none", "bom", "blank", "nul"])
def test_what_begins_with_a_brace_is_told_by_its_content(mark: str) -> None:
    document = f'{mark}{{"version": "{VERSION}", "items": [{{"title": "Бір"}}]}}'
    for content_type in ("", "text/xml", "application/feed+json"):
        assert entry_of(parse_document(document.encode(), content_type)).title == "Бір"


def test_a_type_that_says_json_does_not_hide_a_feed() -> None:
    body = b"<rss version='2.0'><channel><item><title>t</title></item></channel></rss>"
    assert entry_of(parse_document(body, "application/json")).title == "t"


@pytest.mark.parametrize("body", [b"[]", b"null", b"[1, 2]", b'"{}"', b"nonsense"])
def test_what_claims_to_be_json_and_is_no_feed_is_said_to_be_none(body: bytes) -> None:
    outcome = parse_document(body, "application/feed+json; charset=utf-8")
    assert isinstance(outcome, ParseFailed)
    assert outcome.cause == "not_a_feed"
    assert "JSON" in outcome.detail


def test_an_item_without_a_title_is_called_by_its_first_words() -> None:
    entry = entry_of(read({"content_text": "one two three four five " * 4}))
    assert entry_id(entry) == "one two three four five one two three four five one two …"


def test_a_date_without_a_zone_is_the_newsrooms() -> None:
    items = [{"title": "t", "date_published": "2026-03-02T14:00:00"}]
    body = json.dumps({"version": VERSION, "items": items}).encode()
    entry = entry_of(parse_document(body, timezone="Asia/Almaty"))
    assert entry.published == datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def test_long_texts_are_cut_at_a_word() -> None:
    entry = entry_of(read({"title": "сөз " * 2_000, "content_text": "ұзақ " * 20_000}))
    assert len(entry.title) <= 1_000
    assert entry.title.endswith("сөз")
    assert len(entry.summary) <= 10_000
    assert entry.summary.endswith("ұзақ")


HOSTILE = {
    "deep lists": b'{"version": ' + b"[" * 200_000,
    "deep objects": b'{"a":' * 200_000,
    "a number without end": b'{"version": "%b", "items": [{"id": %b, "title": "t"}]}'
    % (VERSION.encode(), b"9" * 1_000_000),
    "lone surrogates": rb'{"version": "https://jsonfeed.org/version/1.1", '
    rb'"items": [{"id": "\ud800", "url": "https://a.example/\udfff", "title": "t\ud800"}]}',
    "no numbers": b'{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": NaN, '
    b'"title": "t"}, -Infinity]}',
    "broken bytes": b'{"version": "https://jsonfeed.org/version/1.1", '
    b'"items": [{"title": "\xff"}]}',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_document_is_an_outcome(name: str) -> None:
    outcome = parse_document(HOSTILE[name])
    for entry in outcome.entries if isinstance(outcome, ParsedFeed) else ():
        (entry.guid + entry.url + entry.title + entry.summary).encode("utf-8")


NAMES = """
    id url external_url title summary content_text content_html date_published date_modified
    language
"""
names = st.sampled_from(NAMES.split())
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4),
    max_leaves=8,
)


@settings(max_examples=80, deadline=None)
@given(st.lists(values, max_size=4), values, values)
def test_no_values_break_the_reader(items: list[object], title: object, language: object) -> None:
    good = {"id": "good", "title": "kept"}
    outcome = read(*items, good, title=title, language=language)
    assert isinstance(outcome, ParsedFeed)
    assert outcome.entries[-1].title == "kept"  # broken items are skipped, the rest stays
    assert len(outcome.entries) + outcome.skipped == len(items) + 1
    pack_answer(outcome)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(body: bytes) -> None:
    start = b'{"version": "https://jsonfeed.org/version/1.1", "items": [{"title": "'
    for document in (b"{" + body, start + body, start + body + b'"}]}'):
        pack_answer(parse_document(document, "application/feed+json"))
