"""What a process refuses to start with, and what it does beside others of its kind."""

from __future__ import annotations

import asyncio
import re
import signal
from pathlib import Path

import httpx
import pytest

from tests.scenarios.house import House, free_port, house

OTHER_TOKEN = "7000000002:another-token_that-nobody-may-see"

REFUSED = {
    "no token": ({"TELEGRAM_TOKEN": ""}, ["TELEGRAM_TOKEN", "@BotFather"]),
    "an unknown setting": (
        {"KAZWATCH_FETCH__PATIENCE": "1"},
        ["KAZWATCH_FETCH__PATIENCE", "max_interval"],
    ),
    "a bad time zone": (
        {"KAZWATCH_CHATS__TIMEZONE": "Asia/Atlantis"},
        ["KAZWATCH_CHATS__TIMEZONE", "Asia/Atlantis", "Asia/Almaty"],
    ),
    "no catalogue": ({"KAZWATCH_FEEDS__FILE": "nowhere.toml"}, ["nowhere.toml", "FEEDS__FILE"]),
    "a database nowhere": (
        {"KAZWATCH_STORE__URL": "sqlite:///nowhere/k.db"},
        ["KAZWATCH_STORE__URL: ", "no directory nowhere"],
    ),
    "a feed without an address": ({}, ["feeds.toml", "steppe", "url", "https://"]),
}


@pytest.mark.parametrize(("environment", "words"), REFUSED.values(), ids=REFUSED)
async def test_a_wrong_setting_is_one_sentence_and_nothing_starts(
    tmp_path: Path, environment: dict[str, str], words: list[str]
) -> None:
    async with house(tmp_path) as h:
        h.address("steppe", "https://steppe.example/rss" if environment else "steppe.example/rss")
        await refuses(h, *words, **environment)
    assert_only(tmp_path, "feeds.toml")


def assert_only(folder: Path, *names: str) -> None:
    """Nothing was made in the folder but these."""
    assert sorted(path.name for path in folder.iterdir()) == sorted(names)


async def refuses(h: House, *words: str, command: str = "run", **environment: str) -> None:
    """The command exits with 2 and one sentence, which has these words in it."""
    code, said = await h.command(*command.split(), **environment)
    assert code == 2, said
    sentences = [line for line in said.splitlines() if not line.startswith("{")]
    assert len(sentences) == 1, said
    assert sentences[0].startswith("kazwatch: ")
    assert [word for word in words if word not in sentences[0]] == []


async def test_a_setting_in_a_file_is_named_with_its_file(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        settings = tmp_path / "mine.toml"
        settings.write_text("[alerts]\nhourly_cup = 3\n", encoding="utf-8")
        command = f"run --config {settings}"
        await refuses(h, str(settings), "alerts.hourly_cup", "hourly_cap", command=command)


async def test_a_wrong_token_ends_the_start_without_being_shown(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        h.feed("steppe")
        await refuses(h, "refuses", "TELEGRAM_TOKEN", "@BotFather", TELEGRAM_TOKEN=OTHER_TOKEN)
        assert OTHER_TOKEN.partition(":")[2] not in "\n".join(h.output)


async def test_a_running_process_is_seen_and_has_its_things_alone(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        listen = f"127.0.0.1:{free_port()}"
        h.environment["KAZWATCH_WEB__LISTEN"] = listen
        h.feed("steppe")
        await h.start()
        await h.until_logged("telegram connected")
        async with httpx.AsyncClient(trust_env=False, verify=False) as client:
            health = await client.get(f"http://{listen}/healthz")
        assert (health.status_code, health.json()["ok"]) == (200, True)
        elsewhere = f"sqlite:///{tmp_path / 'other.db'}"
        alive, *_ = await asyncio.gather(
            h.command("doctor", "--alive"),
            refuses(h, "Another process", "kazwatch.db", "store.url"),
            refuses(h, "KAZWATCH_WEB__LISTEN", listen, "in use", KAZWATCH_STORE__URL=elsewhere),
        )
        assert alive == (0, "")
        assert await h.stop() == 0
        code, said = await h.command("doctor", "--alive")
        assert (code, len(said.splitlines())) == (1, 1)


async def test_of_two_with_one_token_one_gives_way(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        h.feed("steppe")
        (tmp_path / "other").mkdir()
        other = House(tmp_path / "other", h.feeds, h.telegram, h.api_url, catalogue=h.catalogue)
        other.environment["KAZWATCH_LOG__FORMAT"] = "console"
        await h.start()
        await h.until_logged("telegram connected")
        await other.start()
        ends = {asyncio.create_task(one.exits()): one for one in (h, other)}
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        for end, one in ends.items():
            if not end.done():
                assert one.process is not None
                one.process.send_signal(signal.SIGINT)
        assert sorted(await asyncio.gather(*ends)) == [0, 2]
        h.output += other.output
        said = [text for text in h.output if text.startswith("kazwatch: ")]
        assert len(said) == 1
        assert "Another process receives this bot's updates" in said[0]
        line = re.compile(r"\d{4}-\d\d-\d\dT\S+ \[(debug|info|warning) *\] \S.*|kazwatch: .*")
        assert [text for text in other.output if not line.fullmatch(text)] == []
        assert any("started" in text and "feeds=1" in text for text in other.output)
