"""A served chat page with a bot of a few lines behind the local Bot API server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from gettext import NullTranslations
from html import escape
from typing import Any

import httpx
from starlette.applications import Starlette

from bot.demo import newsroom, page
from bot.demo.newsroom import Newsroom, load_samples
from bot.demo.telegram_http import bot_api_routes
from bot.demo.telegram_server import TelegramServer
from bot.demo.telegram_values import Chat
from bot.web.serving import serve

TOKEN = "700000000:chat-page"
CATALOGUES = {"en": NullTranslations(), "ru": NullTranslations(), "kk": NullTranslations()}
MENU = [
    {"command": "start", "description": "follow the news"},
    {"command": "status", "description": "show how things stand"},
    {"command": "help", "description": "explain"},
]
SAVE = {
    "inline_keyboard": [
        [{"text": "Save", "callback_data": "save"}, {"text": "Cancel", "callback_data": "cancel"}],
        [{"text": "Read", "url": "https://example.org/"}],
    ]
}


class SmallBot:
    """Answers over HTTP as a bot does; what it says is what these tests need."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def call(self, method: str, **arguments: Any) -> Any:
        answer = await self._client.post(f"/bot{TOKEN}/{method}", json=arguments)
        body = answer.json()
        assert body["ok"], body
        return body["result"]

    async def html(self, chat_id: int, text: str, **arguments: Any) -> int:
        sent = await self.call(
            "sendMessage", chat_id=chat_id, text=text, parse_mode="HTML", **arguments
        )
        message_id: int = sent["message_id"]
        return message_id

    async def run(self) -> None:
        await self.call("setMyCommands", commands=MENU)
        offset = 0
        while True:
            for update in await self.call("getUpdates", offset=offset, timeout=20):
                offset = update["update_id"] + 1
                if "message" in update:
                    await self._hears(update["message"])
                else:
                    await self._is_tapped(update["callback_query"])

    async def _hears(self, message: dict[str, Any]) -> None:
        text, chat_id = message["text"], message["chat"]["id"]
        if text == "/start":
            await self.html(
                chat_id, '<b>Hello!</b> <a href="https://example.org/1">Almaty &amp; more</a>'
            )
        elif text.startswith("/add "):
            await self.html(chat_id, f"Watch for <b>{escape(text[5:])}</b>?", reply_markup=SAVE)
        else:
            await self.call("sendMessage", chat_id=chat_id, text=text)

    async def _is_tapped(self, query: dict[str, Any]) -> None:
        message = query["message"]
        await self.call(
            "editMessageText",
            chat_id=message["chat"]["id"],
            message_id=message["message_id"],
            text="<i>Saved</i>" if query["data"] == "save" else "Cancelled.",
            parse_mode="HTML",
        )
        await self.call("answerCallbackQuery", callback_query_id=query["id"], text="Done <b>")


@dataclass(slots=True)
class Demo:
    """A served chat page, and the two ends that a test may act on."""

    url: str
    server: TelegramServer
    small_bot: SmallBot
    started_over: list[datetime] = field(default_factory=list)

    @property
    def chat(self) -> Chat:
        return next(iter(self.server.chats.values()))


@asynccontextmanager
async def demo_page(releases: bool = True, port: int = 0) -> AsyncIterator[Demo]:
    """The page with a bot that answers; without `releases` the newsroom has nothing to come."""
    server = TelegramServer(TOKEN)
    room = Newsroom(load_samples(), [datetime.now(UTC)] if releases else [], links="http://x")
    started_over: list[datetime] = []

    async def on_start_over() -> None:
        started_over.append(datetime.now(UTC))

    app = Starlette(
        routes=[
            *bot_api_routes(server),
            *page.routes(server, room, CATALOGUES, on_start_over),
            *newsroom.routes(room, server.now, "Invented."),
        ]
    )
    async with serve(app, port=port) as url, httpx.AsyncClient(base_url=url, timeout=30) as client:
        small_bot = SmallBot(client)
        running = asyncio.create_task(small_bot.run())
        try:
            yield Demo(url, server, small_bot, started_over)
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running
