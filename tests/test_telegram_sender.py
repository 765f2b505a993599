"""The error table of the Bot API, over real HTTP: a scripted server answers on loopback."""

import asyncio
import json
import logging
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
import telegram

from bot.model import (
    Button,
    ChatGone,
    ChatMoved,
    ChatMuted,
    Message,
    Rejected,
    RetryLater,
    SendOutcome,
    Sent,
    TokenRefused,
    Uncertain,
    Update,
)
from bot.telegram.connection import TokenRequest, connect
from bot.telegram.sender import Me, Sender
from bot.telegram.updates import OtherInstance, get_updates
from tests.tokens import SENDER_TOKEN as TOKEN

MESSAGE = Message(telegram_id=7, thread_id=0, html="<b>news</b>")
EDIT = Message(telegram_id=7, thread_id=0, html="<b>news</b>", edits_message=55)


@dataclass(frozen=True)
class Answer:
    """What the server says; ``body`` None: it closes the connection instead."""

    body: dict[str, Any] | bytes | None
    status: int = 200
    delay: float = 0  # seconds


def accepted(result: object) -> Answer:
    return Answer({"ok": True, "result": result})


def refused(status: int, description: str, **parameters: int) -> Answer:
    body: dict[str, Any] = {"ok": False, "error_code": status, "description": description}
    return Answer(body | ({"parameters": parameters} if parameters else {}), status)


SENT = accepted({"message_id": 90, "date": 1, "chat": {"id": 7, "type": "private"}, "text": "news"})


@dataclass
class Script:
    """A server that gives one answer after the other and keeps what it was asked."""

    answers: list[Answer]
    calls: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    url: str = ""
    open: list[asyncio.Task[None] | None] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open.append(asyncio.current_task())
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                await self._answer(head.decode(), reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _answer(
        self, head: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        lines = head.split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line)
        form = parse_qs((await reader.readexactly(int(headers.get("content-length", 0)))).decode())
        self.calls.append(
            (lines[0].split(" ")[1], {name: values[0] for name, values in form.items()})
        )
        answer = self.answers.pop(0)
        await asyncio.sleep(answer.delay)
        if answer.body is None:
            raise ConnectionResetError
        body = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
        writer.write(
            f"HTTP/1.1 {answer.status} X\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
        )
        await writer.drain()


class Impatient(TokenRequest):
    """Gives up after 0.2 s and has one connection."""

    def __init__(self, token: str, _: int) -> None:
        super().__init__(token, 1, timeout=0.2, read_timeout=0.2)


@asynccontextmanager
async def scripted(*answers: Answer) -> AsyncIterator[Script]:
    script = Script(list(answers))
    server = await asyncio.start_server(script.serve, "127.0.0.1", 0)
    script.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield script
    finally:
        server.close()
        for task in script.open:
            if task:
                task.cancel()
                await task


def client_of(url: str) -> AbstractAsyncContextManager[telegram.Bot]:
    return connect(TOKEN, url, Impatient)


async def outcome_of(answer: Answer, message: Message = MESSAGE) -> SendOutcome:
    async with scripted(answer) as server, client_of(server.url) as client:
        return await Sender(client).send(message)


async def test_a_message_goes_out_with_all_that_it_says() -> None:
    keyboard = ((Button("Save", data="save:1"), Button("Open", url="https://example.org/")),)
    message = Message(7, 12, "<b>x</b>", keyboard, preview=False, reply_to=4)
    async with scripted(SENT) as server, client_of(server.url) as client:
        assert await Sender(client).send(message) == Sent(90)
    path, form = server.calls[0]
    assert path == f"/bot{TOKEN}/sendMessage"
    markup, preview, reply = (
        json.loads(form.pop(name))
        for name in ("reply_markup", "link_preview_options", "reply_parameters")
    )
    assert form == {
        "chat_id": "7", "text": "<b>x</b>", "parse_mode": "HTML", "message_thread_id": "12"
    }  # fmt: skip
    assert markup == {
        "inline_keyboard": [
            [
                {"text": "Save", "callback_data": "save:1"},
                {"text": "Open", "url": "https://example.org/"},
            ]
        ]
    }
    assert preview == {"is_disabled": True}
    assert reply == {"message_id": 4, "allow_sending_without_reply": True}


async def test_an_edit_goes_to_its_message() -> None:
    async with scripted(SENT) as server, client_of(server.url) as client:
        assert await Sender(client).send(EDIT) == Sent(90)
    path, form = server.calls[0]
    assert path.endswith("/editMessageText")
    assert (form["chat_id"], form["message_id"], form["text"]) == ("7", "55", "<b>news</b>")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (
            refused(429, "Too Many Requests: retry after 17", retry_after=17),
            RetryLater("Flood control exceeded. Retry in 0:00:17", timedelta(seconds=17)),
        ),
        (
            refused(429, "Too Many Requests: retry after 43837", retry_after=43837),
            RetryLater("Flood control exceeded. Retry in 12:10:37", timedelta(seconds=43837)),
        ),
        (
            refused(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                migrate_to_chat_id=-100123,
            ),
            ChatMoved(-100123),
        ),
        (refused(500, "Internal Server Error"), RetryLater("Internal Server Error")),
        (
            Answer(b"<html>Bad Gateway</html>", 502),
            RetryLater(
                "Bad Gateway (502). Parsing the server response b'<html>Bad Gateway</html>' failed"
            ),
        ),
        (refused(401, "Unauthorized"), TokenRefused("Unauthorized")),
        (refused(404, "Not Found"), TokenRefused("Not Found")),
        (Answer(None), Uncertain("no answer from Telegram (RemoteProtocolError)")),
        (Answer({}, delay=0.4), Uncertain("no answer from Telegram (ReadTimeout)")),
        (Answer(b"yes"), Uncertain("the answer was not understood (TelegramError)")),
        (Answer({"ok": True}), Uncertain("the answer was not understood (KeyError)")),
        (accepted({"text": "no id"}), Uncertain("the answer was not understood (KeyError)")),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, Answer) else str(value.status),
)
async def test_what_a_send_comes_to(answer: Answer, expected: SendOutcome) -> None:
    assert await outcome_of(answer) == expected


