"""The numbers and dates of a text, and what they prove."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.stories.numbers import Number, Unit, compare, numbers_of

READ = {
    # text: units and values, in any order
    "Магнитуда составила 4,9, эпицентр – в 232 км": {("magnitude", 4.9), ("distance", 232)},
    "A magnitude 4.9 quake": {("magnitude", 4.9)},
    "5.3-magnitude quake": {("magnitude", 5.3)},
    "Магнитудасы 5,0": {("magnitude", 5.0)},
    "12 млн тенге": {("money", 12e6)},
    "12 million tenge": {("money", 12e6)},
    "12 миллион теңге": {("money", 12e6)},
    "$14 Million": {("money", 14e6)},
    "€1.5bn": {("money", 1.5e9)},
    "216 250 тенге": {("money", 216250)},
    "27,500-29,000 tonnes in 2026": {("size", 27500), ("size", 29000)},
    "Доллар – 468,30 тенге, евро – 549,21": {("money", 468.3), ("money", 549.21)},
    "выросла на 10,6%": {("percent", 10.6)},
    "10,6 пайызға өсті": {("percent", 10.6)},
    "10.6 percent": {("percent", 10.6)},
    "5 мая": {("date", 505)},
    "5 мамырға арналған": {("date", 505)},
    "May 5": {("date", 505)},
    "on 5 May 2026": {("date", 505)},
    "05.05.2026": {("date", 505)},
    "с 20 по 29 мая": {("date", 520), ("date", 529)},
    "в марте": {("month", 3)},
    "Сәуірде": {("month", 4)},
    "You may go": set(),
    "во вторник": {("weekday", 1)},
    "Сәрсенбіде": {("weekday", 2)},
    "on Sunday": {("weekday", 6)},
    "средняя школа": set(),
    "6:3, 6:2": {("score", 6003), ("score", 6002)},
    "won 6-4 6-3": {("score", 6004), ("score", 6003)},
    "2:1 в 11:00": {("score", 2001)},
    "приговорили к 8 годам": {("term", 8)},
    "жеті жылға": {("term", 7)},
    "for seven years": {("term", 7)},
    "погибли трое": {("count", 3)},
    "АИ-92, школа №16, Airbus A321LR, 2026": set(),
    "": set(),
}


@pytest.mark.parametrize(("text", "expected"), READ.items(), ids=[*READ])
def test_numbers_are_read_with_what_they_count(text: str, expected: set[tuple[str, float]]) -> None:
    assert {(number.unit.value, number.value) for number in numbers_of(text)} == expected


@pytest.mark.parametrize(
    ("left", "right", "shared", "against"),
    [
        ("470,12 тенге", "470,1 тенге", True, set()),
        ("468,3 тенге", "468,9 тенге", False, {Unit.MONEY}),
        ("71%", "71,12 процента", True, set()),
        ("магнитуда 4,8", "магнитуда 5", False, {Unit.MAGNITUDE}),
        ("5 мая", "May 5", True, set()),
        ("5 мая", "6 мая", False, {Unit.DATE}),
        ("2:1", "1:2", True, set()),
        ("4,2 тыс. гектаров", "4,200 hectares", True, set()),
        ("погибли трое", "погибли пять человек", False, {Unit.COUNT}),
        ("на 18%", "", False, set()),
    ],
)
def test_what_numbers_say_to_each_other(
    left: str, right: str, shared: bool, against: set[Unit]
) -> None:
    found = compare(numbers_of(left), numbers_of(right))
    assert bool(found.shared) is shared
    assert found.against == against


NUMBERS = st.lists(
    st.builds(
        Number,
        st.sampled_from(list(Unit)),
        st.integers(0, 2000).map(float),
        st.just(1.0),
    ),
    max_size=4,
)


@given(NUMBERS, NUMBERS)
def test_what_is_against_is_symmetric(left: list[Number], right: list[Number]) -> None:
    assert compare(left, right).against == compare(right, left).against


@given(NUMBERS)
def test_nothing_is_against_itself(numbers: list[Number]) -> None:
    assert not compare(numbers, numbers).against


@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    numbers_of(text)
