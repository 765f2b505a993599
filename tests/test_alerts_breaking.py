"""When a story gathers outlets unusually fast."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.alerts.breaking import breaking_from, pace

NOW = datetime(2026, 4, 6, 9, 20, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

USUAL = {
    # name: (highest pace → stories, the pace from which a story is breaking)
    "nothing is known": ({}, None),
    "too few stories": ({1: 99}, None),
    "one in a hundred is fast": ({1: 80, 2: 10, 3: 5, 4: 4, 9: 1}, 5),
    "more than one in a hundred": ({1: 80, 2: 10, 3: 5, 4: 3, 9: 2}, 10),
    "quiet weeks": ({1: 1000}, 3),
    "a lively fortnight": ({1: 2000, 2: 600, 3: 250, 4: 100, 5: 30, 6: 12, 8: 5, 12: 3}, 6),
}


@pytest.mark.parametrize(("stories", "expected"), USUAL.values(), ids=USUAL)
def test_breaking_is_what_one_story_in_a_hundred_reaches(
    stories: dict[int, int], expected: int | None
) -> None:
    assert breaking_from(stories) == expected


@given(st.dictionaries(st.integers(1, 30), st.integers(1, 500), min_size=1))
def test_at_most_one_story_in_a_hundred_would_have_been_breaking(stories: dict[int, int]) -> None:
    fast = breaking_from(stories)
    if fast is not None:
        reached = sum(count for pace, count in stories.items() if pace >= fast)
        assert reached <= sum(stories.values()) / 100


def test_a_pace_is_how_many_began_within_the_hour() -> None:
    began = [NOW - minutes * MINUTE for minutes in (180, 60, 59, 5, 0)]
    assert pace(began, NOW) == 3
    assert pace([*began, NOW + MINUTE], NOW) == 3
