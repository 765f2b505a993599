"""The local Bot API server's HTTP: tokens, bodies, scripted faults, and what PTB makes of it."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from urllib.parse import quote

import httpx
import pytest
import telegram.error

from bot.demo.telegram_values import BAD_GATEWAY, UNAUTHORIZED, ApiError, Chat, Fault, flood_wait
from tests.local_telegram import TOKEN, LocalTelegram, local_telegram


@pytest.fixture
async def local() -> AsyncIterator[LocalTelegram]:
    async with local_telegram() as served:
        yield served


@pytest.fixture
def chat(local: LocalTelegram) -> Chat:
    return local.server.private_chat()


# Addresses and bodies


@pytest.mark.parametrize(
    ("path", "code", "description"),
    [
        (f"bot{TOKEN}/getme", 200, None),
        (f"bot{TOKEN}/GETME", 200, None),
        (f"bot{TOKEN}/getNothing", 404, "Not Found"),
        (f"bot{TOKEN}x/getMe", 401, "Unauthorized"),
        ("bot1:other/getMe", 401, "Unauthorized"),
        ("botmalformed/getMe", 404, "Not Found"),
        ("bot0:x/getMe", 404, "Not Found"),
        (f"bot{TOKEN}", 404, "Not Found"),
        (f"bot{TOKEN}/getMe/more", 404, "Not Found"),
    ],
)
@pytest.mark.parametrize("verb", ["GET", "POST"])
async def test_the_address_is_checked(
    local: LocalTelegram, path: str, code: int, description: str | None, verb: str
) -> None:
    answer = await local.client.request(verb, f"{local.url}/{path}")
    assert (answer.status_code, answer.json().get("error_code", 200)) == (code, code)
    assert answer.json().get("description") == description


async def test_arguments_come_in_any_of_four_forms(local: LocalTelegram, chat: Chat) -> None:
    address = f"{local.url}/bot{TOKEN}/sendMessage"
    text = "a&b=c\n ҚЗ+%😀"
    fields = {"chat_id": str(chat.id), "text": text}
    answers = [
        await local.client.get(f"{address}?chat_id={chat.id}&text={quote(text)}"),
        await local.client.post(address, data=fields),
        await local.client.post(address, files={key: (None, it) for key, it in fields.items()}),
        await local.client.post(address, json={"chat_id": chat.id, "text": text, "x": None}),
        await local.client.post(f"{address}?chat_id={chat.id}", data={"text": text}),
    ]
    assert [answer.status_code for answer in answers] == [200] * 5
    assert [message.text for message in local.server.sent(chat)] == [text] * 5


async def test_files_in_a_form_are_left_out(local: LocalTelegram, chat: Chat) -> None:
    answer = await local.client.post(
        f"{local.url}/bot{TOKEN}/sendMessage",
        data={"chat_id": str(chat.id), "text": "x"},
        files={"text": ("picture.png", b"\x89PNG\r\n\x00")},
    )
    assert answer.json()["result"]["text"] == "x"


# Through python-telegram-bot


async def test_ptb_sends_edits_and_reads(local: LocalTelegram, chat: Chat) -> None:
    save = telegram.InlineKeyboardButton("Save", callback_data="save")
    async with local.client_of_ptb() as client:
        me = await client.get_me()
        sent = await client.send_message(
            chat.id,
            "<b>old</b>",
            parse_mode="HTML",
            reply_markup=telegram.InlineKeyboardMarkup([[save]]),
            link_preview_options=telegram.LinkPreviewOptions(is_disabled=True),
        )
        edited = await client.edit_message_text("new", chat.id, sent.message_id)
        local.server.say(chat, "/add Tokayev")
        (update,) = await client.get_updates(timeout=1)
        await client.set_my_commands([("add", "Add a word")], language_code="kk")
        commands = await client.get_my_commands(language_code="kk")
        there = await client.get_chat(chat.id)
        member = await client.get_chat_member(chat.id, chat.id)
        assert await client.send_chat_action(chat.id, "typing")
        assert await client.delete_message(chat.id, sent.message_id)
    assert (me.username, sent.entities[0].type) == ("kazwatch_demo_bot", "bold")
    assert sent.date == local.clock.time
    assert isinstance(edited, telegram.Message)
    assert (edited.text, edited.reply_markup) == ("new", None)
    assert update.message is not None
    assert update.message.parse_entities(["bot_command"])
    assert [command.command for command in commands] == ["add"]
    assert (there.first_name, member.status) == ("Dana", "member")


async def test_ptb_reads_taps_and_membership(local: LocalTelegram, chat: Chat) -> None:
    markup = telegram.InlineKeyboardMarkup.from_button(
        telegram.InlineKeyboardButton("Save", callback_data="save")
    )
    async with local.client_of_ptb() as client:
        await client.send_message(chat.id, "x", reply_markup=markup)
        tap = local.server.tap(local.server.sent()[0], "save")
        local.server.block(chat)
        local.server.unblock(chat)
        tapped, blocked, unblocked = await client.get_updates()
        assert tapped.callback_query is not None
        assert await client.answer_callback_query(tapped.callback_query.id, "Saved")
    assert (tapped.callback_query.data, tap.text) == ("save", "Saved")
    assert isinstance(tapped.callback_query.message, telegram.Message)
    assert tapped.callback_query.message.text == "x"
    changes = [blocked.my_chat_member, unblocked.my_chat_member]
    assert [change and change.new_chat_member.status for change in changes] == ["kicked", "member"]


@pytest.mark.parametrize("token", ["8000000001:wrong", "no token"])
async def test_ptb_raises_invalid_token(local: LocalTelegram, token: str) -> None:
    async with local.client_of_ptb(token) as client:
        with pytest.raises(telegram.error.InvalidToken):
            await client.get_me()


async def test_ptb_raises_bad_request_and_forbidden(local: LocalTelegram, chat: Chat) -> None:
    async with local.client_of_ptb() as client:
        with pytest.raises(telegram.error.BadRequest, match="Can't parse entities"):
            await client.send_message(chat.id, "<br>", parse_mode="HTML")
        with pytest.raises(telegram.error.BadRequest, match="Chat not found"):
            await client.send_message(1, "x")
        with pytest.raises(telegram.error.BadRequest, match="Message is too long"):
            await client.send_message(chat.id, "x" * 4097)
        await client.send_message(chat.id, "x")
        with pytest.raises(telegram.error.BadRequest, match="Message is not modified"):
            await client.edit_message_text("x", chat.id, 1)
        local.server.block(chat)
        with pytest.raises(telegram.error.Forbidden, match="bot was blocked by the user"):
            await client.send_message(chat.id, "x")


# Scripted faults


@pytest.fixture(autouse=True)
def _times_of_ptb(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without this PTB warns that `retry_after` will be a timedelta one day."""
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


