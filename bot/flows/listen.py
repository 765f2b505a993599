"""Lane 0, its first half: what people send is stored, and only then confirmed to Telegram."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from bot.errors import OtherInstanceError
from bot.flows.lanes import Clock
from bot.flows.session import FIRST_WAIT, LONGEST_WAIT, Session
from bot.model import RetryLater, TokenRefused, Update
from bot.ops import logs
from bot.store import updates
from bot.store.db import Database
from bot.telegram.updates import OtherInstance

HOLD = timedelta(seconds=25)  # that Telegram may hold an empty answer
YOUNG = timedelta(seconds=60)  # a process of this age that meets another gives way

log = logs.get(__name__)
Received = tuple[Update, ...] | OtherInstance | TokenRefused | RetryLater


class Listening:
    """getUpdates → store_updates → the next offset, which confirms; the answering lane is woken."""

    def __init__(
        self,
        *,
        db: Database,
        receive: Callable[[int, timedelta], Awaitable[Received]],
        session: Session,
        clock: Clock,
        on_updates: Callable[[], None],
    ) -> None:
        self._db = db
        self._receive = receive
        self._session = session
        self._clock = clock
        self._on_updates = on_updates
        self._started_at = clock()
        self._trouble = ""  # said once until it is over

    async def run(self) -> None:
        """Ends by cancellation, or raises OtherInstanceError in the first minute."""
        wait = FIRST_WAIT
        while True:
            await self._session.until_usable()
            offset = await updates.next_offset(self._db)
            found = await self._receive(offset, HOLD)
            if isinstance(found, tuple):
                if self._trouble:
                    log.info("updates come again")
                self._trouble, wait = "", FIRST_WAIT
                if found:
                    log.debug("updates received", count=len(found))
                    await updates.store_updates(self._db, found, self._clock())
                    log.debug("updates stored", count=len(found))
                    self._on_updates()
                continue
            if isinstance(found, TokenRefused):
                await self._session.refused(found.reason)
            if isinstance(found, OtherInstance) and self._clock() - self._started_at < YOUNG:
                raise OtherInstanceError(
                    "Another process receives this bot's updates (or a webhook is set): "
                    "stop it, or use another token"
                )
            self._say_once(found.reason)
            ordered = found.after if isinstance(found, RetryLater) else None
            await asyncio.sleep((ordered or wait).total_seconds())
            wait = min(wait * 2, LONGEST_WAIT)

    def _say_once(self, reason: str) -> None:
        if reason != self._trouble:
            log.warning("updates not received", reason=reason)
            self._trouble = reason
