"""Opening a database, transactions, locks."""

import asyncio
import os
import sqlite3
import subprocess
import sys
import textwrap
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import StoreBusyError, StoreError
from bot.store.columns import Time
from bot.store.db import Database, FileLock
from bot.store.ids import COUNT_BITS, IdMaker, new_id
from bot.store.schema import counters
from bot.store.sql import counter, insert_missing, raise_queries_version, set_counter
from tests.databases import NOW, Server

SOON = timedelta(milliseconds=200)


async def put(db: Database, name: str, value: int) -> None:
    async with db.write() as c:
        await set_counter(c, name, value)


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


async def get(db: Database, name: str) -> int:
    async with db.read() as c:
        return await counter(c, name)


# ---------------------------------------------------------------- transactions


async def test_what_is_written_can_be_read(db: Database) -> None:
    await put(db, "beats", 1 << 60)
    assert await get(db, "beats") == 1 << 60


async def test_an_error_rolls_the_whole_transaction_back(db: Database) -> None:
    async def fail() -> None:
        async with db.write() as c:
            await set_counter(c, "beats", 1)
            raise LookupError

    with pytest.raises(LookupError):
        await fail()
    assert await get(db, "beats") == 0


async def test_a_cancelled_transaction_leaves_nothing_and_the_next_goes_on(db: Database) -> None:
    written = asyncio.Event()

    async def stuck() -> None:
        async with db.write() as c:
            await set_counter(c, "beats", 1)
            written.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(stuck())
    await written.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await get(db, "beats") == 0
    await put(db, "beats", 2)
    assert await get(db, "beats") == 2


async def test_a_statement_cancelled_half_way_leaves_nothing(db: Database, backend: str) -> None:
    slow = {
        "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 300000)"
        " SELECT count(*) FROM n",
        "postgresql": "SELECT pg_sleep(0.2)",
    }

    async def work() -> None:
        async with db.write() as c:
            await set_counter(c, "beats", 1)
            await c.execute(sa.text(slow[backend]))

    task = asyncio.create_task(work())
    await asyncio.sleep(0.02)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await put(db, "other", 1)
    assert await get(db, "beats") == 0


async def test_writers_wait_for_each_other(db: Database) -> None:
    async with db.write() as c:
        await set_counter(c, "beats", 0)

    async def add() -> None:
        async with db.write() as c:
            await set_counter(c, "beats", counters.c.value + 1)

    await asyncio.gather(*(add() for _ in range(40)))
    assert await get(db, "beats") == 40


async def test_a_read_sees_one_state_and_cannot_write(db: Database) -> None:
    await put(db, "beats", 1)
    async with db.read() as c:
        assert await counter(c, "beats") == 1
        await put(db, "beats", 2)
        assert await counter(c, "beats") == 1
    with pytest.raises(sa.exc.DBAPIError):
        async with db.read() as c:
            await set_counter(c, "beats", 3)
    assert await get(db, "beats") == 2


async def test_a_durable_write_is_synced_and_the_next_one_is_not(tmp_path: Path) -> None:
    db = await Database.open(f"sqlite:///{tmp_path / 'a.db'}", now=NOW)
    levels = []
    for durable in (True, False, True):
        async with db.write(durable=durable) as c:
            levels.append(await c.scalar(sa.text("PRAGMA synchronous")))
            await set_counter(c, "beats", 1)
    await db.close()
    assert levels == [2, 1, 2]  # FULL, NORMAL


async def test_sqlite_is_set_up_as_the_design_wants(tmp_path: Path) -> None:
    db = await Database.open(f"sqlite:///{tmp_path / 'a.db'}", now=NOW)
    async with db.write() as c:
        found = {
            name: await c.scalar(sa.text(f"PRAGMA {name}"))
            for name in ("journal_mode", "foreign_keys", "busy_timeout")
        }
    await db.close()
    assert found == {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 5000}


# ---------------------------------------------------------------- the file, the server


async def test_a_second_opening_of_one_sqlite_file_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    db = await Database.open(url, now=NOW)
    with pytest.raises(StoreBusyError, match="open in this process"):
        await Database.open(url, now=NOW)
    await db.close()
    await (await Database.open(url, now=NOW)).close()