@pytest.mark.parametrize(
    "answer",
    [
        refused(403, "Forbidden: bot was blocked by the user"),
        refused(403, "Forbidden: user is deactivated"),
        refused(403, "Forbidden: bot was kicked from the group chat"),
        refused(403, "Forbidden: bot was kicked from the supergroup chat"),
        refused(403, "Forbidden: bot was kicked from the channel chat"),
        refused(403, "Forbidden: the group chat was deleted"),
        refused(403, "Forbidden: bot is not a member of the channel chat"),
        refused(403, "Forbidden: bot can't initiate conversation with a user"),
        refused(400, "Bad Request: chat not found"),
        refused(400, "Bad Request: PEER_ID_INVALID"),
    ],
    ids=lambda answer: answer.body["description"],
)
async def test_the_chat_is_gone(answer: Answer) -> None:
    assert isinstance(await outcome_of(answer), ChatGone)


@pytest.mark.parametrize(
    "answer",
    [
        refused(400, "Bad Request: not enough rights to send text messages to the chat"),
        refused(403, "Forbidden: not enough rights to send text messages to the chat"),
        refused(400, "Bad Request: have no rights to send a message"),
        refused(400, "Bad Request: CHAT_WRITE_FORBIDDEN"),
        refused(400, "Bad Request: TOPIC_CLOSED"),
        refused(400, "Bad Request: message thread not found"),
        refused(400, "Bad Request: need administrator rights in the channel chat"),
    ],
    ids=lambda answer: answer.body["description"],
)
async def test_the_chat_is_there_and_we_may_not_speak(answer: Answer) -> None:
    assert isinstance(await outcome_of(answer), ChatMuted)


@pytest.mark.parametrize(
    ("description", "message", "expected"),
    [
        (
            "Bad Request: can't parse entities: Unsupported start tag",
            MESSAGE,
            Rejected("Can't parse entities: unsupported start tag"),
        ),
        ("Bad Request: message is too long", MESSAGE, Rejected("Message is too long")),
        ("Bad Request: message is not modified: same", EDIT, Sent(55)),
        (
            "Bad Request: message to edit not found",
            EDIT,
            Rejected("Message to edit not found", message_gone=True),
        ),
        (
            "Bad Request: message can't be edited",
            EDIT,
            Rejected("Message can't be edited", message_gone=True),
        ),
    ],
)
async def test_a_call_that_telegram_will_never_take(
    description: str, message: Message, expected: SendOutcome
) -> None:
    assert await outcome_of(refused(400, description), message) == expected


async def test_a_server_that_is_not_there_took_nothing() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        async with client_of(url) as client:
            sent = await Sender(client).send(MESSAGE)
    assert sent == RetryLater("no answer from Telegram (ConnectError)")


