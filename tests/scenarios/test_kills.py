"""kill -9 at named points of the four lanes: nothing is lost, by Telegram's own record."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.scenarios.house import PATIENCE, House, house

# event that the lane logs, and which one of them
POINTS = [
    ("feed fetched", 3),
    ("feed parsed", 3),
    ("feed matched", 3),
    ("poll recorded", 3),
    ("item grouped", 1),
    ("story recorded", 1),
    ("deliveries claimed", 3),
    ("attempts recorded", 3),
    ("message answered", 3),
    ("message sent", 3),
]
# Between these a message may be with Telegram already, and its repeat is the price of losing none.
AMBIGUOUS = {"attempts recorded", "message answered"}


async def publish(h: House) -> list[str]:
    feed = h.feed("steppe")
    feed.add("An old headline about Kazakhstan that nobody is told")
    await h.start()
    await h.until_polled("steppe")
    return []


@pytest.mark.parametrize(("point", "nth"), POINTS, ids=[point for point, _ in POINTS])
async def test_a_kill_loses_nothing(tmp_path: Path, point: str, nth: int) -> None:
    async with house(tmp_path) as h:
        feed = h.feed("steppe")
        feed.add("Uranium in an old headline that nobody is told")
        await h.start()
        await h.until_polled("steppe")
        chat = await h.subscribed("/add uranium")
        assert await h.stop() == 0

        titles = [feed.add(f"Uranium shipment number {n} left port {n}") for n in range(1, 4)]
        await h.start(kill_at=point, nth=1 if nth == 3 else nth)
        assert await h.exits() == -signal.SIGKILL
        titles.append(feed.add("Uranium prices rose while nobody watched"))
        await h.start()
        await h.until_told(chat, *titles)
        await h.until_logged("feed polled", feed="steppe", unchanged=True)
        assert await h.stop() == 0
        for title in titles:
            told = h.told(chat, title)
            assert 1 <= told <= (2 if point in AMBIGUOUS else 1), (title, told)
        assert not h.told(chat, "Uranium in an old headline that nobody is told")


@pytest.mark.parametrize(
    "point", ["updates received", "updates stored", "update understood", "update answered"]
)
async def test_a_kill_loses_no_command(tmp_path: Path, point: str) -> None:
    async with house(tmp_path) as h:
        h.feed("steppe")
        await h.start(kill_at=point)
        await h.until_logged("telegram connected")
        chat = h.telegram.private_chat()
        h.telegram.say(chat, "/add uranium")
        assert await h.exits() == -signal.SIGKILL
        await h.start()
        await h.telegram.until(lambda: h.telegram.sent(chat), PATIENCE)
        assert await h.stop() == 0
        assert len(h.telegram.sent(chat)) == 1
