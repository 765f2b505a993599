"""The people's side of the local Bot API server, and its state over a restart."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from bot.demo.telegram_dump import dump, load
from bot.demo.telegram_html import Entity
from bot.demo.telegram_server import TelegramServer
from bot.demo.telegram_values import BLOCKED, Chat, Fault, Message
from tests.local_telegram import TOKEN, LocalTelegram, local_telegram

KEYBOARD = {"inline_keyboard": [[{"text": "Save", "callback_data": "save"}]]}


@pytest.fixture
async def local() -> AsyncIterator[LocalTelegram]:
    async with local_telegram() as served:
        yield served


@pytest.fixture
def chat(local: LocalTelegram) -> Chat:
    return local.server.private_chat("Dana", username="dana", language_code="kk")


def waiting(server: TelegramServer) -> list[dict[str, Any]]:
    return [update for _, update in server.updates.pending]


@pytest.mark.parametrize("token", ["", "abc", "0:abc", "1:", "1:a b", "1/2:a"])
def test_a_token_must_look_like_one(token: str) -> None:
    with pytest.raises(ValueError, match="a token is"):
        TelegramServer(token)


async def test_what_a_person_says_becomes_an_update(local: LocalTelegram, chat: Chat) -> None:
    message = local.server.say(chat, "  /add\tТокаев ")
    assert (message.text, message.entities) == ("/add Токаев", (Entity("bot_command", 0, 4),))
    (update,) = waiting(local.server)
    assert update["message"] == {
        "message_id": 1,
        "from": {
            "id": chat.id,
            "is_bot": False,
            "first_name": "Dana",
            "username": "dana",
            "language_code": "kk",
        },
        "chat": {"id": chat.id, "type": "private", "first_name": "Dana", "username": "dana"},
        "date": int(local.clock.time.timestamp()),
        "text": "/add Токаев",
        "entities": [{"type": "bot_command", "offset": 0, "length": 4}],
    }


async def test_what_nobody_could_say_is_an_error(local: LocalTelegram, chat: Chat) -> None:
    with pytest.raises(ValueError, match="nothing to say"):
        local.server.say(chat, " \n")
    local.server.block(chat)
    with pytest.raises(ValueError, match="left the bot"):
        local.server.say(chat, "hello")


async def test_blocking_and_unblocking_are_told(local: LocalTelegram, chat: Chat) -> None:
    local.server.block(chat)
    refusals = [chat.refusal]
    local.server.unblock(chat)
    assert [*refusals, chat.refusal] == [BLOCKED, None]
    changes = [update["my_chat_member"] for update in waiting(local.server)]
    assert [
        (change["old_chat_member"]["status"], change["new_chat_member"]["status"])
        for change in changes
    ] == [("member", "kicked"), ("kicked", "member")]
    assert changes[0]["from"]["id"] == changes[0]["chat"]["id"] == chat.id


HEARD_IN_GROUPS = {
    "a command": ("/start", True),
    "a command to this bot": ("/start@kazwatch_demo_bot now", True),
    "a command to another bot": ("/start@other_bot", False),
    "talk": ("Tokayev said", False),
    "a command that is not first": ("try /start", False),
}


@pytest.mark.parametrize(("text", "heard"), HEARD_IN_GROUPS.values(), ids=HEARD_IN_GROUPS.keys())
async def test_in_a_group_the_bot_hears_only_what_is_for_it(
    local: LocalTelegram, text: str, heard: bool
) -> None:
    group = local.server.group("News", local.server.person("Dana"))
    local.server.say(group, text)
    assert bool(waiting(local.server)) == heard
    assert [message.text for message in local.server.history(group)] == [text]


async def test_replies_to_the_bot_are_heard_and_admins_hear_all(local: LocalTelegram) -> None:
    server = local.server
    group = server.group("News", server.person("Dana"), kind="group")
    await local.call("sendMessage", chat_id=group.id, text="Add what?")
    server.say(group, "Tokayev", reply_to=server.sent(group)[0])
    group.members[server.me.id] = "administrator"
    server.say(group, "talk")
    heard = [update["message"]["text"] for update in waiting(server)]
    assert heard == ["Tokayev", "talk"]
    assert waiting(server)[0]["message"]["reply_to_message"]["text"] == "Add what?"


async def test_membership_can_be_asked(local: LocalTelegram) -> None:
    server = local.server
    dana, erlan, aida = (server.person(name) for name in ("Dana", "Erlan", "Aida"))
    group = server.group("News", dana, admins=[erlan])
    group.members[dana.id] = "creator"
    async with local.client_of_ptb() as client:
        members = [
            await client.get_chat_member(group.id, user.id)
            for user in (dana, erlan, aida, server.me)
        ]
    assert [member.status for member in members] == ["creator", "administrator", "left", "member"]
    refusal = await local.refusal("getChatMember", chat_id=group.id, user_id=1)
    assert refusal == "Bad Request: invalid user_id specified"


async def sent_with_button(local: LocalTelegram, chat: Chat) -> Message:
    await local.call("sendMessage", chat_id=chat.id, text="Add?", reply_markup=KEYBOARD)
    return local.server.sent(chat)[-1]


async def test_a_tap_becomes_an_update(local: LocalTelegram, chat: Chat) -> None:
    message = await sent_with_button(local, chat)
    tap = local.server.tap(message, "save")
    (update,) = waiting(local.server)
    query = update["callback_query"]
    assert (query["id"], query["data"], query["from"]["id"]) == (tap.id, "save", chat.id)
    assert query["message"]["reply_markup"] == KEYBOARD


async def test_only_buttons_that_are_there_now_can_be_tapped(
    local: LocalTelegram, chat: Chat
) -> None:
    message = await sent_with_button(local, chat)
    with pytest.raises(ValueError, match="no button 'other'"):
        local.server.tap(message, "other")
    await local.call("editMessageText", chat_id=chat.id, message_id=message.id, text="Added")
    with pytest.raises(ValueError, match="no button 'save'"):
        local.server.tap(message, "save")
    await local.call("deleteMessage", chat_id=chat.id, message_id=message.id)
    with pytest.raises(LookupError):
        local.server.tap(message, "save")


async def test_changes_can_be_waited_for(local: LocalTelegram, chat: Chat) -> None:
    seen = local.server.version
    change = asyncio.create_task(local.server.changed(seen))
    await asyncio.wait({change}, timeout=0.02)
    assert not change.done()
    local.server.say(chat, "hello")
    assert await change == local.server.version > seen
    assert await local.server.changed(seen) == local.server.version  # at once


async def test_until_waits_for_what_the_bot_does(local: LocalTelegram, chat: Chat) -> None:
    answer = asyncio.create_task(local.server.until(lambda: local.server.sent(chat)))
    await local.call("sendMessage", chat_id=chat.id, text="hello")
    assert [message.text for message in await answer] == ["hello"]
    await local.call("sendMessage", chat_id=chat.id, text="<br>", parse_mode="HTML")
    with pytest.raises(TimeoutError, match=r"last: .*send 'hello'.*refused: .*br"):
        await local.server.until(lambda: False, seconds=0.01)
    local.server.faults.append(Fault("getMe", hold=0.01))
    call = asyncio.create_task(local.call("getMe"))
    await local.server.until(lambda: not local.server.faults)
    assert (await call)["ok"]


async def test_the_record_keeps_what_was_sent_as_it_was(local: LocalTelegram, chat: Chat) -> None:
    other = local.server.private_chat("Erlan")
    for to in (chat, other):
        await local.call("sendMessage", chat_id=to.id, text="old")
    local.clock.move(timedelta(minutes=1))
    await local.call("editMessageText", chat_id=chat.id, message_id=1, text="new")
    assert [
        (entry.kind, entry.message.chat_id, entry.message.text) for entry in local.server.record
    ] == [
        ("send", chat.id, "old"),
        ("send", other.id, "old"),
        ("edit", chat.id, "new"),
    ]
    assert local.server.record[2].at - local.server.record[0].at == timedelta(minutes=1)
    assert [message.text for message in local.server.sent(chat)] == ["old"]
    assert [message.text for message in local.server.history(chat)] == ["new"]


async def filled(local: LocalTelegram, chat: Chat) -> None:
    """Some of everything that can be kept."""
    server = local.server
    group = server.group("News", server.person("Erlan"))
    topic = server.open_topic(group, "Economy")
    await local.call("getUpdates", allowed_updates=["message", "callback_query"])
    await local.call("setMyCommands", commands=[{"command": "add", "description": "Add"}])
    html = "<b>x</b> <a href='http://a.kz'>y</a>"
    await local.call("sendMessage", chat_id=chat.id, text=html, parse_mode="HTML")
    await local.call("sendMessage", chat_id=group.id, text="t", message_thread_id=topic)
    message = await sent_with_button(local, chat)
    local.clock.move(timedelta(seconds=1))
    await local.call("editMessageText", chat_id=chat.id, message_id=1, text="edited")
    server.say(chat, "hello", reply_to=message)
    server.tap(message, "save")
    server.block(chat)


async def test_the_state_survives_as_plain_data(local: LocalTelegram, chat: Chat) -> None:
    await filled(local, chat)
    data = dump(local.server)
    again = TelegramServer(TOKEN, now=local.clock)
    load(again, json.loads(json.dumps(data)))
    assert dump(again) == data
    assert again.chats == local.server.chats
    assert again.messages == local.server.messages
    assert waiting(again) == waiting(local.server)
    assert again.users == local.server.users
    assert TOKEN.partition(":")[2] not in json.dumps(data)


async def test_after_a_restart_everything_is_counted_on(local: LocalTelegram, chat: Chat) -> None:
    await filled(local, chat)
    again = TelegramServer(TOKEN, now=local.clock)
    load(again, json.loads(json.dumps(dump(local.server))))
    both = (local.server, again)
    for server in both:
        server.unblock(server.chats[chat.id])
    assert again.say(again.chats[chat.id], "x").id == local.server.say(chat, "x").id
    taps = [server.tap(server.history(chat)[1], "save").id for server in both]
    assert taps[0] == taps[1]
    assert [update["update_id"] for update in waiting(again)] == [
        update["update_id"] for update in waiting(local.server)
    ]
    newcomers = [server.private_chat("Aida").id for server in both]
    assert newcomers[0] == newcomers[1]
    groups = [server.group("More").id for server in both]
    assert groups[0] == groups[1]
