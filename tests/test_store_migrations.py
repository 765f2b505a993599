"""The schema's steps."""

import asyncio
import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import StoreNewerError
from bot.store import migrations
from bot.store.db import Database
from bot.store.schema import metadata
from tests.databases import NOW

FAILING_STEP = """
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

def upgrade() -> None:
    op.create_table("added", sa.Column("id", sa.Integer(), primary_key=True))
    op.add_column("chats", sa.Column("added", sa.Text(), nullable=True))
    op.execute("INSERT INTO no_such_table VALUES (1)")
"""


async def columns(c: AsyncConnection) -> dict[str, set[str]]:
    """Every table's columns, by name."""

    def read(connection: sa.Connection) -> dict[str, set[str]]:
        inspector = sa.inspect(connection)
        return {
            table: {column["name"] for column in inspector.get_columns(table)}
            for table in inspector.get_table_names()
        }

    return await c.run_sync(read)


async def test_the_migrations_make_the_schema_that_the_code_has(db: Database) -> None:
    def differences(connection: sa.Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    async with db.write() as c:
        assert await c.run_sync(differences) == []


async def test_partial_indexes_are_partial_in_the_database(db: Database, backend: str) -> None:
    catalogue = {
        "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'index'",
        "postgresql": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    }
    async with db.read() as c:
        found = {name: sql or "" for name, sql in await c.execute(sa.text(catalogue[backend]))}
    partial = {
        index.name
        for table in metadata.tables.values()
        for index in table.indexes
        if index.dialect_options["sqlite"]["where"] is not None
    }
    assert {name for name, sql in found.items() if "WHERE" in sql} == partial


def test_the_list_of_revisions_is_what_alembic_finds() -> None:
    script = ScriptDirectory(str(migrations.HERE))
    assert [step.revision for step in script.walk_revisions()][::-1] == list(migrations.REVISIONS)


async def test_a_failed_second_step_leaves_the_old_schema(db: Database, tmp_path: Path) -> None:
    scripts = tmp_path / "100% scripts"
    shutil.copytree(migrations.HERE, scripts)
    (scripts / "versions" / "0002_fails.py").write_text(FAILING_STEP)
    async with db.read() as c:
        before = await columns(c)

    with pytest.raises(sa.exc.DBAPIError):
        async with db.write() as c:
            await c.run_sync(migrations.upgrade, scripts)

    async with db.read() as c:
        assert await columns(c) == before
        assert await c.scalar(sa.text("SELECT version_num FROM alembic_version")) == "0001"


async def test_a_failed_first_opening_leaves_nothing(empty_url: str, tmp_path: Path) -> None:
    """Both steps are one transaction: the first is undone with the second."""
    scripts = tmp_path / "scripts"
    shutil.copytree(migrations.HERE, scripts)
    (scripts / "versions" / "0002_fails.py").write_text(FAILING_STEP)
    db = await Database.open(empty_url, now=NOW)
    async with db.write() as c:
        await c.run_sync(metadata.drop_all)
        await c.execute(sa.text("DROP TABLE alembic_version"))

    with pytest.raises(sa.exc.DBAPIError):
        async with db.write() as c:
            await c.run_sync(migrations.upgrade, scripts)

    async with db.read() as c:
        assert await columns(c) == {}
    await db.close()


async def test_processes_that_open_an_empty_database_at_once_wait_for_each_other(
    empty_url: str, backend: str
) -> None:
    openings = [Database.open(empty_url, now=NOW) for _ in range(4)]
    opened = await asyncio.gather(*openings, return_exceptions=True)
    databases = [db for db in opened if isinstance(db, Database)]
    assert len(databases) == (1 if backend == "sqlite" else 4), opened
    for db in databases:
        await db.close()


async def test_a_schema_newer_than_the_code_is_refused(db: Database, url: str) -> None:
    async with db.write() as c:
        await c.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    await db.close()
    with pytest.raises(StoreNewerError, match="newer version") as caught:
        await Database.open(url, now=NOW)
    assert "9999" in str(caught.value)
    assert str(caught.value).count(".") <= 2 + url.count(".")
