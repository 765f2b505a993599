"""The catalogue in the database: what its file says, what people changed, when to poll."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import DueFeed, Feed, FeedKind, Validators
from bot.store.db import Database
from bot.store.schema import feeds, items
from bot.store.sql import insert

SPREAD = timedelta(minutes=1)  # what is overdue at a start is spread over this
GAP = timedelta(milliseconds=500)  # between two feeds of a catalogue that fits in less

NO_VALIDATORS = {"etag": "", "last_modified": "", "body_hash": "", "entry_hashes": None}

_FILE_COLUMNS = (
    "name", "url", "language", "country", "kind", "owner", "domestic", "timezone", "terms",
    "enabled", "reason",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FeedStatus:
    """A feed and how its polls go."""

    feed: Feed
    next_poll_at: datetime
    first_polled_at: datetime | None
    last_ok_at: datetime | None
    failures: int  # in a row
    failing_since: datetime | None
    last_error: str  # "cause: detail"; "" when the last poll was good


async def sync_catalogue(db: Database, catalogue: Sequence[Feed], now: datetime) -> None:
    """Take over what the file says; what people set stays, and wins.

    A feed that the file no longer names is kept, and never due. A new feed's first poll falls
    within the minute, at a place that its id decides. A feed whose URL changed is asked without
    validators.
    """
    async with db.write() as c:
        known = {row.id: row for row in await c.execute(sa.select(feeds))}
        await c.execute(sa.update(feeds).values(in_catalogue=False))
        fresh = [feed.id for feed in catalogue if feed.id not in known]
        first_polls = _spread(fresh, now)
        for feed in catalogue:
            row = known.get(feed.id)
            values = {column: getattr(feed, column) for column in _FILE_COLUMNS}
            changed: dict[str, Any] = {**values, "in_catalogue": True}
            if row is not None and row.url != feed.url and row.set_url is None:
                changed |= NO_VALIDATORS | {"moved_url": None, "moved_polls": 0}
            first = first_polls.get(feed.id, now)
            await c.execute(
                insert(c, feeds)
                .values(id=feed.id, next_poll_at=first, in_catalogue=True, **values)
                .on_conflict_do_update(index_elements=["id"], set_=changed)
            )


async def spread_first_polls(db: Database, now: datetime) -> None:
    """At a start, spread what is overdue, so that a long pause does not end in one burst."""
    async with db.write() as c:
        overdue = await c.scalars(sa.select(feeds.c.id).where(feeds.c.next_poll_at <= now))
        rows = [{"feed_id": i, "at": at} for i, at in _spread(list(overdue), now).items()]
        if rows:
            await c.execute(
                sa.update(feeds)
                .where(feeds.c.id == sa.bindparam("feed_id"))
                .values(next_poll_at=sa.bindparam("at")),
                rows,
            )


async def claim_due_feeds(
    db: Database, now: datetime, limit: int, lease: timedelta
) -> list[DueFeed]:
    """Lease at most `limit` feeds that are due, those that waited longest first.

    Nobody else gets them before the lease ends or `items.record_poll` gives them back.
    """
    due = (
        sa.select(feeds.c.id)
        .where(_polled(), feeds.c.next_poll_at <= now, _free(now))
        .order_by(feeds.c.next_poll_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    async with db.write() as c:
        claimed = await c.execute(
            sa.update(feeds)
            .where(feeds.c.id.in_(due))
            .values(lease_until=now + lease, fence=feeds.c.fence + 1)
            .returning(*feeds.c)
        )
        rows = sorted(claimed.all(), key=lambda row: (row.next_poll_at, row.id))
    return [
        DueFeed(
            feed=_feed(row),
            validators=Validators(row.etag, row.last_modified, row.body_hash),
            fence=row.fence,
            first_polled_at=row.first_polled_at,
            last_ok_at=row.last_ok_at,
            failures=row.failures,
            failing_since=row.failing_since,
            entry_hashes=frozenset(row.entry_hashes or ()),
            rhythm=row.rhythm,
        )
        for row in rows
    ]


async def feed_rows(db: Database) -> list[FeedStatus]:
    """Every feed that the file names or people added, by id."""
    async with db.read() as c:
        rows = await c.execute(sa.select(feeds).where(_ours()).order_by(feeds.c.id))
    return [
        FeedStatus(
            feed=_feed(row),
            next_poll_at=row.next_poll_at,
            first_polled_at=row.first_polled_at,
            last_ok_at=row.last_ok_at,
            failures=row.failures,
            failing_since=row.failing_since,
            last_error=row.last_error,
        )
        for row in rows
    ]


async def outlet_names(c: AsyncConnection) -> dict[str, str]:
    """Outlet id → the name that people read."""
    name = sa.func.coalesce(feeds.c.set_name, feeds.c.name)
    return {row.id: row.name for row in await c.execute(sa.select(feeds.c.id, name.label("name")))}


def owner() -> sa.ColumnElement[str]:
    """Whose an item's outlet is, where its feed is joined; its own where nobody knows."""
    nobody: sa.ColumnClause[str] = sa.literal_column(
        "''"
    )  # no parameter: a GROUP BY must find the same expression
    return sa.func.coalesce(sa.func.nullif(feeds.c.owner, nobody), items.c.outlet)


def enabled() -> sa.ColumnElement[bool]:
    """As the file says, unless people said otherwise."""
    return sa.func.coalesce(feeds.c.set_enabled, feeds.c.enabled, type_=sa.Boolean)


def _ours() -> sa.ColumnElement[bool]:
    return sa.or_(feeds.c.in_catalogue, feeds.c.added_by.is_not(None))


def _polled() -> sa.ColumnElement[bool]:
    return sa.and_(_ours(), enabled())


def _free(now: datetime) -> sa.ColumnElement[bool]:
    return sa.or_(feeds.c.lease_until.is_(None), feeds.c.lease_until <= now)


def _feed(row: Any) -> Feed:
    def said(column: str) -> Any:
        changed = getattr(row, f"set_{column}")
        return getattr(row, column) if changed is None else changed

    return Feed(
        id=row.id,
        name=said("name"),
        url=said("url"),
        language=said("language"),
        country=row.country,
        kind=FeedKind(row.kind),
        owner=row.owner,
        domestic=row.domestic,
        timezone=row.timezone,
        terms=row.terms,
        enabled=said("enabled"),
        reason=said("reason"),
    )


def _spread(ids: Sequence[str], now: datetime) -> dict[str, datetime]:
    """A time within the next minute for each, in an order that only the ids decide."""
    ordered = sorted(ids, key=lambda feed_id: hashlib.sha256(feed_id.encode()).digest())
    gap = min(GAP, SPREAD / max(len(ids), 1))
    return {feed_id: now + gap * place for place, feed_id in enumerate(ordered)}
