"""Search of what was stored, by the skeleton keys of `item_tokens`.

Ids grow with time, and a key's items are in their order: what was stored since a moment is one
range of each key. Ids are of the process's clock, so a moment is a little uncertain; whoever needs
it exactly looks at an item's own time.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.matching.candidates import Either, Every, Keys, KeyTree, OneOf
from bot.matching.nodes import Filter
from bot.model import Headline, MatchText
from bot.store.columns import EPOCH
from bot.store.db import Database
from bot.store.feeds import outlet_names
from bot.store.found import headline, spans_of
from bot.store.ids import COUNT_BITS, EPOCH_MS, NODE_BITS
from bot.store.schema import hits, item_tokens, items, queries
from bot.store.sql import chunks

MOST_KEYS = 30_000  # in one statement: both databases end at 32,766 parameters
_LAST = "\U0010ffff"  # behind every letter, in any order of letters that a database may have

_token, _item_id = item_tokens.c.token, item_tokens.c.item_id


@dataclass(frozen=True, slots=True)
class StoredItem:
    """An item, for the matcher."""

    item_id: int
    at: datetime  # published, else first seen
    text: MatchText


def first_id(since: datetime) -> int:
    """Ids that were made since then are not smaller."""
    milliseconds = (since - EPOCH) // timedelta(milliseconds=1) - EPOCH_MS
    return max(milliseconds, 0) << (NODE_BITS + COUNT_BITS)


async def stored_keys(
    db: Database, keys: Collection[str], heads: Sequence[str], since: datetime
) -> dict[str, int]:
    """Of these keys, and of all that begin with one of ``heads``: those stored since then, each
    with its number of items."""
    counts: dict[str, int] = {}
    async with db.read() as c:
        behind: list[str] = []
        for some in chunks(heads):
            behind += await c.scalars(_behind(some))
        for wanted in chunks(sorted({*keys, *behind}), MOST_KEYS):
            rows = await c.execute(
                sa.select(_token, sa.func.count())
                .where(_token.in_(wanted), _item_id >= first_id(since))
                .group_by(_token)
            )
            counts.update((token, number) for token, number in rows)
    return counts


def _behind(heads: Sequence[str]) -> sa.Select[tuple[str]]:
    """All keys that begin with one of these: from each the index leads to the next, so that it
    costs as much as there are keys, however many items hold them."""
    ranges = (
        sa.values(sa.column("head", sa.Text), sa.column("until", sa.Text), name="spans")
        .data([(head, head + _LAST) for head in heads])
        .cte("ranges")
    )
    first = sa.select(
        sa.select(sa.func.min(_token))
        .where(_token >= ranges.c.head, _token < ranges.c.until)
        .scalar_subquery()
        .label("token"),
        ranges.c.until,
    )
    found = first.cte("found", recursive=True)
    following = sa.select(
        sa.select(sa.func.min(_token))
        .where(_token > found.c.token, _token < found.c.until)
        .scalar_subquery(),
        found.c.until,
    ).where(found.c.token.is_not(None))
    found = found.union_all(following)
    return sa.select(found.c.token).where(found.c.token.is_not(None))


async def candidates(
    db: Database, tree: KeyTree, since: datetime, limit: int
) -> tuple[int, list[int]]:
    """How many items since then fulfil a tree of stored keys, and the ids of the newest."""
    if _keys_in(tree) > MOST_KEYS:
        tree = Every(())
    found = _ids(tree, first_id(since)).subquery()
    newest = (
        sa.select(found.c[0], sa.func.count().over())
        .group_by(found.c[0])
        .order_by(found.c[0].desc())
        .limit(limit)
    )
    async with db.read() as c:
        rows = (await c.execute(newest)).all()
    return (rows[0][1] if rows else 0), [row[0] for row in rows]


def _keys_in(tree: KeyTree) -> int:
    match tree:
        case Keys(keys):
            return len(keys)
        case Every(parts) | Either(parts):
            return sum(map(_keys_in, parts))
        case OneOf() | Filter():
            return 0


def _ids(tree: KeyTree, first: int) -> sa.Select[tuple[int]]:
    match tree:
        case Keys(keys):
            return sa.select(_item_id).where(_token.in_(sorted(keys)), _item_id >= first)
        case Filter():
            return sa.select(items.c.id).where(items.c.id >= first, _passes(tree))
        case Every(()):
            return sa.select(items.c.id).where(items.c.id >= first)
        case Every(parts):
            whole: sa.CompoundSelect[tuple[int]] = sa.intersect(*(_ids(p, first) for p in parts))
        case Either(parts):
            whole = sa.union(*(_ids(part, first) for part in parts))
        case OneOf():
            raise ValueError("words must be resolved to keys first")
    # SQLite takes no parentheses around the parts of a compound.
    return sa.select(whole.subquery().c[0])


def _passes(wanted: Filter) -> sa.ColumnElement[bool]:
    """What a filter lets through, and a few more: case and the end of an outlet's name are the
    matcher's to judge."""
    column = sa.func.lower(items.c.language if wanted.name == "lang" else items.c.outlet)
    if not wanted.value.isascii():
        return sa.true()
    return column.startswith(wanted.value, autoescape=True)


async def stored_items(db: Database, ids: Collection[int]) -> list[StoredItem]:
    """These items, the newest first; those that were swept meanwhile are left out."""
    wanted = [
        items.c[name]
        for name in ("id", "title", "summary", "language", "outlet", "domestic", "published",
                     "first_seen_at")
    ]  # fmt: skip
    found: list[Any] = []
    async with db.read() as c:
        for some in chunks(ids):
            found += await c.execute(sa.select(*wanted).where(items.c.id.in_(some)))
    found.sort(key=lambda row: row.id, reverse=True)
    return [
        StoredItem(
            row.id,
            row.published or row.first_seen_at,
            MatchText(row.title, row.summary, row.language, row.outlet, row.domestic),
        )
        for row in found
    ]


async def headlines(db: Database, ids: Collection[int]) -> dict[int, Headline]:
    """Item id → the item as people read it, without spans."""
    async with db.read() as c:
        names = await outlet_names(c) if ids else {}
        rows = [
            row
            for some in chunks(ids)
            for row in await c.execute(sa.select(items).where(items.c.id.in_(some)))
        ]
    return {row.id: headline(row, names, ()) for row in rows}


async def hits_since(
    db: Database, query: str, since: datetime, limit: int
) -> tuple[int, list[Headline]]:
    """How many items since then a stored query (by its text) was found in, and the newest, with
    their spans; one of each title."""
    of_query = sa.select(queries.c.id).where(queries.c.text == query).scalar_subquery()
    wanted = (hits.c.query_id == of_query, hits.c.at >= since)
    newest = (
        sa.select(items, hits.c.spans)
        .join(hits, hits.c.item_id == items.c.id)
        .where(*wanted)
        .order_by(hits.c.at.desc(), items.c.id.desc())
        .limit(limit * 5)
    )
    async with db.read() as c:
        total = await c.scalar(sa.select(sa.func.count()).select_from(hits).where(*wanted))
        rows = (await c.execute(newest)).all()
        names = await outlet_names(c)
    titles: dict[str, Any] = {}
    for row in rows:
        titles.setdefault(row.title.casefold(), row)
    found = [headline(row, names, spans_of(row.spans)) for row in titles.values()]
    return total or 0, found[:limit]
