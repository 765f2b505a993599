"""When Telegram lets us write again."""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.alerts.limits import Limiter

NOW = datetime(2026, 4, 6, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def at(seconds: float) -> datetime:
    return NOW + seconds * SECOND


@pytest.mark.parametrize(
    ("kind", "calls", "wait"),
    [
        ("private", 0, 0),
        ("private", 1, 1),
        ("group", 19, 0),
        ("group", 20, 60),
        ("supergroup", 20, 60),
        ("channel", 20, 60),
    ],
)
def test_a_chat_waits_for_its_own_limit(kind: str, calls: int, wait: float) -> None:
    limiter = Limiter()
    for _ in range(calls):
        limiter.sent(7, kind, NOW)
    ready = limiter.ready_at(7, kind, NOW)
    assert at(wait) <= ready <= at(wait * 1.02)
    assert limiter.ready_at(8, kind, NOW) == NOW  # no chat waits for another's
    assert limiter.resting(NOW) == ({7} if wait else set())
    assert limiter.resting(ready) == set()


def test_thirty_calls_in_a_second_make_every_chat_wait() -> None:
    limiter = Limiter()
    for chat in range(30):
        assert limiter.ready_at(chat, "private", NOW) == NOW
        limiter.sent(chat, "private", NOW)
    assert at(1) <= limiter.ready_at(99, "private", NOW) <= at(1.02)
    assert limiter.ready_at(99, "private", at(1.02)) == at(1.02)


def test_a_private_chat_is_measured_from_the_answer() -> None:
    limiter = Limiter()
    limiter.sent(7, "private", NOW)
    limiter.answered(7, at(0.5))
    limiter.answered(8, at(0.5))  # nobody that we know
    assert at(1.5) <= limiter.ready_at(7, "private", at(0.5)) <= at(1.52)


def test_a_clock_that_was_set_back_holds_nobody_up() -> None:
    limiter = Limiter()
    limiter.sent(7, "private", NOW)
    yesterday = NOW - timedelta(days=1)
    assert limiter.ready_at(7, "private", yesterday) == yesterday
    assert limiter.resting(yesterday) == set()
    limiter.sent(8, "private", yesterday)
    assert limiter.resting(yesterday) == {8}


def test_what_is_remembered_is_bounded() -> None:
    limiter = Limiter()
    for n in range(20_000):
        limiter.sent(n, "private", at(n / 30))
    assert len(limiter) <= 1830


@given(
    st.lists(
        st.tuples(
            st.sampled_from([(1, "private"), (2, "private"), (3, "group"), (4, "channel")])
            | st.integers(5, 60).map(lambda chat: (chat, "private")),
            st.floats(0, 0.5),
        ),
        max_size=200,
    )
)
def test_who_waits_for_ready_at_never_breaks_a_limit(
    calls: list[tuple[tuple[int, str], float]],
) -> None:
    limiter, now = Limiter(), NOW
    overall: deque[datetime] = deque()
    chats: dict[int, deque[datetime]] = {}
    for (chat, kind), pause in calls:
        now = limiter.ready_at(chat, kind, now + pause * SECOND)
        limiter.sent(chat, kind, now)
        for window, count, seconds in (
            (overall, 30, 1),
            (chats.setdefault(chat, deque()), *((1, 1) if kind == "private" else (20, 60))),
        ):
            window.append(now)
            assert sum(now - call < seconds * SECOND for call in window) <= count


def test_the_limits_cost_at_most_two_hundredths_of_the_time() -> None:
    limiter, now = Limiter(), NOW
    for n in range(3_000):
        now = limiter.ready_at(n, "private", now)
        limiter.sent(n, "private", now)
    assert now - NOW <= 1.02 * 3_000 / 30 * SECOND


@given(
    st.lists(
        st.tuples(st.integers(1, 4), st.floats(0, 70)).map(lambda call: (call[0], at(call[1]))),
        max_size=120,
    )
)
def test_room_and_opening_agree_with_each_chats_own_time(
    calls: list[tuple[int, datetime]],
) -> None:
    limiter, kinds = Limiter(), {1: "private", 2: "private", 3: "group", 4: "channel"}
    for chat, moment in sorted(calls, key=lambda call: call[1]):
        limiter.sent(chat, kinds[chat], moment)
    now = max((moment for _, moment in calls), default=NOW)
    stranger = limiter.ready_at(99, "private", now)
    assert (limiter.room(now) > 0) == (stranger == now)
    closed = [limiter.ready_at(chat, kind, now) for chat, kind in kinds.items()]
    later = [moment for moment in (stranger, *closed) if moment > now]
    assert (limiter.opens_at(now) is None) == (not later)
    if later:
        assert limiter.opens_at(now) <= min(later)  # type: ignore[operator]
