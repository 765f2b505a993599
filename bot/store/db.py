"""A database, and transactions on it.

SQLite: WAL, one writer connection that begins with BEGIN IMMEDIATE under driver autocommit, a read
engine apart that cannot write, and a lock on the file: one process (SQLite before 3.51.3 can lose
data when two connections checkpoint at once). PostgreSQL: one pool; reads see one snapshot.
"""

import asyncio
import fcntl
import os
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

import asyncpg  # type: ignore[import-untyped]
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, ExceptionContext, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.errors import StoreBusyError, StoreError, StoreNewerError
from bot.store import leases, migrations
from bot.store.sql import alone

BUSY_TIMEOUT = timedelta(seconds=5)  # how long a writer waits for another program's transaction
READERS = 4
POOL = 10

_held: set[Path] = set()  # files whose lock this process has: POSIX locks do not exclude oneself


class Database:
    """An open database. Make one with `open`; `close` gives everything back."""

    def __init__(
        self,
        name: str,
        writer: AsyncEngine | None,
        reader: AsyncEngine,
        started_at: datetime,
        lock: "FileLock | None" = None,
    ) -> None:
        self.name = name  # for people; without the password
        self.started_at = started_at  # of this process
        self._writer = writer
        self._reader = reader
        self._lock = lock
        self._turn = asyncio.Lock()  # SQLite's one writer, in the order of asking
        self._holder: AsyncConnection | None = None
        self._holding = asyncio.Lock()

    @classmethod
    async def open(
        cls,
        url: str,
        *,
        now: datetime,
        read_only: bool = False,
        busy_timeout: timedelta = BUSY_TIMEOUT,
    ) -> Self:
        """Open `sqlite:///FILE` or `postgresql://…`, bring its schema up to date, void old leases.

        Raises StoreBusyError when another process holds the file, StoreNewerError when a newer
        version migrated it, StoreError for whatever else makes it unusable.
        """
        parsed = _parse(url)
        name = parsed.render_as_string(hide_password=True)
        if parsed.get_backend_name() == "sqlite":
            path = Path(parsed.database or "")
            _check_file(path, must_exist=read_only)
            lock = None if read_only else FileLock(path)
            reader = _sqlite_reader(path, busy_timeout)
            db = cls(
                str(path), _sqlite_writer(path, busy_timeout) if lock else None, reader, now, lock
            )
        else:
            engine = _postgresql(parsed, read_only=read_only)
            snapshot = engine.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
            db = cls(name, None if read_only else engine, snapshot, now)
        try:
            await db._prepare(now)
        except BaseException:
            await db.close()
            raise
        return db

    async def close(self) -> None:
        """Close every connection, then give up the lock."""
        if self._holder is not None:
            await self._holder.close()
            self._holder = None
        await self._reader.dispose()
        if self._writer is not None:  # the last, so that SQLite folds its log into the file
            await self._writer.dispose()
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that sees one state of the database, and cannot change it."""
        async with self._reader.connect() as c, c.begin():
            yield c

    @asynccontextmanager
    async def write(self, *, durable: bool = False) -> AsyncIterator[AsyncConnection]:
        """A transaction: committed at the end, rolled back when anything is raised.

        ``durable``: on SQLite it survives a power cut (synchronous=FULL); all else survives the
        end of the process. Raises StoreBusyError when another program keeps the file locked.
        """
        if self._writer is None:
            raise StoreError(f"The database {self.name} is open for reading only.")
        if self._lock is None:  # PostgreSQL
            async with self._writer.begin() as c:
                yield c
            return
        async with self._turn, self._writer.connect() as c:
            await c.execution_options(durable=durable)
            try:
                await c.begin()
            except OperationalError as exc:
                raise StoreBusyError(_locked(self.name)) from exc
            yield c  # what is raised here closes the connection, and that rolls back
            await c.commit()

    async def hold(self, name: str) -> bool:
        """Be the only process that does `name` (updates, group, deliver), until the end.

        On PostgreSQL a session advisory lock on a connection of its own, which goes with that
        connection: ask again before each round. On SQLite the lock on the file says it already.
        """
        if self._lock is not None or self._writer is None:
            return self._lock is not None
        async with self._holding:
            if self._holder is not None:
                try:
                    return bool(await self._holder.scalar(_HOLD, {"name": name}))
                except DBAPIError:  # it was cut, and every lock with it
                    await self._holder.close()
            self._holder = await self._writer.connect()
            await self._holder.execution_options(isolation_level="AUTOCOMMIT")
            return bool(await self._holder.scalar(_HOLD, {"name": name}))

    async def _prepare(self, now: datetime) -> None:
        try:
            if self._writer is None:
                async with self.read() as c:
                    await self._require_head(c)
                return
            await self._migrate()
            if self._lock is not None:
                async with self.write() as c:
                    await leases.void_all(c, now)
        except OperationalError as exc:
            if "locked" in str(exc.orig):
                raise StoreBusyError(_locked(self.name)) from exc
            raise StoreError(_unusable(self.name, exc.orig)) from exc
        except DBAPIError as exc:
            raise StoreError(_unusable(self.name, exc.orig)) from exc
        except (OSError, sqlite3.Error, asyncpg.PostgresError, asyncpg.InterfaceError) as exc:
            raise StoreError(_unusable(self.name, exc)) from exc

    async def _migrate(self) -> None:
        assert self._writer is not None
        async with self._writer.connect() as c:
            await c.execution_options(migrating=True)
            async with c.begin():
                await alone(c, "migrate")
                if await self._revision(c) != migrations.HEAD:
                    await c.run_sync(migrations.upgrade)
        await self._writer.dispose()  # the connection that migrates checks no foreign keys

    async def _revision(self, c: AsyncConnection) -> str | None:
        """The schema's revision, None before the first. Raises StoreNewerError."""
        if not await c.run_sync(lambda sync: sa.inspect(sync).has_table("alembic_version")):
            return None
        revision: str | None = await c.scalar(sa.text("SELECT version_num FROM alembic_version"))
        if revision is not None and revision not in migrations.REVISIONS:
            raise StoreNewerError(
                f"The database {self.name} was migrated by a newer version of kazwatch "
                f"(its schema is {revision}, this version knows {migrations.HEAD}): "
                "install that version again, or restore a backup from before."
            )
        return revision

    async def _require_head(self, c: AsyncConnection) -> None:
        if await self._revision(c) != migrations.HEAD:
            raise StoreError(
                f"The database {self.name} has an older schema: start kazwatch once to migrate it."
            )


