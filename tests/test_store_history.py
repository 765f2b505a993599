"""Stories in hindsight: what pace is usual, and the life of one story."""

from datetime import timedelta

import pytest

from bot.model import AlertSettings, GroupDecision, Mode, Plan, PlannedAlert, Priority, Telling
from bot.ops import trace
from bot.store import feeds, history, stories
from bot.store.db import Database
from tests.databases import NOW
from tests.store_rows import candidate, draft, feed, poll, subscribe

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
OUTLETS = ("steppe", "caspian", "ministry", "vlast")


@pytest.fixture(autouse=True)
async def catalogue(db: Database) -> None:
    """Four owners; almaty belongs to one of them."""
    known = [*map(feed, OUTLETS), feed("almaty", owner="caspian")]
    await feeds.sync_catalogue(db, known, NOW)


async def story(db: Database, *told: tuple[str, int], copies: str = "", late: str = "") -> int:
    """A story that (outlet, minutes from NOW) told; returns its id. ``late``: whose feed brought
    it on its return after hours."""
    _, query = await subscribe(db, mode=Mode.AT_ONCE)
    story_id = None
    for n, (outlet, minutes) in enumerate(told):
        text = draft(f"Title {n} of a story that {told[0]} began at {minutes}", outlet)
        telling = Telling.SUMMARY if outlet == late else Telling.ALERT
        at = NOW + minutes * MINUTE
        await poll(db, outlet, candidate(text, query, telling=telling), at=at)
        (item,) = await stories.next_ungrouped(db, 10)
        decision = GroupDecision(story_id, 0.725, "close", copy=outlet == copies)
        if story_id is None:
            decision = GroupDecision(None, 0.0, "new")
        view = await stories.record_story(
            db,
            item,
            decision,
            lambda view, found: Plan(
                tuple(
                    PlannedAlert(a.chat_id, 0, a.queries, True, NOW, Priority.FRESH)
                    for a in found
                    if a.alert is None
                )
            ),
            at,
            defaults=AlertSettings(),
        )
        story_id = view.story_id
    assert story_id is not None
    return story_id


async def test_a_story_has_the_highest_pace_it_ever_had(db: Database) -> None:
    await story(db, ("steppe", 0))
    await story(db, ("steppe", 1), ("caspian", 60), ("ministry", 121))  # in any hour at most two
    await story(db, ("steppe", 2), ("caspian", 100), ("ministry", 130), ("vlast", 150))
    await story(db, ("steppe", 3), ("caspian", 63))
    await story(db, ("caspian", 4), ("almaty", 5))
    await story(db, ("steppe", 5), ("caspian", 6), copies="caspian")
    await story(db, ("steppe", 6), ("caspian", 7), late="caspian")
    await story(db, ("steppe", 7), ("steppe", 8), ("steppe", 9))
    assert await history.paces(db, NOW, NOW + DAY) == {1: 6, 2: 1, 3: 1}


async def test_only_stories_of_the_time_asked_for_count(db: Database) -> None:
    for minutes in (0, 10, 20):
        await story(db, ("steppe", minutes))
    assert await history.paces(db, NOW + MINUTE, NOW + 20 * MINUTE) == {1: 1}
    assert await history.paces(db, NOW + DAY, NOW + 2 * DAY) == {}


async def test_a_storys_life_names_members_scores_and_why(db: Database, url: str) -> None:
    told = await story(db, ("steppe", 0), ("caspian", 1), ("vlast", 2), copies="vlast")
    lines = await trace.story(url, told, NOW)
    assert lines[:5] == [
        f"story {told}: 3 items, 2 independent outlets",
        "from 2025-03-01 12:00:00 to 2025-03-01 12:02:00 UTC; alerts: 0 told, 1 waiting",
        "",
        "2025-03-01 12:00:00  steppe, en: Title 0 of a story that ('steppe', 0) began at 0",
        "    score 0.00, new",
    ]
    assert "    score 0.72, close" in lines
    assert "    score 0.72, close (a copy)" in lines
    assert await trace.story(url, told + 1, NOW) == []
