"""A conversation through all of telegram/, against the local Bot API server, without a store."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.applications import Starlette

from bot import locale
from bot.demo.telegram_http import bot_api_routes
from bot.demo.telegram_server import TelegramServer
from bot.demo.telegram_values import Chat
from bot.matching.query import parse_query
from bot.model import (
    AlertSettings,
    ChatFacts,
    ChatGone,
    ChatState,
    Facts,
    Headline,
    Message,
    Mode,
    Rejected,
    Request,
    Sent,
    Subscription,
    TokenRefused,
)
from bot.telegram import replies
from bot.telegram.commands import request_of
from bot.telegram.connection import connect
from bot.telegram.menus import command_menus
from bot.telegram.sender import Me, Sender
from bot.telegram.updates import get_updates
from bot.web.serving import serve
from tests.tokens import LOCAL_TOKEN as TOKEN

NOW = datetime(2026, 11, 24, 9, 5, tzinfo=UTC)

CATALOGUES = locale.load(Path(locale.__file__).parent)
HEADLINE = Headline(5, "Uranium & <steel>", "https://e.org/?a=1&b=2", "The Outlet", "en", NOW)
PACK = Subscription(1, 100, "topic:everything", Mode.PACK)


@dataclass
class Talk:
    """Our side of one chat; the facts that a store would give are set by the test."""

    server: TelegramServer
    sender: Sender
    client: object
    chat: Chat
    offset: int = 0

    async def heard(self) -> list[Request]:
        found = await get_updates(self.client, self.offset, timedelta(0))  # type: ignore[arg-type]
        assert isinstance(found, tuple)
        self.offset = max((update.update_id + 1 for update in found), default=self.offset)
        requests = [request_of(update.payload, self.server.me.username) for update in found]
        return [request for request in requests if request]

    async def answer(self, facts: Facts, language: str = "en") -> Request:
        """Takes the one update that waits, answers it, and gives what was understood."""
        (request,) = await self.heard()
        texts = locale.texts(CATALOGUES, language, "Asia/Almaty")
        reply = replies.reply(
            request, facts, texts, now=NOW, new_id=77, parse=parse_query, alerts=AlertSettings()
        )
        if request.callback_id:
            assert await self.sender.answer_tap(request.callback_id, reply.toast) == ""
        if reply.answer:
            sent = await self.sender.send(
                Message(
                    request.telegram_id,
                    request.thread_id,
                    reply.answer.html,
                    reply.answer.keyboard,
                    reply.answer.preview,
                    reply.edits_message,
                )
            )
            assert isinstance(sent, Sent), sent
        return request


def known(*subscriptions: Subscription) -> Facts:
    chat = ChatFacts(9, 1, "private", "en", "UTC", ChatState.ACTIVE, None, subscriptions)
    return Facts(chat, latest=(HEADLINE,), pending_query="uranium")


@pytest.fixture
async def talk() -> AsyncIterator[Talk]:
    server = TelegramServer(TOKEN)
    async with (
        serve(Starlette(routes=bot_api_routes(server))) as url,
        connect(TOKEN, url) as client,
    ):
        chat = server.private_chat("Dana", language_code="kk")
        yield Talk(server, Sender(client), client, chat)


@pytest.mark.parametrize("language", locale.LANGUAGES)
async def test_start_add_save_and_remove_by_tapping(talk: Talk, language: str) -> None:
    server, chat = talk.server, talk.chat
    server.say(chat, "/start")
    request = await talk.answer(Facts(None, latest=(HEADLINE,)), language)
    assert (request.verb, request.language, request.chat_title) == ("start", "kk", "Dana")
    assert "• Uranium & <steel> – The Outlet, 14:05" in server.history(chat)[-1].text

    server.say(chat, "/add uranium")
    await talk.answer(known(PACK), language)
    panel = server.history(chat)[-1]
    server.tap(panel, "save:77")
    await talk.answer(known(PACK), language)
    saved = server.history(chat)[-1]
    assert saved.id == panel.id
    assert not saved.buttons
    assert saved.text != panel.text

    server.say(chat, "/keywords")
    await talk.answer(known(PACK, Subscription(2, 101, "uranium", Mode.AT_ONCE)), language)
    panel = server.history(chat)[-1]
    tap = server.tap(panel, "rm:2")
    await talk.answer(known(PACK, Subscription(2, 101, "uranium", Mode.AT_ONCE)), language)
    assert tap.answered
    assert tap.text
    assert "uranium" not in server.history(chat)[-1].text
    assert not server.rejected


async def test_a_block_and_a_return_are_heard(talk: Talk) -> None:
    talk.server.say(talk.chat, "/start")
    await talk.answer(Facts(None))
    talk.server.block(talk.chat)
    assert [(r.verb, r.argument) for r in await talk.heard()] == [("left", "kicked")]
    sent = await talk.sender.send(Message(talk.chat.id, 0, "news"))
    assert isinstance(sent, ChatGone)
    talk.server.unblock(talk.chat)
    assert [(r.verb, r.argument) for r in await talk.heard()] == [("joined", "kicked")]
    assert isinstance(await talk.sender.send(Message(talk.chat.id, 0, "news")), Sent)


async def test_an_edit_that_changes_nothing_is_done(talk: Talk) -> None:
    talk.server.say(talk.chat, "/start")
    sent = await talk.sender.send(Message(talk.chat.id, 0, "<b>news</b>"))
    assert isinstance(sent, Sent)
    again = Message(talk.chat.id, 0, "<b>news</b>", edits_message=sent.message_id)
    assert await talk.sender.send(again) == sent
    lost = await talk.sender.send(Message(talk.chat.id, 0, "x", edits_message=999))
    assert isinstance(lost, Rejected)
    assert lost.message_gone


async def test_html_that_telegram_does_not_take_is_rejected_for_good(talk: Talk) -> None:
    talk.server.say(talk.chat, "/start")
    assert isinstance(await talk.sender.send(Message(talk.chat.id, 0, "a < b")), Rejected)


async def test_the_server_knows_us_and_our_menu(talk: Talk) -> None:
    assert await talk.sender.me() == Me("kazwatch_demo_bot")
    assert await talk.sender.register_menu(command_menus(CATALOGUES, "ru")) is None
    assert len(talk.server.commands) == 4


async def test_another_token_is_refused_and_not_repeated(talk: Talk) -> None:
    base_url = talk.client.base_url  # type: ignore[attr-defined]
    wrong = "777000:AAanother_token"
    async with connect(wrong, base_url.rpartition("/bot")[0]) as client:
        refused = await Sender(client).me()
    assert isinstance(refused, TokenRefused)
    assert wrong not in repr(refused)
