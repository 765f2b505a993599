"""What was published: identity of items, what was found in them, and what a poll brought."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import (
    Candidate,
    FeedKind,
    Headline,
    Hit,
    ItemDraft,
    ItemKey,
    KnownItem,
    PollRecord,
    PollResult,
    Telling,
)
from bot.store.columns import Time
from bot.store.db import Database
from bot.store.feeds import outlet_names
from bot.store.found import headline, hit_row, spans_of
from bot.store.ids import new_id
from bot.store.schema import feeds, hits, item_keys, item_tokens, items, queries, sightings
from bot.store.sql import alone, chunks, insert, insert_missing, insert_rows
from bot.stories import identity

TITLE_LIVES = timedelta(days=1)  # after it was last seen in a document
TOUCH = timedelta(hours=1)  # a key's last sight is written this often at most


async def known_items(
    db: Database, keys: Sequence[ItemKey], now: datetime
) -> dict[ItemKey, KnownItem | None]:
    """What the store has for these keys. None: the key is void; absent: it was never seen, or is a
    title that no document showed for a day."""
    async with db.read() as c:
        return await _known(c, keys, now)


async def record_poll(db: Database, poll: PollRecord) -> PollResult:
    """Write all that one poll changes, or nothing: see `record_polls`."""
    return (await record_polls(db, [poll]))[0]


async def record_polls(db: Database, polls: Sequence[PollRecord]) -> list[PollResult]:
    """Write what these polls change, in ONE transaction.

    A poll whose lease somebody else has taken writes nothing (``held`` is False). Identity is
    decided again in here, so that feeds that bring one text at the same time make one item.
    """
    async with db.write() as c:
        await alone(c, "items")
        return [await _record(c, poll) for poll in polls]


async def latest_headlines(db: Database, query: str, limit: int) -> list[Headline]:
    """The newest items that a query (by its text) hit, silent ones too; one of each title."""
    newest = (
        sa.select(items, hits.c.spans, hits.c.at)
        .join(hits, hits.c.item_id == items.c.id)
        .join(queries, queries.c.id == hits.c.query_id)
        .where(queries.c.text == query)
        .order_by(hits.c.at.desc(), items.c.id.desc())
        .limit(limit * 5)
    )
    async with db.read() as c:
        rows = (await c.execute(newest)).all()
        names = await outlet_names(c)
    found = {row.title.casefold(): row for row in reversed(rows)}
    return [headline(row, names, spans_of(row.spans)) for row in reversed(found.values())][:limit]


# ---------------------------------------------------------------- what is known


async def _known(
    c: AsyncConnection, keys: Iterable[ItemKey], now: datetime
) -> dict[ItemKey, KnownItem | None]:
    places: dict[tuple[str, str], set[str]] = defaultdict(set)
    for key in keys:
        places[key.kind, key.scope].add(key.value)
    known: dict[ItemKey, KnownItem | None] = {}
    for (kind, scope), values in places.items():
        for some in chunks(values):
            rows = await c.execute(
                sa.select(item_keys.c.value, items, feeds.c.kind.label("outlet_kind"))
                .select_from(item_keys)
                .outerjoin(items, items.c.id == item_keys.c.item_id)
                .outerjoin(feeds, feeds.c.id == items.c.outlet)
                .where(
                    item_keys.c.kind == kind,
                    item_keys.c.scope == scope,
                    item_keys.c.value.in_(some),
                    sa.or_(
                        item_keys.c.kind != "title", item_keys.c.last_seen_at > now - TITLE_LIVES
                    ),
                )
            )
            for row in rows:
                known[ItemKey(kind, scope, row.value)] = _known_item(row)
    return known


def _known_item(row: Any) -> KnownItem | None:
    if row.id is None:
        return None
    return KnownItem(
        item_id=row.id,
        title=row.title,
        outlet=row.outlet,
        domestic=row.domestic,
        has_summary=bool(row.summary),
        silent=row.first_poll and row.marked_at is None and row.story_id is None,
        first_seen_at=row.first_seen_at,
        outlet_firm=row.outlet_kind not in {FeedKind.AGGREGATOR, FeedKind.SEARCH},
    )


# ---------------------------------------------------------------- what a poll brought


@dataclass(slots=True)
class _Rows:
    """What a poll's candidates come to, gathered before any of it is written."""

    poll: PollRecord
    known: dict[ItemKey, KnownItem | None]
    items: dict[int, KnownItem]  # of `known`
    shown: set[int]  # known items that this feed showed before
    matched: set[int]  # known items that have hits
    new: dict[int, dict[str, Any]] = field(default_factory=dict)  # items, by id
    changed: dict[int, dict[str, Any]] = field(default_factory=dict)  # columns of known items
    keys: dict[ItemKey, int | None] = field(default_factory=dict)
    touched: set[ItemKey] = field(default_factory=set)  # title keys seen again
    sightings: dict[int, ItemDraft] = field(default_factory=dict)
    hits: list[tuple[int, Hit, datetime]] = field(default_factory=list)
    tokens: set[tuple[str, int]] = field(default_factory=set)
    marks: dict[int, Telling] = field(default_factory=dict)  # known items that will be told
    seen: int = 0

    def take(self, candidate: Candidate, alive: Collection[int]) -> None:
        """Decide what a candidate is; hits of queries that are gone do not count."""
        found = tuple(hit for hit in candidate.hits if hit.query_id in alive)
        decision = identity.decide(candidate.draft, self.known)
        if isinstance(decision, identity.New):
            self._add(candidate, found, decision)
        else:
            self._see(candidate, found, decision)
        for key in candidate.draft.void_keys:
            if key not in self.known or self.known[key] is not None:
                self.keys[key] = None

    def _add(self, candidate: Candidate, found: tuple[Hit, ...], decision: identity.New) -> None:
        """A new item; with hits, and unless it is silent, the promise begins here."""
        poll, draft, item_id = self.poll, candidate.draft, new_id()
        told = bool(found) and candidate.telling is not Telling.SILENT
        self.new[item_id] = {
            "id": item_id,
            "outlet": draft.outlet,
            "url": draft.url,
            "title": draft.title,
            "summary": draft.summary,
            "language": draft.language,
            "published": draft.published,
            "first_seen_at": poll.at,
            "domestic": draft.domestic,
            "telling": candidate.telling,
            "first_poll": not poll.past_first_poll,
            "marked_at": poll.at if told else None,
        }
        item = KnownItem(
            item_id=item_id,
            title=draft.title,
            outlet=draft.outlet,
            domestic=draft.domestic,
            has_summary=bool(draft.summary),
            silent=not poll.past_first_poll and not told,
            first_seen_at=poll.at,
            outlet_firm=draft.outlet_firm,
        )
        self.items[item_id] = item
        for key in decision.keys:
            self.keys[key], self.known[key] = item_id, item
        self._sight(item_id, candidate, found, draft.published or poll.at)

    def _see(self, candidate: Candidate, found: tuple[Hit, ...], decision: identity.Seen) -> None:
        """Another sighting: of an item that nobody was told of, it may make news after all."""
        poll, item_id = self.poll, decision.item_id
        item = self.items[item_id]
        self.seen += 1
        for key in decision.keys:
            holder = self.known.get(key)
            if holder is None:
                self.keys[key], self.known[key] = item_id, item
            elif holder.item_id == item_id:
                self.touched.add(key)
        if decision.rematch:
            columns = self.new.get(item_id) or self.changed.setdefault(item_id, {})
            for column in ("outlet", "domestic", "summary"):
                if value := getattr(decision, column):
                    columns[column] = value
            at = candidate.draft.published or item.first_seen_at
            self._sight(item_id, candidate, found, at)
        else:
            self.sightings[item_id] = candidate.draft
        if candidate.telling is Telling.SILENT:
            return
        if (row := self.new.get(item_id)) is not None:  # of this very document
            if found and decision.rematch and row["telling"] is not Telling.SILENT:
                row["marked_at"] = poll.at
            return
        first_hits = decision.rematch and item_id not in self.matched and not item.silent
        news = identity.unsilenced(
            item,
            past_first_poll=poll.past_first_poll,
            new_here=item_id not in self.shown,
            now=poll.at,
        )
        if first_hits or news:
            self.marks[item_id] = candidate.telling

    def _sight(
        self, item_id: int, candidate: Candidate, found: tuple[Hit, ...], at: datetime
    ) -> None:
        self.sightings[item_id] = candidate.draft
        self.hits.extend((item_id, hit, at) for hit in found)
        self.tokens.update((token, item_id) for token in candidate.tokens)


