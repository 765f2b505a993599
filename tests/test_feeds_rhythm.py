"""When a feed is looked at again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.feeds.rhythm import next_poll, next_try
from bot.model import FetchSettings

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SETTINGS = FetchSettings(user_agent="kazwatch/test")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)

jitters = st.floats(0, 1)
gaps = st.none() | st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=30))
waits = st.none() | st.timedeltas(min_value=timedelta(0), max_value=timedelta(hours=1))


def wait(
    since_last: timedelta | None = None,
    *,
    new: bool = False,
    fresh_for: timedelta | None = None,
    jitter: float = 0.5,
) -> timedelta:
    due = next_poll(
        NOW, SETTINGS, since_last=since_last, brought_new=new, fresh_for=fresh_for, jitter=jitter
    )
    return due - NOW


def retry(failures: int, *, retry_after: timedelta | None = None, jitter: float = 0.0) -> timedelta:
    due = next_try(NOW, SETTINGS, failures=failures, retry_after=retry_after, jitter=jitter)
    return due - NOW


def test_a_new_feed_is_looked_at_again_soon() -> None:
    assert wait(None) == MINUTE


def test_news_shorten_the_interval_and_silence_stretches_it() -> None:
    assert wait(20 * MINUTE, new=True) == 10 * MINUTE
    assert wait(20 * MINUTE, new=False) == 25 * MINUTE


def test_the_next_look_comes_within_a_quarter_of_the_silence() -> None:
    at, gap = timedelta(0), MINUTE
    while gap < HOUR:
        at += gap
        gap = wait(gap)
        assert gap <= max(at / 4, MINUTE) + MINUTE


def test_a_gap_in_which_nobody_looked_says_nothing() -> None:
    assert wait(8 * HOUR, new=True) == MINUTE


def test_what_the_server_asks_for_binds() -> None:
    assert wait(2 * MINUTE, new=True, fresh_for=15 * MINUTE) == 15 * MINUTE
    assert wait(40 * MINUTE, fresh_for=MINUTE) == 50 * MINUTE


@given(gaps, st.booleans(), waits, jitters)
def test_an_interval_stays_within_its_bounds(
    gap: timedelta | None, new: bool, fresh_for: timedelta | None, jitter: float
) -> None:
    found = wait(gap, new=new, fresh_for=fresh_for, jitter=jitter)
    assert MINUTE <= found <= HOUR
    assert found >= (fresh_for or MINUTE)


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
