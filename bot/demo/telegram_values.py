"""What the local Bot API server knows and says: people, chats, messages, refusals, faults.

The `…_json` functions give the forms of the Bot API.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from bot.demo.telegram_html import Entity

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ApiError:
    """A refusal in the Bot API's words."""

    code: int  # error_code, and the HTTP status
    description: str
    retry_after: int | None = None  # seconds
    migrate_to: int | None = None  # the new id of a group that became a supergroup


UNAUTHORIZED = ApiError(401, "Unauthorized")
NOT_FOUND = ApiError(404, "Not Found")
CONFLICT = ApiError(
    409,
    "Conflict: terminated by other getUpdates request; "
    "make sure that only one bot instance is running",
)
BLOCKED = ApiError(403, "Forbidden: bot was blocked by the user")
DEACTIVATED = ApiError(403, "Forbidden: user is deactivated")
BAD_GATEWAY = ApiError(502, "Bad Gateway")


def bad_request(reason: str) -> ApiError:
    """400 with the reason, which begins small unless it begins like a constant or a type name."""
    if len(reason) < 2 or not (reason[1] == "_" or "A" <= reason[1] <= "Z"):
        reason = reason[:1].lower() + reason[1:]
    return ApiError(400, f"Bad Request: {reason}")


def flood_wait(seconds: int) -> ApiError:
    """429: nothing more for so long."""
    return ApiError(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)


@dataclass(frozen=True, slots=True)
class User:
    id: int
    first_name: str
    username: str = ""
    language_code: str = "en"
    is_bot: bool = False


ChatKind = Literal["private", "group", "supergroup", "channel"]


@dataclass(slots=True)
class Chat:
    """A chat that the bot may know. A private chat has the id of its user."""

    id: int
    kind: ChatKind
    title: str
    username: str = ""
    members: dict[int, str] = field(default_factory=dict)  # user id → status, as getChatMember
    topics: dict[int, str] = field(default_factory=dict)  # message_thread_id → name
    refusal: ApiError | None = None  # what every send and edit gets


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it stands now; an edit replaces it."""

    id: int
    chat_id: int
    sender: int  # user id
    at: datetime
    text: str  # as people read it
    entities: tuple[Entity, ...] = ()
    html: str = ""  # `text` as the bot sent it; empty for what people wrote
    reply_markup: Json | None = None
    thread_id: int | None = None
    reply_to: int | None = None  # message id
    edited_at: datetime | None = None

    @property
    def buttons(self) -> list[Json]:
        """All inline buttons, row after row."""
        rows = (self.reply_markup or {}).get("inline_keyboard", [])
        return [button for row in rows for button in row]


@dataclass(frozen=True, slots=True)
class Accepted:
    """Something the bot did to a chat. `message` as it was after it (for a deletion: before)."""

    kind: Literal["send", "edit", "delete"]
    at: datetime
    message: Message


@dataclass(frozen=True, slots=True)
class Rejected:
    """A call that got an error; scripted ones too."""

    at: datetime
    method: str  # as called
    chat_id: str  # the argument, empty where there is none
    error: ApiError


@dataclass(slots=True)
class Tap:
    """A press on a button. The three last fields come with the bot's answer."""

    id: str
    at: datetime
    message: Message
    data: str
    user: int
    answered: bool = False
    text: str = ""  # what the person is shown; empty: nothing
    show_alert: bool = False


@dataclass(slots=True)
class Fault:
    """What happens to the next `times` calls of a method instead of an ordinary answer.

    In this order: the call takes effect if it is `accepted`; it is held for `hold` seconds; its
    connection is cut where `drop` is set, or it gets `error`; else it goes on as usual. One that
    is held and not yet accepted is forgotten if the caller leaves meanwhile.
    """

    method: str
    chat: int | None = None  # only calls for this chat id
    times: int | None = 1  # None: until it is removed
    accepted: bool = False
    hold: float = 0.0  # seconds of real time
    drop: bool = False
    error: ApiError | None = None


def user_json(user: User) -> Json:
    optional = {
        "username": user.username,
        "language_code": "" if user.is_bot else user.language_code,
    }
    return {
        "id": user.id,
        "is_bot": user.is_bot,
        "first_name": user.first_name,
        **{key: value for key, value in optional.items() if value},
    }


def chat_json(chat: Chat) -> Json:
    """The short form, as it stands in messages."""
    return {
        "id": chat.id,
        "type": chat.kind,
        ("first_name" if chat.kind == "private" else "title"): chat.title,
        **({"username": chat.username} if chat.username else {}),
        **({"is_forum": True} if chat.topics else {}),
    }


def entity_json(entity: Entity, user: Callable[[int], User]) -> Json:
    form: Json = {"type": entity.kind, "offset": entity.offset, "length": entity.length}
    match entity.kind:
        case "text_link":
            form["url"] = entity.argument
        case "text_mention":
            form["user"] = user_json(user(int(entity.argument)))
        case "custom_emoji":
            form["custom_emoji_id"] = entity.argument
        case "pre" if entity.argument:
            form["language"] = entity.argument
        case "date_time":
            seconds, _, form["date_time_format"] = entity.argument.partition(" ")
            form["unix_time"] = int(seconds)
    return form


def message_json(message: Message, chat: Chat, user: Callable[[int], User]) -> Json:
    form: Json = {
        "message_id": message.id,
        "from": user_json(user(message.sender)),
        "chat": chat_json(chat),
        "date": int(message.at.timestamp()),
        "text": message.text,
    }
    if message.entities:
        form["entities"] = [entity_json(entity, user) for entity in message.entities]
    if "inline_keyboard" in (message.reply_markup or {}):
        form["reply_markup"] = message.reply_markup
    if message.thread_id is not None:
        form |= {"message_thread_id": message.thread_id, "is_topic_message": True}
    if message.edited_at is not None:
        form["edit_date"] = int(message.edited_at.timestamp())
    return form


def error_json(error: ApiError) -> Json:
    parameters = {"retry_after": error.retry_after, "migrate_to_chat_id": error.migrate_to}
    named = {key: value for key, value in parameters.items() if value is not None}
    return {
        "ok": False,
        "error_code": error.code,
        "description": error.description,
        **({"parameters": named} if named else {}),
    }
