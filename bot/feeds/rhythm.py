"""When to look again: a feed's rhythm is learned from when it published.

An item waits on average half the interval in which it appeared. With λ(t) items and 1/h(t) looks an
hour, feeds cost ∫λh/2 hours of delay for ∫1/h requests. For a fixed number of requests the sum over
all feeds is least where λ = μ/h² everywhere (Lagrange), so the interval goes with **1/√λ**: Cho and
Garcia-Molina, "Effective page refresh policies for Web crawlers", 2003, and Sia, Cho and Cho,
"Efficient monitoring algorithm for fast news alerts", 2007, have it at greater length.

λ is the larger of what this hour of this weekday usually brings and what the last half hour
brought. The sum alone would sacrifice the quiet feeds, so one that brings less than an item an hour
is treated as if it brought one, at the hours that it prefers; one that has been silent for much
longer than is usual for it loses that again.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from bot.model import FetchSettings

_MINUTE, _HOUR, _WEEK = timedelta(minutes=1), timedelta(hours=1), timedelta(days=7)
_BINS = 7 * 24  # hours of the week, Monday 00:00 first, in the feed's own zone
_PARTS = 12  # of an hour: many publish by the clock, always at the same minutes

_FADES = 0.8  # what a week counts, against the one after it
_REMEMBERED = 8 * _WEEK  # older items say nothing
_NEIGHBOUR = 0.5  # what the hours beside one say about it
_DOUBT = 2.0  # as many items have to come before an hour is believed to differ from the others
_DOUBT_PARTS = 4.0  # the same for five minutes of the hour
_LEAST = 1.0  # items an hour, see above
_PACE = 0.3  # of the longest interval: how often one item an hour is looked for
_BURST = timedelta(minutes=30)  # after which an item counts half
_PATIENCE = timedelta(days=4)  # a silence of a long weekend is none
_NEVER_YET = timedelta(days=1)  # the same for a feed without any item
_STEPS = 60  # of the longest interval

_MAX_BACKOFF = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When a feed published. Counts and hours fade by `_FADES` each week after ``since``."""

    zone: str  # IANA name; the bins are its hours
    since: datetime  # the running week began
    hours: float  # observed before it
    counts: tuple[float, ...]  # items in each hour of the week, the running week's among them
    minutes: tuple[float, ...]  # the same items in each five minutes of the hour
    last: datetime | None = None  # the newest item
    burst: float = 0.0  # items just before `last`, each counting half after 30 minutes


