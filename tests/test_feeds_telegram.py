"""Pages of Telegram channels → entries; whole ones lie in corpora/feeds as telegram-*.html."""

from __future__ import annotations

from html import escape
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.feeds.readers.document import parse_document
from bot.feeds.readers.wire import pack_answer
from bot.model import Entry, ParsedFeed, ParseFailed, ParseOutcome

SAMPLE = (Path(__file__).parent / "corpora" / "feeds" / "telegram-channel.html").read_bytes()
BEGIN = '<!DOCTYPE html><html><body><section class="tgme_channel_history js-message_history">'
END = "</section></body></html>"


def message(text: str, post: str = "arna/1") -> str:
    return (
        f'<div class="tgme_widget_message js-widget_message" data-post="{post}">'
        f'<div class="tgme_widget_message_text js-message_text">{text}</div></div>'
    )


def read(*messages: str) -> ParsedFeed:
    outcome = parse_document("".join((BEGIN, *messages, END)).encode())
    assert isinstance(outcome, ParsedFeed), outcome
    return outcome


def refused(outcome: ParseOutcome) -> ParseFailed:
    assert isinstance(outcome, ParseFailed), outcome
    return outcome


def test_a_message_without_a_link_or_a_time_has_its_address_from_its_number() -> None:
    assert read(message("Бір<br>екі")).entries == (
        Entry("arna/1", "https://t.me/arna/1", "Бір", "екі", None),
    )


def test_a_channel_without_messages_is_a_feed_without_entries() -> None:
    nothing = '<div class="tgme_channel_no_messages_found">No posts found</div>'
    assert read(nothing) == ParsedFeed("", "", ())


def test_a_first_line_that_is_a_paragraph_is_cut_at_a_word_and_goes_on_below() -> None:
    (entry,) = read(message("сөз " * 100 + "<br>соңы")).entries
    assert len(entry.title) <= 200
    assert entry.title.endswith("сөз")
    assert f"{entry.title} {entry.summary}" == "сөз " * 100 + "соңы"


def test_long_messages_are_cut_at_a_word() -> None:
    (entry,) = read(message("Тақырып<br>" + "ұзақ " * 20_000)).entries
    assert len(entry.summary) <= 10_000
    assert entry.summary.endswith("ұзақ")


def test_a_page_that_shows_telegrams_markup_to_readers_is_a_page() -> None:
    link = '<link rel="alternate" type="application/feed+json" href="https://a.example/f.json">'
    code = escape(BEGIN, quote=False)
    body = f"<!DOCTYPE html><html><head>{link}</head><body><pre>{code}</pre></body></html>"
    outcome = refused(parse_document(body.encode()))
    assert outcome.cause == "html"
    assert outcome.detail.endswith("it advertises the feed https://a.example/f.json")


def test_a_feed_that_quotes_a_channel_stays_a_feed() -> None:
    quoted = f"<![CDATA[{BEGIN}{message('Бір')}{END}]]>"
    document = (
        "<rss version='2.0'><channel><item><title>t</title>"
        f"<description>{quoted}</description></item></channel></rss>"
    )
    outcome = parse_document(document.encode())
    assert isinstance(outcome, ParsedFeed)
    assert [entry.title for entry in outcome.entries] == ["t"]


HOSTILE = {
    "deep nesting": BEGIN + "<div>" * 100_000,
    "ends without beginnings": BEGIN + "</b>" * 100_000 + message("Бір") + END,
    "a marked section": BEGIN + "<![foo[" + message("Бір") + END,
    "a message in a message": BEGIN + message(message("Бір", "arna/2")) + END,
    "an attribute twice": BEGIN + message("Бір").replace("<div", "<div class data-post", 1) + END,
    "lone surrogates": BEGIN + message("t&#xD800;&#xDFFF;") + END,
    "many attributes": BEGIN + "<p " + "".join(f"a{n} " for n in range(20_000)) + ">" + END,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_page_is_an_outcome(name: str) -> None:
    pack_answer(parse_document(HOSTILE[name].encode(), "text/html"))


def test_a_page_that_is_nested_too_deep_is_said_to_be() -> None:
    assert "nested" in refused(parse_document(HOSTILE["deep nesting"].encode())).detail


@pytest.mark.parametrize("end", range(0, len(SAMPLE), 997))
def test_a_page_that_breaks_off_anywhere_keeps_what_is_there(end: int) -> None:
    outcome = parse_document(SAMPLE[:end], "text/html; charset=utf-8", "https://t.me/s/tanba_arna")
    whole = parse_document(SAMPLE)
    assert isinstance(whole, ParsedFeed)
    if isinstance(outcome, ParsedFeed):
        assert [entry.guid for entry in outcome.entries] == [
            entry.guid for entry in whole.entries[: len(outcome.entries)]
        ]


lines = st.text(
    st.characters(categories=["L", "N", "P", "S"], exclude_characters="\ufffc\ufffd"),
    min_size=1,
    max_size=20,
)


@settings(max_examples=60, deadline=None)
@given(st.lists(lines, min_size=1, max_size=5))
def test_what_was_written_comes_back_as_it_was(written: list[str]) -> None:
    text = "<br/>".join(escape(line) for line in ["Тақырып", *written])
    (entry,) = read(message(text)).entries
    assert entry.title == "Тақырып"
    assert entry.summary == " ".join(written)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["", "<", "<div ", "</", "<!", "&#"]))
def test_no_bytes_break_the_reader(body: bytes, mark: str) -> None:
    for begin in (BEGIN, BEGIN + message("Бір") + '<div class="tgme_widget_message" data-post="'):
        outcome = parse_document((begin + mark).encode() + body + END.encode(), "text/html")
        pack_answer(outcome)
