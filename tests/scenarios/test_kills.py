"""kill -9 at named points of the four lanes: nothing is lost, by Telegram's own record.

One house lives through all of them: each start takes up what the kill before it left, and is
killed at the next point. A point is a line that a lane logs (`tests.scenarios.killed`).
"""

from __future__ import annotations

import signal
from pathlib import Path

from bot.demo.telegram_values import Chat
from tests.scenarios.house import PATIENCE, House, SampleFeed, house

LANES_ONE_AND_TWO = (
    "feed fetched",
    "feed parsed",
    "feed matched",
    "poll recorded",
    "item grouped",
    "story recorded",
)
LANE_THREE = ("deliveries claimed", "attempts recorded", "message answered", "message sent")
LANE_NOUGHT = ("updates received", "updates stored", "update understood", "update answered")
# Between these a message may be with Telegram already: its repeat is the price of losing none.
AMBIGUOUS = {"attempts recorded", "message answered"}
OLD = "Uranium in an old headline that raises no alert"


async def begun(h: House) -> tuple[SampleFeed, Chat]:
    """A feed that was polled once, and a chat that watches a word."""
    feed = h.feed("steppe")
    feed.add(OLD)
    await h.start()
    await h.until_polled("steppe")
    chat = await h.subscribed("/add uranium")
    assert await h.stop() == 0
    assert h.told(chat, OLD) == 1  # by the preview
    return feed, chat


async def told_through_kills(
    h: House, feed: SampleFeed, chat: Chat, points: tuple[str, ...]
) -> list[str]:
    """A headline before each kill; all are told in the end."""
    titles = []
    for point in points:
        titles.append(feed.add(f"Uranium in a headline before the kill at {point}"))
        await h.start(kill_at=point)
        assert await h.exits() == -signal.SIGKILL, point
    await h.start()
    await h.until_told(chat, *titles)
    await h.next_poll("steppe")
    assert await h.stop() == 0
    return titles


async def test_kills_on_the_way_to_the_outbox_lose_nothing_and_repeat_nothing(
    tmp_path: Path,
) -> None:
    async with house(tmp_path) as h:
        feed, chat = await begun(h)
        titles = await told_through_kills(h, feed, chat, LANES_ONE_AND_TWO)
        assert [h.told(chat, title) for title in titles] == [1] * len(titles)
        assert h.told(chat, OLD) == 1


async def test_kills_around_a_send_lose_nothing_and_repeat_only_what_nobody_can_know(
    tmp_path: Path,
) -> None:
    async with house(tmp_path) as h:
        feed, chat = await begun(h)
        titles = await told_through_kills(h, feed, chat, LANE_THREE)
        told = [h.told(chat, title) for title in titles]
        assert min(told) == 1
        # A chat has one message under way at a time, so each such kill can repeat one.
        assert sum(told) <= len(titles) + len(AMBIGUOUS)
        assert h.told(chat, OLD) == 1


async def test_kills_around_an_answer_lose_no_command_and_answer_it_once(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        h.feed("steppe")
        chat = h.telegram.private_chat()
        for number, point in enumerate(LANE_NOUGHT, start=1):
            h.telegram.say(chat, f"/add uranium{number}")
            await h.start(kill_at=point)
            assert await h.exits() == -signal.SIGKILL, point
        await h.start()
        await h.telegram.until(lambda: len(h.telegram.sent(chat)) == len(LANE_NOUGHT), PATIENCE)
        h.telegram.say(chat, "/help")
        await h.telegram.until(lambda: "/keywords" in h.telegram.sent(chat)[-1].text, PATIENCE)
        assert await h.stop() == 0
        for number in range(1, len(LANE_NOUGHT) + 1):
            assert h.told(chat, f"uranium{number}") == 1
