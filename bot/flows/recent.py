"""What grouping compares a new item with: the items of the last 72 hours, and their vectors."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.model import Telling, UngroupedItem
from bot.ops import logs
from bot.store import stories
from bot.store.db import Database
from bot.stories.group import WINDOW, Evidence
from bot.stories.vectors import Embedder, from_bytes, seeds, to_bytes
from bot.stories.window import Read, Window, read_item

if TYPE_CHECKING:
    from bot.stories.nearness import Vector

# How long an item waits for its vector; what nobody is told this minute can wait longer.
PATIENCE = timedelta(milliseconds=500)
LONGER = timedelta(seconds=5)
OLD = timedelta(minutes=10)
_NONE = 0  # no story yet
_AHEAD = 4  # items whose vectors are made before their turn
_STORED_AT_ONCE = 200  # stored items that are read into the window before others have their turn

log = logs.get(__name__)


@dataclass(frozen=True, slots=True)
class Seen:
    """An item as it was compared, to be kept with its story."""

    read: Read
    vector: Vector | None
    evidence: Sequence[Evidence]


class Recent:
    """The window, loaded from the store when it is first asked, and one thread for vectors.

    A vector that is late is stored when it comes, and serves the items that follow.
    """

    def __init__(self, db: Database, embedder: Embedder | None) -> None:
        self._db = db
        self._embedder = embedder
        self._window: Window | None = None
        self._thread = ThreadPoolExecutor(1, "vectors")
        self._coming: dict[int, asyncio.Future[Vector]] = {}  # by item
        self._storing: set[asyncio.Task[None]] = set()

    def forget(self) -> None:
        """Another process may have grouped meanwhile: load anew before the next item."""
        self._window = None

    def expect(self, waiting: Sequence[UngroupedItem]) -> None:
        """Begin with the vectors of the next items, in their order."""
        if self._embedder is None:
            return
        loop = asyncio.get_running_loop()
        for item in waiting[:_AHEAD]:
            if item.item_id not in self._coming:
                made = self._embedder.embed
                self._coming[item.item_id] = loop.run_in_executor(
                    self._thread, made, item.title, item.summary
                )

    async def compare(self, item: UngroupedItem, now: datetime) -> Seen:
        """The stories that an item may belong to."""
        window = await self._loaded(item.first_seen_at)
        read = read_item(item.title, item.summary, item.language)
        vector = await self._vector(item, now)
        window.age(item.first_seen_at)
        return Seen(read, vector, window.evidence(item.in_story(_NONE), vector, read=read))

    def keep(self, item: UngroupedItem, story_id: int, seen: Seen) -> None:
        """The item joined a story."""
        if self._window is not None:
            self._window.add(item.in_story(story_id), seen.vector, read=seen.read)
        late = self._coming.pop(item.item_id, None)
        if late is not None and seen.vector is None:
            task = asyncio.create_task(self._store_late(item.item_id, late))
            self._storing.add(task)
            task.add_done_callback(self._storing.discard)

    async def _vector(self, item: UngroupedItem, now: datetime) -> Vector | None:
        self.expect([item])
        coming = self._coming.get(item.item_id)
        if coming is None:
            return None
        no_hurry = item.telling is not Telling.ALERT or now - item.first_seen_at > OLD
        patience = LONGER if no_hurry else PATIENCE
        try:
            return await asyncio.wait_for(asyncio.shield(coming), patience.total_seconds())
        except TimeoutError:
            log.debug("vector late", item=item.item_id)
        except Exception:
            # What the model cannot read is grouped by what it says.
            log.exception("no vector", item=item.item_id)
            del self._coming[item.item_id]
        return None

    async def _store_late(self, item_id: int, late: asyncio.Future[Vector]) -> None:
        try:
            vector = await late
            await stories.keep_vector(self._db, item_id, to_bytes(vector))
        except Exception:
            log.exception("vector not stored", item=item_id)
            return
        if self._window is not None:
            self._window.add_vector(item_id, vector)

    async def _loaded(self, now: datetime) -> Window:
        if self._window is None:
            window = new_window(self._embedder)
            rows = await stories.recent_members(self._db, now - WINDOW)
            for place, row in enumerate(rows, 1):
                window.add(row.member, from_bytes(row.vector), opened_at=row.opened_at)
                if place % _STORED_AT_ONCE == 0:
                    await asyncio.sleep(0)
            self._window = window
        return self._window

    async def settle(self) -> None:
        """Wait until vectors that are on their way are stored."""
        await asyncio.gather(*self._storing)

    def finish(self) -> None:
        """Late vectors are dropped: nothing depends on them."""
        for task in self._storing:
            task.cancel()
        self._thread.shutdown(wait=False, cancel_futures=True)


def new_window(embedder: Embedder | None) -> Window:
    """An empty one; NumPy is there only where the model is."""
    if embedder is None:
        return Window()
    from bot.stories.nearness import Nearness  # noqa: PLC0415

    return Window(Nearness(seeds()))