async def send(local: LocalTelegram, chat: Chat, seconds: float = 5.0) -> str:
    """Sends through PTB; "sent", or the name of the error and of its cause."""
    async with local.client_of_ptb(seconds=seconds) as client:
        try:
            await client.send_message(chat.id, "x")
        except telegram.error.TelegramError as error:
            return f"{type(error).__name__} {type(error.__cause__).__name__}"
        return "sent"


FAULTS = {
    # the fault, what PTB raises, how many messages were accepted
    "Telegram asks to wait": (Fault("", error=flood_wait(12)), "RetryAfter NoneType", 0),
    "an error of Telegram's": (Fault("", error=BAD_GATEWAY), "NetworkError NoneType", 0),
    "the token is refused": (Fault("", error=UNAUTHORIZED), "InvalidToken NoneType", 0),
    "the group has moved": (
        Fault("", error=ApiError(400, "Bad Request: group chat was upgraded", migrate_to=-1)),
        "ChatMigrated NoneType",
        0,
    ),
    "the call is lost": (Fault("", drop=True), "NetworkError RemoteProtocolError", 0),
    "the answer is lost": (
        Fault("", drop=True, accepted=True),
        "NetworkError RemoteProtocolError",
        1,
    ),
    "the call is late": (Fault("", hold=5.0), "TimedOut ReadTimeout", 0),
    "the answer is late": (Fault("", hold=5.0, accepted=True), "TimedOut ReadTimeout", 1),
    "accepted, and an error all the same": (
        Fault("", error=BAD_GATEWAY, accepted=True),
        "NetworkError NoneType",
        1,
    ),
    "held for less than the caller waits": (Fault("", hold=0.01), "sent", 1),
    "answered late, but in time": (Fault("", hold=0.01, accepted=True), "sent", 1),
    "lost after a while": (Fault("", hold=0.01, drop=True), "NetworkError RemoteProtocolError", 0),
}


