"""When Telegram lets us write again: its three limits, over what was sent already.

A sliding window for each limit, so that the limit holds in any span of its length, not only from
one full second to the next. Waits that Telegram ordered are kept in the database, not here.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Rate:
    """``count`` calls in any span of ``period``."""

    count: int
    period: timedelta


# What telegram.org tells bots, and a hundredth more time: a call and the next do not take equally
# long to arrive.
OVERALL = Rate(30, timedelta(seconds=1.01))
PRIVATE = Rate(1, timedelta(seconds=1.01))
GROUP = Rate(20, timedelta(seconds=60.5))

_LONGEST = max(rate.period for rate in (OVERALL, PRIVATE, GROUP))


class Limiter:
    """Remembers the calls of the last minute: sends and edits alike.

    That is one time for a private chat and up to 20 for a group, of chats that were written to
    within the last minute; at 30 a second there are at most 1,800 of them.
    """

    def __init__(self) -> None:
        self._overall: deque[datetime] = deque(maxlen=OVERALL.count)
        self._chats: OrderedDict[int, tuple[Rate, deque[datetime]]] = OrderedDict()  # by last call

    def __len__(self) -> int:
        """How many chats are remembered."""
        return len(self._chats)

    def resting(self, now: datetime) -> frozenset[int]:
        """The chats that their own limit keeps from being written to now."""
        if self._is_before_all(now):
            return frozenset()
        return frozenset(
            chat for chat, (rate, calls) in self._chats.items() if _room_at(calls, rate, now) > now
        )

    def room(self, now: datetime) -> int:
        """How many calls may begin now, in chats that do not rest."""
        if self._is_before_all(now):
            return OVERALL.count
        return OVERALL.count - sum(call + OVERALL.period > now for call in self._overall)

    def opens_at(self, now: datetime) -> datetime | None:
        """When the first of what is full now has room again; None: nothing is full."""
        if self._is_before_all(now):
            return None
        full = [(OVERALL, self._overall), *self._chats.values()]
        opening = (_room_at(calls, rate, now) for rate, calls in full)
        return min((at for at in opening if at > now), default=None)

    def ready_at(self, chat_id: int, chat_kind: str, now: datetime) -> datetime:
        """When this chat may be written to; ``now`` when it may at once."""
        if self._is_before_all(now):
            return now
        rate, calls = self._chats.get(chat_id) or _untouched(chat_kind)
        return max(now, _room_at(self._overall, OVERALL, now), _room_at(calls, rate, now))

    def sent(self, chat_id: int, chat_kind: str, now: datetime) -> None:
        """A call begins. Callers ask `ready_at` first; who does not is counted all the same."""
        if self._is_before_all(now):
            self._overall.clear()
            self._chats.clear()
        self._overall.append(now)
        self._chats.setdefault(chat_id, _untouched(chat_kind))[1].append(now)
        self._chats.move_to_end(chat_id)
        while now - next(iter(self._chats.values()))[1][-1] > _LONGEST:
            self._chats.popitem(last=False)

    def answered(self, chat_id: int, now: datetime) -> None:
        """The answer came, so Telegram counted the call between `sent` and now: the chat's next one
        is measured from here."""
        if chat_id in self._chats:
            _, calls = self._chats[chat_id]
            calls[-1] = max(calls[-1], now)

    def _is_before_all(self, now: datetime) -> bool:
        """The clock was set back: what it said before means nothing now."""
        return bool(self._overall) and self._overall[-1] - now > _LONGEST


def _untouched(chat_kind: str) -> tuple[Rate, deque[datetime]]:
    """A chat that was not written to within the last minute."""
    rate = PRIVATE if chat_kind == "private" else GROUP
    return rate, deque(maxlen=rate.count)


def _room_at(calls: Sequence[datetime], rate: Rate, now: datetime) -> datetime:
    """When the window of a limit has room for one call more."""
    return now if len(calls) < rate.count else calls[-rate.count] + rate.period
