"""Ids of rows, made here, so that bulk rows need no RETURNING.

63 bits: 42 of milliseconds since 2024 (enough until 2163), 8 that tell processes apart, 13 that
count within the millisecond. Ordered by time within a process, roughly so between processes.
Two processes meet only if they share the 8 bits, the millisecond and the count; the primary key
then refuses the second row, and its transaction is repeated by the lane that lost it.
"""

import itertools
import secrets
import threading
import time

EPOCH_MS = 1_704_067_200_000  # 2024-01-01T00:00Z
COUNT_BITS = 13
NODE_BITS = 8


class IdMaker:
    """Makes ids that grow, also when the clock stands still or steps back."""

    def __init__(self, node: int | None = None) -> None:
        self._node = secrets.randbelow(1 << NODE_BITS) if node is None else node
        self._lock = threading.Lock()
        self._last = 0  # millisecond of the last id
        self._count = itertools.count()

    def __call__(self) -> int:
        """A new id, greater than every id this maker made before."""
        with self._lock:
            now = max(time.time_ns() // 1_000_000 - EPOCH_MS, 1)
            if now > self._last:
                self._last, self._count = now, itertools.count()
            count = next(self._count)
            if count >> COUNT_BITS:  # the millisecond is used up: borrow the next
                self._last, self._count = self._last + 1, itertools.count(1)
                count = 0
            return (self._last << NODE_BITS | self._node) << COUNT_BITS | count


new_id = IdMaker()