async def _record(c: AsyncConnection, poll: PollRecord) -> PollResult:
    held = await c.execute(
        sa.update(feeds)
        .where(feeds.c.id == poll.feed_id, feeds.c.fence == poll.fence)
        .values(**_feed_state(poll))
    )
    if not held.rowcount:
        return PollResult(0, 0, 0, held=False)
    if poll.failure is not None or not poll.candidates:
        return PollResult(0, 0, 0)

    keys = {key for candidate in poll.candidates for key in candidate.draft.keys}
    keys.update(key for candidate in poll.candidates for key in candidate.draft.void_keys)
    known = await _known(c, keys, poll.at)
    before = {item.item_id: item for item in known.values() if item is not None}
    rows = _Rows(
        poll,
        known,
        dict(before),
        shown=await _ids(c, sightings.c.item_id, before, sightings.c.feed_id == poll.feed_id),
        matched=await _ids(c, hits.c.item_id, before),
    )
    alive = await _alive_queries(c, poll.candidates)
    for candidate in poll.candidates:
        rows.take(candidate, alive)
    marked = await _store(c, rows)
    return PollResult(len(rows.new), marked, rows.seen)


def _feed_state(poll: PollRecord) -> dict[str, Any]:
    at = sa.literal(poll.at, Time)
    state: dict[str, Any] = {
        "lease_until": None,
        "next_poll_at": poll.next_poll_at,
        "last_polled_at": poll.at,
    }
    if poll.failure is not None:
        return state | {
            "failures": feeds.c.failures + 1,
            "failing_since": sa.func.coalesce(feeds.c.failing_since, at),
            "last_error": f"{poll.failure.cause}: {poll.failure.detail}",
        }
    return state | {
        "etag": poll.validators.etag,
        "last_modified": poll.validators.last_modified,
        "body_hash": poll.validators.body_hash,
        "entry_hashes": sorted(poll.entry_hashes),
        "first_polled_at": sa.func.coalesce(feeds.c.first_polled_at, at),
        "last_ok_at": poll.at,
        "failures": 0,
        "failing_since": None,
        "last_error": "",
        "rhythm": feeds.c.rhythm if poll.rhythm is None else poll.rhythm,
    }


