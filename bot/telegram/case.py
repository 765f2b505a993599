"""One request with everything that its answer is made from, and the shapes of answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.alerts.names import query_name
from bot.locale import Texts
from bot.matching.query import Query, QueryRefused
from bot.model import (
    AlertSettings,
    Asking,
    Change,
    ChatFacts,
    ChatState,
    Facts,
    Keyboard,
    Reply,
    Request,
    Subscription,
    TextContent,
)
from bot.telegram.parts import marked

Parse = Callable[[str], Query | QueryRefused]


@dataclass(frozen=True, slots=True)
class Case:
    """What the rules of telegram/ decide upon."""

    request: Request
    facts: Facts
    texts: Texts
    now: datetime
    new_id: int  # for a query that is not stored yet
    parse: Parse
    alerts: AlertSettings  # of chats without any of their own

    @property
    def subscriptions(self) -> tuple[Subscription, ...]:
        """Of the asking thread."""
        return self.facts.chat.subscriptions if self.facts.chat else ()

    @property
    def state(self) -> ChatState:
        """Of the chat; a new one is active."""
        return self.facts.chat.state if self.facts.chat else ChatState.ACTIVE

    @property
    def asking(self) -> Asking | None:
        """What the chat was asked, however long ago."""
        return self.facts.chat.asking if self.facts.chat else None

    def watching(self, query: str) -> Subscription | None:
        """The subscription that means the same, however it was typed."""
        return watched(self.facts.chat, query, self.parse)


def watched(chat: ChatFacts | None, query: str, parse: Parse) -> Subscription | None:
    """The chat's subscription that means the same as a query."""
    meant = parse(query)

    def same(other: str) -> bool:
        if other == query:
            return True
        theirs = parse(other)
        return isinstance(meant, Query) and isinstance(theirs, Query) and meant.root == theirs.root

    return next((s for s in chat.subscriptions if same(s.query)), None) if chat else None


def panel(case: Case, html: str, keyboard: Keyboard = ()) -> Reply:
    """An answer that takes the place of the tapped message, or is a new one."""
    return Reply(answer=TextContent(html, keyboard), edits_message=case.request.message_id)


def about(case: Case, sentence: str, query: str) -> Reply:
    """A panel of one sentence, which has a place for the query."""
    return panel(case, sentence.format(query=marked(query_name(query, case.texts))))


def also(answered: Reply, *changes: Change, toast: str = "") -> Reply:
    """The answer with further changes, and a toast for the tap."""
    return replace(answered, changes=(*answered.changes, *changes), toast=toast)
