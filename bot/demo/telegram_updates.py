"""The updates that wait for the bot, and getUpdates with its offsets and held polls.

Offsets, limits and the conflict follow `Client::do_get_updates` of tdlib/telegram-bot-api.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.demo.telegram_values import CONFLICT, ApiError, Json

KEPT = timedelta(hours=24)
FIRST_ID = 100_000_001
# An offset further ahead than this is taken for one of another server: nothing is forgotten.
_FUTURE = 10


class UpdateQueue:
    """Updates in order; each stays until a getUpdates asks for a higher offset, or for 24 h.

    `changed` is called when some came or went.
    """

    def __init__(self, now: Callable[[], datetime], changed: Callable[[], None]) -> None:
        self._now = now
        self._changed = changed
        self.next_id = FIRST_ID
        self.pending: list[tuple[datetime, Json]] = []  # when it came; the update
        self.allowed: frozenset[str] | None = None  # kinds the bot asked for; None: all
        self._held: asyncio.Future[ApiError | None] | None = None

    def push(self, kind: str, payload: Json) -> None:
        """Adds an update such as ("message", …), unless the bot does not want its kind."""
        if self.allowed is not None and kind not in self.allowed:
            return
        self.pending.append((self._now(), {"update_id": self.next_id, kind: payload}))
        self.next_id += 1
        self._release(None)
        self._changed()

    def take(self, offset: int, limit: int) -> list[Json]:
        """The first `limit` updates from `offset`; forgets those before it.

        An offset of 0 forgets none; -n forgets all but the last n.
        """
        before, oldest = len(self.pending), self._now() - KEPT
        self.pending = [entry for entry in self.pending if entry[0] > oldest]
        if offset < 0:
            self.pending = self.pending[offset:]
        elif 0 < offset <= self.next_id + _FUTURE:
            self.pending = [entry for entry in self.pending if entry[1]["update_id"] >= offset]
        if len(self.pending) < before:
            self._changed()
        return [update for _, update in self.pending[:limit]]

    async def poll(self, offset: int, limit: int, seconds: int) -> list[Json] | ApiError:
        """As `take`, but where there is nothing waits up to `seconds` of real time for an update.

        A poll that begins to wait while another waits ends that one with a 409.
        """
        updates = self.take(offset, limit)
        if updates or seconds == 0:
            return updates
        self._release(CONFLICT)
        held: asyncio.Future[ApiError | None] = asyncio.get_running_loop().create_future()
        self._held = held
        try:
            async with asyncio.timeout(seconds):
                conflict = await held
        except TimeoutError:
            return []
        finally:
            if self._held is held:
                self._held = None
        return conflict or self.take(max(offset, 0), limit)

    def _release(self, answer: ApiError | None) -> None:
        if self._held is not None and not self._held.done():
            self._held.set_result(answer)

    def clear(self) -> None:
        self.pending.clear()
        self._changed()

    def dump(self) -> Json:
        return {
            "next_id": self.next_id,
            "pending": [[at.isoformat(), update] for at, update in self.pending],
            "allowed": None if self.allowed is None else sorted(self.allowed),
        }

    def load(self, data: Json) -> None:
        self.next_id = data["next_id"]
        self.pending = [(datetime.fromisoformat(at), update) for at, update in data["pending"]]
        self.allowed = None if data["allowed"] is None else frozenset(data["allowed"])
