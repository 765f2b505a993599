"""A word → the stems and endings it stands for, in both tables of keys."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from bot.matching.forms import en, kk, ru
from bot.matching.words import Script, key, plain

_AS_KEY = str.maketrans("yq", "ik")


def as_written(ending: str, script: Script) -> str:
    """An ending as sets of endings hold it: plain Cyrillic, or Latin as keys read (nyng → nin)."""
    if script is Script.CYRILLIC:
        return plain(ending)
    return ending.translate(_AS_KEY).replace("gh", "g").replace("ng", "n")


@cache
def _english(endings: frozenset[str]) -> frozenset[str]:
    return frozenset(as_written(ending, Script.LATIN) for ending in endings)


ENDINGS: dict[Script, frozenset[str]] = {
    Script.CYRILLIC: ru.ALL_ENDINGS | kk.ALL_ENDINGS,
    Script.LATIN: _english(en.ALL_ENDINGS) | kk.in_latin(kk.ALL_ENDINGS),
}
LONGEST: dict[Script, int] = {script: max(map(len, all_)) for script, all_ in ENDINGS.items()}
_NONE: frozenset[str] = frozenset()
_BARE = frozenset({""})
_VOWELS = frozenset("аәеиоөуұүыіэюя")
_ENGLISH = frozenset({"", "s", "es"})
# Kazakh endings on short Latin words make other words (wind-i, ten-ge), so longer ones only.
_LATIN_ENDINGS_FROM = 4
# The letter V is not the word в.
_CROSSES_FROM = 3


@dataclass(frozen=True, slots=True)
class Stem:
    """One stem of a word in one table."""

    script: Script  # of the tokens it is for
    key: str
    letters: str  # as the word was written; "" when it was written in the other script
    endings: frozenset[str]  # what may follow: ``words.plain`` or, in Latin, as keys read
    elsewhere: frozenset[str]  # those of them that are no Kazakh ones: they count in any text


def stems(letters: str, script: Script, place: bool = False) -> tuple[Stem, ...]:
    """All stems of a folded word. A place takes -лық and its forms."""
    if not letters.isalpha():
        return tuple(
            Stem(table, key(letters, script), letters if table is script else "", _BARE, _BARE)
            for table in Script
        )
    found = _of_cyrillic(letters, place) if script is Script.CYRILLIC else _of_latin(letters, place)
    if len(letters) < _CROSSES_FROM:
        found = [stem for stem in found if stem.script is script]
    return _merged(found)


def _of_cyrillic(word: str, place: bool) -> list[Stem]:
    found = [
        Stem(Script.CYRILLIC, key(stem, Script.CYRILLIC), stem, endings, _NONE)
        for stem, endings in kk.paradigms(word, place)
    ]
    if plain(word) == word or word[-1] not in _VOWELS:  # ы of Қарағанды is no Russian plural
        found += [
            Stem(Script.CYRILLIC, key(stem, Script.CYRILLIC), stem, endings, endings)
            for stem, endings in ru.paradigms(word)
        ]
    else:
        found.append(Stem(Script.CYRILLIC, key(word, Script.CYRILLIC), word, _BARE, _BARE))
    found.append(Stem(Script.LATIN, key(word, Script.CYRILLIC), "", _ENGLISH, _ENGLISH))
    return found + _kazakh_in_latin(word, "", place)


def _of_latin(word: str, place: bool) -> list[Stem]:
    found = [
        Stem(Script.LATIN, key(stem, Script.LATIN), stem, _english(endings), _english(endings))
        for stem, endings in en.paradigms(word)
    ]
    echo = in_cyrillic(word)
    found += _kazakh_in_latin(echo, word, place)
    for paradigms, kazakh in ((ru.paradigms(echo), False), (kk.paradigms(echo, place), True)):
        found += [
            Stem(
                Script.CYRILLIC,
                key(stem, Script.CYRILLIC),
                "",
                endings,
                _NONE if kazakh else endings,
            )
            for stem, endings in paradigms
        ]
    return found


def _kazakh_in_latin(word: str, written: str, place: bool) -> list[Stem]:
    if len(word) < _LATIN_ENDINGS_FROM or _ENGLISH_PLURAL.search(written):
        return []
    return [
        Stem(
            Script.LATIN,
            key(written, Script.LATIN) if written and stem == word else key(stem, Script.CYRILLIC),
            written if stem == word else "",
            kk.in_latin(endings),
            _NONE,
        )
        for stem, endings in kk.paradigms(word, place)
    ]


def _merged(found: list[Stem]) -> tuple[Stem, ...]:
    """One stem per table, key and letters, with the endings of all its paradigms."""
    gathered: dict[tuple[Script, str, str], tuple[frozenset[str], frozenset[str]]] = {}
    for stem in found:
        place = (stem.script, stem.key, stem.letters)
        endings, elsewhere = gathered.get(place, (_NONE, _NONE))
        gathered[place] = _union(endings, stem.endings), _union(elsewhere, stem.elsewhere)
    return tuple(Stem(*place, *endings) for place, endings in gathered.items())


@cache
def _union(left: frozenset[str], right: frozenset[str]) -> frozenset[str]:
    """Cached, so that a hundred thousand words share a few hundred sets."""
    return left | right


_ENGLISH_PLURAL = re.compile("[^aeiouys]s$")  # or Kazakhs + tan is Kazakhstan

_LETTERS = {
    "shch": "щ", "sch": "ш", "sh": "ш", "tch": "ч", "ch": "ч", "dzh": "ж", "dj": "ж",
    "zh": "ж", "kh": "х", "gh": "г", "ts": "ц", "tz": "ц", "ou": "у", "ya": "я", "yu": "ю",
    "a": "а", "b": "б", "c": "к", "d": "д", "e": "е", "f": "ф", "g": "г", "h": "х", "i": "и",
    "j": "ж", "k": "к", "l": "л", "m": "м", "n": "н", "o": "о", "p": "п", "q": "к", "r": "р",
    "s": "с", "t": "т", "u": "у", "v": "в", "w": "в", "x": "кс", "y": "ы", "z": "з",
}  # fmt: skip
_LETTER = re.compile("|".join(_LETTERS))
_SHORT_I = re.compile("(?<=[aeiou])[iyj](?![aeiou])")
_SOFT_C = re.compile("c(?=[eiy])")
_YO = re.compile("(?<=[bcdfghijklmnpqrstvwxz])yo")
_SKY = re.compile("sk(?:y|i|iy|yi|ii|yy)$")


def in_cyrillic(letters: str) -> str:
    """A Latin word in rough Cyrillic letters, so that it declines; its key stays the same."""
    text = _SHORT_I.sub("й", _SKY.sub("ский", _SOFT_C.sub("s", _YO.sub("e", letters))))
    return _LETTER.sub(lambda found: _LETTERS[found.group()], text)
