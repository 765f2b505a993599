"""When the numbers of a story moved."""

from __future__ import annotations

import pytest

from bot.alerts.numbers import moved

MOVES = {
    # name: (headlines in their order, the last is the one that joins; did the numbers move?)
    "the toll rises": (["Blast kills 3", "Blast kills 7"], True),
    "in another language": (["Blast kills 3", "При взрыве погибли семеро"], True),
    "one of two": (["3 dead, 12 hurt", "7 dead, 12 hurt"], True),
    "after headlines without any": (["Blast kills 3", "Mine is closed", "Toll is 7"], True),
    "the same": (["Blast kills 3", "Three killed by blast"], False),
    "the first count": (["Blast in a mine", "Blast in a mine kills 3"], False),
    "no count": (["Blast kills 3", "Mourning after the blast"], False),
    "a detail more": (["Quake of 5.3", "Quake of 5.3, 40 km from Almaty"], False),
    "an older count again": (["Blast kills 3", "Blast kills 7", "Blast kills 3"], False),
    "a detail beside the newest": (["3 dead", "7 dead", "7 dead in a mine 40 km off"], False),
    "alone": (["Blast kills 3"], False),
    "another kind of number": (["Quake of magnitude 5.3", "Quake of 4 points in Almaty"], False),
    "a stronger quake by a later report": (
        ["Quake of magnitude 5.3", "Quake of magnitude 5.6"],
        True,
    ),
    "a date": (["Talks on 5 April", "Talks on 6 April"], False),
    "an hour": (["Talks at 14:05", "Talks at 15:00"], False),
    "a year": (["Results of 2025", "Results of 2026"], False),
    "an age": (["Задержан 18-летний житель", "Задержан 19-летний житель"], False),
    "names with numbers": (["Ту-154 и Covid-19", "Ту-134 и Covid-20"], False),
    "money in Russian": (["Ущерб 1 500 тенге", "Ущерб 1 700 тенге"], True),
}


@pytest.mark.parametrize(("titles", "expected"), MOVES.values(), ids=MOVES)
def test_numbers_move_where_a_new_one_takes_the_place_of_one_told(
    titles: list[str], expected: bool
) -> None:
    assert moved(titles[-1], titles[:-1]) is expected
