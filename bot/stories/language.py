"""Which language an entry is in: what its feed declares, unless its letters contradict that.

Declared languages come first because Kazakh without its own letters cannot be told from Russian by
letters; Kazakh's own letters decide, since many Kazakh pages declare Russian.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import lru_cache

_READ = 400  # code points of title and summary that are looked at
_PLAIN = 0.8  # share of letters in one script that contradicts a language of another


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_KAZAKH_LETTERS = re.compile(r"[әғқңөұүһі]")
# Other languages that write some of those letters; these letters are none of theirs.
_FOREIGN_TO = {
    "uk": re.compile(r"[әғқңөұүһ]"),
    "be": re.compile(r"[әғқңөұүһ]"),
    "ky": re.compile(r"[әғқұһі]"),
    "mn": re.compile(r"[әғқңұһі]"),
    "tt": re.compile(r"[ғқұі]"),
    "ba": re.compile(r"[құі]"),
    "tg": re.compile(r"[әңөұүһі]"),
    "ug": re.compile(r"[ұі]"),
}
# Small words that Russian sentences are full of and Kazakh ones do not hold; "да", "де", "не" are
# words of both.
_RUSSIAN_WORDS = _words(
    "в на и с из по о от для за к до при об во со как это что его её после будет над под между "
    "без или года году чтобы"
)
_UKRAINIAN_LETTERS = re.compile(r"[їєґ]")
_BELARUSIAN_LETTER = "ў"

_ENGLISH_WORDS = _words("the of to in and for on with at from by as is are after over")
_ENOUGH = 3  # words in Latin letters that are taken to be English, without a small word of it
_KAZAKH_LATIN = re.compile(r"[ŋǵ]|q(?!u)|[äğñūı]")

_LANGUAGES_OF = {
    "CYRILLIC": _words("ru kk uk be ky mn tt ba tg bg sr mk uz az ug cv os ab ce sah tyv"),
    "ARABIC": _words("ar fa ur ug ps ku ckb kk sd"),
    "CJK": _words("zh ja ko"),
    "HIRAGANA": _words("ja"),
    "KATAKANA": _words("ja"),
    "HANGUL": _words("ko"),
    "HEBREW": _words("he yi"),
    "GREEK": _words("el"),
    "GEORGIAN": _words("ka"),
    "ARMENIAN": _words("hy"),
    "DEVANAGARI": _words("hi mr ne"),
    "THAI": _words("th"),
}
_USUAL = {
    "CYRILLIC": "ru",
    "ARABIC": "ar",
    "CJK": "zh",
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "HANGUL": "ko",
    "HEBREW": "he",
    "GREEK": "el",
    "GEORGIAN": "ka",
    "ARMENIAN": "hy",
    "DEVANAGARI": "hi",
    "THAI": "th",
    "LATIN": "en",
}
# Languages that are written in Latin letters too; every other one of the table above is not.
_ALSO_LATIN = _words("kk uz az sr tt ug ku")
_NOT_LATIN = frozenset().union(*_LANGUAGES_OF.values()) - _ALSO_LATIN

_WORD = re.compile(r"[^\W\d_]+")
_INITIAL = re.compile(r"\b[^\W\d_]\.")


def document_language(title: str, summary: str, declared: str) -> str:
    """The primary subtag of the language of a text: "kk", "ru", "en", …; ``declared`` ("" when
    nobody does) where the letters allow it, or are too few to tell."""
    text = unicodedata.normalize("NFC", f"{title}\n{summary}"[:_READ])
    declared = re.split(r"[-_]", declared.strip().lower())[0]
    scripts = Counter(script for letter in text if (script := _script(letter)))
    if not scripts:
        return declared
    script, letters = scripts.most_common(1)[0]
    if script not in _USUAL:  # of a language that we do not know, or letters of mathematics
        return declared
    plain = letters >= _PLAIN * scripts.total()
    match script:
        case "CYRILLIC":
            return _cyrillic(text, declared if _fits(script, declared) or not plain else "")
        case "LATIN":
            keeps = declared and (declared not in _NOT_LATIN or not plain)
            return declared if keeps else _latin(text) or declared
        case _:
            keeps = declared and (_fits(script, declared) or not plain)
            return declared if keeps else _USUAL[script]


def _fits(script: str, declared: str) -> bool:
    return declared in _LANGUAGES_OF.get(script, ())


def _cyrillic(text: str, declared: str) -> str:
    text = text.lower()
    foreign = _FOREIGN_TO.get(declared)
    if foreign is not None and not foreign.search(text):
        return declared
    words = _WORD.findall(_INITIAL.sub(" ", text))
    own = sum(1 for word in words if _KAZAKH_LETTERS.search(word))
    if own == 0:
        return declared or _east_slavic(text) or "ru"
    if _russian_with_kazakh_names(words, own):
        return declared or "ru"
    if not declared and not _FOREIGN_TO["uk"].search(text):
        return _east_slavic(text) or "kk"
    return "kk"


def _russian_with_kazakh_names(words: list[str], own: int) -> bool:
    """«Қыз Жібек» in a Russian sentence: Russian's small words are there, Kazakh's are not."""
    return own * 2 < len(words) and any(word in _RUSSIAN_WORDS for word in words)


def _east_slavic(text: str) -> str:
    if _BELARUSIAN_LETTER in text:
        return "be"
    return "uk" if _UKRAINIAN_LETTERS.search(text) else ""


def _latin(text: str) -> str:
    """ "" where there is too little to tell: "BMW X5" is a headline in any language."""
    words = _WORD.findall(text.lower())
    if any(word in _ENGLISH_WORDS for word in words):
        return "en"
    marked = sum(1 for word in words if _KAZAKH_LATIN.search(word))
    with_q = any("q" in word.replace("qu", "") for word in words)
    if with_q and marked >= 2:
        return "kk"
    return "en" if sum(len(word) > 1 for word in words) >= _ENOUGH else ""


@lru_cache(maxsize=4096)
def _script(letter: str) -> str:
    """The first word of the letter's Unicode name, "" for what is no letter."""
    return unicodedata.name(letter, "").partition(" ")[0] if letter.isalpha() else ""