class FileLock:
    """The lock on a SQLite file: a POSIX lock, so that a child that outlives us does not keep it.

    It is taken on `FILE.lock`, which names the holder's process id for people.
    """

    def __init__(self, path: Path) -> None:
        """Raises StoreBusyError when somebody has it, StoreError when it cannot be made."""
        self._path = path.resolve()
        beside = self._path.with_name(self._path.name + ".lock")
        if self._path in _held:
            raise StoreBusyError(f"The database {path} is open in this process already.")
        try:
            self._fd = os.open(beside, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as exc:
            raise StoreError(_unusable(str(path), exc)) from exc
        try:
            fcntl.lockf(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.read(self._fd, 32).decode(errors="replace").strip()
            os.close(self._fd)
            raise StoreBusyError(
                f"Another process ({holder or 'unknown'}) uses the database {path}: "
                "stop it first, or give this one a database of its own in store.url."
            ) from None
        os.ftruncate(self._fd, 0)
        os.write(self._fd, f"{os.getpid()}\n".encode())
        _held.add(self._path)

    def release(self) -> None:
        """Let the next process in."""
        _held.discard(self._path)
        os.close(self._fd)


# Session locks count how often they are taken, so one that is held is not taken again.
_HOLD = sa.text(
    "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted"
    " AND pid = pg_backend_pid() AND classid::int = 4711 AND objid::int = hashtext(:name))"
    " OR pg_try_advisory_lock(4711, hashtext(:name))"
)


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # ValueError: of a port that is no number
        raise StoreError(_WRONG_URL) from None
    if parsed.drivername not in ("sqlite", "postgresql"):
        raise StoreError(_WRONG_URL)
    if parsed.drivername == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise StoreError(_WRONG_URL)
    if not 0 < (parsed.port or 5432) < 65536:
        raise StoreError(f"store.url names port {parsed.port}; ports are 1 to 65535.")
    known = _OPTIONS if parsed.drivername == "postgresql" else ()
    if other := [name for name in parsed.query if name not in known]:
        right = f"it may have {' and '.join(known)} there" if known else "SQLite's has none"
        raise StoreError(f"store.url has {other[0]!r} behind its question mark; {right}.")
    return parsed


_WRONG_URL = "store.url must be sqlite:///FILE or postgresql://USER@HOST/NAME."
_OPTIONS = ("host", "ssl")  # a socket's folder; "require" and the like. asyncpg raises for others


def _check_file(path: Path, *, must_exist: bool) -> None:
    if not path.parent.is_dir():
        raise StoreError(
            f"The database {path} cannot be opened: there is no directory {path.parent}; "
            "make it, or name another file."
        )
    if path.is_dir():
        raise StoreError(f"The database {path} cannot be opened: it is a directory.")
    if must_exist and not path.exists():
        raise StoreError(f"The database {path} does not exist yet: start kazwatch once.")


def _unusable(name: str, why: object) -> str:
    return f"The database {name} cannot be used: {why}."


def _locked(name: str) -> str:
    return f"The database {name} is locked by another program: let it finish, or stop it."


def _sqlite_writer(path: Path, busy_timeout: timedelta) -> AsyncEngine:
    engine = create_async_engine(
        URL.create("sqlite+aiosqlite", database=str(path)),
        connect_args={"timeout": busy_timeout.total_seconds(), "isolation_level": None},
        pool_size=1,
        max_overflow=0,
        hide_parameters=True,
    )

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    event.listen(engine.sync_engine, "handle_error", _keep_when_cancelled)

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: sa.Connection) -> None:
        options = connection.get_execution_options()
        if options.get("migrating"):
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        level = "FULL" if options.get("durable") else "NORMAL"
        connection.exec_driver_sql(f"PRAGMA synchronous = {level}")
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _keep_when_cancelled(context: ExceptionContext) -> None:
    """Roll back on the same connection when a task is cancelled in the middle of a statement.

    SQLAlchemy would close it; SQLite keeps a closed connection's transaction, and its lock, for as
    long as the statement has not ended. The rollback waits for it in the connection's thread.
    """
    if isinstance(context.original_exception, asyncio.CancelledError):
        context.is_disconnect = False


def _sqlite_reader(path: Path, busy_timeout: timedelta) -> AsyncEngine:
    file = URL.create(
        "sqlite+aiosqlite", database=f"file:{quote(str(path))}", query={"mode": "ro", "uri": "true"}
    )
    engine = create_async_engine(
        file,
        connect_args={"timeout": busy_timeout.total_seconds(), "isolation_level": None},
        pool_size=READERS,
        max_overflow=0,
        hide_parameters=True,
    )

    event.listen(engine.sync_engine, "handle_error", _keep_when_cancelled)

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    return engine


def _postgresql(url: URL, *, read_only: bool) -> AsyncEngine:
    settings = {"application_name": "kazwatch"}
    if read_only:
        settings["default_transaction_read_only"] = "on"
    return create_async_engine(
        url.set(drivername="postgresql+asyncpg"),
        connect_args={"server_settings": settings, "timeout": 10},
        pool_size=POOL,
        max_overflow=0,
        hide_parameters=True,
    )
