"""Each room's settings, as values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class FetchSettings:
    """feeds/fetch and the rhythm."""

    user_agent: str
    deadline: timedelta = timedelta(seconds=30)  # for the whole fetch, trickles included
    max_bytes: int = 10 * 1024 * 1024  # inflated
    max_redirects: int = 5
    allow_hosts: frozenset[str] = frozenset()  # may be private, exempt from politeness
    min_interval: timedelta = timedelta(minutes=1)
    max_interval: timedelta = timedelta(hours=1)
    concurrency: int = 50


@dataclass(frozen=True, slots=True)
class ParseSettings:
    """feeds/readers."""

    deadline: timedelta = timedelta(seconds=10)
    max_memory: int = 512 * 1024 * 1024  # bytes of address space
    processes: int = 2


@dataclass(frozen=True, slots=True)
class AlertSettings:
    """alerts/plan, settle."""

    hourly_cap: int = 12  # single messages a chat gets in a clock hour
    gather: timedelta = timedelta(hours=1)  # the pack's own rhythm
    outlets_at_once: int = 3
    edit_delays: tuple[timedelta, ...] = field(
        default=tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 60))
    )  # after the last time; as many edits as there are delays
    follow_ups: int = 2  # replies about one story that a chat gets
    edit_overdue: timedelta = timedelta(hours=2)
    ambiguous_limit: int = 5
