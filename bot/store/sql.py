"""The few pieces of SQL that all of the store shares."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.schema import counters

CHUNK = 1000  # values in one IN list: both databases end at 32,766 parameters

T = TypeVar("T")

QUERIES_VERSION = "queries_version"
HEARTBEAT = "heartbeat"
UPDATE_OFFSET = "update_offset"


def insert(c: AsyncConnection, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that has ON CONFLICT; the SQL is the same, only its class differs."""
    return sqlite.insert(table) if c.dialect.name == "sqlite" else postgresql.insert(table)


async def insert_rows(
    c: AsyncConnection, table: sa.Table, rows: Sequence[Mapping[str, object]]
) -> None:
    """Insert rows that carry their ids: one prepared statement, no RETURNING."""
    if rows:
        await c.execute(sa.insert(table), rows)


async def insert_missing(
    c: AsyncConnection, table: sa.Table, rows: Sequence[Mapping[str, object]]
) -> None:
    """Insert those rows that no unique index knows; the others stay as they are."""
    if rows:
        await c.execute(insert(c, table).on_conflict_do_nothing(), rows)


def chunks(values: Collection[T], size: int = CHUNK) -> Iterator[list[T]]:
    """The values in lists short enough for one statement."""
    held = list(values)
    return (held[i : i + size] for i in range(0, len(held), size))


async def alone(c: AsyncConnection, name: str) -> None:
    """Let one transaction at a time pass here, until it ends. SQLite's writer is alone anyway."""
    if c.dialect.name == "postgresql":
        await c.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(name))))


async def counter(c: AsyncConnection, name: str) -> int:
    """A counter's value; 0 before it was ever set."""
    value = await c.scalar(sa.select(counters.c.value).where(counters.c.name == name))
    return 0 if value is None else int(value)


async def set_counter(c: AsyncConnection, name: str, value: int | sa.ColumnElement[Any]) -> None:
    """Set a counter, to an expression of its own value where it is there already."""
    first = value if isinstance(value, int) else 1
    upsert = insert(c, counters).values(name=name, value=first)
    await c.execute(upsert.on_conflict_do_update(index_elements=["name"], set_={"value": value}))


async def raise_queries_version(c: AsyncConnection) -> None:
    """Tell every matcher that queries or subscriptions changed."""
    await set_counter(c, QUERIES_VERSION, counters.c.value + 1)
