"""Upkeep: the sign of life, and what grows too old."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.flows.lanes import Clock
from bot.ops import logs
from bot.store import upkeep
from bot.store.db import Database

ALIVE = timedelta(seconds=60)  # a heartbeat older than this is none
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)

log = logs.get(__name__)


class Upkeep:
    """Ticks of the scheduler."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def heartbeat(self) -> None:
        """Written through the writer: who can write it can do all else."""
        await upkeep.heartbeat(self._db, self._clock())

    async def farewell(self) -> None:
        """The process ends in order: health checks need not wait until its last sign is old."""
        await upkeep.heartbeat(self._db, _NEVER)

    async def sweep(self) -> None:
        """Rows whose time is over."""
        swept = await upkeep.sweep(self._db, self._clock())
        if any(swept.values()):
            log.info("swept", **swept)
