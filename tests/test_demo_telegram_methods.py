"""What the local Bot API server takes and what it refuses, over HTTP, in Telegram's words."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.demo.telegram_html import Entity
from bot.demo.telegram_server import TAP_LIFETIME
from bot.demo.telegram_values import BLOCKED, DEACTIVATED, ApiError, Chat
from tests.local_telegram import LocalTelegram, local_telegram

KEYBOARD = {"inline_keyboard": [[{"text": "Save", "callback_data": "save"}]]}


@pytest.fixture
async def telegram() -> AsyncIterator[LocalTelegram]:
    async with local_telegram() as served:
        yield served


@pytest.fixture
def chat(telegram: LocalTelegram) -> Chat:
    return telegram.server.private_chat("Dana", username="dana", language_code="kk")


async def test_get_me_tells_who_the_bot_is(telegram: LocalTelegram) -> None:
    result = (await telegram.call("getMe"))["result"]
    assert result["id"] == 8000000001
    assert result["is_bot"] is True
    assert result["username"] == "kazwatch_demo_bot"
    assert result["can_read_all_group_messages"] is False


async def test_a_message_is_taken_and_recorded(telegram: LocalTelegram, chat: Chat) -> None:
    html = ' <b>Қазақстан</b>: <a href="https://example.kz/a">news</a>\n'
    form = await telegram.call(
        "sendMessage",
        chat_id=chat.id,
        text=html,
        parse_mode="HTML",
        reply_markup=KEYBOARD,
        link_preview_options={"is_disabled": True},
        disable_notification=True,
    )
    assert form["result"] == {
        "message_id": 1,
        "from": {
            "id": 8000000001,
            "is_bot": True,
            "first_name": "kazwatch",
            "username": "kazwatch_demo_bot",
        },
        "chat": {"id": chat.id, "type": "private", "first_name": "Dana", "username": "dana"},
        "date": int(telegram.clock.time.timestamp()),
        "text": " Қазақстан: news"[1:],
        "entities": [
            {"type": "bold", "offset": 0, "length": 9},
            {"type": "text_link", "offset": 11, "length": 4, "url": "https://example.kz/a"},
        ],
        "reply_markup": KEYBOARD,
    }
    (accepted,) = telegram.server.record
    assert (accepted.kind, accepted.at) == ("send", telegram.clock.time)
    message = accepted.message
    assert (message.chat_id, message.id, message.html) == (chat.id, 1, html)
    assert (message.text, message.reply_markup) == ("Қазақстан: news", KEYBOARD)
    assert message.entities[0] == Entity("bold", 0, 9)
    assert telegram.server.history(chat) == [message]


async def test_without_a_parse_mode_tags_are_words(telegram: LocalTelegram, chat: Chat) -> None:
    await telegram.call("sendMessage", chat_id=chat.id, text="<b>x & /add")
    (message,) = telegram.server.sent(chat)
    assert (message.text, message.entities) == ("<b>x & /add", (Entity("bot_command", 7, 4),))


REFUSED_TEXTS = {
    "nothing": ("", "message text is empty"),
    "only blanks": (" \n ", "text must be non-empty"),
    "only tags": ("<b></b>", "text must be non-empty"),
    "too long": ("x" * 4097, "message is too long"),
    "far too long": ("x" * 40_000, "text is too long"),
    "a line break tag": (
        "қ<br>",
        'can\'t parse entities: Unsupported start tag "br" at byte offset 2',
    ),
    "a tag left open": (
        "<b>x",
        "can't parse entities: Can't find end tag corresponding to start tag \"b\"",
    ),
}


@pytest.mark.parametrize(("text", "reason"), REFUSED_TEXTS.values(), ids=REFUSED_TEXTS.keys())
async def test_a_text_is_refused(
    telegram: LocalTelegram, chat: Chat, text: str, reason: str
) -> None:
    sent = await telegram.call("sendMessage", chat_id=chat.id, text="old")
    arguments = {"chat_id": chat.id, "text": text, "parse_mode": "HTML"}
    assert await telegram.refusal("sendMessage", **arguments) == f"Bad Request: {reason}"
    arguments |= {"message_id": sent["result"]["message_id"]}
    assert await telegram.refusal("editMessageText", **arguments) == f"Bad Request: {reason}"
    assert [message.text for message in telegram.server.history(chat)] == ["old"]
    assert [entry.method for entry in telegram.server.rejected] == [
        "sendMessage",
        "editMessageText",
    ]


async def test_the_limit_counts_code_points_after_parsing(
    telegram: LocalTelegram, chat: Chat
) -> None:
    text = "<b>" + "😀" * 4096 + "</b>"
    form = await telegram.call("sendMessage", chat_id=chat.id, text=text, parse_mode="HTML")
    assert form["result"]["entities"] == [{"type": "bold", "offset": 0, "length": 8192}]


@pytest.mark.parametrize(
    ("mode", "reason"), [("HTML", "text must be"), ("", "strings must be")], ids=["HTML", "none"]
)
async def test_text_that_is_no_utf8_is_refused(
    telegram: LocalTelegram, chat: Chat, mode: str, reason: str
) -> None:
    arguments = {"chat_id": chat.id, "text": "\ud800", "parse_mode": mode}
    refusal = await telegram.refusal("sendMessage", **arguments)
    assert refusal == f"Bad Request: {reason} encoded in UTF-8"


async def test_other_parse_modes_are_refused(telegram: LocalTelegram, chat: Chat) -> None:
    arguments = {"chat_id": chat.id, "text": "x", "parse_mode": "MarkdownV2"}
    assert await telegram.refusal("sendMessage", **arguments) == (
        "Bad Request: unsupported parse_mode"
    )


@pytest.mark.parametrize("chat_id", [1, -100, "@nobody", "x"])
async def test_an_unknown_chat_is_not_found(telegram: LocalTelegram, chat_id: object) -> None:
    for method in ("sendMessage", "editMessageText", "getChat"):
        refusal = await telegram.refusal(method, chat_id=chat_id, message_id=1, text="x")
        assert refusal == "Bad Request: chat not found"


async def test_a_chat_must_be_named(telegram: LocalTelegram) -> None:
    assert await telegram.refusal("sendMessage", text="x") == "Bad Request: chat_id is empty"


async def test_a_public_name_finds_a_chat(telegram: LocalTelegram, chat: Chat) -> None:
    assert (await telegram.call("getChat", chat_id="@dana"))["result"]["id"] == chat.id


async def test_who_blocked_the_bot_gets_nothing_until_unblocked(
    telegram: LocalTelegram, chat: Chat
) -> None:
    sent = await telegram.call("sendMessage", chat_id=chat.id, text="x")
    telegram.server.block(chat)
    arguments = {"chat_id": chat.id, "text": "y", "message_id": sent["result"]["message_id"]}
    for method in ("sendMessage", "editMessageText"):
        assert await telegram.refusal(method, **arguments) == BLOCKED.description
    telegram.server.unblock(chat)
    assert (await telegram.call("sendMessage", chat_id=chat.id, text="z"))["ok"]
    assert [message.text for message in telegram.server.sent(chat)] == ["x", "z"]


async def test_a_chat_can_refuse_for_any_reason(telegram: LocalTelegram, chat: Chat) -> None:
    chat.refusal = DEACTIVATED
    refusal = await telegram.call("sendMessage", chat_id=chat.id, text="x")
    assert (refusal["error_code"], refusal["description"]) == (
        403,
        "Forbidden: user is deactivated",
    )
    group = telegram.server.group("News", kind="group")
    words = "Bad Request: group chat was upgraded to a supergroup chat"
    group.refusal = ApiError(400, words, migrate_to=-1001)
    moved = await telegram.call("sendMessage", chat_id=group.id, text="x")
    assert moved == {
        "ok": False,
        "error_code": 400,
        "description": words,
        "parameters": {"migrate_to_chat_id": -1001},
    }


async def test_an_edit_replaces_words_and_keyboard(telegram: LocalTelegram, chat: Chat) -> None:
    arguments = {"chat_id": chat.id, "parse_mode": "HTML"}
    sent = await telegram.call("sendMessage", **arguments, text="old", reply_markup=KEYBOARD)
    arguments |= {"message_id": sent["result"]["message_id"]}
    telegram.clock.move(timedelta(minutes=5))
    edited = (await telegram.call("editMessageText", **arguments, text="<i>new</i>"))["result"]
    assert (edited["text"], edited["edit_date"]) == ("new", int(telegram.clock.time.timestamp()))
    assert "reply_markup" not in edited  # left out, it is taken away
    await telegram.call("editMessageReplyMarkup", **arguments, reply_markup=KEYBOARD)
    (message,) = telegram.server.history(chat)
    assert (message.text, message.html, message.reply_markup) == ("new", "<i>new</i>", KEYBOARD)
    assert [(entry.kind, entry.message.text) for entry in telegram.server.record] == [
        ("send", "old"),
        ("edit", "new"),
        ("edit", "new"),
    ]


async def test_an_edit_that_changes_nothing_is_refused(telegram: LocalTelegram, chat: Chat) -> None:
    arguments = {"chat_id": chat.id, "text": "x", "reply_markup": KEYBOARD}
    sent = await telegram.call("sendMessage", **arguments)
    arguments |= {"message_id": sent["result"]["message_id"]}
    for method in ("editMessageText", "editMessageReplyMarkup"):
        refusal = await telegram.refusal(method, **arguments)
        assert refusal.startswith("Bad Request: message is not modified: specified new message")
    same_words = await telegram.refusal(
        "editMessageText", **{**arguments, "text": "<b></b>x ", "parse_mode": "HTML"}
    )
    assert same_words.startswith("Bad Request: message is not modified")


async def test_only_messages_that_are_there_and_our_own_are_edited(
    telegram: LocalTelegram, chat: Chat
) -> None:
    theirs = telegram.server.say(chat, "hello")
    gone = await telegram.refusal("editMessageText", chat_id=chat.id, message_id=99, text="x")
    assert gone == "Bad Request: message to edit not found"
    foreign = await telegram.refusal(
        "editMessageText", chat_id=chat.id, message_id=theirs.id, text="x"
    )
    assert foreign == "Bad Request: message can't be edited"
    other = {"keyboard": [["x"]]}
    refusal = await telegram.refusal(
        "editMessageText", chat_id=chat.id, message_id=theirs.id, text="x", reply_markup=other
    )
    assert refusal == "Bad Request: inline keyboard expected"


async def test_messages_are_deleted_for_two_days(telegram: LocalTelegram, chat: Chat) -> None:
    server = telegram.server
    for text in ("first", "second"):
        await telegram.call("sendMessage", chat_id=chat.id, text=text)
    first, second = server.history(chat)
    assert (await telegram.call("deleteMessage", chat_id=chat.id, message_id=first.id))["result"]
    again = await telegram.refusal("deleteMessage", chat_id=chat.id, message_id=first.id)
    assert again == "Bad Request: message to delete not found"
    telegram.clock.move(timedelta(hours=49))
    late = await telegram.refusal("deleteMessage", chat_id=chat.id, message_id=second.id)
    assert late == "Bad Request: message can't be deleted"
    assert [(entry.kind, entry.message.text) for entry in server.record][-1] == ("delete", "first")
    assert server.history(chat) == [second]


async def test_in_a_group_only_our_own_are_deleted(telegram: LocalTelegram) -> None:
    group = telegram.server.group("News", telegram.server.person("Dana"))
    theirs = telegram.server.say(group, "/start")
    refusal = await telegram.refusal("deleteMessage", chat_id=group.id, message_id=theirs.id)
    assert refusal == "Bad Request: message can't be deleted"


async def test_a_tap_is_answered_once_and_in_time(telegram: LocalTelegram, chat: Chat) -> None:
    await telegram.call("sendMessage", chat_id=chat.id, text="x", reply_markup=KEYBOARD)
    (message,) = telegram.server.sent(chat)
    tap = telegram.server.tap(message, "save")
    arguments = {"callback_query_id": tap.id, "text": "Saved", "show_alert": True}
    long = await telegram.refusal("answerCallbackQuery", **{**arguments, "text": "x" * 201})
    assert long == "Bad Request: MESSAGE_TOO_LONG"
    assert (await telegram.call("answerCallbackQuery", **arguments))["result"] is True
    assert (tap.answered, tap.text, tap.show_alert) == (True, "Saved", True)
    late = telegram.server.tap(message, "save")
    for query_id, seconds in ((tap.id, 0), ("1", 0), (late.id, 1)):
        telegram.clock.move(seconds * (TAP_LIFETIME + timedelta(seconds=1)))
        assert await telegram.refusal("answerCallbackQuery", callback_query_id=query_id) == (
            "Bad Request: query is too old and response timeout expired or query ID is invalid"
        )


async def test_a_reply_needs_what_it_replies_to(telegram: LocalTelegram, chat: Chat) -> None:
    question = telegram.server.say(chat, "why?")
    arguments = {"chat_id": chat.id, "text": "because"}
    reply = await telegram.call(
        "sendMessage", **arguments, reply_parameters={"message_id": question.id}
    )
    assert reply["result"]["reply_to_message"]["text"] == "why?"
    gone = {"message_id": 99}
    refusal = await telegram.refusal("sendMessage", **arguments, reply_parameters=gone)
    assert refusal == "Bad Request: message to be replied not found"
    gone |= {"allow_sending_without_reply": True}
    form = await telegram.call("sendMessage", **arguments, reply_parameters=gone)
    assert "reply_to_message" not in form["result"]


async def test_a_topic_must_exist(telegram: LocalTelegram) -> None:
    forum = telegram.server.group("Forum")
    topic = telegram.server.open_topic(forum, "Economy")
    arguments = {"chat_id": forum.id, "text": "x"}
    form = await telegram.call("sendMessage", **arguments, message_thread_id=topic)
    assert (form["result"]["message_thread_id"], form["result"]["chat"]["is_forum"]) == (
        topic,
        True,
    )
    refusal = await telegram.refusal("sendMessage", **arguments, message_thread_id=topic + 9)
    assert refusal == "Bad Request: message thread not found"


async def test_message_ids_are_shared_by_private_chats_and_counted_in_supergroups(
    telegram: LocalTelegram, chat: Chat
) -> None:
    other, group = telegram.server.private_chat("Erlan"), telegram.server.group("News")
    ids = [
        (await telegram.call("sendMessage", chat_id=to.id, text="x"))["result"]["message_id"]
        for to in (chat, other, group, group, chat)
    ]
    assert ids == [1, 2, 1, 2, 3]


async def test_mentions_of_strangers_are_dropped(telegram: LocalTelegram, chat: Chat) -> None:
    html = f"<a href='tg://user?id={chat.id}'>you</a> <a href='tg://user?id=5'>them</a>"
    form = await telegram.call("sendMessage", chat_id=chat.id, text=html, parse_mode="HTML")
    (entity,) = form["result"]["entities"]
    assert (entity["type"], entity["user"]["first_name"]) == ("text_mention", "Dana")


async def test_chat_actions_are_checked(telegram: LocalTelegram, chat: Chat) -> None:
    assert (await telegram.call("sendChatAction", chat_id=chat.id, action="typing"))["result"]
    refusal = await telegram.refusal("sendChatAction", chat_id=chat.id, action="dancing")
    assert refusal == "Bad Request: wrong parameter action in request"
    telegram.server.block(chat)
    refusal = await telegram.refusal("sendChatAction", chat_id=chat.id, action="typing")
    assert refusal == BLOCKED.description


COMMAND = {"command": "add", "description": "Add a word"}


async def test_commands_are_kept_by_scope_and_language(telegram: LocalTelegram, chat: Chat) -> None:
    russian = COMMAND | {"description": "Добавить слово"}
    here = {"scope": {"type": "chat", "chat_id": chat.id}}
    await telegram.call("setMyCommands", commands=[COMMAND])
    await telegram.call("setMyCommands", commands=[russian], language_code="ru")
    await telegram.call("setMyCommands", commands=[], **here)
    assert (await telegram.call("getMyCommands"))["result"] == [COMMAND]
    assert (await telegram.call("getMyCommands", language_code="ru"))["result"] == [russian]
    assert (await telegram.call("getMyCommands", **here))["result"] == []
    await telegram.call("deleteMyCommands", language_code="ru")
    assert (await telegram.call("getMyCommands", language_code="ru"))["result"] == []
    assert (await telegram.call("getMyCommands"))["result"] == [COMMAND]


REFUSED_COMMANDS: dict[str, tuple[dict[str, object], str]] = {
    "no list": ({"commands": "{}"}, "expected an Array of BotCommand"),
    "a field is missing": (
        {"commands": [{"command": "add"}]},
        "can't parse BotCommand: expected an Object with command and description",
    ),
    "capitals": ({"commands": [COMMAND | {"command": "Add"}]}, "BOT_COMMAND_INVALID"),
    "no description": (
        {"commands": [COMMAND | {"description": ""}]},
        "BOT_COMMAND_DESCRIPTION_INVALID",
    ),
    "a language that is none": (
        {"commands": [COMMAND], "language_code": "kaz"},
        "invalid language code specified",
    ),
    "a scope that is none": (
        {"commands": [COMMAND], "scope": "[]"},
        "can't parse BotCommandScope JSON object",
    ),
    "a chat that is none": (
        {"commands": [COMMAND], "scope": {"type": "chat", "chat_id": 1}},
        "chat not found",
    ),
}


@pytest.mark.parametrize(
    ("arguments", "reason"), REFUSED_COMMANDS.values(), ids=REFUSED_COMMANDS.keys()
)
async def test_commands_are_refused(
    telegram: LocalTelegram, arguments: dict[str, object], reason: str
) -> None:
    assert await telegram.refusal("setMyCommands", **arguments) == f"Bad Request: {reason}"


@pytest.mark.parametrize("method", ["setMyName", "setMyDescription", "setMyShortDescription"])
async def test_descriptions_are_taken(telegram: LocalTelegram, method: str) -> None:
    assert (await telegram.call(method))["result"] is True
