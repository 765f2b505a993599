"""Documents → entries, in processes that can be killed.

Every document comes from strangers, and a few hundred bytes can keep feedparser busy for minutes
or take all memory. So a document is read in a worker process with a deadline and a memory limit;
what it does to its worker is that feed's failure and nobody else's.
"""

from __future__ import annotations

import asyncio
import math
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path
from types import TracebackType
from typing import Self

from bot.feeds.readers.wire import ANSWER, MAX_ANSWER, pack_question, unpack_answer
from bot.model import ParsedFeed, ParseFailed, ParseOutcome, ParseSettings

_SOURCE = Path(__file__).resolve().parents[3]  # where the package is imported from
# All that a worker gets of the environment. Secrets stay here.
_ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "TZ", "PYTHONHOME", "PYTHONUTF8")


class Readers:
    """A pool of workers; use it as an async context manager.

    Workers are started when there is work, are kept for the next document, and are replaced when a
    document has cost their life.
    """

    def __init__(self, settings: ParseSettings) -> None:
        self._settings = settings
        self._slots = asyncio.Semaphore(settings.processes)
        self._idle: list[Process] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        while self._idle:
            await _end(self._idle.pop())

    async def parse(
        self, body: bytes, content_type: str = "", url: str = "", timezone: str = "UTC"
    ) -> ParseOutcome:
        """Read one document; waits for a worker first, which the deadline does not count.

        ``content_type`` is the header as sent, ``url`` where the document came from, ``timezone``
        the newsroom's (an IANA name), for dates that name none. Whatever the
        document does to its worker is a ``ParseFailed``: timeout, memory or crashed.
        """
        async with self._slots:
            worker = await self._worker()
            try:
                question = pack_question(body, content_type, url, timezone)
                outcome = await self._ask(worker, question)
            except BaseException:  # cancelled: the worker is in the middle of a document
                await _end(worker)
                raise
            if isinstance(outcome, ParsedFeed) or outcome.cause in ("html", "not_a_feed"):
                self._idle.append(worker)
            else:
                await _end(worker)
            return outcome

    async def _worker(self) -> Process:
        while self._idle:
            worker = self._idle.pop()
            if worker.stdout is not None and not worker.stdout.at_eof():
                return worker
            await _end(worker)
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",
            "-m",
            "bot.feeds.readers.worker",
            str(self._settings.max_memory),
            str(math.ceil(self._settings.deadline.total_seconds()) + 2),
            stdin=PIPE,
            stdout=PIPE,
            limit=2**20,
            env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
            | {"PYTHONPATH": str(_SOURCE)},
            # Ctrl-C in a terminal reaches its whole group: the workers end when we end them.
            start_new_session=True,
        )

    async def _ask(self, worker: Process, question: bytes) -> ParseOutcome:
        assert worker.stdin is not None
        assert worker.stdout is not None
        deadline = self._settings.deadline.total_seconds()
        try:
            async with asyncio.timeout(deadline):
                worker.stdin.write(question)
                await worker.stdin.drain()
                (length,) = ANSWER.unpack(await worker.stdout.readexactly(ANSWER.size))
                if length > MAX_ANSWER:
                    raise ValueError(f"an answer of {length} bytes")
                return unpack_answer(await worker.stdout.readexactly(length))
        except TimeoutError:
            return ParseFailed("timeout", f"reading it took more than {deadline:g} s")
        except (asyncio.IncompleteReadError, ConnectionError):
            return ParseFailed("crashed", f"the reader process {await _end(worker)} over it")
        except (ValueError, TypeError, LookupError) as exc:
            return ParseFailed("crashed", f"the reader process answered nonsense: {exc}")


async def _end(worker: Process) -> str:
    """Kill and reap a worker. → how it had ended, if it had: "was killed by SIGSEGV"."""
    assert worker.stdin is not None
    worker.stdin.close()
    if worker.returncode is None:
        # One that died by itself has closed its pipe, and its status is about to arrive.
        try:
            async with asyncio.timeout(0.2 if worker.stdout and worker.stdout.at_eof() else 0):
                await worker.wait()
        except TimeoutError:
            worker.kill()
    await worker.communicate()
    code = worker.returncode or 0
    return f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with {code}"
