"""Search of what was stored, by the skeleton keys of `item_tokens`.

Ids grow with time, and a key's items are in their order: what was stored since a moment is one
range of each key. Ids are of the process's clock, so a moment is a little uncertain; whoever needs
it exactly looks at an item's own time.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.matching.candidates import Either, Every, Holds, Keys, KeyTree, OneOf
from bot.matching.nodes import Filter
from bot.model import Headline, MatchText, Span
from bot.store.columns import EPOCH
from bot.store.db import Database
from bot.store.feeds import outlet_names
from bot.store.found import headline, spans_of
from bot.store.ids import COUNT_BITS, EPOCH_MS, NODE_BITS
from bot.store.schema import feeds, hits, item_tokens, items, queries
from bot.store.sql import chunks

MOST_SELECTS = 200  # in one statement: SQLite ends at 500
_LAST = "\U0010ffff"  # behind every letter, in any order of letters that a database may have

_ITEM = [
    items.c[name]
    for name in ("id", "title", "language", "outlet", "domestic", "published", "first_seen_at")
]
_VALUE: sa.Column[str] = sa.Column("value", sa.Text)
_token, _item_id = item_tokens.c.token, item_tokens.c.item_id


@dataclass(frozen=True, slots=True)
class StoredItem:
    """An item, for the matcher."""

    item_id: int
    at: datetime  # published, else first seen
    first_seen_at: datetime
    text: MatchText


def first_id(since: datetime) -> int:
    """Ids that were made since then are not smaller."""
    milliseconds = (since - EPOCH) // timedelta(milliseconds=1) - EPOCH_MS
    return max(milliseconds, 0) << (NODE_BITS + COUNT_BITS)


def _each(c: AsyncConnection, texts: Collection[str]) -> sa.TableValuedAlias:
    """The texts as rows, by one parameter: as many as there are, and the index of keys is read at
    each, where a long IN list leads PostgreSQL to read all of the week instead."""
    listed = sa.literal(json.dumps(list(texts)), sa.Text)
    if c.dialect.name == "sqlite":
        return sa.func.json_each(listed).table_valued(_VALUE)
    return sa.func.json_array_elements_text(sa.cast(listed, sa.JSON)).table_valued(_VALUE)


async def stored_keys(
    db: Database, keys: Collection[str], heads: Collection[str], since: datetime
) -> dict[str, int]:
    """Of these keys, and of all that begin with one of ``heads``: those stored since then, each
    with its number of items."""
    async with db.read() as c:
        behind = await c.scalars(_behind(_each(c, heads))) if heads else ()
        wanted = _each(c, {*keys, *behind})
        rows = await c.execute(
            sa.select(_token, sa.func.count().label("number"))
            .where(_token.in_(sa.select(wanted.c.value)), _item_id >= first_id(since))
            .group_by(_token)
        )
        return {row.token: row.number for row in rows}


def _behind(heads: sa.TableValuedAlias) -> sa.Select[tuple[str]]:
    """All keys that begin with one of these: from each the index leads to the next, so that it
    costs as much as there are keys, however many items hold them."""
    begin = sa.select(heads.c.value.label("head"), (heads.c.value + _LAST).label("until")).cte()
    first = sa.select(
        sa.select(sa.func.min(_token))
        .where(_token >= begin.c.head, _token < begin.c.until)
        .scalar_subquery()
        .label("token"),
        begin.c.until,
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
    if _selects(tree) > MOST_SELECTS:
        tree = Every(())
    async with db.read() as c:
        found = _ids(c, tree, first_id(since)).subquery()
        newest = (
            sa.select(found.c[0], sa.func.count().over())
            .group_by(found.c[0])
            .order_by(found.c[0].desc())
            .limit(limit)
        )
        rows = (await c.execute(newest)).all()
    return (rows[0][1] if rows else 0), [row[0] for row in rows]


def _selects(tree: KeyTree) -> int:
    return 1 + sum(map(_selects, tree.parts)) if isinstance(tree, Every | Either) else 1


def _ids(c: AsyncConnection, tree: KeyTree, first: int) -> sa.Select[tuple[int]]:
    match tree:
        case Keys(keys):
            wanted = sa.select(_each(c, keys).c.value)
            return sa.select(_item_id).where(_token.in_(wanted), _item_id >= first)
        case Holds() | Filter():
            return _ids(c, Every((tree,)), first)
        case Every(parts):
            looks = [_look(part) for part in parts if isinstance(part, Holds | Filter)]
            found = [_ids(c, part, first) for part in parts if not isinstance(part, Holds | Filter)]
            if looks or not found:
                found.append(sa.select(items.c.id).where(items.c.id >= first, *looks))
            whole = sa.intersect(*found)
        case Either(parts):
            whole = sa.union(*(_ids(c, part, first) for part in parts))
        case OneOf():
            raise ValueError("words must be resolved to keys first")
    # SQLite takes no parentheses around the parts of a compound.
    return sa.select(whole.subquery().c[0])


def _look(at: Holds | Filter) -> sa.ColumnElement[bool]:
    """A condition on the item itself. Filters let a few more through: case, and the end of an
    outlet's name, are the matcher's to judge."""
    if isinstance(at, Holds):  # the one comparison that minds capitals on both databases
        columns = (items.c.title, items.c.summary)
        return sa.or_(*(sa.func.replace(column, at.text, "") != column for column in columns))
    column = sa.func.lower(items.c.language if at.name == "lang" else items.c.outlet)
    if not (at.value.isascii() and at.value.isprintable()):
        return sa.true()
    return column.startswith(at.value, autoescape=True)


async def without_items(db: Database, filters: Collection[Filter]) -> list[Filter]:
    """Those that no feed of the catalogue fits, and no item that is stored."""
    none: list[Filter] = []
    async with db.read() as c:
        for each in filters:
            column = feeds.c.language if each.name == "lang" else feeds.c.id
            of_feed = sa.func.lower(column).startswith(each.value, autoescape=True)
            exists = sa.or_(
                sa.exists().where(of_feed), sa.exists().select_from(items).where(_look(each))
            )
            if not await c.scalar(sa.select(exists)):
                none.append(each)
    return none


async def stored_items(db: Database, ids: Collection[int]) -> list[StoredItem]:
    """These items, the newest first; those that were swept meanwhile are left out."""
    found: list[Any] = []
    async with db.read() as c:
        for some in chunks(ids):
            found += await c.execute(sa.select(*_ITEM, items.c.summary).where(items.c.id.in_(some)))
    found.sort(key=lambda row: row.id, reverse=True)
    return [_stored(row, row.summary) for row in found]


def _stored(row: Any, summary: str) -> StoredItem:
    return StoredItem(
        row.id,
        row.published or row.first_seen_at,
        row.first_seen_at,
        MatchText(row.title, summary, row.language, row.outlet, row.domestic),
    )


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
) -> tuple[int, list[tuple[StoredItem, tuple[Span, ...]]]]:
    """How many items since then a stored query (by its text) was found in, and the newest, without
    their summaries, with their spans."""
    of_query = sa.select(queries.c.id).where(queries.c.text == query).scalar_subquery()
    newest = (
        sa.select(*_ITEM, hits.c.spans, sa.func.count().over().label("total"))
        .join(hits, hits.c.item_id == items.c.id)
        .where(hits.c.query_id == of_query, hits.c.at >= since)
        .order_by(hits.c.at.desc(), items.c.id.desc())
        .limit(limit)
    )
    async with db.read() as c:
        rows = (await c.execute(newest)).all()
    found = [(_stored(row, ""), spans_of(row.spans)) for row in rows]
    return (rows[0].total if rows else 0), found
