"""What becomes of a text on its way into a chat, with TDLib as the judge."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.demo.telegram_html import Entity, ParsedText, Refused, parse_html
from bot.demo.telegram_text import MAX_ENTITIES, MAX_TEXT, clean, commands, sendable
from tests.oracle import telegram_cleans, telegram_finds_commands

SPECIAL = (
    "ab ю😀\n\r\t\x00\x0b\x0c\x1f\x7f\x85/@\u2028\u202a\u202e\u202f\u0333\u033f\u030a"
    "\u200e\u200f\u200c\u200b\u00a0"
)


def sent(html: str) -> ParsedText | Refused:
    parsed = parse_html(html)
    assert isinstance(parsed, ParsedText), parsed
    return sendable(parsed)


SENT = {
    "blanks at the ends go": ("\n  x \n", "x", []),
    "blanks inside stay": ("a \n b", "a \n b", []),
    "at the beginning they stay inside an entity": (
        " <b> x</b> ",
        " x",
        [Entity("bold", 0, 2)],
    ),
    "at the end they leave an entity": ("<b>x </b> ", "x", [Entity("bold", 0, 1)]),
    "an entity of blanks at the end goes": ("x<b> </b>", "x", []),
    "controls become spaces, carriage returns go": ("a\tb\r\nc", "a b\nc", []),
    "what goes moves the entities behind it": (
        "\ra<b>\u2028b</b><i>c</i>",
        "abc",
        [Entity("bold", 1, 1), Entity("italic", 2, 1)],
    ),
    "commands are marked": ("use /add now", "use /add now", [Entity("bot_command", 4, 4)]),
    "but not in code": ("<code>/add</code>", "/add", [Entity("code", 0, 4)]),
    "nor in links": (
        '<a href="http://x.kz">/add</a>',
        "/add",
        [Entity("text_link", 0, 4, "http://x.kz/")],
    ),
    "in bold they are": (
        "<b>/add</b>",
        "/add",
        [Entity("bot_command", 0, 4), Entity("bold", 0, 4)],
    ),
}


@pytest.mark.parametrize(("html", "text", "entities"), SENT.values(), ids=SENT.keys())
def test_it_is_sent_as(html: str, text: str, entities: list[Entity]) -> None:
    assert sent(html) == ParsedText(text, tuple(entities))


@pytest.mark.parametrize("html", [" ", "\n", "<b> </b>", "\u200b\u200e", "\u2800", "&#160;", "\r"])
def test_a_text_that_nobody_would_see_is_refused(html: str) -> None:
    assert sent(html) == Refused("Text must be non-empty")


def test_the_longest_text_is_measured_in_code_points_after_parsing() -> None:
    longest = "😀" * MAX_TEXT
    assert sent(f"<b>{longest}</b>  ") == ParsedText(longest, (Entity("bold", 0, 2 * MAX_TEXT),))
    assert sent(longest + "x") == Refused("Message is too long")


def test_of_more_than_a_hundred_entities_links_are_kept_before_bold() -> None:
    read = sent("<b>b</b> " * 60 + "<a href='http://x.kz'>a</a> " * 60)
    assert isinstance(read, ParsedText)
    kinds = [entity.kind for entity in read.entities]
    assert len(kinds) == MAX_ENTITIES
    assert (kinds.count("text_link"), kinds.count("bold")) == (60, 40)


@settings(max_examples=500, deadline=None, database=None)
@given(st.text(st.sampled_from(SPECIAL) | st.characters(exclude_categories=["Cs"]), max_size=14))
def test_characters_go_as_in_telegram(text: str) -> None:
    assume(not set("*_~|`[") & set(text))  # Markdown, which this oracle would read
    assert clean(text).strip(" \n") == telegram_cleans(text).strip(" \n")


@settings(max_examples=500, deadline=None, database=None)
@given(st.text(st.sampled_from("ab/@_ .,<>é😀ж1-"), max_size=14))
def test_commands_are_found_as_in_telegram(text: str) -> None:
    found = [(entity.offset, entity.length) for entity in commands(text)]
    assert found == telegram_finds_commands(text)


@pytest.mark.parametrize("name", ["a" * 64, "a" * 65, "a@bc", "a@bcd", "a@" + "b" * 32])
def test_commands_have_the_lengths_of_telegram(name: str) -> None:
    found = [(entity.offset, entity.length) for entity in commands(f"/{name}")]
    assert found == telegram_finds_commands(f"/{name}")