async def test_a_second_process_on_one_sqlite_file_says_so_in_one_sentence(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    db = await Database.open(url, now=NOW)
    code = textwrap.dedent(f"""
        import asyncio, datetime
        from bot.errors import StoreBusyError
        from bot.store.db import Database, FileLock
        try:
            asyncio.run(Database.open({url!r}, now=datetime.datetime.now(datetime.UTC)))
        except StoreBusyError as exc:
            print(exc)
    """)
    done = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    await db.close()
    assert done.stdout.strip() == (
        f"Another process ({os.getpid()}) uses the database {tmp_path / 'a.db'}: "
        "stop it first, or give this one a database of its own in store.url."
    )


def test_a_forked_child_that_lives_on_does_not_keep_the_lock(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    parent = textwrap.dedent(f"""
        import os, sys
        from pathlib import Path
        from bot.store.db import FileLock
        lock = FileLock(Path({str(path)!r}))
        if os.fork() == 0:
            sys.stdin.read()
            os._exit(0)
        print("forked", flush=True)
        os._exit(0)
    """)
    with subprocess.Popen(
        [sys.executable, "-c", parent], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "forked\n"
        process.wait()
        FileLock(path).release()


async def test_reading_needs_no_lock(db: Database, url: str) -> None:
    await put(db, "beats", 7)
    reader = await Database.open(url, now=NOW, read_only=True)
    assert await get(reader, "beats") == 7
    with pytest.raises(StoreError, match="reading only"):
        await put(reader, "beats", 8)
    await reader.close()
    await db.close()
    alone = await Database.open(url, now=NOW, read_only=True)
    assert await get(alone, "beats") == 7
    await alone.close()


def test_a_database_that_nobody_closed_does_not_hold_the_process_up(tmp_path: Path) -> None:
    code = textwrap.dedent(f"""
        import asyncio, datetime, os
        from bot.store.db import Database
        from bot.store.sql import counter
        async def leave_open():
            now = datetime.datetime.now(datetime.UTC)
            db = await Database.open("sqlite:///{tmp_path / "a.db"}", now=now)
            async with db.write() as c, db.read() as r:
                await counter(c, "x")
                await counter(r, "x")
            return db
        db = asyncio.run(leave_open())
    """)
    subprocess.run([sys.executable, "-c", code], check=True, timeout=20, capture_output=True)


async def test_a_path_may_hold_signs_that_addresses_use(tmp_path: Path) -> None:
    path = tmp_path / "50% of #1 & more.db"
    db = await Database.open(f"sqlite:///{path}", now=NOW)
    await put(db, "beats", 1)
    assert await get(db, "beats") == 1
    await db.close()
    assert names(tmp_path) == [path.name, f"{path.name}.lock"]


UNUSABLE = {
    "no directory": ("sqlite:///{dir}/none/a.db", "there is no directory {dir}/none; make it"),
    "a directory": ("sqlite:///{dir}", "it is a directory"),
    "not a database": ("sqlite:///{dir}/text.db", "text.db cannot be used: file is not a database"),
    "no file": ("sqlite://", "store.url must be"),
    "another database": ("mysql://host/name", "store.url must be"),
    "a driver": ("postgresql+psycopg://host/name", "store.url must be"),
    "nonsense": ("state/a.db", "store.url must be"),
    "a port that is none": ("postgresql://me:secret@host:abc/name", "store.url must be"),
    "a port too high": ("postgresql://me:secret@host:99999/name", "port 99999"),
    "an option of libpq": ("postgresql://me:secret@host/n?sslmode=require", "'sslmode'"),
    "an option of SQLite": ("sqlite:///{dir}/a.db?mode=ro", "'mode'"),
    "no server": ("postgresql://me:secret@127.0.0.1:1/name", "127.0.0.1:1/name cannot be used"),
}


@pytest.mark.parametrize(("url", "says"), UNUSABLE.values(), ids=UNUSABLE)
async def test_a_database_that_cannot_be_opened_is_named(
    url: str, says: str, tmp_path: Path
) -> None:
    (tmp_path / "text.db").write_text("This is a text, and no database at all.\n" * 100)
    with pytest.raises(StoreError) as caught:
        await Database.open(url.format(dir=tmp_path), now=NOW)
    assert says.format(dir=tmp_path) in str(caught.value)
    assert "secret" not in str(caught.value)


async def test_a_postgresql_database_that_is_not_there_is_named(postgresql_server: Server) -> None:
    with pytest.raises(StoreError, match='database "absent" does not exist'):
        await Database.open(postgresql_server.url("absent"), now=NOW)


async def test_a_missing_file_is_not_made_for_a_reader(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="does not exist yet"):
        await Database.open(f"sqlite:///{tmp_path / 'a.db'}", now=NOW, read_only=True)
    assert names(tmp_path) == []


async def test_an_older_schema_is_not_read(empty_url: str) -> None:
    db = await Database.open(empty_url, now=NOW)
    async with db.write() as c:
        await c.execute(sa.text("DELETE FROM alembic_version"))
    await db.close()
    with pytest.raises(StoreError, match="older schema"):
        await Database.open(empty_url, now=NOW, read_only=True)


async def test_a_writer_waits_for_another_program(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    db = await Database.open(f"sqlite:///{path}", now=NOW)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    waiting = asyncio.create_task(put(db, "beats", 1))
    await asyncio.sleep(0.05)
    assert not waiting.done()
    other.execute("COMMIT")
    await waiting
    assert await get(db, "beats") == 1
    other.close()
    await db.close()


async def test_a_file_that_stays_locked_is_an_error_that_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    db = await Database.open(f"sqlite:///{path}", now=NOW, busy_timeout=SOON)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreBusyError, match="locked by another program"):
        await put(db, "beats", 1)
    other.execute("ROLLBACK")
    await put(db, "beats", 1)
    await db.close()

    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreBusyError, match="locked by another program"):
        await Database.open(f"sqlite:///{path}", now=NOW, busy_timeout=SOON)
    other.close()


async def test_one_holder_at_a_time(db: Database, url: str, backend: str) -> None:
    assert await db.hold("deliver")
    assert await db.hold("deliver"), "asking again changes nothing"
    if backend == "sqlite":  # nobody else can have it open
        return
    other = await Database.open(url, now=NOW)
    assert not await other.hold("deliver")
    assert await other.hold("group")
    assert not await db.hold("group")
    await db.close()
    assert await other.hold("deliver"), "it went with the connection"
    await other.close()


async def test_a_holder_whose_connection_is_cut_asks_again(db: Database, url: str) -> None:
    if db.name.startswith("/"):
        assert await db.hold("deliver")
        return
    assert await db.hold("deliver")
    async with db.write() as c:
        await c.execute(
            sa.text(
                "SELECT pg_terminate_backend(pid) FROM pg_locks"
                " WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
            )
        )
    assert await db.hold("deliver")


# ---------------------------------------------------------------- small things


async def test_the_version_of_the_queries_only_grows(db: Database) -> None:
    seen = []
    for _ in range(3):
        async with db.write() as c:
            await raise_queries_version(c)
        seen.append(await get(db, "queries_version"))
    assert seen == [1, 2, 3]


async def test_missing_rows_are_added_and_the_others_left(db: Database) -> None:
    await put(db, "a", 1)
    async with db.write() as c:
        await insert_missing(c, counters, [{"name": "a", "value": 9}, {"name": "b", "value": 2}])
    assert (await get(db, "a"), await get(db, "b")) == (1, 2)


@given(st.datetimes(timezones=st.just(UTC), min_value=datetime(1, 1, 2), max_value=datetime.max))  # noqa: DTZ001, DTZ901
def test_times_come_back_as_they_were(moment: datetime) -> None:
    dialect = sa.create_engine("sqlite://").dialect
    stored = Time().process_bind_param(moment, dialect)
    assert isinstance(stored, int)
    assert Time().process_result_value(stored, dialect) == moment


def test_a_naive_time_is_a_bug() -> None:
    with pytest.raises(TypeError):
        Time().process_bind_param(datetime(2025, 1, 1), sa.create_engine("sqlite://").dialect)  # noqa: DTZ001


def test_ids_grow_and_fit_63_bits() -> None:
    make = IdMaker(node=255)
    ids = [make() for _ in range(3 << COUNT_BITS)]
    assert ids == sorted(set(ids))
    assert 0 < ids[0] < ids[-1] < 1 << 63


def test_two_processes_make_different_ids_in_one_millisecond() -> None:
    makers = IdMaker(node=1), IdMaker(node=2)
    made = [make() for _ in range(500) for make in makers]
    assert len(set(made)) == 1000
    assert isinstance(new_id(), int)
