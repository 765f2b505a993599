"""When a feed is looked at again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.feeds.rhythm import Rhythm, begin, learn, next_poll, next_try, read, write
from bot.model import FetchSettings
from tests.bench import rhythm as bench

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)  # a Sunday
SETTINGS = FetchSettings(user_agent="kazwatch/test")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

ZONES = ["UTC", "Asia/Almaty", "Europe/London", "America/New_York", "Australia/Lord_Howe"]
jitters = st.floats(0, 1)
waits = st.none() | st.timedeltas(min_value=timedelta(0), max_value=timedelta(hours=1))
moments = st.timedeltas(min_value=timedelta(0), max_value=300 * DAY).map(NOW.__add__)
zones = st.sampled_from(ZONES)


@st.composite
def rhythms(draw: st.DrawFn) -> tuple[Rhythm, datetime]:
    """A feed that published at any times at all, and when that was learned."""
    start = draw(moments)
    ages = st.lists(st.timedeltas(min_value=-DAY, max_value=90 * DAY), max_size=30)
    known = begin(draw(zones), start, [start - age for age in draw(ages)])
    now = start + draw(st.timedeltas(min_value=timedelta(0), max_value=90 * DAY))
    return learn(known, [now - age for age in draw(ages)], now), now


def wait(
    known: Rhythm,
    now: datetime = NOW,
    *,
    fresh_for: timedelta | None = None,
    jitter: float = 0.5,
    settings: FetchSettings = SETTINGS,
) -> timedelta:
    return next_poll(now, settings, known, fresh_for=fresh_for, jitter=jitter) - now


def learned(zone: str, times: Sequence[datetime], days: int = 14) -> Rhythm:
    """What is known of a feed at NOW, having been watched for so many days."""
    known = begin(zone, NOW - days * DAY)
    return learn(known, times, NOW)


def daily(hours: Sequence[int], zone: str = "UTC", days: int = 14) -> list[datetime]:
    """On each of the days before NOW, at half past these hours by the clock of the zone."""
    here = NOW.astimezone(ZoneInfo(zone)).replace(minute=30)
    return [
        at
        for day in range(days + 1)
        for hour in hours
        if (at := (here - day * DAY).replace(hour=hour)) <= NOW
    ]


def retry(failures: int, *, retry_after: timedelta | None = None, jitter: float = 0.0) -> timedelta:
    due = next_try(NOW, SETTINGS, failures=failures, retry_after=retry_after, jitter=jitter)
    return due - NOW


# ---------------------------------------------------------------- what is learned


def test_a_new_feed_is_looked_at_more_often_than_the_longest_interval() -> None:
    assert MINUTE < wait(begin("UTC", NOW)) < HOUR / 2


def test_a_feed_that_never_brings_anything_is_looked_at_as_rarely_as_may_be() -> None:
    assert wait(learned("UTC", [])) == HOUR


def test_a_feed_that_died_is_looked_at_as_rarely_as_may_be() -> None:
    known = learned("UTC", daily(range(24)))
    assert wait(known) < HOUR / 2
    assert wait(known, NOW + 30 * DAY) == HOUR


def test_a_feed_of_one_item_a_week_is_not_taken_for_dead() -> None:
    times = [NOW - 3 * DAY - week * 7 * DAY for week in range(8)]
    assert wait(begin("UTC", NOW, times)) < HOUR


def test_the_more_a_feed_brings_the_sooner_it_is_looked_at() -> None:
    every = [
        wait(learned("UTC", [NOW - HOUR * (i / rate) for i in range(int(rate * 24 * 14))]))
        for rate in (0.2, 2, 8, 32)
    ]
    assert every == sorted(every, reverse=True)
    assert every[-1] < every[0] / 2


def test_what_has_just_come_in_numbers_is_followed_closely() -> None:
    known = learned("UTC", daily([9]))
    burst = learn(known, [NOW - i * MINUTE for i in range(20)], NOW)
    assert wait(burst) < wait(known) / 3
    assert wait(burst, NOW + 5 * HOUR) > wait(burst) * 3


@pytest.mark.parametrize("zone", ZONES)
def test_a_night_off_is_slept_through_until_the_feed_wakes(zone: str) -> None:
    known = learned(zone, daily([8, 9, 10, 12, 14, 16, 18, 20] * 3, zone))
    here = NOW.astimezone(ZoneInfo(zone))
    midnight = (here + DAY).replace(hour=1, minute=0).astimezone(UTC)
    early = (here + DAY).replace(hour=7, minute=25).astimezone(UTC)
    assert wait(known, midnight) > 50 * MINUTE
    assert wait(known, early) < 20 * MINUTE


def test_days_of_the_week_are_told_apart_after_a_week() -> None:
    work = [at for at in daily([9, 10, 11, 12] * 3, days=28) if at.weekday() < 5]
    known = begin("UTC", NOW, work)
    monday, sunday = NOW + DAY - 2 * HOUR, NOW - 2 * HOUR
    assert wait(known, monday) < wait(known, sunday + 7 * DAY) * 0.6


def test_a_feed_that_publishes_by_the_clock_is_looked_at_then() -> None:
    known = learned("UTC", daily(range(24)))
    looks, at = [], NOW + HOUR
    while at < NOW + 9 * HOUR:
        at += wait(known, at)
        looks.append(at.minute)
    near = sum(25 <= minute < 40 for minute in looks)
    assert near * 2 > len(looks), "a quarter of the hour gets most of the looks"


@pytest.mark.parametrize("zone", ["Europe/London", "America/New_York"])
def test_the_hours_follow_the_clock_that_was_moved(zone: str) -> None:
    winter = datetime(2026, 2, 27, 12, tzinfo=ZoneInfo(zone))
    nine = [(winter - day * DAY).replace(hour=9, minute=5) for day in range(20)]
    known = begin(zone, winter.astimezone(UTC), [at.astimezone(UTC) for at in nine])
    for days in (7, 35):
        at = (winter + days * DAY).replace(hour=9).astimezone(UTC)
        fed = replace(known, last=at - DAY)
        assert wait(fed, at) < wait(fed, at + 3 * HOUR) / 2


def test_one_pinned_entry_does_not_make_a_busy_feed_a_slow_one() -> None:
    times = [NOW - i * 10 * MINUTE for i in range(1, 31)]
    assert wait(begin("UTC", NOW, [*times, NOW - 50 * DAY])) < 2 * wait(begin("UTC", NOW, times))


def test_dates_in_the_future_teach_nothing() -> None:
    known = learned("UTC", daily([9]))
    assert learn(known, [NOW + HOUR], NOW) == learn(known, [], NOW)
    assert begin("UTC", NOW, [NOW + HOUR, NOW]) == begin("UTC", NOW)


# ---------------------------------------------------------------- what always holds


@given(rhythms(), waits, jitters)
def test_an_interval_stays_within_its_bounds(
    known: tuple[Rhythm, datetime], fresh_for: timedelta | None, jitter: float
) -> None:
    found = wait(*known, fresh_for=fresh_for, jitter=jitter)
    assert MINUTE <= found <= HOUR
    assert found >= (fresh_for or MINUTE)


@given(rhythms(), st.timedeltas(min_value=-400 * DAY, max_value=400 * DAY))
def test_a_clock_that_jumps_does_no_harm(known: tuple[Rhythm, datetime], jump: timedelta) -> None:
    rhythm, now = known
    at = now + jump
    assert MINUTE <= wait(learn(rhythm, [at - MINUTE], at), at) <= HOUR


@given(rhythms(), st.floats(0.1, 86_400), st.floats(1, 86_400), jitters)
def test_the_bounds_are_the_operators(
    known: tuple[Rhythm, datetime], shortest: float, longest: float, jitter: float
) -> None:
    low, high = timedelta(seconds=shortest), timedelta(seconds=max(shortest, longest))
    settings = replace(SETTINGS, min_interval=low, max_interval=high)
    assert low <= wait(*known, jitter=jitter, settings=settings) <= high


@given(rhythms())
def test_news_never_make_the_next_look_later(known: tuple[Rhythm, datetime]) -> None:
    """By more than what one item tells about other hours."""
    rhythm, now = known
    news = [now - i * MINUTE for i in range(10)]
    assert wait(learn(rhythm, news, now), now) <= wait(rhythm, now) + MINUTE


def test_what_the_server_asks_for_binds() -> None:
    assert wait(begin("UTC", NOW), fresh_for=50 * MINUTE) == 50 * MINUTE
    assert wait(learned("UTC", []), fresh_for=MINUTE) == HOUR


def test_jitter_keeps_feeds_out_of_step() -> None:
    known = learned("UTC", daily(range(24)))
    assert len({wait(known, jitter=step / 10) for step in range(11)}) == 11


@given(rhythms())
def test_a_rhythm_survives_its_column(known: tuple[Rhythm, datetime]) -> None:
    rhythm, now = known
    text = write(rhythm)
    back = read(text, rhythm.zone)
    assert back is not None
    assert write(back) == text
    assert len(text) < 2048
    assert abs(wait(back, now) - wait(rhythm, now)) < 2 * MINUTE


GOOD = write(learned("UTC", daily([9])))


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "{}",
        "1|UTC|||||",
        GOOD.replace("1|", "2|", 1),
        GOOD[:-1],
        GOOD + ",",
        GOOD.replace("|UTC|", "|Asia/Almaty|"),
        GOOD[: GOOD.rindex("|") + 1] + "nan" + "," * 179,
        GOOD[: GOOD.rindex("|") + 1] + "-1" + "," * 179,
        GOOD[: GOOD.rindex("|") + 1] + "inf" + "," * 179,
        GOOD.replace("|UTC|", "|UTC|999999999999999999"),
    ],
)
def test_what_is_no_rhythm_of_this_feed_starts_anew(text: str | None) -> None:
    assert read(GOOD, "UTC") is not None
    assert read(text, "UTC") is None


@given(st.text())
def test_any_text_in_the_column_is_survived(text: str) -> None:
    assert read(text, "UTC") is None


def test_a_zone_that_nobody_knows_is_utc() -> None:
    for zone in ("", "Nowhere/Town", "../etc"):
        assert MINUTE <= wait(begin(zone, NOW, [NOW - HOUR])) <= HOUR


# ---------------------------------------------------------------- what it is worth


def test_the_delay_is_halved_and_no_kind_of_feed_pays_for_it() -> None:
    """The figure: at the same number of requests as one fixed interval for all."""
    *kinds, every = bench.figures(range(4))
    assert every.ratio <= 0.5
    assert {line.kind: line.ratio for line in kinds if line.ratio > 1.2} == {}


# ---------------------------------------------------------------- failures


@pytest.mark.parametrize(
    ("failures", "expected"),
    [
        (1, 2 * MINUTE),
        (2, 4 * MINUTE),
        (5, 32 * MINUTE),
        (9, 6 * HOUR),
        (10_000, 6 * HOUR),
    ],
)
def test_a_failing_feed_is_left_alone_twice_as_long_each_time(
    failures: int, expected: timedelta
) -> None:
    assert retry(failures) == expected


def test_an_order_to_wait_is_obeyed_beyond_the_backoff() -> None:
    assert retry(1, retry_after=24 * HOUR) == 24 * HOUR
    assert retry(9, retry_after=MINUTE) == 6 * HOUR


@given(st.integers(0, 10**6), st.none() | st.timedeltas(timedelta(0), timedelta(days=1)), jitters)
def test_a_retry_stays_within_its_bounds(
    failures: int, retry_after: timedelta | None, jitter: float
) -> None:
    found = retry(failures, retry_after=retry_after, jitter=jitter)
    assert MINUTE <= found <= max(6 * HOUR, retry_after or MINUTE)
    assert found >= (retry_after or MINUTE)


def test_jitter_spreads_the_feeds_of_one_dead_server() -> None:
    assert len({retry(9, jitter=step / 10) for step in range(11)}) == 11
