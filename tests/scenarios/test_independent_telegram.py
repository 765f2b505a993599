"""The whole process once more, with a Telegram that we did not write: telegram-test-api.

Our own server may share a mistake with what it serves. Judged is that server's history.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.oracle import ReadText, telegram_reads
from tests.peers import missing
from tests.scenarios.house import PATIENCE, house
from tests.tokens import TOKEN

PEER = Path(__file__).resolve().parents[1] / "peer"
PERSON = {"id": 4711, "first_name": "Aigerim", "username": "aigerim_reads", "language_code": "en"}
CHAT = {"id": 4711, "first_name": "Aigerim", "username": "aigerim_reads", "type": "private"}


@dataclass(frozen=True)
class Peer:
    """The server, and the one person who talks to the bot there."""

    client: httpx.AsyncClient

    async def command(self, text: str) -> None:
        """She types it."""
        command = {"type": "bot_command", "offset": 0, "length": len(text.partition(" ")[0])}
        await self._post("sendCommand", text=text, entities=[command], chat=CHAT)

    async def tap(self, message: dict[str, Any], label: str) -> None:
        """She taps the button under one of the bot's messages."""
        keyboard = message["message"]["reply_markup"]["inline_keyboard"]
        data = next(b["callback_data"] for row in keyboard for b in row if label in b["text"])
        shown = {"message_id": message["messageId"], "chat": CHAT, "date": 1}
        await self._post("sendCallback", data=data, message=shown)

    async def _post(self, path: str, **update: Any) -> None:
        answer = await self.client.post(
            f"/{path}", json={"botToken": TOKEN, "from": PERSON, "date": 1, **update}
        )
        assert answer.json()["ok"] is True

    async def messages(self) -> list[dict[str, Any]]:
        """What the bot has sent, in order, as it stands now; ``text`` is what people read."""
        answer = await self.client.post("/getUpdatesHistory", json={"token": TOKEN})
        sent = [
            update for update in answer.json()["result"] if "chat_id" in update.get("message", {})
        ]
        for update in sent:
            read = telegram_reads(update["message"]["text"])
            assert isinstance(read, ReadText), update
            assert update["message"]["parse_mode"] == "HTML"
            assert int(update["message"]["chat_id"]) == CHAT["id"]
            update["text"] = read.text
        return sorted(sent, key=lambda update: int(update["messageId"]))

    async def until(self, judge: Callable[[str], bool]) -> dict[str, Any]:
        """Wait for a message whose text is as wanted."""
        async with asyncio.timeout(PATIENCE):
            while True:
                found = [m for m in await self.messages() if judge(m["text"])]
                if found:
                    (only,) = found
                    return only
                await asyncio.sleep(0.05)  # it tells nobody when something comes


@asynccontextmanager
async def peer() -> AsyncIterator[Peer]:
    node = shutil.which("node")
    if node is None:
        missing("node", "apt-get install nodejs npm")
    if not (PEER / "node_modules" / "telegram-test-api").is_dir():
        missing("telegram-test-api", "npm ci --prefix tests/peer")
    process = await asyncio.create_subprocess_exec(
        node, PEER / "server.cjs", stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(PATIENCE):
            port = int(await process.stdout.readline())
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            yield Peer(client)
    finally:
        process.terminate()
        await process.wait()


async def test_the_whole_conversation_works_with_a_telegram_that_others_wrote(
    tmp_path: Path,
) -> None:
    async with (
        peer() as telegram,
        house(tmp_path, "tests.scenarios.independent", str(telegram.client.base_url)) as h,
    ):
        feed = h.feed("steppe")
        feed.add("Kazakhstan's parliament debates a law on glaciers")
        await h.start()
        await h.until_polled("steppe")

        await telegram.command("/start")
        await telegram.until(lambda text: "a law on glaciers" in text)

        await telegram.command("/add uranium")
        asked = await telegram.until(lambda text: "uranium" in text)
        assert "Saved" not in asked["text"]
        await telegram.tap(asked, "Save")
        saved = await telegram.until(lambda text: "Saved" in text)
        assert saved["messageId"] == asked["messageId"]

        feed.add("A mine in the Turkistan region brings up more uranium <than> before & ships it")
        alert = await telegram.until(lambda text: "more uranium <than> before & ships it" in text)
        assert alert["messageId"] not in {asked["messageId"], saved["messageId"]}

        await telegram.command("/keywords")
        watched = await telegram.until(lambda text: text.startswith("Watched here"))
        assert "uranium" in watched["text"]
        await telegram.tap(watched, "uranium")
        left = await telegram.until(lambda text: "Watched here" in text and "uranium" not in text)
        assert left["messageId"] == watched["messageId"]
        assert len(await telegram.messages()) == 4  # latest headlines, saved, alert, list
        assert await h.stop() == 0
