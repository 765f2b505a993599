"""What the demo does around its lanes: ports, what is kept between starts, starting over."""

import asyncio
import json
import signal
import socket
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog

from bot.demo import runner
from bot.demo.telegram_updates import FIRST_ID
from bot.errors import SettingsError
from bot.model import Feed
from bot.store.db import FileLock

Visit = Callable[[httpx.AsyncClient], Awaitable[None]]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def now() -> datetime:
    return datetime.now(UTC)


async def run(*visits: Visit, port: int = 0) -> list[str]:
    """Start the demo, without lanes; each visit is one life of it, the last ends with Ctrl-C.

    Returns the addresses that the lives had.
    """
    addresses: list[str] = []
    coming = iter(visits)

    async def lanes(catalogue: tuple[Feed, ...], api_url: str, stop: asyncio.Event) -> None:
        runner.DATABASE.touch()
        addresses.append(api_url)
        async with httpx.AsyncClient(base_url=api_url) as client:
            await next(coming)(client)
        if len(addresses) == len(visits):
            signal.raise_signal(signal.SIGINT)
        await asyncio.wait_for(stop.wait(), 5)

    await runner.run(port, lanes, now)
    return addresses


async def nothing(client: httpx.AsyncClient) -> None:
    """A visit that leaves no trace."""


async def state(client: httpx.AsyncClient) -> dict[str, Any]:
    found: dict[str, Any] = (await client.get("/chat/state")).json()
    return found


async def post(client: httpx.AsyncClient, path: str, **body: object) -> None:
    origin = str(client.base_url).rstrip("/")
    answer = await client.post(path, json=body, headers={"Origin": origin})
    assert answer.status_code == 200


async def say_help(client: httpx.AsyncClient) -> None:
    await post(client, "/chat/say", text="/help")


def kept() -> dict[str, Any]:
    memory: dict[str, Any] = json.loads(runner.MEMORY.read_text())
    return memory


async def test_a_taken_port_is_left_to_its_owner_and_the_next_is_used() -> None:
    with closing(socket.socket()) as owner:
        owner.bind(("127.0.0.1", 0))
        owner.listen()
        taken = owner.getsockname()[1]
        (address,) = await run(nothing, port=taken)
    assert taken < int(address.rpartition(":")[2]) < taken + runner.PORTS


async def test_where_every_port_is_taken_one_sentence_says_so() -> None:
    with closing(socket.socket()) as owner:
        owner.bind(("127.0.0.1", 65535))
        owner.listen()
        with pytest.raises(SettingsError, match=r"^--port: 65535 is taken; name another, or 0"):
            await run(nothing, port=65535)


@pytest.mark.parametrize("port", [-1, 65536])
async def test_a_port_that_cannot_be_is_one_sentence(port: int) -> None:
    with pytest.raises(SettingsError, match=r"^--port: should be a number from 0 to 65535"):
        await run(nothing, port=port)


async def test_a_start_goes_on_where_the_last_one_ended() -> None:
    await run(say_help)
    first = kept()

    async def sees_it(client: httpx.AsyncClient) -> None:
        assert [message["text"] for message in (await state(client))["messages"]] == ["/help"]

    await run(sees_it)
    assert kept()["started"][:1] == first["started"]
    assert len(kept()["started"]) == 2


async def test_after_a_kill_no_message_or_update_bears_an_id_that_was_given_before() -> None:
    await run(say_help)
    given = kept()["telegram"]

    async def says_more(client: httpx.AsyncClient) -> None:
        await say_help(client)
        last = (await state(client))["messages"][-1]
        assert last["message_id"] > given["last_message_id"]["0"] + 50

    await run(says_more)
    assert kept()["telegram"]["updates"]["next_id"] > FIRST_ID + 50


async def test_starting_over_forgets_all_and_keeps_the_address() -> None:
    async def starts_over(client: httpx.AsyncClient) -> None:
        await say_help(client)
        await post(client, "/chat/start-over")

    async def finds_nothing(client: httpx.AsyncClient) -> None:
        assert (await state(client))["messages"] == []

    first, second = await run(starts_over, finds_nothing)
    assert first == second
    assert len(kept()["started"]) == 1


DAMAGED = {
    "half of it": '{"started": ["2026-03-04T09:00:00+00:00"], "telegram": {"users": [',
    "another program's": '{"name": "x"}',
    "a list": "[]",
    "no time": '{"started": ["soon"], "telegram": {}}',
    "nothing": "",
    "a chat without messages": (
        '{"started": [], "telegram": {"users": [], "chats": [{"id": 1}], "messages": []}}'
    ),
}


@pytest.mark.parametrize("text", DAMAGED.values(), ids=DAMAGED.keys())
async def test_a_damaged_memory_is_forgotten_with_the_database_and_one_line_says_so(
    text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    await run(say_help)
    capsys.readouterr()
    runner.MEMORY.write_text(text)
    runner.DATABASE.write_text("that belongs to what was forgotten")

    async def finds_nothing(client: httpx.AsyncClient) -> None:
        assert runner.DATABASE.read_text() == ""
        assert (await state(client))["messages"] == []

    await run(finds_nothing)
    damage, address = capsys.readouterr().out.splitlines()
    assert damage == "kazwatch demo: state/demo.json is damaged, so the demo begins anew"
    assert address.startswith("kazwatch demo: open ")
    assert len(kept()["started"]) == 1


@pytest.mark.parametrize("lost", ["demo.json", "demo.db"])
async def test_one_without_the_other_is_forgotten_too(folder: Path, lost: str) -> None:
    await run(say_help)
    (folder / "state" / lost).unlink()

    async def finds_nothing(client: httpx.AsyncClient) -> None:
        assert (await state(client))["messages"] == []

    await run(finds_nothing)
    assert len(kept()["started"]) == 1


async def test_a_second_demo_in_the_same_folder_is_refused(folder: Path) -> None:
    runner.STATE.mkdir()
    lock = FileLock(runner.MEMORY)
    try:
        with pytest.raises(SettingsError, match=r"another demo runs on .*/state: use that one"):
            await run(nothing)
    finally:
        lock.release()
    await run(nothing)


def a_file(folder: Path) -> None:
    (folder / "state").touch()


def an_obstacle_inside(folder: Path) -> None:
    (folder / "state" / "demo.json.lock").mkdir(parents=True)


@pytest.mark.parametrize("obstacle", [a_file, an_obstacle_inside])
async def test_a_state_that_cannot_be_written_is_one_sentence(
    folder: Path, obstacle: Callable[[Path], None]
) -> None:
    obstacle(folder)
    with pytest.raises(SettingsError, match="state cannot be written: start the demo in a folder"):
        await run(nothing)


async def test_a_memory_that_cannot_be_saved_does_not_end_the_demo(
    folder: Path,
) -> None:
    async def cannot_save(client: httpx.AsyncClient) -> None:
        (folder / "state" / "demo.new").mkdir()
        await say_help(client)

    with structlog.testing.capture_logs() as logged:
        await run(cannot_save)
    assert {line["event"] for line in logged} == {"demo not saved"}