def begin(zone: str, now: datetime, history: Sequence[datetime] = ()) -> Rhythm:
    """The rhythm of a feed whose first document held items of these times.

    A document ends after so many items, so its oldest tells since when it is complete; unless that
    is one that stayed pinned, for which thrice the median age is taken. A date of the last minute
    is left out: dates in the future were capped there.
    """
    ages = sorted(age for at in history if _MINUTE <= (age := now - at) <= _REMEMBERED)
    span = min(ages[-1], 3 * ages[len(ages) // 2]) if ages else timedelta(0)
    new = Rhythm(zone, now - span, 0.0, (0.0,) * _BINS, (0.0,) * _PARTS)
    return learn(new, [now - age for age in ages if age <= span], now)


def learn(rhythm: Rhythm, times: Sequence[datetime], now: datetime) -> Rhythm:
    """With what was published at these times; those in the future or long past are left out."""
    rhythm = _faded(rhythm, now)
    counts, minutes = list(rhythm.counts), list(rhythm.minutes)
    last, burst = rhythm.last, rhythm.burst
    for at in sorted(at for at in times if now - _REMEMBERED <= at <= now):
        behind = max((rhythm.since - at) / _WEEK, 0.0)
        hour, part = _place(at, rhythm.zone)
        counts[hour] += (counted := _FADES ** math.ceil(behind))
        minutes[part] += counted
        if last is None or at >= last:
            burst, last = burst * _half(at - last if last else _WEEK) + 1, at
        else:
            burst += _half(last - at)
    return replace(rhythm, counts=tuple(counts), minutes=tuple(minutes), last=last, burst=burst)


def next_poll(
    now: datetime,
    settings: FetchSettings,
    rhythm: Rhythm,
    *,
    fresh_for: timedelta | None,
    jitter: float,
) -> datetime:
    """When a feed that has just answered is due again.

    The wait ends when ∫dt/h reaches 1, so that one that begins in the night ends soon after the
    feed usually wakes. ``fresh_for``: how long the server asks us to wait. ``jitter``: a random
    number in 0…1, so that feeds do not march in step.
    """
    shortest, longest = settings.min_interval, settings.max_interval
    pace, step = longest * _PACE, longest / _STEPS
    due, wait = 0.95 + jitter / 10, timedelta(0)
    expected = _Expected(_faded(rhythm, now), now)
    while due > 0 and wait < longest:
        rate = expected.rate(now + wait + step / 2)
        looks = step / min(max(pace / max(math.sqrt(rate), 1e-6), shortest), longest)
        wait += step * min(due / looks, 1.0)
        due -= looks
    wait = min(max(wait, shortest), longest)
    return now + max(wait, fresh_for or timedelta(0))


def next_try(
    now: datetime,
    settings: FetchSettings,
    *,
    failures: int,
    retry_after: timedelta | None,
    jitter: float,
) -> datetime:
    """When a feed that has just failed is due again: twice as late each time, up to 6 hours.

    ``failures``: in a row, this one included. ``retry_after``: the server's order, which is
    obeyed also beyond the 6 hours. ``jitter``: a random number in 0…1, which takes up to a quarter
    away, so that the feeds of one dead server come back one by one.
    """
    doubled = settings.min_interval.total_seconds() * 2 ** min(max(failures, 1), 30)
    backoff = min(timedelta(seconds=doubled), _MAX_BACKOFF) * (1 - jitter / 4)
    return now + max(backoff, retry_after or timedelta(0))


# ---------------------------------------------------------------- the column


def write(rhythm: Rhythm) -> str:
    """As one line of text, up to 1 KB."""
    bins = rhythm.counts + rhythm.minutes
    counts = ",".join(f"{count:.4g}" if count else "" for count in bins)
    last = _seconds(rhythm.last) if rhythm.last else ""
    head = (rhythm.zone, _seconds(rhythm.since), f"{rhythm.hours:.6g}", last, f"{rhythm.burst:.4g}")
    return "|".join(map(str, ("1", *head, counts)))


def read(text: str | None, zone: str) -> Rhythm | None:
    """What `write` wrote; None where there is nothing, it is not ours, or of another zone."""
    try:
        version, known, since, hours, last, burst, counts = (text or "").split("|")
        bins = tuple(float(count or 0) for count in counts.split(","))
        rhythm = Rhythm(
            known,
            datetime.fromtimestamp(int(since), UTC),
            float(hours),
            bins[:_BINS],
            bins[_BINS:],
            datetime.fromtimestamp(int(last), UTC) if last else None,
            float(burst),
        )
    except (ValueError, OverflowError, OSError):
        return None
    numbers = (rhythm.hours, rhythm.burst, *bins)
    sound = len(bins) == _BINS + _PARTS and all(0 <= number < 1e9 for number in numbers)
    return rhythm if version == "1" and known == zone and sound else None


def _seconds(at: datetime) -> int:
    return int(at.timestamp())


# ---------------------------------------------------------------- the rate


class _Expected:
    """The items an hour that are expected at a moment after now, as long as none comes before."""

    def __init__(self, rhythm: Rhythm, now: datetime) -> None:
        self._items = items = sum(rhythm.counts)
        observed = rhythm.hours + max((now - rhythm.since) / _HOUR, 0.0)
        mean = items / max(observed, 1.0)
        self._rhythm = rhythm
        self._mean = max(mean, _LEAST)
        self._patience = max(_PATIENCE, 2 * _HOUR / max(mean, 1e-3)) if items else _NEVER_YET
        self._heard = rhythm.last or rhythm.since - _HOUR * rhythm.hours
        self._by_hour = [sum(rhythm.counts[hour::24]) for hour in range(24)]
        self._known: dict[int, float] = {}

    def rate(self, at: datetime) -> float:
        """The larger of what is usual and what the last half hour would have go on."""
        hour, part = _place(at, self._rhythm.zone)
        silence = max(at - self._heard, _HOUR)
        alive = min(1.0, self._patience / silence) ** 2
        minutes = _against(
            self._rhythm.minutes, self._items, part, believed=1.0, doubt=_DOUBT_PARTS
        )
        usual = alive * self._mean * self._hour(hour) * minutes
        if self._rhythm.last is None:
            return usual
        fresh = self._rhythm.burst * _half(max(at - self._rhythm.last, timedelta(0)))
        return max(usual, fresh * math.log(2) / (_BURST / _HOUR))

    def _hour(self, hour: int) -> float:
        """How many times the average this hour of the week brings.

        An hour of the day is believed to be average until it has shown otherwise, an hour of the
        week to be like the same hour of other days. The first week is too short to tell days apart.
        """
        if hour not in self._known:
            day = _against(self._by_hour, self._items, hour % 24, believed=1.0, doubt=_DOUBT)
            week = _against(self._rhythm.counts, self._items, hour, believed=day, doubt=_DOUBT)
            self._known[hour] = week if self._rhythm.hours else day
        return self._known[hour]


def _against(
    counts: Sequence[float], total: float, place: int, *, believed: float, doubt: float
) -> float:
    """How many times an even share of all a bin has, smoothed over its neighbours, round the clock
    or the week; as many items as ``doubt`` speak for what was ``believed`` before."""
    even = total * (1 + 2 * _NEIGHBOUR) / len(counts)
    beside = counts[place - 1] + counts[(place + 1) % len(counts)]
    return (counts[place] + _NEIGHBOUR * beside + doubt * believed) / (even + doubt)


def _faded(rhythm: Rhythm, now: datetime) -> Rhythm:
    """The same, with each whole week that has passed counting less."""
    weeks = int((now - rhythm.since) / _WEEK)
    if weeks <= 0:
        return rhythm
    hours = rhythm.hours
    for _ in range(min(weeks, 100)):
        hours = (hours + 24 * 7) * _FADES
    faded = _FADES**weeks
    counts = tuple(count * faded for count in rhythm.counts)
    minutes = tuple(count * faded for count in rhythm.minutes)
    since = rhythm.since + weeks * _WEEK
    return replace(rhythm, since=since, hours=hours, counts=counts, minutes=minutes)


def _half(age: timedelta) -> float:
    return float(0.5 ** (age / _BURST))


def _place(at: datetime, zone: str) -> tuple[int, int]:
    """Which hour of the week, and which part of it."""
    local = at.astimezone(_zone(zone))
    return local.weekday() * 24 + local.hour, local.minute * _PARTS // 60


@lru_cache(maxsize=256)
def _zone(name: str) -> ZoneInfo:
    """UTC for a name that nobody knows: the hours are as good as any."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        return ZoneInfo("UTC")