async def _store(c: AsyncConnection, rows: _Rows) -> int:
    """Write the rows; returns how many items are marked by it."""
    poll = rows.poll
    await insert_rows(c, items, list(rows.new.values()))
    for item_id, changes in rows.changed.items():
        await c.execute(sa.update(items).where(items.c.id == item_id).values(**changes))
    keys = [
        {"kind": k.kind, "scope": k.scope, "value": k.value, "item_id": i, "last_seen_at": poll.at}
        for k, i in rows.keys.items()
    ]
    # A title that had expired, and a key that becomes void, take over a row that is there.
    await _upsert(c, item_keys, keys, ("kind", "scope", "value"), ("item_id", "last_seen_at"))
    await _touch(c, rows.touched, poll.at)
    sights = [
        {"item_id": i, "feed_id": poll.feed_id, "guid": draft.guid, "url": draft.url,
         "first_seen_at": poll.at, "last_seen_at": poll.at}
        for i, draft in rows.sightings.items()
    ]  # fmt: skip
    await _upsert(c, sightings, sights, ("item_id", "feed_id"), ("guid", "url", "last_seen_at"))
    await insert_missing(c, item_tokens, [{"token": t, "item_id": i} for t, i in rows.tokens])
    await insert_missing(c, hits, [hit_row(*found) for found in rows.hits])
    marked = sum(row["marked_at"] is not None for row in rows.new.values())
    for item_id, telling in rows.marks.items():
        has_hits = sa.exists().where(hits.c.item_id == items.c.id)
        never = sa.and_(items.c.marked_at.is_(None), items.c.story_id.is_(None))
        done = await c.execute(
            sa.update(items)
            .where(items.c.id == item_id, never, has_hits)
            .values(marked_at=poll.at, telling=telling)
        )
        marked += done.rowcount
    return marked


async def _upsert(
    c: AsyncConnection,
    table: sa.Table,
    rows: Sequence[Mapping[str, Any]],
    unique: tuple[str, ...],
    changed: tuple[str, ...],
) -> None:
    if rows:
        upsert = insert(c, table)
        new = {column: upsert.excluded[column] for column in changed}
        await c.execute(upsert.on_conflict_do_update(index_elements=unique, set_=new), rows)


async def _touch(c: AsyncConnection, keys: Collection[ItemKey], at: datetime) -> None:
    if keys:
        await c.execute(
            sa.update(item_keys)
            .where(
                item_keys.c.kind == sa.bindparam("of_kind"),
                item_keys.c.scope == sa.bindparam("of_scope"),
                item_keys.c.value == sa.bindparam("of_value"),
                item_keys.c.last_seen_at < at - TOUCH,
            )
            .values(last_seen_at=at),
            [{"of_kind": k.kind, "of_scope": k.scope, "of_value": k.value} for k in keys],
        )


async def _ids(
    c: AsyncConnection, column: sa.Column[int], ids: Collection[int], *where: sa.ColumnElement[bool]
) -> set[int]:
    """Which of these ids a table has in this column."""
    found: set[int] = set()
    for some in chunks(ids):
        found.update(await c.scalars(sa.select(column).where(column.in_(some), *where).distinct()))
    return found


async def _alive_queries(c: AsyncConnection, candidates: Sequence[Candidate]) -> set[int]:
    """The queries that were hit and still exist; they stay until the transaction ends."""
    hit = {found.query_id for candidate in candidates for found in candidate.hits}
    alive: set[int] = set()
    for some in chunks(hit):
        lasting = sa.select(queries.c.id).where(queries.c.id.in_(some))
        alive.update(await c.scalars(lasting.with_for_update(read=True, key_share=True)))
    return alive
