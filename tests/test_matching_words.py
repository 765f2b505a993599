"""Words of a text: where they stand, how they fold, which spellings share a key."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.matching.words import WORD, Script, fold, key, may_be_kazakh, near, plain, spaced


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Kazakhstan's «Тоқаев»: 5G!", ["Kazakhstan's", "Тоқаев", "5G"]),
        ("Нур-Султан", ["Нур", "Султан"]),
        ("'Tokayev' said", ["Tokayev", "said"]),
        ("#Tokayev_news", ["Tokayev", "news"]),
        ("Алма\u00adты", ["Алма\u00adты"]),
        ("и\u0306од", ["и\u0306од"]),
        ("", []),
    ],
)
def test_words_are_whole_and_marks_inside_them_part_nothing(text: str, words: list[str]) -> None:
    assert WORD.findall(spaced(text)) == words


@pytest.mark.parametrize(
    ("surface", "letters", "script"),
    [
        ("Kazakhstan’s", "kazakhstans", Script.LATIN),
        ("ЁЛКА", "елка", Script.CYRILLIC),
        ("Kaзахстан", "казахстан", Script.CYRILLIC),  # a Latin K and a before Cyrillic
        ("мәжiлiс", "мәжіліс", Script.CYRILLIC),  # Latin i, as on old keyboards
        ("Тоқа\u0301ев", "тоқаев", Script.CYRILLIC),
        ("Şymkent", "shymkent", Script.LATIN),
        ("S'ymkent", "shymkent", Script.LATIN),  # the alphabet of October 2017
        ("Atyraý", "atyrau", Script.LATIN),  # the alphabet of 2018
        ("Jañaözen", "janaozen", Script.LATIN),
        ("Ａｌｍａｔｙ", "almaty", Script.LATIN),
    ],
)
def test_a_word_folds_to_its_letters(surface: str, letters: str, script: Script) -> None:
    assert fold(surface) == (letters, script)


@pytest.mark.parametrize(
    "spellings",
    [
        "Тоқаев Токаев Tokayev Tokaev Toqaev Toqayev Tokaiev",
        "Назарбаев Nazarbayev Nazarbaev",
        "Шымкент Чимкент Shymkent Chimkent Şymkent Shimkent",
        "Жаңаөзен Жанаозен Zhanaozen Zhangaozen Janaozen Jañaözen",
        "Маңғыстау Мангистау Mangystau Mañğystau Mangistau",
        "Қостанай Костанай Kostanay Qostanai Kostanaj",
        "Ерлан Yerlan Erlan",
        "Аблязов Ablyazov Abliazov",
        "Қашаған Кашаган Kashagan Qashaghan",
        "Мұхтар Мухтар Mukhtar Muhtar",
        "Касым Kassym Kasym Qasym",
        "Мирзиёев Mirziyoyev",
    ],
)
def test_spellings_of_a_name_share_one_key(spellings: str) -> None:
    assert len({key(*fold(word)) for word in spellings.split()}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("Токаев", "Токарев"), ("Казахстан", "Қазақстан"), ("Kazan", "Kazakh"), ("Almaty", "Almas")],
)
def test_different_names_have_different_keys(one: str, other: str) -> None:
    assert key(*fold(one)) != key(*fold(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [("fund", "found"), ("chip", "ship"), ("cell", "sell"), ("угол", "уголь"), ("шина", "чина")],
)
def test_within_a_script_nearness_is_stricter_than_the_key(one: str, other: str) -> None:
    (letters, script), (others, _) = fold(one), fold(other)
    assert key(letters, script) == key(others, script)
    assert near(letters, script) != near(others, script)


@pytest.mark.parametrize(
    "spellings",
    ["Tokayev Toqaev Tokaev Tokaiev", "Yerlan Erlan", "Массимов Масимов", "Экибастуз Екибастуз"],
)
def test_romanizations_are_near(spellings: str) -> None:
    assert len({near(*fold(word)) for word in spellings.split()}) == 1


def test_plain_letters_keep_the_length() -> None:
    assert plain("жаңаөзен") == "жанаозен"


@given(st.text(max_size=40))
def test_folding_is_the_same_whatever_the_unicode_form(text: str) -> None:
    for word in WORD.findall(unicodedata.normalize("NFC", text)):
        assert fold(unicodedata.normalize("NFD", word)) == fold(word)


@given(st.text(max_size=40))
def test_folded_letters_fold_to_themselves(text: str) -> None:
    for word in WORD.findall(text):
        letters, script = fold(word)
        if letters:
            assert fold(letters) == (letters, script)


@pytest.mark.parametrize(
    ("text", "language", "may"),
    [
        ("Тоқаев Астанада сөйледі", "", True), ("Суд в Курске", "", False),
        ("Токаевтын бала", "", True), ("Токаев провёл большое совещание", "", False),
        ("Курска", "ru", False), ("Курска", "kk", True), ("The court of Kursk", "", False),
        ("Qazaqstanda jer silkindi", "", True), ("Алматыга бардым", "uk", True),
        ("Балыкты базарда сатуга руксат керек", "", True), ("Суд вынес новый приговор", "", False),
    ],
)  # fmt: skip
def test_a_text_may_be_kazakh_by_its_language_or_letters(
    text: str, language: str, may: bool
) -> None:
    assert may_be_kazakh(text, language) is may
