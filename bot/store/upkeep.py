"""The heartbeat, and what is kept for how long."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from bot.model import DeliveryState, Kind
from bot.store.columns import EPOCH, MICROSECOND
from bot.store.db import Database
from bot.store.schema import (
    alerts,
    attempts,
    deliveries,
    hits,
    item_keys,
    items,
    queries,
    stories,
    subscriptions,
    updates,
)
from bot.store.sql import HEARTBEAT, counter, set_counter

PREVIEW = timedelta(days=1)  # a query without a subscription
UPDATES = timedelta(days=7)  # handled ones; their payload went when they were handled
LEDGER = timedelta(days=30)  # attempts, and answers, which hold what a person asked
UNMATCHED = timedelta(days=30)  # items that matched nobody
NEWS = timedelta(days=400)  # items that did, their stories and alerts, and how they were told
TITLES = timedelta(days=4)  # the window in which copies are looked for, and a day

_BATCH = 1000  # rows in one transaction: nobody waits for the writer for long


async def heartbeat(db: Database, now: datetime) -> None:
    """Say that the process is alive, and can write."""
    async with db.write() as c:
        await set_counter(c, HEARTBEAT, (now - EPOCH) // MICROSECOND)


async def last_heartbeat(db: Database) -> datetime | None:
    """When the process last said so; None: never."""
    async with db.read() as c:
        value = await counter(c, HEARTBEAT)
    return EPOCH + MICROSECOND * value if value else None


async def sweep(db: Database, now: datetime) -> dict[str, int]:
    """Delete what has been kept for its time; returns how many rows of what.

    With an item go its keys, tokens, sightings and hits. Nothing that still waits is touched.
    """
    ended = deliveries.c.finished_at
    has_hits = sa.exists().where(hits.c.item_id == items.c.id)
    subscribed = sa.exists().where(subscriptions.c.query_id == queries.c.id)
    carried = sa.exists().where(
        deliveries.c.id == alerts.c.carried_by, deliveries.c.state == DeliveryState.PENDING
    )
    has_items = sa.exists().where(items.c.story_id == stories.c.id)
    has_alerts = sa.exists().where(alerts.c.story_id == stories.c.id)
    first_seen = items.c.first_seen_at
    old: dict[str, tuple[sa.Table, *tuple[sa.ColumnElement[bool], ...]]] = {
        "queries": (
            queries,
            queries.c.kind == "words",
            queries.c.used_at < now - PREVIEW,
            ~subscribed,
        ),
        "updates": (updates, updates.c.handled_at < now - UPDATES),
        "attempts": (attempts, attempts.c.started_at < now - LEDGER),
        "answers": (deliveries, ended < now - LEDGER, deliveries.c.kind == Kind.ANSWER),
        "deliveries": (deliveries, ended < now - NEWS),
        "unmatched": (items, first_seen < now - UNMATCHED, ~has_hits),
        "items": (items, first_seen < now - NEWS, items.c.marked_at.is_(None)),
        "alerts": (alerts, alerts.c.created_at < now - NEWS, ~carried),
        "stories": (stories, stories.c.updated_at < now - NEWS, ~has_items, ~has_alerts),
    }
    swept = {what: await _delete(db, *rows) for what, rows in old.items()}
    async with db.write() as c:
        titles = sa.delete(item_keys).where(
            sa.literal_column("kind = 'title'"), item_keys.c.last_seen_at < now - TITLES
        )
        swept["titles"] = (await c.execute(titles)).rowcount
    return swept


async def _delete(db: Database, table: sa.Table, *old: sa.ColumnElement[bool]) -> int:
    """Delete the rows that are old in every way, in short transactions."""
    (key,) = table.primary_key
    deleted = 0
    while True:
        async with db.write() as c:
            ids = list(await c.scalars(sa.select(key).where(*old).limit(_BATCH)))
            await c.execute(sa.delete(table).where(key.in_(ids)))
        deleted += len(ids)
        if len(ids) < _BATCH:
            return deleted