@pytest.mark.parametrize(("fault", "outcome", "accepted"), FAULTS.values(), ids=FAULTS.keys())
async def test_a_fault_meets_the_next_call_only(
    local: LocalTelegram, chat: Chat, fault: Fault, outcome: str, accepted: int
) -> None:
    local.server.faults.append(
        Fault("sendMessage", None, 1, fault.accepted, fault.hold, fault.drop, fault.error)
    )
    assert await send(local, chat, seconds=0.3) == outcome
    assert len(local.server.sent(chat)) == accepted
    assert local.server.faults == []
    assert await send(local, chat) == "sent"


async def test_retry_after_says_how_long(local: LocalTelegram, chat: Chat) -> None:
    local.server.faults.append(Fault("sendMessage", error=flood_wait(12_345)))
    form = await local.call("sendMessage", chat_id=chat.id, text="x")
    assert form == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 12345",
        "parameters": {"retry_after": 12345},
    }


async def test_a_fault_may_be_for_one_chat_and_for_several_calls(
    local: LocalTelegram, chat: Chat
) -> None:
    other = local.server.private_chat("Erlan")
    local.server.faults.append(Fault("sendmessage", chat.id, times=2, error=flood_wait(1)))
    local.server.faults.append(Fault("getMe", times=None, error=BAD_GATEWAY))
    codes = [
        (await local.call("sendMessage", chat_id=to.id, text="x")).get("error_code")
        for to in (other, chat, other, chat, chat)
    ]
    assert codes == [None, 429, None, 429, None]
    assert [(await local.call("getMe"))["error_code"] for _ in range(3)] == [502] * 3
    assert [entry.chat_id for entry in local.server.rejected[:2]] == [str(chat.id)] * 2
    local.server.faults.clear()
    assert (await local.call("getMe"))["ok"]


async def test_what_is_held_ends_with_the_server() -> None:
    async with local_telegram() as local:
        local.server.faults.append(Fault("getMe", hold=60))
        held = asyncio.create_task(local.call("getMe"))
        await local.server.until(lambda: not local.server.faults)
        poll = asyncio.create_task(local.call("getUpdates", timeout=50))
        assert (await local.call("getMe"))["ok"]
        begun = time.monotonic()
    assert time.monotonic() - begun < 1
    results = await asyncio.gather(held, poll, return_exceptions=True)
    assert all(isinstance(result, httpx.HTTPError) for result in results), results


async def test_the_token_is_in_no_log_and_no_text_of_the_server(
    local: LocalTelegram, chat: Chat, caplog: pytest.LogCaptureFixture
) -> None:
    logging.getLogger("httpx").setLevel(logging.WARNING)
    with caplog.at_level(logging.DEBUG):
        await local.call("sendMessage", chat_id=chat.id, text="x")
        await local.call("getNothing")
        local.server.faults.append(Fault("getMe", drop=True))
        with pytest.raises(httpx.RemoteProtocolError):
            await local.client.get(f"{local.url}/bot{TOKEN}/getMe")
    ours = [record for record in caplog.records if not record.name.startswith("http")]
    secret = TOKEN.partition(":")[2]
    assert all(secret not in record.getMessage() for record in ours)
    assert secret not in repr(local.server)
    with pytest.raises(TimeoutError) as error:
        await local.server.until(lambda: False, seconds=0.01)
    assert secret not in str(error.value)


async def test_a_clock_that_moves_is_seen_in_dates(local: LocalTelegram, chat: Chat) -> None:
    local.clock.move(timedelta(days=1))
    form = await local.call("sendMessage", chat_id=chat.id, text="x")
    assert form["result"]["date"] == int(local.clock.time.timestamp())
