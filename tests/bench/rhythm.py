"""What the learned rhythm saves: `python -m tests.bench.rhythm`.

A fortnight of ten kinds of feed together, replayed several times with other random numbers. Each
feed is learned while it is polled, as in earnest, from its first week on; delays (from publication
to the poll that brings it) and requests are those of the second week. Beside it all ten are polled
at one fixed interval that costs the same number of requests. No clock is read: the figures are the
same at each run, and `tests/test_feeds_rhythm.py` holds them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from statistics import mean, median
from zoneinfo import ZoneInfo

from bot.feeds import rhythm
from bot.model import FetchSettings

SETTINGS = FetchSettings(user_agent="kazwatch/bench")
# By the clock of each feed: a Monday; London moves its clocks on the 29th.
START = datetime(2026, 3, 23)  # noqa: DTZ001
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
SEEDS = range(20)

Times = Iterator[datetime]


def _days(end: int = 14) -> Iterator[datetime]:
    return (START + day * DAY for day in range(end))


def _at_random(rng: Random, start: datetime, span: timedelta, per_hour: float) -> Times:
    """A Poisson stream."""
    at = start
    while per_hour and (at := at + HOUR * rng.expovariate(per_hour)) < start + span:
        yield at


def _about(rng: Random, at: datetime, minutes: float) -> datetime:
    return at + timedelta(minutes=rng.gauss(0, minutes))


def _steady(rng: Random) -> Times:
    minute = timedelta(minutes=rng.uniform(0, 60))
    return (_about(rng, START + hour * HOUR + minute, 5) for hour in range(14 * 24))


def _busy(rng: Random) -> Times:
    for day in _days():
        yield from _at_random(rng, day, 7 * HOUR, 2)
        yield from _at_random(rng, day + 7 * HOUR, 17 * HOUR, 10)


def _bursty(rng: Random) -> Times:
    for burst in _at_random(rng, START, 14 * DAY, 1 / 4):
        yield from (
            burst + timedelta(minutes=rng.uniform(0, 30)) for _ in range(rng.randint(4, 12))
        )


def _nights_off(rng: Random) -> Times:
    for day in _days():
        yield from _at_random(rng, day + 7 * HOUR, 16 * HOUR, 3)


def _office(rng: Random) -> Times:
    for day in _days():
        if day.weekday() < 5:
            yield from _at_random(rng, day + 9 * HOUR, 9 * HOUR, 1.5)


def _weekly(rng: Random) -> Times:
    return (_about(rng, day + 14 * HOUR, 20) for day in _days() if day.weekday() == 2)


def _daily(rng: Random) -> Times:
    return (_about(rng, day + 9 * HOUR, 5) for day in _days())


def _blog(rng: Random) -> Times:
    for day in _days():
        yield from _at_random(rng, day + 8 * HOUR, 16 * HOUR, 1 / 32)


def _surges(rng: Random) -> Times:
    yield from _at_random(rng, START, 14 * DAY, 0.5)
    for surge in _at_random(rng, START, 14 * DAY, 1 / 48):
        for hour, per_hour in enumerate((25, 15, 8, 3)):
            yield from _at_random(rng, surge + hour * HOUR, HOUR, per_hour)


# Kind → its zone, and the times it publishes at by the clock of that zone.
KINDS: dict[str, tuple[str, Callable[[Random], Times]]] = {
    "steady, hourly": ("Asia/Almaty", _steady),
    "busy agency": ("Europe/Paris", _busy),
    "bursty": ("UTC", _bursty),
    "nights off": ("Asia/Almaty", _nights_off),
    "office hours": ("Europe/London", _office),
    "weekly": ("Europe/Berlin", _weekly),
    "daily at nine": ("America/New_York", _daily),
    "dead": ("Asia/Almaty", lambda _: iter(())),
    "irregular blog": ("Asia/Bishkek", _blog),
    "surges of breaking news": ("Asia/Qatar", _surges),
}


@dataclass(frozen=True, slots=True)
class Replay:
    """The second week of one kind: delays in minutes."""

    kind: str
    delays: list[float]
    requests: int
    published: list[datetime]


def replay(kind: str, seed: int) -> Replay:
    """A feed of this kind, polled as its rhythm says."""
    name, times = KINDS[kind]
    zone, rng = ZoneInfo(name), Random(f"{kind} {seed}")
    due = sorted(at.replace(tzinfo=zone).astimezone(ZoneInfo("UTC")) for at in times(rng))
    start = START.replace(tzinfo=zone).astimezone(ZoneInfo("UTC"))
    now, place, requests, delays = start, 0, 0, []
    learned = rhythm.begin(name, now)
    while now < start + 2 * WEEK:
        brought = place
        while place < len(due) and due[place] <= now:
            place += 1
        new = due[brought:place]
        learned = rhythm.learn(learned, new, now)
        if now >= start + WEEK:
            requests += 1
            delays += [(now - at) / timedelta(minutes=1) for at in new if at >= start + WEEK]
        now = rhythm.next_poll(now, SETTINGS, learned, fresh_for=None, jitter=rng.random())
    measured = [at for at in due[:place] if at >= start + WEEK]
    return Replay(kind, delays, requests, measured)


def fixed(found: Replay, interval: timedelta, rng: Random) -> list[float]:
    """The delays of the same items at a fixed interval, with five places to begin at."""
    week = START.replace(tzinfo=ZoneInfo("UTC"))
    return [
        ((week + rng.random() * interval - at) % interval) / timedelta(minutes=1)
        for at in found.published
        for _ in range(5)
    ]


@dataclass(frozen=True, slots=True)
class Line:
    """Delays in minutes, learned and fixed; requests a feed and day."""

    kind: str
    items: int
    requests: float
    median: float
    fixed_median: float
    mean: float
    fixed_mean: float

    @property
    def ratio(self) -> float:
        """Of the medians; a kind without items is as well off as before."""
        return self.median / self.fixed_median if self.items else 1.0


def figures(seeds: range = SEEDS) -> list[Line]:
    """One line for each kind, and "all" as the last."""
    weeks = {kind: [replay(kind, seed) for seed in seeds] for kind in KINDS}
    every = [found for kind in weeks.values() for found in kind]
    interval = len(every) * WEEK / sum(found.requests for found in every)
    rng = Random("fixed")
    lines = []
    for kind, some in [*weeks.items(), ("all", every)]:
        ours = [delay for found in some for delay in found.delays]
        theirs = [delay for found in some for delay in fixed(found, interval, rng)]
        lines.append(
            Line(
                kind,
                len(ours),
                sum(found.requests for found in some) / len(some) / 7,
                median(ours) if ours else 0.0,
                median(theirs) if theirs else 0.0,
                mean(ours) if ours else 0.0,
                mean(theirs) if theirs else 0.0,
            )
        )
    return lines


def main() -> None:
    """Print the table."""
    print("| kind | items | requests a day | median, min | fixed | ratio | mean, min | fixed |")
    print("|---|---|---|---|---|---|---|---|")
    for line in figures():
        print(
            f"| {line.kind} | {line.items} | {line.requests:.0f} | {line.median:.1f} "
            f"| {line.fixed_median:.1f} | {line.ratio:.2f} | {line.mean:.1f} "
            f"| {line.fixed_mean:.1f} |"
        )


if __name__ == "__main__":
    main()
