"""The local Bot API server for tests, with a clock that is set by hand."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import telegram
from starlette.applications import Starlette
from telegram.request import HTTPXRequest

from bot.demo.telegram_http import bot_api_routes
from bot.demo.telegram_server import TelegramServer
from bot.web.serving import serve

TOKEN = "8000000001:local-telegram_for-tests"
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@dataclass(slots=True)
class Clock:
    """Stands still until a test moves it."""

    time: datetime = START

    def __call__(self) -> datetime:
        return self.time

    def move(self, by: timedelta) -> None:
        self.time += by


@dataclass(slots=True)
class LocalTelegram:
    server: TelegramServer
    url: str
    clock: Clock
    client: httpx.AsyncClient

    async def call(self, method: str, **arguments: Any) -> dict[str, Any]:
        """Calls the API with JSON; the whole answer, whose `error_code` is the HTTP status."""
        address = f"{self.url}/bot{TOKEN}/{method}"
        # json.dumps can spell half a surrogate pair, the client's own encoder cannot.
        head = {"Content-Type": "application/json"}
        answer = await self.client.post(address, content=json.dumps(arguments), headers=head)
        form: dict[str, Any] = answer.json()
        assert answer.status_code == form.get("error_code", 200), form
        assert form["ok"] == (answer.status_code == 200), form
        return form

    async def refusal(self, method: str, **arguments: Any) -> str:
        """The description of an error that must come."""
        form = await self.call(method, **arguments)
        assert not form["ok"], form
        description: str = form["description"]
        return description

    @asynccontextmanager
    async def client_of_ptb(
        self, token: str = TOKEN, seconds: float = 5.0
    ) -> AsyncIterator[telegram.Bot]:
        """python-telegram-bot's client, with this read time-out."""
        requests = [
            HTTPXRequest(
                read_timeout=seconds,
                connect_timeout=seconds,
                httpx_kwargs={"verify": False, "trust_env": False},
            )
            for _ in range(2)
        ]
        client = telegram.Bot(
            token, f"{self.url}/bot", request=requests[0], get_updates_request=requests[1]
        )
        for request in requests:
            await request.initialize()
        try:
            yield client
        finally:
            for request in requests:
                await request.shutdown()


@asynccontextmanager
async def local_telegram() -> AsyncIterator[LocalTelegram]:
    """A served local Bot API server without people."""
    clock = Clock()
    server = TelegramServer(TOKEN, now=clock)
    app = Starlette(routes=bot_api_routes(server))
    # verify=False: nothing here is encrypted, and loading certificates takes 30 ms a client.
    client = httpx.AsyncClient(timeout=10, trust_env=False, verify=False)
    async with serve(app) as url, client:
        yield LocalTelegram(server, url, clock, client)
