"""The methods of the Bot API that the local server knows, each a function in `METHODS`.

A method takes the server and its arguments (all of them text, as the Bot API reads them) and
gives its result; what it refuses leaves it by `_RefusedError`, and `perform` as an `ApiError`.
The checks, their order and their words follow `Client.cpp` of tdlib/telegram-bot-api and what
TDLib and Telegram answer behind it. `getUpdates` is not here: it waits, see `telegram_http`.

Where Telegram's answer is not known for sure, the stricter one is given: a chat that refuses
sends refuses edits too. Not built: parse modes other than HTML, explicit `entities`, media.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, NoReturn

from bot.demo.telegram_html import ParsedText, Refused, parse_html
from bot.demo.telegram_keyboards import keyboard
from bot.demo.telegram_server import TAP_LIFETIME, TelegramServer
from bot.demo.telegram_text import is_utf8, sendable
from bot.demo.telegram_values import (
    NOT_FOUND,
    ApiError,
    Chat,
    Json,
    Message,
    bad_request,
    chat_json,
    user_json,
)

Arguments = Mapping[str, str]
Method = Callable[[TelegramServer, Arguments], Any]

MAX_BYTES = 1 << 15  # of a text before it is parsed
_ACTIONS = (
    "typing|upload_photo|record_video|upload_video|record_voice|upload_voice|upload_document|"
    "choose_sticker|find_location|record_video_note|upload_video_note"
)
_DELETABLE = timedelta(hours=48)
_ADMIN_RIGHTS = (
    "can_be_edited can_manage_chat can_delete_messages can_manage_video_chats "
    "can_restrict_members can_promote_members can_change_info can_invite_users can_post_stories "
    "can_edit_stories can_delete_stories is_anonymous"
)


class _RefusedError(Exception):
    """Leaves a method from whatever depth; never leaves this module."""

    def __init__(self, error: ApiError) -> None:
        super().__init__(error.description)
        self.error = error


def perform(server: TelegramServer, method: str, arguments: Arguments) -> Any:
    """The result of a method (its name in any case), or an `ApiError`."""
    known = _BY_NAME.get(method.lower())
    if known is None:
        return NOT_FOUND
    try:
        return known(server, arguments)
    except _RefusedError as refusal:
        return refusal.error


def integer(arguments: Arguments, name: str) -> int:
    """The whole number under this name; 0 where there is none."""
    return _number(arguments.get(name, "").strip()) or 0


def flag(arguments: Arguments, name: str) -> bool:
    return arguments.get(name, "").lower() in ("true", "yes", "1")


def from_json(text: str) -> object:
    """The value that the text holds; None where it holds none."""
    try:
        value: object = json.loads(text)
    except ValueError:
        return None
    return value


def _get_me(server: TelegramServer, _arguments: Arguments) -> Json:
    return {
        **user_json(server.me),
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def _send_message(server: TelegramServer, arguments: Arguments) -> Json:
    text = _parsed(arguments)
    markup = _keyboard(arguments)
    chat = _writable_chat(server, arguments)
    reply_to = _replied(server, chat, arguments)
    thread_id = integer(arguments, "message_thread_id") or None
    if thread_id is not None and thread_id not in chat.topics:
        _refuse("message thread not found")
    words = _sendable(server, text)
    message = Message(
        id=0,
        chat_id=chat.id,
        sender=server.me.id,
        at=server.now(),
        text=words.text,
        entities=words.entities,
        html=arguments["text"],
        reply_markup=markup,
        thread_id=thread_id,
        reply_to=reply_to,
    )
    return server.form(server.deliver(message))


def _edit_message_text(server: TelegramServer, arguments: Arguments) -> Json:
    text = _parsed(arguments)
    markup = _keyboard(arguments, inline_only=True)
    before = _editable(server, arguments)
    words = _sendable(server, text)
    after = replace(
        before,
        text=words.text,
        entities=words.entities,
        html=arguments["text"],
        reply_markup=markup,  # an edit without a keyboard takes the keyboard away
    )
    return _edited(server, before, after)


def _edit_message_reply_markup(server: TelegramServer, arguments: Arguments) -> Json:
    markup = _keyboard(arguments, inline_only=True)
    before = _editable(server, arguments)
    return _edited(server, before, replace(before, reply_markup=markup))


def _edited(server: TelegramServer, before: Message, after: Message) -> Json:
    if replace(after, html=before.html) == before:
        _refuse(
            "message is not modified: specified new message content and reply markup are exactly "
            "the same as a current content and reply markup of the message"
        )
    return server.form(server.edit(after))


def _delete_message(server: TelegramServer, arguments: Arguments) -> bool:
    message = _message(server, arguments, "message to delete")
    private = server.chats[message.chat_id].kind == "private"
    ours = private or message.sender == server.me.id
    if not ours or server.now() - message.at > _DELETABLE:
        _refuse("message can't be deleted")
    server.delete(message)
    return True


def _answer_callback_query(server: TelegramServer, arguments: Arguments) -> bool:
    asked = arguments.get("callback_query_id", "")
    tap = next((tap for tap in server.taps if tap.id == asked), None)
    if tap is None or tap.answered or server.now() - tap.at > TAP_LIFETIME:
        _refuse("query is too old and response timeout expired or query ID is invalid")
    text = arguments.get("text", "")
    if len(text) > 200:
        _refuse("MESSAGE_TOO_LONG")
    server.answer(tap, text, flag(arguments, "show_alert"))
    return True


def _send_chat_action(server: TelegramServer, arguments: Arguments) -> bool:
    if not re.fullmatch(_ACTIONS, arguments.get("action", "")):
        _refuse("wrong parameter action in request")
    _writable_chat(server, arguments)
    return True


def _get_chat(server: TelegramServer, arguments: Arguments) -> Json:
    chat = _chat(server, arguments)
    gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription")
    return {
        **chat_json(chat),
        "accent_color_id": abs(chat.id) % 7,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys((*gifts, "gifts_from_channels"), False),
    }


def _get_chat_member(server: TelegramServer, arguments: Arguments) -> Json:
    chat = _chat(server, arguments)
    user = server.users.get(integer(arguments, "user_id"))
    if user is None:
        _refuse("invalid user_id specified")
    status = chat.members.get(user.id, "left")
    rights: Json = {}
    if status == "administrator":
        rights = {right: right == "can_manage_chat" for right in _ADMIN_RIGHTS.split()}
    elif status == "creator":
        rights = {"is_anonymous": False}
    return {"user": user_json(user), "status": status, **rights}


def _set_my_commands(server: TelegramServer, arguments: Arguments) -> bool:
    key = _command_key(server, arguments)
    commands = from_json(arguments.get("commands", ""))
    if not isinstance(commands, list):
        _refuse("expected an Array of BotCommand")
    for command in commands:
        if not isinstance(command, dict) or not {"command", "description"} <= command.keys():
            _refuse("can't parse BotCommand: expected an Object with command and description")
        if not re.fullmatch(r"/?[a-z0-9_]{1,32}", command["command"]):
            _refuse("BOT_COMMAND_INVALID")
        if not 1 <= len(command["description"]) <= 256:
            _refuse("BOT_COMMAND_DESCRIPTION_INVALID")
    server.commands[key] = [
        {"command": command["command"].lstrip("/"), "description": command["description"]}
        for command in commands
    ]
    return True


def _get_my_commands(server: TelegramServer, arguments: Arguments) -> list[Json]:
    return server.commands.get(_command_key(server, arguments), [])


def _delete_my_commands(server: TelegramServer, arguments: Arguments) -> bool:
    server.commands.pop(_command_key(server, arguments), None)
    return True


def _delete_webhook(server: TelegramServer, arguments: Arguments) -> bool:
    if flag(arguments, "drop_pending_updates"):
        server.updates.clear()
    return True


def _true(_server: TelegramServer, _arguments: Arguments) -> bool:
    return True


# Pieces that several methods share


def _refuse(reason: str) -> NoReturn:
    raise _RefusedError(bad_request(reason))


def _parsed(arguments: Arguments) -> ParsedText:
    text, mode = arguments.get("text", ""), arguments.get("parse_mode", "").lower()
    if not text:
        _refuse("message text is empty")
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        _refuse("text is too long")
    if mode not in ("", "none", "html") or arguments.get("entities"):
        _refuse("unsupported parse_mode")
    if mode != "html" and not is_utf8(text):
        _refuse("strings must be encoded in UTF-8")
    parsed = parse_html(text) if mode == "html" else ParsedText(text)
    if isinstance(parsed, Refused):
        _refuse(parsed.reason)
    return parsed


def _sendable(server: TelegramServer, text: ParsedText) -> ParsedText:
    """The text as it will stand in the chat, without mentions of users who are not known."""
    words = sendable(text)
    if isinstance(words, Refused):
        _refuse(words.reason)
    known = tuple(
        entity
        for entity in words.entities
        if entity.kind != "text_mention" or int(entity.argument) in server.users
    )
    return ParsedText(words.text, known)


def _keyboard(arguments: Arguments, *, inline_only: bool = False) -> Json | None:
    markup = keyboard(arguments.get("reply_markup", ""), inline_only=inline_only)
    if isinstance(markup, ApiError):
        raise _RefusedError(markup)
    return markup


def _chat(server: TelegramServer, arguments: Arguments) -> Chat:
    wanted = arguments.get("chat_id", "")
    if not wanted:
        _refuse("chat_id is empty")
    if wanted.startswith("@"):
        named = (chat for chat in server.chats.values() if f"@{chat.username}" == wanted)
        found = next(named, None)
    else:
        found = server.chats.get(integer(arguments, "chat_id"))
    return found or _refuse("chat not found")


def _writable_chat(server: TelegramServer, arguments: Arguments) -> Chat:
    chat = _chat(server, arguments)
    if chat.refusal is not None:
        raise _RefusedError(chat.refusal)
    return chat


def _message(server: TelegramServer, arguments: Arguments, what: str) -> Message:
    chat = _writable_chat(server, arguments)
    message = server.messages[chat.id].get(integer(arguments, "message_id"))
    return message or _refuse(f"{what} not found")


def _editable(server: TelegramServer, arguments: Arguments) -> Message:
    message = _message(server, arguments, "message to edit")
    if message.sender != server.me.id:
        _refuse("message can't be edited")
    return message


def _replied(server: TelegramServer, chat: Chat, arguments: Arguments) -> int | None:
    """The id of the message that is answered, if any."""
    wanted = from_json(arguments.get("reply_parameters", "{}"))
    if not isinstance(wanted, dict):
        _refuse("object expected as reply parameters")
    message_id = _number(wanted.get("message_id", 0)) or 0
    if message_id in server.messages[chat.id]:
        return message_id
    if message_id > 0 and not wanted.get("allow_sending_without_reply"):
        _refuse("message to be replied not found")
    return None


def _command_key(server: TelegramServer, arguments: Arguments) -> str:
    """Where a list of commands is kept: its scope and language, as sorted JSON."""
    scope = from_json(arguments.get("scope") or '{"type": "default"}')
    if not isinstance(scope, dict):
        _refuse("can't parse BotCommandScope JSON object")
    if "chat_id" in scope and _number(scope["chat_id"]) not in server.chats:
        _refuse("chat not found")
    language = arguments.get("language_code", "")
    if language and not re.fullmatch(r"[a-z]{2}", language):
        _refuse("invalid language code specified")
    return json.dumps([scope, language], sort_keys=True)


def _number(value: object) -> int | None:
    return int(str(value)) if re.fullmatch(r"-?[0-9]{1,18}", str(value)) else None


METHODS: Mapping[str, Method] = {
    "getMe": _get_me,
    "sendMessage": _send_message,
    "editMessageText": _edit_message_text,
    "editMessageReplyMarkup": _edit_message_reply_markup,
    "deleteMessage": _delete_message,
    "answerCallbackQuery": _answer_callback_query,
    "sendChatAction": _send_chat_action,
    "getChat": _get_chat,
    "getChatMember": _get_chat_member,
    "setMyCommands": _set_my_commands,
    "getMyCommands": _get_my_commands,
    "deleteMyCommands": _delete_my_commands,
    "setMyName": _true,
    "setMyDescription": _true,
    "setMyShortDescription": _true,
    "deleteWebhook": _delete_webhook,
}
_BY_NAME = {name.lower(): method for name, method in METHODS.items()}
