"""The window that a new item is compared with."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.model import Member
from bot.stories.group import TOGETHER
from bot.stories.window import AGE, MEMBERS, Window

NOW = datetime(2026, 4, 6, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
BLAST = Member(
    1, 71, "tengri", "Взрыв на шахте имени Костенко в Караганде, погибли шахтеры", "", "ru", NOW
)
TOLD = Member(
    2, -1, "inform", "Қарағандыдағы Костенко шахтасында жарылыс болып, кеншілер қаза тапты", "",
    "kk", NOW + HOUR,
)  # fmt: skip


def stories(window: Window, item: Member) -> list[int]:
    return [found.story_id for found in window.evidence(item)]


def test_a_telling_in_another_language_finds_its_story() -> None:
    window = Window()
    window.add(BLAST)
    (found,) = window.evidence(TOLD)
    assert found.story_id == 71
    assert found.score >= TOGETHER
    assert "'Взрыв на шахте имени Костенко" in found.why
    assert "of tengri: same" in found.why


def test_what_is_older_than_72_hours_is_forgotten() -> None:
    window = Window()
    window.add(BLAST)
    window.age(NOW + 72 * HOUR)
    assert len(window) == 1
    window.age(NOW + 72 * HOUR + timedelta(seconds=1))
    assert len(window) == 0
    assert stories(window, TOLD) == []
    window.add(BLAST)  # and can come again
    assert stories(window, TOLD) == [71]


def test_an_item_is_kept_once() -> None:
    window = Window()
    window.add(BLAST)
    window.add(replace(BLAST, story_id=72))
    assert len(window) == 1
    assert stories(window, TOLD) == [71]


def test_the_order_of_loading_changes_nothing() -> None:
    others = [
        replace(BLAST, item_id=number, story_id=number, outlet=f"outlet{number}", title=title)
        for number, title in enumerate(("Пожар в Таразе", "Курс доллара", "Взрыв в Семее"), 3)
    ]
    forwards, backwards = Window(), Window()
    for member in (BLAST, *others):
        forwards.add(member)
    for member in (*reversed(others), BLAST):
        backwards.add(member)
    assert forwards.evidence(TOLD) == backwards.evidence(TOLD)


@pytest.mark.parametrize(("age", "found"), [(AGE, [71]), (AGE + HOUR, [])])
def test_an_old_story_does_not_grow(age: timedelta, found: list[int]) -> None:
    window = Window()
    window.add(BLAST, opened_at=TOLD.first_seen_at - age)
    assert stories(window, TOLD) == found


def test_a_large_story_does_not_grow() -> None:
    window = Window()
    for number in range(MEMBERS):
        assert stories(window, replace(TOLD, item_id=-1)) == ([71] if number else [])
        window.add(replace(BLAST, item_id=number, outlet=f"outlet{number}"))
    assert stories(window, TOLD) == []


def test_one_contradiction_is_outvoted_and_two_are_not() -> None:
    """A telling without a number does not draw the next quake into the story of the last."""
    quake = replace(BLAST, title="Землетрясение ощутили в Алматы, магнитуда 4,9")
    bare = replace(quake, item_id=2, outlet="a", title="Землетрясение ощутили в Алматы ночью")
    again = replace(quake, item_id=3, outlet="b", title="Толчки магнитудой 4,9 ощутили в Алматы")
    other = replace(quake, item_id=9, outlet="c", title="Землетрясение в Алматы: магнитуда 5,6")
    window = Window()
    window.add(quake)
    assert stories(window, other) == []
    window.add(bare)
    assert stories(window, other) == [71]
    window.add(again)
    assert stories(window, other) == []


def test_the_latest_of_equals_speaks() -> None:
    window = Window()
    window.add(BLAST)
    window.add(replace(BLAST, item_id=5, outlet="zakon"))
    (found,) = window.evidence(TOLD)
    assert found.at == NOW
    assert "of tengri" in found.why  # of the same second: the first


def test_a_full_window_looks_at_a_few_only() -> None:
    window = Window()
    for number in range(3000):
        window.add(
            replace(
                BLAST, item_id=number + 10, story_id=number + 10, outlet=f"outlet{number}",
                title=f"Президент встретился с министром {number}",
            )
        )  # fmt: skip
    window.add(BLAST)
    assert stories(window, TOLD)[0] == 71
