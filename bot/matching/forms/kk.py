"""Kazakh: the endings that a word takes by its last sound and its vowels.

Endings are written without the letters special to Kazakh (``words.plain``), since people type
without them; a stem keeps its letters. The chains: plural, possessive, case, -дағы, and for
places -лық, each followed by what may follow it.
"""

from __future__ import annotations

import re
from enum import Enum
from functools import cache

from bot.matching.words import plain

Paradigm = tuple[str, frozenset[str]]


class Sound(Enum):
    """The last sound of a stem: first letters of genitive, dative, accusative, locative,
    ablative, instrumental, plural and -лық. ж counts as з."""

    VOWEL = ("н", "г", "н", "д", "д", "м", "л", "л")
    GLIDE = ("д", "г", "д", "д", "д", "м", "л", "л")
    LIQUID = ("д", "г", "д", "д", "д", "м", "д", "д")  # л
    NASAL = ("н", "г", "д", "д", "н", "м", "д", "д")
    BUZZ = ("д", "г", "д", "д", "д", "б", "д", "д")  # з, ж
    VOICELESS = ("т", "к", "т", "т", "т", "п", "т", "т")


_LAST = (
    dict.fromkeys("аәеоөұүыіэяё", Sound.VOWEL)
    | dict.fromkeys("йруию", Sound.GLIDE)
    | {"л": Sound.LIQUID}
    | dict.fromkeys("мнң", Sound.NASAL)
    | dict.fromkeys("зж", Sound.BUZZ)
)
_BACK, _FRONT = frozenset("аоұыя"), frozenset("әеөүіэ")
_NEUTRAL = frozenset("иую")
_VOWELS = _BACK | _FRONT | _NEUTRAL
_SOFTENED = {"п": "б", "к": "г", "қ": "ғ"}


@cache
def _case(sound: Sound, a: str, y: str) -> frozenset[str]:
    """The case endings, -дағы among them; "" is the nominative."""
    gen, dat, acc, loc, abl, ins, _, _ = sound.value
    return frozenset(
        {"", gen + y + "н", dat + a, acc + y, loc + a, abl + a + "н", ins + "ен"}
        | {loc + a + "г" + y}
    )


def _then(heads: set[str], tails: frozenset[str]) -> set[str]:
    return {head + tail for head in heads for tail in tails}


@cache
def _possessed(vowel_before: bool, a: str, y: str) -> frozenset[str]:
    """Possessives and what follows them."""
    link = "" if vowel_before else y
    third = "с" + y if vowel_before else y
    of_third = frozenset({"", f"н{y}н", f"н{a}", "н", f"нд{a}", f"н{a}н", "мен", f"нд{a}г{y}"})
    of_single = frozenset({"", f"н{y}н", a, f"д{y}", f"д{a}", f"н{a}н", "мен"})
    return frozenset(
        _then({third}, of_third)
        | _then({link + "м", link + "н"}, of_single)
        | _then({f"{link}м{y}з", f"{link}н{y}з"}, _case(Sound.BUZZ, a, y))
    )


@cache
def _endings(sound: Sound, harmony: str) -> frozenset[str]:
    """All endings of a noun. ``harmony``: back, front, or both where letters do not tell."""
    found: set[str] = set()
    for a, y in _harmonies(harmony):
        plural = {sound.value[6] + a + "р"}
        found |= _case(sound, a, y) | _possessed(sound is Sound.VOWEL, a, y)
        found |= _then(plural, _case(Sound.GLIDE, a, y) | _possessed(False, a, y))
        attributive = {sound.value[3] + a + "г" + y}
        found |= _then(attributive, _case(Sound.VOWEL, a, y))
        found |= _then(_then(attributive, frozenset({"л" + a + "р"})), _case(Sound.GLIDE, a, y))
    return frozenset(found)


@cache
def _inhabitants(sound: Sound, harmony: str) -> frozenset[str]:
    """-лық of a place, its plural, and their cases."""
    found: set[str] = set()
    for a, y in _harmonies(harmony):
        base = {sound.value[7] + y + "к"}
        found |= _then(base, _case(Sound.VOICELESS, a, y))
        found |= _then(_then(base, frozenset({f"т{a}р"})), _case(Sound.GLIDE, a, y))
        found |= _then(_then(base, frozenset({f"т{a}р"})), _possessed(False, a, y))
    return frozenset(found)


def _harmonies(harmony: str) -> list[tuple[str, str]]:
    pairs = {"back": [("а", "ы")], "front": [("е", "и")]}
    return pairs.get(harmony) or [("а", "ы"), ("е", "и")]


def _sound(word: str) -> Sound:
    last = word.rstrip("ьъ")[-1:]
    return _LAST.get(last, Sound.VOICELESS)


def _harmony(word: str) -> str:
    """Back or front where all vowels agree; names in -ов, -ев take either (Бектеновтің), as do
    words whose last vowel is и, у or ю (саммиті)."""
    letters = set(word)
    last = next((letter for letter in reversed(word) if letter in _VOWELS), "")
    if word.endswith(("ов", "ев", "ь")) or last in _NEUTRAL:
        return "both"
    if letters & _BACK and not letters & _FRONT:
        return "back"
    if letters & _FRONT and not letters & _BACK:
        return "front"
    return "both"


def paradigms(word: str, place: bool = False) -> list[Paradigm]:
    """Stems of a Cyrillic word, each with the endings it takes; "" is the stem itself."""
    sound, harmony = _sound(word), _harmony(word)
    endings = _endings(sound, harmony)
    if place:
        endings |= _inhabitants(sound, harmony)
    found = [(word, endings)]
    possessive = frozenset().union(*(_possessed(False, a, y) for a, y in _harmonies(harmony)))
    soft = _SOFTENED.get(word[-1:])
    if soft and len(word) > 2:
        found.append((word[:-1] + soft, possessive))
    if _loses_vowel(word):
        found.append((word[:-2] + word[-1], possessive))
    return found


def _loses_vowel(word: str) -> bool:
    """халық → халқы, орын → орны: ы or і between single consonants."""
    vowels = _BACK | _FRONT
    return (
        len(word) >= 4
        and word[-2] in "ыі"
        and word[-1] in "нрлқкз"
        and word[-3] not in vowels
        and word[-4] in vowels
    )


_INHABITANT = re.compile("..[лдт](?:ы[қғ]|і[кг])")


def is_inhabitant(letters: str) -> bool:
    """Whether -лық stands in the word: small letters are usual then (қордайлықтар)."""
    return _INHABITANT.search(letters) is not None


ALL_ENDINGS: frozenset[str] = frozenset().union(
    *(_endings(sound, "both") | _inhabitants(sound, "both") for sound in Sound)
)

# The endings in Latin script as their key reads: дағы → dagi.
_LATIN = str.maketrans("абгдекмнпртысилз", "abgdekmnprtisilz")


_ENGLISH_TOO = frozenset({"i", "m", "n", "in", "im", "is", "si"})


@cache
def in_latin(endings: frozenset[str]) -> frozenset[str]:
    """The same endings for Kazakh in Latin script, y and ı both as i, q as k, ñ and ng as n.

    Without the shortest, which are English ones too (-y, -ing).
    """
    return frozenset(
        written
        for ending in endings
        if (written := plain(ending).translate(_LATIN)) not in _ENGLISH_TOO
    )
