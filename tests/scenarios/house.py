"""The whole process, with a feed server and a Telegram of ours beside it.

    async with house(tmp_path) as h:
        feed = h.feed("steppe")
        await h.start()
        chat = h.telegram.private_chat()
        …

Judged is what Telegram's record holds, never the process's own database. Everything that the
process prints, at DEBUG, is kept and searched for the token.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from pathlib import Path
from typing import Any

from starlette.applications import Starlette

from bot.demo.telegram_http import bot_api_routes
from bot.demo.telegram_server import TelegramServer
from bot.demo.telegram_values import Chat, Message
from bot.web.serving import serve
from tests.feed_server import FeedServer
from tests.scenarios.forked import ROOT, Forked
from tests.tokens import TOKEN

PATIENCE = 20.0  # seconds for what takes one or two


@dataclass
class SampleFeed:
    """A feed whose entries a test adds; newest first, as feeds are."""

    server: FeedServer
    path: str
    language: str = "en"
    entries: list[str] = field(default_factory=list)

    def add(
        self, title: str, *, at: datetime | None = None, link: str = "", summary: str = ""
    ) -> str:
        """Publish an entry; returns its title."""
        number = len(self.entries) + 1
        date = format_datetime(at or datetime.now(UTC))
        address = link or f"https://{self.path.strip('/')}.example/news/{number}"
        self.entries.insert(
            0,
            f"<item><guid isPermaLink='false'>{self.path}-{number}</guid>"
            f"<title>{escape(title)}</title><link>{escape(address)}</link>"
            f"<description>{escape(summary)}</description><pubDate>{date}</pubDate></item>",
        )
        self.publish()
        return title

    def publish(self) -> None:
        """Serve the document as it is now."""
        document = (
            '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>'
            f"<title>{self.path}</title><language>{self.language}</language>"
            f"{''.join(self.entries)}</channel></rss>"
        )
        self.server.serve(self.path, document)


@dataclass
class House:
    """What a scenario needs at hand."""

    folder: Path
    feeds: FeedServer
    telegram: TelegramServer
    api_url: str
    entry: str = "bot"  # the module that is started
    environment: dict[str, str] = field(default_factory=dict)
    catalogue: list[str] = field(default_factory=list)
    process: Forked | None = None
    output: list[str] = field(default_factory=list)
    _reader: asyncio.Task[None] | None = None
    _more: asyncio.Event = field(default_factory=asyncio.Event)

    def feed(self, name: str, **keys: str) -> SampleFeed:
        """A feed of ours, in the catalogue from the next start on."""
        sample = SampleFeed(self.feeds, f"/{name}", keys.get("language", "en"))
        sample.publish()
        self.address(name, self.feeds.url(sample.path), **keys)
        return sample

    def address(self, name: str, url: str, **keys: str) -> None:
        """An address in the catalogue."""
        values = {"id": name, "name": name.title(), "url": url, **keys}
        lines = "\n".join(f"{key} = {json.dumps(value)}" for key, value in values.items())
        self.catalogue.append(f"[[feed]]\n{lines}\n")

    async def start(self, kill_at: str = "", nth: int = 1) -> None:
        """Start ``kazwatch run``; with ``kill_at`` it is killed when it logs that, the nth time."""
        begun = ["tests.scenarios.killed", kill_at, str(nth)] if kill_at else [self.entry]
        self.process = await Forked.start([*begun, "run"], self._environment())
        self._reader = asyncio.create_task(self._read(self.process))

    async def command(self, *words: str, **environment: str) -> tuple[int, str]:
        """Another command of kazwatch, beside the process: its exit code, and all that it said."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "bot", *words),
            cwd=ROOT,
            env={**self._environment(), **environment},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        try:
            async with asyncio.timeout(PATIENCE):
                said = (await process.communicate())[0].decode("utf-8", "replace")
        except TimeoutError:
            process.kill()
            await process.communicate()
            raise
        self.output += said.splitlines()
        assert process.returncode is not None
        return process.returncode, said

    def _environment(self) -> Mapping[str, str]:
        (self.folder / "feeds.toml").write_text("\n".join(self.catalogue), encoding="utf-8")
        ours = {k: v for k, v in os.environ.items() if not k.startswith(("KAZWATCH", "TELEGRAM"))}
        return {
            **ours,
            "TELEGRAM_TOKEN": TOKEN,
            "KAZWATCH_TELEGRAM__API_URL": self.api_url,
            "KAZWATCH_STORE__URL": f"sqlite:///{self.folder / 'kazwatch.db'}",
            "KAZWATCH_FEEDS__FILE": str(self.folder / "feeds.toml"),
            "KAZWATCH_PACK__FILE": str(ROOT / "tests" / "corpora" / "pack.toml"),
            "KAZWATCH_FETCH__ALLOW_HOSTS": '["127.0.0.1"]',
            "KAZWATCH_FETCH__MIN_INTERVAL": "0.3",
            "KAZWATCH_FETCH__MAX_INTERVAL": "1",
            "KAZWATCH_FETCH__DEADLINE": "3",
            "KAZWATCH_STORIES__MODEL": "false",
            "KAZWATCH_CHATS__LANGUAGE": "en",
            "KAZWATCH_WEB__LISTEN": "",
            "KAZWATCH_LOG__FORMAT": "json",
            "KAZWATCH_LOG__LEVEL": "DEBUG",
            **self.environment,
        }

    async def _read(self, process: Forked) -> None:
        async for line in process.stderr:
            self.output.append(line.decode("utf-8", "replace").rstrip())
            self._more.set()

    @property
    def lines(self) -> list[dict[str, Any]]:
        """What was logged, as objects."""
        return [json.loads(line) for line in self.output if line.startswith("{")]

    def logged(self, event: str, **fields: object) -> list[dict[str, Any]]:
        """The lines of one event, with these fields."""
        return [
            line
            for line in self.lines
            if line["event"] == event and all(line.get(k) == v for k, v in fields.items())
        ]

    async def until_logged(self, event: str, count: int = 1, **fields: object) -> None:
        """Wait for a log line."""
        try:
            async with asyncio.timeout(PATIENCE):
                while len(self.logged(event, **fields)) < count:
                    self._more.clear()
                    await self._more.wait()
        except TimeoutError:
            tail = "\n".join(self.output[-30:])
            raise TimeoutError(f"{event} {fields} was not logged; last:\n{tail}") from None

    async def until_polled(self, *names: str, times: int = 1) -> None:
        """Wait until each feed was polled so often since the process (or the last one) began."""
        for name in names:
            await self.until_logged("feed polled", feed=name, count=times)

    async def next_poll(self, name: str) -> None:
        """Wait for one more poll of a feed."""
        seen = len(self.logged("feed polled", feed=name))
        await self.until_logged("feed polled", feed=name, count=seen + 1)

    async def exits(self) -> int:
        """Wait for the end; returns the exit code (negative: the signal)."""
        assert self.process is not None
        assert self._reader is not None
        async with asyncio.timeout(PATIENCE):
            code = await self.process.wait()
            await self._reader
        self.process = None
        return code

    async def stop(self, sign: signal.Signals = signal.SIGINT) -> int:
        """Ctrl-C, or another signal; returns the exit code."""
        assert self.process is not None
        self.process.send_signal(sign)
        return await self.exits()

    async def subscribed(self, *commands: str) -> Chat:
        """A person who sent these commands, and saved what they add."""
        chat = self.telegram.private_chat()
        for command in commands or ("/start",):
            await self.ask(chat, command)
        return chat

    async def ask(self, chat: Chat, command: str) -> Message:
        """Say it, and save what it adds; the answer, as it stands then."""
        before = len(self.telegram.sent(chat))
        self.telegram.say(chat, command)
        await self.telegram.until(lambda: len(self.telegram.sent(chat)) > before, PATIENCE)
        answer = self.telegram.sent(chat)[before]
        if command.startswith("/add"):
            save = next(b["callback_data"] for b in answer.buttons if "save" in b["callback_data"])
            self.telegram.tap(answer, save)
            now = self.telegram.messages[chat.id]
            await self.telegram.until(lambda: "Saved" in now[answer.id].text, PATIENCE)
        return self.telegram.messages[chat.id][answer.id]

    def texts(self, chat: Chat) -> list[str]:
        """What the chat was sent, in order."""
        return [message.text for message in self.telegram.sent(chat)]

    def told(self, chat: Chat, title: str) -> int:
        """How many messages told a headline."""
        return sum(title in text for text in self.texts(chat))

    async def until_told(self, chat: Chat, *titles: str) -> None:
        """Wait until every headline was told."""
        try:
            await self.telegram.until(
                lambda: all(self.told(chat, title) for title in titles), PATIENCE
            )
        except TimeoutError:
            missing = [title for title in titles if not self.told(chat, title)]
            tail = "\n".join(self.output[-30:])
            raise TimeoutError(f"not told: {missing}; last:\n{tail}") from None


def free_port() -> int:
    """A port on loopback where nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@asynccontextmanager
async def house(folder: Path, entry: str = "bot", other_telegram: str = "") -> AsyncIterator[House]:
    """A house whose process is not started yet; it is ended, and its output judged, at the end.

    ``other_telegram``: the address of another Bot API server than ours.
    """
    telegram = TelegramServer(TOKEN)
    async with (
        FeedServer() as feeds,
        serve(Starlette(routes=bot_api_routes(telegram))) as api_url,
    ):
        built = House(folder, feeds, telegram, other_telegram or api_url, entry)
        try:
            yield built
        finally:
            if built.process is not None:
                built.process.kill()
                await built.exits()
        text = "\n".join(built.output)
        assert TOKEN.partition(":")[2] not in text, "the token was printed"
        assert "Traceback" not in text, text[-4000:]
