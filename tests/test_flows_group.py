"""What grouping keeps in mind between items."""

from datetime import timedelta

import sqlalchemy as sa

from bot.flows.group import Grouping
from bot.model import AlertSettings, Telling
from bot.store import schema
from bot.store.db import Database
from bot.store.ids import new_id
from bot.store.sql import insert_rows
from tests.databases import NOW

MINUTE = timedelta(minutes=1)


async def test_what_pace_is_unusual_is_reckoned_at_most_every_ten_minutes(db: Database) -> None:
    grouping = Grouping(db=db, settings=AlertSettings(), clock=lambda: NOW, on_planned=lambda: None)
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
