"""Words of a text: where they stand, how their letters fold, and their skeleton key.

Folding makes spellings of one word equal within a script; the skeleton key makes them equal
across scripts and romanizations.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum

# Marks that stand inside a word without being letters: combining accents (й may come as и and a
# breve), soft hyphens, zero-width joiners.
_MARKS = "\u0300-\u036f\u00ad\u200b-\u200d\u2060\ufeff"
_APOSTROPHES = "'’‘ʼʻ`´ʹ′‛"
# One word; the parts cannot overlap, so the search is linear.
WORD = re.compile(rf"\w[\w{_MARKS}]*(?:[{_APOSTROPHES}][\w{_MARKS}]+)*")

_IGNORED = dict.fromkeys([*range(0x300, 0x370), 0xAD, *range(0x200B, 0x200E), 0x2060, 0xFEFF], None)
_DROP_APOSTROPHES = dict.fromkeys(map(ord, _APOSTROPHES), None)


class Script(StrEnum):
    """The two tables of keys; other scripts count as Latin and keep their letters."""

    CYRILLIC = "cyrillic"
    LATIN = "latin"


_TOLD = frozenset({"en", "ru", "kk"})
_CYRILLIC = re.compile("[\u0400-\u052f]")
_LATIN = re.compile("[a-zəɵ]")
# Look-alikes inside a word of the other script: an old keyboard's і, a capital typed in haste.
_TO_CYRILLIC = str.maketrans("aeopcxykmthbiəɵ", "аеорсхукмтнвіәө")
_TO_LATIN = str.maketrans("аеорсхукмтнвіәө", "aeopcxykmthbiao")
_CYRILLIC_FOLD = str.maketrans("ёєґўїѓќ", "еегуиғқ")
# Letters with marks that stand for another sound; all other marks are stripped.
_LATIN_FOLD = str.maketrans(
    {
        "ş": "sh", "š": "sh", "ś": "sh", "ç": "ch", "č": "ch", "ć": "ch",
        "ž": "zh", "ż": "zh", "ź": "zh", "ı": "i", "ł": "l", "ø": "o", "ə": "a", "ɵ": "o",
        "đ": "d", "æ": "ae", "œ": "oe",
    }
)  # fmt: skip
_KAZAKH_TO_PLAIN = str.maketrans("әғқңөұүһі", "агкноуухи")


def spaced(text: str) -> str:
    """The text with underscores as spaces; every offset stays."""
    return text.replace("_", " ")


def fold(surface: str) -> tuple[str, Script]:
    """A word's letters without case, marks and apostrophes, and the script they are in."""
    if surface.isascii() and surface.isalnum():
        return surface.lower(), Script.LATIN
    text = unicodedata.normalize("NFKC", surface).casefold()
    cyrillic = len(_CYRILLIC.findall(text))
    if cyrillic:
        latin = len(_LATIN.findall(text))
        if latin and latin > cyrillic:
            return _fold_latin(text.translate(_TO_LATIN)), Script.LATIN
        if latin:
            text = text.translate(_TO_CYRILLIC)
        text = unicodedata.normalize("NFC", text).translate(_DROP_APOSTROPHES)
        return text.translate(_IGNORED).translate(_CYRILLIC_FOLD), Script.CYRILLIC
    return _fold_latin(text), Script.LATIN


_U_OF_2018 = re.compile("(?<=[aeoáó])ý")
_HISSED = re.compile(rf"([sc])[{_APOSTROPHES}](?=[^\W\ds])")


def _fold_latin(text: str) -> str:
    text = _HISSED.sub(r"\1h", text)  # s' and c' of the alphabet of October 2017
    text = _U_OF_2018.sub("u", unicodedata.normalize("NFC", text))  # Atyraý
    text = text.translate(_DROP_APOSTROPHES).translate(_LATIN_FOLD)
    return unicodedata.normalize("NFKD", text).translate(_IGNORED)


_KAZAKH_IN = re.compile("[әғқңөұүһі]", re.IGNORECASE)
# Small words, and ends of words that Kazakh hardly has.
_RUSSIAN_IN = re.compile(
    r"\b(?:в|на|и|с|из|по|о|от|для|за|к|при|об|во|со|не|как|что|его|её|после|над|под)\b"
    r"|\w(?:[ое]го|[ое]му|[ыи]й|[ая]я|[ое]е|[ыи]е|[ыи]х|ть|ться|[еуаю]тся|[аеия]ют|[аеи]ет"
    r"|ов|ев|ами|ями|ость|ости|ени[яею]|ск|цию|ции)\b|[щъэё]",
    re.IGNORECASE,
)
_ENGLISH_IN = re.compile(r"\b(?:the|of|and|for|with|from|by|to|is|are)\b", re.IGNORECASE)


def may_be_kazakh(text: str, language: str) -> bool:
    """Whether a text may be Kazakh. ``language``: what it is said to be in; where that is none of
    the three its letters tell. Kazakh is sometimes typed without the letters of its own."""
    if language in _TOLD:
        return language == "kk"
    if _CYRILLIC.search(text):
        return bool(_KAZAKH_IN.search(text)) or not _RUSSIAN_IN.search(text)
    return not _ENGLISH_IN.search(text)


