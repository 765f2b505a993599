"""The whole process on PostgreSQL: the same wire, the same kill, the same promise."""

from __future__ import annotations

import signal
from pathlib import Path

from tests.databases import Server
from tests.scenarios.house import house


async def test_the_wire_holds_on_postgresql(tmp_path: Path, postgresql_server: Server) -> None:
    await postgresql_server.run("CREATE DATABASE wire")
    async with house(tmp_path) as h:
        h.environment["KAZWATCH_STORE__URL"] = postgresql_server.url("wire")
        feed = h.feed("steppe")
        feed.add("Uranium in an old headline that nobody is told")
        await h.start()
        await h.until_polled("steppe")
        chat = await h.subscribed("/start", "/add uranium")
        await h.until_told(chat, feed.add("Uranium shipment number 1 left port"))
        assert await h.stop() == 0

        second = feed.add("Uranium shipment number 2 left port")
        await h.start(kill_at="item grouped")  # a claim would wait for its lease here
        assert await h.exits() == -signal.SIGKILL
        await h.start()
        await h.until_told(chat, second)
        assert await h.stop() == 0
        assert h.told(chat, "Uranium shipment number 1 left port") == 1
    await postgresql_server.run("DROP DATABASE wire WITH (FORCE)")
