"""What a headline counts, and when that moved."""

from __future__ import annotations

import pytest

from bot.alerts.numbers import moved, numbers

COUNTED = {
    # title: what it counts
    "Blast in a mine kills 3": "3",
    "Blast in a mine kills three, injures 12": "3 12",
    "На шахте погибли семеро, ранены двое": "7 2",
    "Шахтада үш адам қаза тапты": "3",
    "Ущерб оценили в 1 500 тенге": "1500",
    "Damage of 1,500,000 tenge": "1500000",
    "Магнитуда 4,8, баллов 5": "4.8 5",
    "Oil falls 2.5% to $70": "2.5 70",
    "В 2024 500 домов": "500",
    "Talks on 5 April at 14:05": "",
    "Переговоры 5 апреля в 14:05": "",
    "5 сәуірде кездесу": "",
    "April 5: talks in Astana": "",
    "Итоги 05.04.2026": "",
    "Итоги 2026 года": "",
    "Задержан 18-летний житель 3-го района": "",
    "Ту-154 и Covid-19 на трассе А2": "",
    "Один погиб": "",
    "7 may die": "",  # "7 May": a date is what it mostly is
    "5 decades of Baikonur": "5",
}


@pytest.mark.parametrize(("title", "counted"), COUNTED.items())
def test_what_a_headline_counts(title: str, counted: str) -> None:
    assert numbers(title) == frozenset(counted.split())


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
}


@pytest.mark.parametrize(("titles", "expected"), MOVES.values(), ids=MOVES)
def test_numbers_move_where_a_new_one_takes_the_place_of_one_told(
    titles: list[str], expected: bool
) -> None:
    assert moved(titles[-1], titles[:-1]) is expected
