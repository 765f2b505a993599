"""The numbers that a headline tells, and whether they moved: three dead, then seven.

What stands in a headline without counting anything is left out: years, dates, the time of day,
ages and ordinals (`18-летний`), names (`Ту-154`). Words stand for small numbers in three languages;
"one" is left out, being more often an article or a pronoun.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_MONTH = (
    r"(?:(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|ма[йяе])\b"
    r"|(?:январ|феврал|март|апрел|июн|июл|август|сентябр|октябр|ноябр|декабр|қаңтар|ақпан|наурыз"
    r"|сәуір|мамыр|маусым|шілде|тамыз|қыркүйек|қазан|қараша|желтоқсан)\w*)"
)
_NO_COUNT = re.compile(
    rf"\d{{1,2}}(?:st|nd|rd|th)?\s+{_MONTH}|{_MONTH}\s+\d{{1,2}}(?!\d)|\d{{1,2}}:\d\d"
    r"|\d{1,2}\.\d{1,2}\.\d{2,4}"
)
_NUMBER = re.compile(
    r"(?<![\w.,-])(?:\d{1,3}(?:[ \u00a0\u2009\u202f,.']\d{3})+(?![\d])|\d+)(?:[.,]\d+)?(?![\w]|-\w)"
)
_WORD = re.compile(r"[^\W\d_]+")
_YEAR = re.compile(r"(?:19|20)\d\d")
_THOUSANDS = re.compile(r"[ \u00a0\u2009\u202f,.'](?=\d{3}(?!\d))")
_SPELLED = {
    2: "two два две двух двое двоих екі",
    3: "three три трех трое троих үш",
    4: "four четыре четырех четверо четверых төрт",
    5: "five пять пяти пятеро пятерых бес",
    6: "six шесть шести шестеро шестерых алты",
    7: "seven семь семи семеро семерых жеті",
    8: "eight восемь восьми восьмеро восьмерых сегіз",
    9: "nine девять девяти девятеро девятерых тоғыз",
    10: "ten десять десяти",
    11: "eleven одиннадцать одиннадцати",
    12: "twelve двенадцать двенадцати",
}
_WORDS = {word: str(number) for number, words in _SPELLED.items() for word in words.split()}


def numbers(title: str) -> frozenset[str]:
    """What a headline counts, written alike: ``1 500``, ``1,500`` are "1500", ``4,8`` is "4.8"."""
    text = _NO_COUNT.sub(" ", title.casefold().replace("ё", "е"))
    found = {_plain(written) for written in _NUMBER.findall(text)}
    spelled = {_WORDS[word] for word in _WORD.findall(text) if word in _WORDS}
    return frozenset(number for number in found | spelled if not _YEAR.fullmatch(number))


def moved(title: str, earlier: Sequence[str]) -> bool:
    """Whether a headline has a number that none before it had, in the place of one that was told.

    ``earlier``: the story's headlines before it, in their order. A number more beside those of the
    last count is a detail, and the first count of a story moves nothing.
    """
    before = [numbers(each) for each in earlier]
    last = next((each for each in reversed(before) if each), frozenset[str]())
    now = numbers(title)
    return bool(last - now) and bool(now.difference(*before))


def _plain(written: str) -> str:
    return _THOUSANDS.sub("", written).replace(",", ".")
