"""A Telegram update → what the person asks for.

Nothing here trusts the payload: a field that is missing or of another type counts as absent, so
that no update can stop the lane. Verbs that stand for events (left, joined, moved) come from
events alone: neither a typed command nor a forged tap reaches them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.model import Request

COMMANDS = frozenset(
    {"start", "help", "add", "topics", "remove", "keywords", "pause", "resume", "status"}
)  # what people type
TAPS = frozenset(
    {
        *("save", "edit", "cancel", "topics", "topic", "only", "rm", "keywords", "outlets"),
        *("pause", "resume", "cap", "page"),
    }
)  # what our own buttons carry; "page" is the inert n/m between two arrows

_COMMAND = re.compile(r"/(\w{1,32})(?:@(\w{1,64}))?(?:\s+(.*))?", re.DOTALL)
_TAP = re.compile(r"([a-z]{1,16})(?::(.*))?", re.DOTALL)
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_INT64 = 2**63


def request_of(payload: Mapping[str, object], username: str) -> Request | None:
    """What is asked, or None when nothing is (edits, pictures, other bots' commands, noise).

    ``payload`` is the Bot API's Update, ``username`` our own, without the @.
    """
    if message := _object(payload, "message"):
        return _from_message(message, username)
    if post := _object(payload, "channel_post"):
        return _from_message(post, username)
    if tap := _object(payload, "callback_query"):
        return _from_tap(tap)
    if change := _object(payload, "my_chat_member"):
        return _from_membership(change)
    return None


def _from_message(message: Mapping[str, object], username: str) -> Request | None:
    if moved_to := _integer(message, "migrate_to_chat_id"):
        return _request("moved", str(moved_to), message, {})
    text = _text(message, "text").strip()
    sender = _object(message, "from")
    private = _text(_object(message, "chat"), "type") == "private"
    if not text.startswith("/"):
        verb = "text" if private else "reply" if _answers_us(message, username) else ""
        return _request(verb, text, message, sender) if verb and text else None
    parts = _COMMAND.fullmatch(text)
    if parts is None:
        return _request("unknown", text, message, sender) if private else None
    word, addressee, argument = parts[1].lower(), parts[2] or "", (parts[3] or "").strip()
    if addressee and addressee.lower() != username.lower():
        return None
    if word in COMMANDS:
        return _request(word, argument, message, sender)
    # In a group an unknown command is most likely meant for another bot.
    return _request("unknown", f"/{word}", message, sender) if private or addressee else None


def _answers_us(message: Mapping[str, object], username: str) -> bool:
    """Whether a text in a group or channel is a reply to something of ours; in a channel all
    messages are the channel's."""
    replied = _object(message, "reply_to_message")
    author = _text(_object(replied, "from"), "username").lower()
    channel = _text(_object(message, "chat"), "type") == "channel"
    return author == username.lower() or (channel and bool(replied))


def _from_tap(tap: Mapping[str, object]) -> Request | None:
    callback_id = _text(tap, "id")
    message = _object(tap, "message")
    if not callback_id:
        return None
    parts = _TAP.fullmatch(_text(tap, "data"))
    verb, argument = (parts[1], parts[2] or "") if parts and parts[1] in TAPS else ("unknown", "")
    return _request(verb, argument, message, _object(tap, "from"), callback_id)


def _from_membership(change: Mapping[str, object]) -> Request | None:
    member = _object(change, "new_chat_member")
    status = _text(member, "status")
    was = _text(_object(change, "old_chat_member"), "status")
    sender = _object(change, "from")
    if status in {"left", "kicked"}:
        return _request("left", status, change, sender)
    came = status in {"member", "creator"} and was in {"left", "kicked", "restricted"}
    may_write = status == "restricted" and member.get("can_send_messages") is True
    # A promotion counts too: where only administrators may write, it gives us our voice.
    if came or may_write or status == "administrator":
        return _request("joined", was, change, sender)
    return None


def _request(
    verb: str,
    argument: str,
    message: Mapping[str, object],
    sender: Mapping[str, object],
    callback_id: str = "",
) -> Request | None:
    chat = _object(message, "chat")
    telegram_id, kind = _integer(chat, "id"), _text(chat, "type")
    if telegram_id is None or kind not in {"private", "group", "supergroup", "channel"}:
        return None
    # Answers to a message carry its thread id in every supergroup; only a topic's is a place.
    in_topic = message.get("is_topic_message") is True
    return Request(
        verb=verb,
        argument=argument,
        telegram_id=telegram_id,
        chat_kind=kind,
        chat_title=_title(chat),
        language=_language(_text(sender, "language_code")),
        thread_id=(_integer(message, "message_thread_id") or 0) if in_topic else 0,
        message_id=_integer(message, "message_id") if callback_id else None,
        callback_id=callback_id,
        replies_to=_integer(_object(message, "reply_to_message"), "message_id")
        if verb == "reply"
        else None,
    )


def _title(chat: Mapping[str, object]) -> str:
    names = (_text(chat, "first_name"), _text(chat, "last_name"))
    return _text(chat, "title") or " ".join(name for name in names if name)


def _language(code: str) -> str:
    primary = code.lower().partition("-")[0]
    return primary if _LANGUAGE.fullmatch(primary) else ""


def _object(parent: Mapping[str, object], name: str) -> Mapping[str, object]:
    value = parent.get(name)
    return value if isinstance(value, Mapping) else {}


def _text(parent: Mapping[str, object], name: str) -> str:
    value = parent.get(name)
    if not isinstance(value, str):
        return ""
    # Lone surrogates and NUL cannot be stored.
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "")


def _integer(parent: Mapping[str, object], name: str) -> int | None:
    value = parent.get(name)
    fits = isinstance(value, int) and not isinstance(value, bool) and -_INT64 <= value < _INT64
    return value if fits and isinstance(value, int) else None
