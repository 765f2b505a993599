"""Lane 0: Update → Request → Facts → Reply."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.model.deliver import ChatState, Headline, TextContent
from bot.model.group import Mode


@dataclass(frozen=True, slots=True)
class Update:
    """What a person sent, as stored."""

    update_id: int
    payload: Mapping[str, object]  # the Bot API's Update object


@dataclass(frozen=True, slots=True)
class Request:
    """What a person asked for, in our words."""

    verb: str  # start, help, add, remove, keywords, pause, resume, status, text, save, cancel, …
    argument: str
    telegram_id: int
    chat_kind: str
    chat_title: str
    language: str  # of the person's Telegram, primary subtag; "" when unknown
    thread_id: int = 0
    message_id: int | None = None  # the panel that was tapped
    callback_id: str = ""  # set on a tap
    replies_to: int | None = None  # the message of ours that a text in a group is a reply to


@dataclass(frozen=True, slots=True)
class Subscription:
    """One thing a chat asked for."""

    subscription_id: int
    query_id: int
    query: str  # normalised text, or "topic:everything"
    mode: Mode
    gather_minutes: int | None = None  # None: as the settings have it
    outlets_wanted: int = 1


@dataclass(frozen=True, slots=True)
class Asking:
    """A question of ours that waits for words to watch."""

    message_id: int  # of the question
    at: datetime  # when it was asked


@dataclass(frozen=True, slots=True)
class ChatFacts:
    """What the store knows of the asking chat."""

    chat_id: int
    telegram_id: int
    kind: str
    language: str
    timezone: str
    state: ChatState
    hourly_cap: int | None  # None: the settings' default
    subscriptions: tuple[Subscription, ...] = ()  # of the asking thread
    asking: Asking | None = None  # what its next text answers


@dataclass(frozen=True, slots=True)
class StatusFacts:
    """For /status."""

    feeds: int  # enabled
    feeds_failing: int
    last_poll_at: datetime | None
    items_day: int  # seen in the last 24 hours
    pending: int  # this chat's alerts that wait
    by_meaning: bool = True  # the language model says what tells one event


@dataclass(frozen=True, slots=True)
class Preview:
    """What a query would have found in the last seven days."""

    count: int  # alerts that would have come: copies of one text are one
    exact: bool  # False: reckoned from the newest ones
    latest: tuple[Headline, ...]  # of the newest three of them, with the spans that caused them
    silent: tuple[str, ...]  # wanted words, as typed, that occur in no item of these days


@dataclass(frozen=True, slots=True)
class Facts:
    """All that an answer may need, read before the rule decides."""

    chat: ChatFacts | None  # None: never seen
    latest: tuple[Headline, ...] = ()
    status: StatusFacts | None = None
    preview: Preview | None = None  # of the query that is asked for
    pending_query: str = ""  # normalised text behind a Save button; "" when it was swept
    kept_as: int | None = None  # id of the query that is asked for, where it is stored already


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Subscribe the chat; the query is made when there is none. ``query``: normalised or topic."""

    query: str
    mode: Mode


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """Take one subscription away."""

    subscription_id: int


@dataclass(frozen=True, slots=True)
class SetOutlets:
    """How many independent outlets must tell a story before this subscription does."""

    subscription_id: int
    outlets: int


@dataclass(frozen=True, slots=True)
class KeepQuery:
    """Keep a query under ``query_id`` without a subscription, until Save or the sweep; an equal
    query that is there already keeps its own id, and ``query_id`` then names nothing."""

    query_id: int
    query: str


@dataclass(frozen=True, slots=True)
class Ask:
    """What the chat's next text answers from now on; None: nothing."""

    asking: Asking | None


@dataclass(frozen=True, slots=True)
class SetChatState:
    """Paused, resumed, revived, gone."""

    state: ChatState
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SetHourlyCap:
    """How many single messages an hour."""

    cap: int


@dataclass(frozen=True, slots=True)
class OweLatest:
    """Send the latest headlines as soon as there are any."""

    owed: bool


@dataclass(frozen=True, slots=True)
class MoveChat:
    """The group became a supergroup."""

    telegram_id: int


Change = (
    Subscribe
    | Unsubscribe
    | SetOutlets
    | KeepQuery
    | Ask
    | SetChatState
    | SetHourlyCap
    | OweLatest
    | MoveChat
)


@dataclass(frozen=True, slots=True)
class Reply:
    """What becomes of a request: changes, and at most one message (or edit of a panel)."""

    changes: tuple[Change, ...] = ()
    answer: TextContent | None = None
    edits_message: int | None = None
    toast: str = ""  # answerCallbackQuery's text
    ensure_chat: bool = True  # False: nothing is stored of a chat that is not known
