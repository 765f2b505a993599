"""How columns are stored: the types, and short names for the forms that repeat.

Times are integers (microseconds since 1970, UTC) and structures are JSON in text, so that one SQL
text compares and orders them alike on both databases.
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, Index, text
from sqlalchemy.engine import Dialect

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class Time(sa.TypeDecorator[datetime]):
    """An aware UTC datetime, stored as integer microseconds: it compares right everywhere."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Raises TypeError for a naive datetime."""
        return None if value is None else (value - EPOCH) // MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """Aware UTC."""
        return None if value is None else EPOCH + MICROSECOND * value


class Json(sa.TypeDecorator[Any]):
    """A structure as JSON text, in ASCII: a NUL or half a surrogate pair does no harm in it."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: object, dialect: Dialect) -> str | None:
        """None stays NULL."""
        return None if value is None else json.dumps(value, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """What json makes of it."""
        return None if value is None else json.loads(value)


Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")  # INTEGER is the rowid there


def row_id() -> Column[int]:
    """The primary key, made by `ids.new_id`."""
    return Column("id", Id, primary_key=True, autoincrement=False)


def words(name: str, default: str | None = "") -> Column[str]:
    """Text, never NULL; `default` None: it must be given."""
    return Column(
        name,
        sa.Text,
        nullable=False,
        server_default=None if default is None else text(f"'{default}'"),
    )


def count(name: str, default: int = 0) -> Column[int]:
    """A number, never NULL."""
    return Column(name, sa.Integer, nullable=False, server_default=text(str(default)))


def flag(name: str, *, default: bool = False) -> Column[bool]:
    """A truth, never NULL."""
    return Column(
        name, sa.Boolean, nullable=False, server_default=sa.true() if default else sa.false()
    )


def time(name: str, *, nullable: bool = True) -> Column[datetime]:
    """A moment; NULL where there was none, unless refused."""
    return Column(name, Time, nullable=nullable)


def partial(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """An index over the few rows that wait; queries must repeat `where` literally to use it."""
    clause = text(where)
    return Index(name, *columns, unique=unique, sqlite_where=clause, postgresql_where=clause)