def plain(letters: str) -> str:
    """Cyrillic letters as typed on a Russian keyboard: Жаңаөзен → жанаозен. Keeps the length."""
    return letters.translate(_KAZAKH_TO_PLAIN)


# ------------------------------------------------------------------ the skeleton key

_CYRILLIC_KEY = str.maketrans(
    {
        "а": "a", "ә": "a", "б": "b", "в": "v", "г": "g", "ғ": "g", "д": "d", "е": "e",
        "ж": "j", "з": "z", "и": "i", "й": "i", "к": "k", "қ": "k", "л": "l", "м": "m",
        "н": "n", "ң": "n", "о": "o", "ө": "o", "п": "p", "р": "r", "с": "s", "т": "t",
        "у": "u", "ұ": "u", "ү": "u", "ф": "f", "х": "h", "һ": "h", "ц": "T", "ч": "C",
        "ш": "S", "щ": "S", "ъ": "", "ы": "i", "ь": "", "э": "e", "ю": "iu", "я": "ia",
        "і": "i", "ё": "e",
    }
)  # fmt: skip
_VOWELS = frozenset("aeiou")
_CLUSTERS = {
    "shch": "S", "sch": "S", "sh": "S", "tch": "C", "ch": "C", "dzh": "j", "dj": "j",
    "zh": "j", "kh": "h", "gh": "g", "ts": "T", "tz": "T", "ou": "u", "q": "k", "x": "ks",
    "w": "v",
}  # fmt: skip
_CLUSTER = re.compile("|".join(_CLUSTERS))  # longest first, as written above
_SOFT_C = re.compile("c(?=[eiy])")
_J_AS_I = re.compile("(?<=[aeiouy])j(?![aeiouy])")
_YO = re.compile("(?<=[bcdfghijklmnpqrstvwxzCST])yo")  # Горбачёв, Мирзиёев


def key(letters: str, script: Script) -> str:
    """The script-neutral skeleton of folded letters: Тоқаев, Tokayev, Toqaev → tokaev."""
    if script is Script.CYRILLIC:
        text = letters.replace("дж", "ж").translate(_CYRILLIC_KEY)
    elif letters.endswith("ing") and len(letters) > 4:  # sharing is not Шарын
        return key(letters[:-1], script) + "g"
    else:
        text = _CLUSTER.sub(lambda found: _CLUSTERS[found.group()], letters)
        text = _YO.sub("e", _J_AS_I.sub("i", text))
        text = _SOFT_C.sub("s", text).replace("c", "k").replace("y", "i")
    return _skeleton(text)


def _skeleton(text: str) -> str:
    """Doubles collapse, i between vowels or first before a vowel goes, u after a vowel is v,
    ng is n, C is S."""
    out: list[str] = []
    last = ""
    for position, letter in enumerate(text):
        if letter == "C":
            letter = "S"  # noqa: PLW2901
        if letter == last and not letter.isdigit():
            continue
        if letter == "u" and last in _VOWELS:
            letter = "v"  # noqa: PLW2901
        elif letter == "i" and (last in _VOWELS or not out):
            following = text[position + 1 : position + 2]
            if following in _VOWELS and following != "i":
                continue
        elif letter == "g" and last == "n":
            continue
        if letter == last and not letter.isdigit():
            continue
        out.append(letter)
        last = letter
    return "".join(out)


# ------------------------------------------------------------------ nearness within a script

_KAZAKH = frozenset("әғқңөұүһі")
_NEAR_CYRILLIC = str.maketrans("ыйіэў", "иииеу")
_MEDIAL_SIGN = re.compile("[ьъ](?=.)")
_DOUBLE = re.compile(r"([смк])\1")
_NEAR_CLUSTERS = {
    "shch": "S", "sch": "S", "sh": "S", "tch": "ch", "dzh": "j", "dj": "j", "zh": "j",
    "kh": "h", "gh": "g", "tz": "ts", "ss": "s", "mm": "m", "kk": "k",
}  # fmt: skip
_NEAR_CLUSTER = re.compile("|".join([*_NEAR_CLUSTERS, "q(?!u)"]))
_NEAR_I = re.compile("(?<=[aeiou])i(?=[aeou])|^i(?=e[^aeiou])")


def near(letters: str, script: Script) -> str:
    """What two spellings within a script share. The key says more words are equal than that
    (fund and found, угол and уголь), which is needed only from script to script."""
    if script is Script.CYRILLIC:
        text = plain(letters).replace("дж", "ж").translate(_NEAR_CYRILLIC)
        return _DOUBLE.sub(r"\1", _MEDIAL_SIGN.sub("", text))
    text = _NEAR_CLUSTER.sub(lambda found: _NEAR_CLUSTERS.get(found.group(), "k"), letters)
    return _NEAR_I.sub("", text.replace("y", "i"))


def has_kazakh_letters(letters: str) -> bool:
    """A letter that Russian lacks: such a word is compared by its key with any other."""
    return not _KAZAKH.isdisjoint(letters)