@contextmanager
def full_backlog() -> Iterator[str]:
    """A port whose queue is full: the next connection is never established."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        waiting = []
        for _ in range(4):
            one = socket.socket()
            one.setblocking(False)
            one.connect_ex(listener.getsockname())
            waiting.append(one)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        for one in waiting:
            one.close()


async def test_a_connection_that_never_stood_took_nothing() -> None:
    with full_backlog() as url:
        async with client_of(url) as client:
            sent = await Sender(client).send(MESSAGE)
    assert sent == RetryLater("no answer from Telegram (ConnectTimeout)")


async def test_a_send_that_found_no_free_connection_took_nothing() -> None:
    async with (
        scripted(Answer({}, delay=0.6), SENT) as server,
        client_of(server.url) as client,
    ):
        sender = Sender(client)
        outcomes = await asyncio.gather(sender.send(MESSAGE), sender.send(MESSAGE))
    assert RetryLater("no answer from Telegram (PoolTimeout)") in outcomes


async def test_a_tap_is_answered_and_a_late_answer_says_why() -> None:
    late = refused(400, "Bad Request: query is too old and response timeout expired")
    async with scripted(accepted(True), late) as server, client_of(server.url) as client:
        sender = Sender(client)
        assert await sender.answer_tap("cb1", "Removed.") == ""
        assert "too old" in (await sender.answer_tap("cb1", "")).lower()
    assert server.calls[0][1] == {"callback_query_id": "cb1", "text": "Removed."}
    assert server.calls[1][1] == {"callback_query_id": "cb1"}


async def test_who_we_are_or_why_nobody_knows() -> None:
    user = {"id": 1, "is_bot": True, "first_name": "kazwatch", "username": "watch_bot"}
    async with (
        scripted(accepted(user), refused(401, "Unauthorized"), Answer(None)) as server,
        client_of(server.url) as client,
    ):
        sender = Sender(client)
        assert await sender.me() == Me("watch_bot")
        assert await sender.me() == TokenRefused("Unauthorized")
        assert await sender.me() == RetryLater("no answer from Telegram (RemoteProtocolError)")


async def test_the_menu_is_registered_for_each_language() -> None:
    menus = {"": (("help", "explain"),), "kk": (("help", "түсіндіру"),)}
    async with scripted(accepted(True), accepted(True)) as server, client_of(server.url) as client:
        assert await Sender(client).register_menu(menus) is None
    assert [form.get("language_code") for _, form in server.calls] == [None, "kk"]
    assert json.loads(server.calls[1][1]["commands"]) == [
        {"command": "help", "description": "түсіндіру"}
    ]


# ---------------------------------------------------------------- getUpdates


async def test_updates_arrive_as_they_were_sent() -> None:
    odd = {"update_id": 12, "message": {"text": "no chat, no date"}, "new_in_a_later_api": [1]}
    tap = {"update_id": 13, "callback_query": {"id": "cb", "data": "save:1"}}
    async with scripted(accepted([odd, tap])) as server, client_of(server.url) as client:
        received = await get_updates(client, 12, timedelta(seconds=0))
    assert received == (Update(12, odd), Update(13, tap))
    path, form = server.calls[0]
    assert path == f"/bot{TOKEN}/getUpdates"
    assert form["offset"] == "12"
    assert json.loads(form["allowed_updates"]) == [
        "message", "callback_query", "my_chat_member", "channel_post"
    ]  # fmt: skip


async def test_a_held_poll_is_awaited_longer_than_other_calls() -> None:
    empty = Answer({"ok": True, "result": []}, delay=0.5)
    async with scripted(empty) as server, client_of(server.url) as client:
        assert await get_updates(client, 0, timedelta(seconds=1)) == ()


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (
            refused(409, "Conflict: terminated by other getUpdates request"),
            OtherInstance("Conflict: terminated by other getUpdates request"),
        ),
        (refused(401, "Unauthorized"), TokenRefused("Unauthorized")),
        (
            refused(429, "Too Many Requests: retry after 3", retry_after=3),
            RetryLater("Flood control exceeded. Retry in 0:00:03", timedelta(seconds=3)),
        ),
        (refused(500, "Internal Server Error"), RetryLater("Internal Server Error")),
        (Answer({}, delay=0.4), RetryLater("no answer from Telegram (ReadTimeout)")),
        (Answer({"ok": True}), RetryLater("the answer was not understood (KeyError)")),
    ],
)
async def test_why_no_updates_came(answer: Answer, expected: object) -> None:
    async with scripted(answer) as server, client_of(server.url) as client:
        assert await get_updates(client, 0, timedelta(seconds=0)) == expected


# ---------------------------------------------------------------- the token


async def test_the_token_is_in_no_record_no_reason_and_no_repr(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    echoed = f"Cannot POST /bot{TOKEN}/sendMessage"
    answers = (
        SENT,
        refused(404, echoed),
        refused(400, f"Bad Request: {echoed}"),
        Answer(echoed.encode(), 502),
        Answer(echoed.encode()),
        Answer(None),
        Answer({}, delay=0.4),
        refused(401, echoed),
        accepted([{"update_id": 1, "message": {"text": TOKEN}}]),
        refused(409, echoed),
    )
    said: list[object] = []
    async with scripted(*answers) as server, client_of(server.url) as client:
        sender = Sender(client)
        said += [await sender.send(MESSAGE) for _ in range(7)]
        said += [await sender.me()]
        said += [await get_updates(client, 0, timedelta(0)) for _ in range(2)]
        said += [client, client.token, client.base_url, client.request, sender]
    assert len(server.calls) == len(answers)
    assert caplog.records, "nothing was logged at DEBUG, so nothing was proved"
    formatter = logging.Formatter()
    logged = [formatter.format(record) + repr(record.args) for record in caplog.records]
    for text in [*map(repr, said), *map(str, said), *logged]:
        assert TOKEN not in text
        assert TOKEN.partition(":")[2] not in text
