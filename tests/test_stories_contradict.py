"""What an item says, and what contradicts that two items tell one event."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.stories.contradict import contradicts
from bot.stories.traits import Traits, consonants, traits_of
from bot.stories.weigh import Rarity, probability, signs

HOUR = timedelta(hours=1)


def read(title: str, language: str = "ru", summary: str = "") -> Traits:
    return traits_of(title, summary, language)


SAME = {
    "the same subject in three languages": (
        [("Пожар на складе", "ru"), ("Қоймада өрт шықты", "kk"), ("Fire at a warehouse", "en")],
        "concepts",
        "fire",
    ),
    "a town in three languages": (
        [("В Уральске", "ru"), ("Оралда", "kk"), ("A man in Oral", "en")],
        "places",
        "west",
    ),
    "Kazakh in Latin letters": (
        [("Жер сілкінісі болды", "kk"), ("Jer sılkınısı boldy", "kk")],
        "concepts",
        "quake",
    ),
    "a country by its city": (
        [("Президент Сербии", "ru"), ("Talks in Belgrade", "en"), ("Сербия президенті", "kk")],
        "countries",
        "serbia",
    ),
    "a surname": (
        [("Суд над Ералиевым", "ru"), ("Сот Ералиевті босатты", "kk"), ("Sabit Yeraliev", "en")],
        "heads",
        "erlv",
    ),
}


@pytest.mark.parametrize(("texts", "kind", "expected"), SAME.values(), ids=SAME)
def test_what_is_the_same_in_every_language(
    texts: list[tuple[str, str]], kind: str, expected: str
) -> None:
    for title, language in texts:
        assert expected in getattr(read(title, language), kind), title


def test_a_name_is_compared_by_its_first_letter_and_consonants() -> None:
    assert consonants("eraliev") == "erlv"
    assert consonants("Sventek") == consonants("sventek") == "svntk"


AGAINST = {
    "another day": ("Курс доллара на 5 мая", "Курс доллара на 6 мая", HOUR, "another day"),
    "another rate": ("Доллар – 470,1 тенге", "Доллар – 468,3 тенге", HOUR, "other numbers"),
    "another town": ("Пожар в Таразе", "Пожар в Семее", HOUR, "another place"),
    "a town and its region": ("Пожар в Экибастузе", "Пожар в Павлодарской области", HOUR, ""),
    "a place elsewhere, and the name": (
        "Приговор Серику Омарбаеву в Таразе", "Аким Серик Омарбаев осужден в Астане", HOUR, "",
    ),
    "another country": (
        "Прибыл президент Сербии", "Прибыл президент Финляндии", HOUR, "another country",
    ),
    "another currency": ("Евро подорожал на два", "Доллар подорожал", HOUR, "another currency"),
    "the next day's weather": (
        "Погода: дожди по стране", "Погода: без осадков", 20 * HOUR, "the next day's notice",
    ),
    "the day's weather": ("Погода: дожди по стране", "Дождливая погода", HOUR, ""),
    "a digest": ("Взрыв на шахте", "Взрыв и отставка: главное за день", HOUR, "a digest"),
    "one word replaced": (
        "Суд дал блогеру три года за клевету", "Суд дал блогеру три года за грабёж", HOUR,
        "one template",
    ),
    "a growing toll": ("Погибли трое шахтеров", "Погибли семь шахтеров", HOUR, ""),
}  # fmt: skip


@pytest.mark.parametrize(("left", "right", "gap", "told"), AGAINST.values(), ids=AGAINST)
def test_what_speaks_against_one_event(left: str, right: str, gap: timedelta, told: str) -> None:
    assert contradicts(read(left), read(right), gap) == told
    assert contradicts(read(right), read(left), -gap) == told


SOME = "Пожар Тараз Семей Өрт Fire 5 мая 4,9 % Тоқаев Токаев Serbia «Кайрат» взрыв суд 12"
WORDS = st.lists(st.sampled_from(SOME.split()), max_size=8).map(" ".join)
LANGUAGES = st.sampled_from(["ru", "kk", "en", ""])


@given(WORDS, LANGUAGES, WORDS, LANGUAGES, st.integers(-72, 72))
def test_evidence_is_symmetric(title: str, language: str, other: str, its: str, hours: int) -> None:
    left, right, gap = read(title, language), read(other, its), timedelta(hours=hours)
    rarity = Rarity()
    rarity.add(left)
    rarity.add(right)
    there = signs(left, right, rarity, gap=gap, same_outlet=False, cosine=0.4)
    back = signs(right, left, rarity, gap=-gap, same_outlet=False, cosine=0.4)
    assert probability(there, with_vectors=True) == pytest.approx(
        probability(back, with_vectors=True)
    )
    assert contradicts(left, right, gap) == contradicts(right, left, -gap)


@given(WORDS, LANGUAGES)
def test_rarity_forgets_what_ages(title: str, language: str) -> None:
    rarity, traits = Rarity(), read(title, language)
    rarity.add(read("Взрыв на шахте"))
    before = {kind: dict(counts) for kind, counts in rarity.counts.items()}
    rarity.add(traits)
    rarity.add(traits, by=-1)
    assert rarity.counts == before


def test_a_story_makes_its_own_words_common_once() -> None:
    rarity, blast = Rarity(), read("Взрыв на шахте")
    rarity.add(blast)
    once = rarity.of("concepts", "blast")
    rarity.add(blast, [blast])
    assert rarity.of("concepts", "blast") == once
    rarity.add(blast)
    assert rarity.of("concepts", "blast") < once


@given(st.text(max_size=120), st.text(max_size=400), LANGUAGES)
def test_any_text_can_be_read(title: str, summary: str, language: str) -> None:
    traits_of(title, summary, language)


@pytest.mark.parametrize(
    ("here", "there", "apart"),
    [
        ("Kazakhstan raises pension age to 63", "Kyrgyzstan raises pension age to 63", True),
        ("Fire in Almaty kills two", "Fire in Bishkek kills two", True),
        ("Tokayev signs child protection law", "Mirziyoyev signs child protection law", True),
        ("Kazakhstan and Uzbekistan agree on water", "Uzbekistan agrees on water", False),
        ("Fire in Almaty kills two", "Fire kills two", False),
    ],
)
def test_what_only_a_neighbour_is_named_in_is_not_of_kazakhstan(
    here: str, there: str, apart: bool
) -> None:
    left, right = read(here, "en"), read(there, "en")
    for one, other in ((left, right), (right, left)):
        assert (contradicts(one, other, HOUR) == "another country") is apart
