"""Lane 3: DueDelivery → Message → SendOutcome → Settlement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.model.group import Kind
from bot.model.poll import FeedKind, Span


@dataclass(frozen=True, slots=True)
class Button:
    """A button below a message: ``data`` comes back on a tap (64 bytes), ``url`` opens."""

    text: str
    data: str = ""
    url: str = ""


Keyboard = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Headline:
    """An item as people read it."""

    item_id: int
    title: str
    url: str
    outlet: str  # its name
    language: str
    at: datetime  # published, else first seen
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Voice:
    """A member of a story, as one that may speak for it."""

    item_id: int
    title: str
    language: str
    source: FeedKind
    copy: bool = False  # the text of another member


@dataclass(frozen=True, slots=True)
class Matched:
    """Something that a chat asked for, and where the headline's item has it; where that has
    nothing of it, the words of the first item that has, as if a summary had them."""

    query: str  # as it is kept; a topic as "topic:…"
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class AlertContent:
    """An alert as render needs it: the story as it is now."""

    alert_id: int
    story_id: int
    headline: Headline
    others: tuple[str, ...]  # names of the other outlets, in the order they joined
    matched: tuple[Matched, ...]  # of what the chat asked for, all that was hit
    breaking: bool = False
    updated_at: datetime | None = None  # set when an edit tells that it grew
    latest: Headline | None = None  # set in an edit where it differs from the headline
    edits: int = 0  # how often its message was edited


@dataclass(frozen=True, slots=True)
class TextContent:
    """An answer, already rendered when the person's update was handled."""

    html: str
    keyboard: Keyboard = ()
    preview: bool = False


@dataclass(frozen=True, slots=True)
class ChatView:
    """What render and the limits need to know of a chat."""

    chat_id: int
    telegram_id: int
    kind: str  # private, group, supergroup, channel
    language: str
    timezone: str
    wait_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class DueDelivery:
    """A delivery under lease."""

    delivery_id: int
    fence: int
    kind: Kind
    priority: int
    created_at: datetime
    due_at: datetime
    chat: ChatView
    thread_id: int
    content: TextContent | tuple[AlertContent, ...]  # several: a summary
    edits_message: int | None = None  # the message id it edits
    reply_to: int | None = None
    tell_cap: bool = False
    attempts: int = 0
    ambiguous: int = 0  # attempts of which nobody knows whether they arrived


@dataclass(frozen=True, slots=True)
class Message:
    """One call to Telegram."""

    telegram_id: int
    thread_id: int
    html: str
    keyboard: Keyboard = ()
    preview: bool = True
    edits_message: int | None = None
    reply_to: int | None = None
    left_over: tuple[int, ...] = ()  # alerts of a summary that found no room in it


@dataclass(frozen=True, slots=True)
class Sent:
    """Telegram has it. ``message_id`` of the new or edited message."""

    message_id: int


@dataclass(frozen=True, slots=True)
class RetryLater:
    """Nothing was accepted. ``after`` set: Telegram ordered the wait, for this chat."""

    reason: str
    after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Uncertain:
    """The answer was lost: it may have been delivered."""

    reason: str


@dataclass(frozen=True, slots=True)
class ChatMoved:
    """A group became a supergroup."""

    telegram_id: int


@dataclass(frozen=True, slots=True)
class ChatGone:
    """Blocked, kicked, deleted: for good, until /start."""

    reason: str


@dataclass(frozen=True, slots=True)
class ChatMuted:
    """The chat is there, we may not speak in it."""

    reason: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """Telegram will never take this call. ``message_gone``: the message to edit is no more."""

    reason: str
    message_gone: bool = False


@dataclass(frozen=True, slots=True)
class TokenRefused:
    """401 or 404: delivery pauses until getMe works again."""

    reason: str


SendOutcome = (
    Sent | RetryLater | Uncertain | ChatMoved | ChatGone | ChatMuted | Rejected | TokenRefused
)


class DeliveryState(StrEnum):
    """PENDING is the only state that is not an end."""

    PENDING = "pending"
    SENT = "sent"
    REJECTED = "rejected"
    UNCERTAIN = "uncertain"
    CHAT_GONE = "chat_gone"
    DROPPED = "dropped"  # an edit that came too late, or whose message is gone


class ChatState(StrEnum):
    """MUTED: Telegram does not let us speak; PAUSED: a person asked for it."""

    ACTIVE = "active"
    PAUSED = "paused"
    MUTED = "muted"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Settlement:
    """What an outcome makes of a delivery and its chat, written in one transaction."""

    delivery_id: int
    fence: int
    chat_id: int
    at: datetime
    state: DeliveryState
    outcome: str  # sent, retry, uncertain, moved, gone, muted, rejected, token: for the ledger
    detail: str = ""
    due_at: datetime | None = None  # of the next try, while PENDING
    message_id: int | None = None
    edit_at: datetime | None = None  # of an edit, if the story grew while this was under way
    ambiguous: int = 0  # the new count
    chat_wait_until: datetime | None = None
    chat_state: ChatState | None = None
    new_telegram_id: int | None = None
