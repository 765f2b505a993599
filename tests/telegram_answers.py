"""What the tests of answers share: a chat, requests, and Telegram's own reading of a reply."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from bot import locale
from bot.matching.query import parse_query
from bot.model import (
    AlertSettings,
    ChatFacts,
    ChatState,
    Facts,
    Headline,
    Mode,
    Reply,
    Request,
    Subscription,
)
from bot.telegram.replies import reply
from tests.oracle import ReadText, telegram_reads

NOW = datetime(2026, 11, 24, 9, 5, tzinfo=UTC)
CATALOGUES = locale.load(Path(locale.__file__).parent)
EN = locale.texts(CATALOGUES, "en", "Asia/Almaty")
ALERTS = AlertSettings()
PACK = Subscription(1, 100, "topic:everything", Mode.PACK)
WORD = Subscription(2, 101, "uranium", Mode.AT_ONCE)
HEADLINE = Headline(5, "Tokayev & <Xi> meet", "https://e.org/?a=1&b=2", "The Outlet", "en", NOW)


def chat(*subscriptions: Subscription, state: ChatState = ChatState.ACTIVE) -> ChatFacts:
    """A private chat, in English, that watches this."""
    return ChatFacts(9, 7, "private", "en", "Asia/Almaty", state, None, subscriptions)


def asked(verb: str, argument: str = "", kind: str = "private") -> Request:
    """Something typed."""
    return Request(verb, argument, 7, kind, "Aigerim", "en")


def tapped(verb: str, argument: str = "") -> Request:
    """A button of message 40."""
    return replace(asked(verb, argument), message_id=40, callback_id="cb")


def answer(
    request: Request,
    facts: Facts,
    texts: locale.Texts = EN,
    alerts: AlertSettings = ALERTS,
) -> Reply:
    """The reply, after Telegram's parser took its message and its buttons were measured."""
    replied = reply(request, facts, texts, now=NOW, new_id=77, parse=parse_query, alerts=alerts)
    read_by_telegram(replied)
    return replied


def read_by_telegram(replied: Reply) -> str:
    """The words that people see; "" without an answer."""
    assert len(replied.toast) <= 200
    if replied.answer is None:
        return ""
    read = telegram_reads(replied.answer.html)
    assert isinstance(read, ReadText), read
    assert 0 < len(read.text) <= 4096
    assert len(read.entities) <= 100
    for row in replied.answer.keyboard:
        for button in row:
            assert 0 < len(button.data.encode()) <= 64
            assert 0 < len(button.text) <= (24 if len(row) == 1 else 14)
    return read.text


def words(request: Request, facts: Facts) -> str:
    """What people read in the reply."""
    return read_by_telegram(answer(request, facts))


def letters(replied: Reply, kind: str) -> list[str]:
    """The parts of an answer that are marked so (bold, underline, code …), in their order."""
    assert replied.answer is not None
    read = telegram_reads(replied.answer.html)
    assert isinstance(read, ReadText), read
    units = read.text.encode("utf-16-le")
    return [
        units[2 * e.offset : 2 * (e.offset + e.length)].decode("utf-16-le")
        for e in read.entities
        if e.kind == kind
    ]


def buttons(replied: Reply) -> list[list[tuple[str, str]]]:
    """Rows of (label, what a tap carries)."""
    assert replied.answer is not None
    return [[(button.text, button.data) for button in row] for row in replied.answer.keyboard]
