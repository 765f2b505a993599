"""Processes of kazwatch, forked from one that has imported it: that costs a second and a half.

A fork is a process like another: signals, exit codes, kill -9. That ``python -m bot`` starts by
itself is what the tests of `test_start`, `test_demo` and `test_cli` show.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import runpy
import signal
import sys
from asyncio import StreamReader, StreamReaderProtocol
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from subprocess import CompletedProcess
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[2]

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["bot.cli", "bot.app", "alembic.command", "aiosqlite"])


@dataclass
class Forked:
    """What `asyncio.subprocess.Process` is to a scenario."""

    stderr: StreamReader
    _process: ForkServerProcess

    @classmethod
    async def start(cls, words: Sequence[str], environment: Mapping[str, str]) -> Forked:
        """As ``python -m WORD WORD…`` in the project's directory; its standard output is lost."""
        reader, writer = _context.Pipe(duplex=False)
        process = _context.Process(target=_run, args=(words, dict(environment), writer))
        await asyncio.to_thread(process.start)
        writer.close()
        stderr = StreamReader(limit=2**22)
        pipe = os.fdopen(os.dup(reader.fileno()), "rb")
        reader.close()
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: StreamReaderProtocol(stderr), pipe)
        return cls(stderr, process)

    def send_signal(self, sign: signal.Signals) -> None:
        """Any signal."""
        assert self._process.pid is not None
        os.kill(self._process.pid, sign)

    def kill(self) -> None:
        """kill -9."""
        self._process.kill()

    async def wait(self) -> int:
        """The exit code; of a signal, its number below 0."""
        await asyncio.to_thread(self._process.join)
        code = self._process.exitcode
        assert code is not None
        return code


def run(
    words: Sequence[str], environment: Mapping[str, str], *, cwd: Path, stdin: bytes
) -> CompletedProcess[bytes]:
    """As ``python -m WORD WORD…`` with its input, to its end; what it printed."""
    with TemporaryDirectory() as folder:
        files = [Path(folder) / name for name in ("stdin", "stdout", "stderr")]
        files[0].write_bytes(stdin)
        process = _context.Process(target=_run_in, args=(words, dict(environment), cwd, files))
        process.start()
        process.join(60)
        if process.exitcode is None:
            process.kill()
            process.join()
        assert process.exitcode is not None
        out, err = (file.read_bytes() for file in files[1:])
        return CompletedProcess([*words], process.exitcode, out, err)


def _run_in(
    words: Sequence[str], environment: Mapping[str, str], cwd: Path, files: Sequence[Path]
) -> None:
    for number, (file, flags) in enumerate(
        zip(files, (os.O_RDONLY, *[os.O_WRONLY | os.O_CREAT] * 2), strict=True)
    ):
        os.dup2(os.open(file, flags, 0o600), number)
    sys.stdin, sys.stdout, sys.stderr = (os.fdopen(n, mode) for n, mode in enumerate("rww"))
    _as_command(words, environment, cwd)


def _run(words: Sequence[str], environment: Mapping[str, str], stderr: Connection) -> None:
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), 1)
    os.dup2(stderr.fileno(), 2)
    stderr.close()
    # As at any start; the ones at hand know what descriptors 1 and 2 were before.
    sys.stdout, sys.stderr = (os.fdopen(number, "w", buffering=1) for number in (1, 2))
    _as_command(words, environment, ROOT)


def _as_command(words: Sequence[str], environment: Mapping[str, str], cwd: Path) -> None:
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(cwd)
    sys.argv = list(words)
    runpy.run_module(words[0], run_name="__main__")
