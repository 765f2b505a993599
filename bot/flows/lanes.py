"""A lane: work that is woken, by a lane that committed something, by a tick, or at the start."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime

from bot.errors import KazwatchError
from bot.ops import logs

Clock = Callable[[], datetime]
Work = Callable[[], Awaitable[None]]

_REST_AFTER_ERROR = 1.0  # seconds; a database that is full or locked is not hammered

log = logs.get(__name__)


class Lane:
    """Runs its work once for any number of wakes, one run at a time, until it is cancelled.

    Whatever the work raises is logged and tried again: what a lane did not finish is still marked
    in the database.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """There is, or may be, something to do."""
        self._woken.set()

    async def run(self, work: Work) -> None:
        """Work whenever woken; ends only by cancellation."""
        while True:
            await self._woken.wait()
            self._woken.clear()
            try:
                await work()
            except Exception as error:
                if isinstance(error, KazwatchError):
                    log.error("lane failed", lane=self.name, error=str(error))
                else:
                    log.exception("lane failed", lane=self.name)
                await asyncio.sleep(_REST_AFTER_ERROR)
                self.wake()


class Crew:
    """A bounded group of tasks: a slow one holds up no other, and all can be awaited at the end."""

    def __init__(self, size: int, on_done: Callable[[], None]) -> None:
        self._size = size
        self._on_done = on_done
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def free(self) -> int:
        """How many more may start."""
        return self._size - len(self._tasks)

    def start(self, work: Coroutine[None, None, None], name: str) -> None:
        """Run it beside the others. What it raises is logged; its lease brings the work back."""
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("task failed", task=task.get_name(), exc_info=error)
        self._on_done()

    async def finish(self, seconds: float) -> None:
        """Wait for what runs, at most so long, then cancel the rest."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=seconds)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late)
