"""The numbers and dates of a text in Russian, Kazakh or English, with what they count.

Numbers of some units say which event is meant: a rate, a magnitude, a score, a term, a day. Counts
of people, areas and the like grow while an event lasts, so that they prove something only where
they are equal.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum


class Unit(StrEnum):
    """What a number counts."""

    PERCENT = "percent"
    MONEY = "money"
    MAGNITUDE = "magnitude"
    SCORE = "score"
    TERM = "term"  # years, months, days, hours
    DATE = "date"
    MONTH = "month"  # a month without a day
    WEEKDAY = "weekday"
    DISTANCE = "distance"
    SIZE = "size"  # tonnes, hectares, degrees
    COUNT = "count"


# Two texts with numbers of such a unit and none in common tell different events.
AMOUNTS = frozenset({Unit.PERCENT, Unit.MONEY, Unit.MAGNITUDE, Unit.SCORE, Unit.DISTANCE})
DAYS = frozenset({Unit.DATE, Unit.MONTH, Unit.WEEKDAY})


_EXACT = DAYS | {Unit.SCORE}


@dataclass(frozen=True, slots=True)
class Number:
    """``value`` as written times its magnitude; ``step`` the last written digit's worth."""

    unit: Unit
    value: float
    step: float = 1.0
    text: str = ""

    @property
    def digits(self) -> int:
        """Significant digits: how unlikely it is to be equal by chance."""
        whole = str(round(self.value / self.step)) if self.step else "0"
        return len(whole.strip("-").rstrip("0")) or 1

    def near(self, other: Number) -> bool:
        """Equal, as far as the coarser of the two is written out: 470.12 is 470.1, not 470.2."""
        if {self.unit, other.unit} & _EXACT:
            return self.unit is other.unit and self.value == other.value
        coarse = max(self.step, other.step)
        if coarse > max(abs(self.value), abs(other.value)) / 50:  # 5 is not 4.8
            return abs(self.value - other.value) < 1e-6 * max(1.0, abs(self.value))
        return abs(self.value - other.value) <= coarse * 0.500001


_MONTHS = {
    1: "янв қаңтар january jan", 2: "фев ақпан february feb", 3: "март наурыз march",
    4: "апр сәуір april apr", 5: "мая мае май мамыр may", 6: "июн маусым june", 7: "июл шілде july",
    8: "авг тамыз august aug", 9: "сент қыркүйек september sept", 10: "окт қазан october oct",
    11: "ноя қараша november nov", 12: "дек желтоқсан december dec",
}  # fmt: skip
_MONTH = {name: month for month, names in _MONTHS.items() for name in names.split()}
_MONTH_NAMES = "|".join(sorted(_MONTH, key=len, reverse=True))
_SCALES = {
    "тыс": 1e3, "мың": 1e3, "myñ": 1e3, "thousand": 1e3, "млн": 1e6, "миллион": 1e6, "million": 1e6,
    "млрд": 1e9, "миллиард": 1e9, "billion": 1e9, "bln": 1e9, "bn": 1e9, "трлн": 1e12,
    "триллион": 1e12, "trillion": 1e12, "mln": 1e6,
}  # fmt: skip
_SCALE_NAMES = "|".join(sorted(_SCALES, key=len, reverse=True))
_WORDS = """
1 один одна одного одному одной бір one
2 два две двое двух двоих двум екі екеуі two
3 три трое трех троих трем үш үшеу three
4 четыре четверо четырех четверых төрт four
5 пять пятеро пяти пятерых бес five
6 шесть шестеро шести шестерых алты six
7 семь семеро семи семерых жеті seven
8 восемь восьми восьмерых сегіз eight
9 девять девятеро девяти девятерых тоғыз nine
10 десять десяти десятерых он ten
11 одиннадцать одиннадцати eleven
12 двенадцать двенадцати twelve
13 тринадцать тринадцати thirteen
14 четырнадцать четырнадцати fourteen
15 пятнадцать пятнадцати fifteen
16 шестнадцать sixteen
17 семнадцать seventeen
18 восемнадцать eighteen
19 девятнадцать nineteen
20 двадцать двадцати жиырма twenty
30 тридцать отыз thirty
40 сорок қырық forty
50 пятьдесят елу fifty
"""
_WORD_VALUES = {
    word: float(value)
    for line in _WORDS.strip().splitlines()
    for value, *words in [line.split()]
    for word in words
}

_WEEKDAYS = (
    "понедельник дүйсенбі monday", "вторник сейсенбі tuesday", "сред сәрсенбі wednesday",
    "четверг бейсенбі thursday", "пятниц жұма friday", "суббот сенбі saturday",
    "воскресен жексенбі sunday",
)  # fmt: skip
_WEEKDAY = {name: at for at, names in enumerate(_WEEKDAYS) for name in names.split()}
_WEEKDAY_NAME = re.compile(
    r"\b(?:(?:во?|на|до|со?|ко)\s(среду|среды|среде)|"
    rf"({'|'.join(n for n in _WEEKDAY if n != 'сред')}))\w*"
)
_MONTH_ALONE = re.compile(rf"\b(?P<name>{_MONTH_NAMES})\w*")
# "may" and "марш", "майор" begin like months; "наурыз" is a feast.
_MONTH_WORD = re.compile(
    r"(?:янв(?:ар)|феврал|март[аеу]?\b|апрел|ма[йяею]\b|июн|июл|август|сентябр|октябр|ноябр|декабр"
    r"|(?:қаңтар|ақпан|сәуір|мамыр|маусым|шілде|тамыз|қыркүйек|қазан|қараша|желтоқсан)"
    r"(?:[дт]а|[дт]е|[дт]ан|[дт]ен|н[ыі]ң|[дт]ың|[дт]ің|[ғқ]а|[гк]е|дағы|дегі|тағы|тегі|айы\w*)?\b"
    r"|january|february|april|june|july|august|september|october|november|december)"
)


def _not_a_month(word: str) -> bool:
    return _MONTH_WORD.match(word) is None


NUMBER_WORDS = frozenset(_WORD_VALUES)
_DATE = re.compile(
    rf"\b(?:(?P<from>\d{{1,2}})(?:\s?[–-]\s?|\sпо\s|\sи\s|\sto\s|,\s))?(?P<day>\d{{1,2}})(?:-?(?:го|е|шы|ші|th|st|nd|rd))?\s+(?P<month>{_MONTH_NAMES})\w*"
    rf"|\b(?P<month2>{_MONTH_NAMES})[a-z]*\.?\s+(?P<day2>\d{{1,2}})\b(?![:.,]?\d)"
    rf"|\b(?P<day3>\d{{1,2}})\.(?P<month3>0\d|1[0-2])\.(?:20)?\d\d\b"
)
_SCORE = re.compile(r"(?<![\d:.,-])(\d{1,3})\s?[:–-]\s?(\d{1,3})(?![\d:%]|[.,]\d|-?(?:й|го|м|я)\b)")
_CLOCK = re.compile(r"\b(?:[01]?\d|2[0-3])[:.][0-5]\d\b(?!\s?%)")
_NUMBER = re.compile(
    r"(?P<money>[$€₸£]\s?)?(?<![\w.,])"
    r"(?P<number>\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?!\d)(?:[.,]\d+)?|\d{1,3}(?:,\d{3})+(?:\.\d+)?|"
    r"\d+(?:[.,]\d+)?)"
    rf"(?:[\s\u00a0-]*(?P<scale>{_SCALE_NAMES})\w*\.?)?(?P<short>[kmb]n?\b)?"
)
_WORD = re.compile(r"[^\W\d_]+")
_AFTER = (
    (Unit.PERCENT, re.compile(r"^\s?%|^[\s-]*(?:процент|пайыз|percent|per cent|pct|п\.\s?п)")),
    (Unit.MONEY, re.compile(
        r"^[\s-]*(?:\w+\s)?(?:тенге|тг\b|теңге|tenge|доллар|dollar|евро|еуро|euro|рубл|roubl|rubl"
        r"|юан|yuan|[$€₸£])")),
    (Unit.TERM, re.compile(
        r"^[\s-]*(?:лет|год|жыл|years?|month|месяц|ай(?:ға|лық)|сут|тәулік|days?|дн|день|күн|час"
        r"|сағат|hours?|мин|minut)")),
    (Unit.DISTANCE, re.compile(r"^[\s-]*(?:км\b|километр|шақырым|km\b|kilomet|miles?)")),
    (Unit.SIZE, re.compile(
        r"^[\s-]*(?:метр|м\b|т\b|тонн|ton|кг|kg|келі|kilo|га\b|гектар|hect|кв"
        r"|шаршы|square|литр|мвт|mw\b|градус|°|bpd|барр|barrel)")),
    (Unit.MAGNITUDE, re.compile(r"^[\s-]*(?:балл|magnitude)")),
)  # fmt: skip
_BEFORE_MAGNITUDE = re.compile(r"(?:магнитуд\w*|magnitude)\s*(?:\w+\s+|[–—:-]\s*)?$")
_RANGE = re.compile(r"^\s?[–-]\s?\d")


def numbers_of(text: str) -> tuple[Number, ...]:
    """All numbers of a text, dates and scores among them; clock times and years are left out."""
    text = unicodedata.normalize("NFC", text).lower().replace("\u2212", "-")
    found: list[Number] = []

    def take(pattern: re.Pattern[str], make: object) -> None:
        nonlocal text
        for match in reversed(list(pattern.finditer(text))):
            made = make(match) if callable(make) else None
            if made is not None:
                found.append(made)
            elif pattern is not _CLOCK:
                continue
            text = text[: match.start()] + " " * len(match.group()) + text[match.end() :]

    for match in _DATE.finditer(text):  # "20 по 29 мая": the first day too
        if match["from"] and match["month"] and (date := _date(match)) is not None:
            first = date.value // 100 * 100 + int(match["from"])
            found.append(Number(Unit.DATE, first, 1.0, match.group()))
    take(_DATE, _date)
    found += [
        Number(Unit.WEEKDAY, _WEEKDAY.get(match[2] or "сред", 2), 1.0, match.group())
        for match in _WEEKDAY_NAME.finditer(text)
    ]
    found += [
        Number(Unit.MONTH, _MONTH[match["name"]], 1.0, match.group())
        for match in _MONTH_ALONE.finditer(text)
        if not _not_a_month(match.group())
    ]
    take(_SCORE, _score)
    take(_CLOCK, lambda match: None)
    for match in _NUMBER.finditer(text):
        number = _number(match, text)
        if number is not None:
            found.append(number)
    for match in _WORD.finditer(text):
        value = _WORD_VALUES.get(match.group())
        if value is not None and value > 1:
            unit = _unit(text, match.start(), match.end())
            found.append(Number(unit, value, 1.0, match.group()))
    return tuple(dict.fromkeys(found))


def _date(match: re.Match[str]) -> Number | None:
    day = int(match["day"] or match["day2"] or match["day3"])
    named = match["month"] or match["month2"]
    month = _MONTH[named] if named else int(match["month3"])
    return Number(Unit.DATE, month * 100 + day, 1.0, match.group()) if 1 <= day <= 31 else None


def _score(match: re.Match[str]) -> Number | None:
    ours, theirs = int(match[1]), int(match[2])
    if ":" in match.group():
        if len(match[2]) == 2 and theirs < 60 and ours < 24:
            return None  # a clock
    elif ours > 9 or theirs > 9:
        return None  # a range, a name with a number
    high, low = max(ours, theirs), min(ours, theirs)
    return Number(Unit.SCORE, high * 1000 + low, 1.0, match.group())


def _number(match: re.Match[str], text: str) -> Number | None:
    written = re.sub(r"[ \u00a0\u202f]", "", match["number"])
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", written):
        written = written.replace(",", "")
    written = written.replace(",", ".")
    decimals = len(written.partition(".")[2])
    value, step = float(written), 10.0**-decimals
    scale = _SCALES.get(match["scale"] or "", 1.0)
    if match["short"] and match["money"]:
        scale = {"k": 1e3, "m": 1e6, "b": 1e9}[match["short"][0]]
    if scale == 1.0 and decimals == 0 and 1900 <= value <= 2100 and len(written) == 4:
        return None  # a year
    if scale == 1.0 and text[match.end() : match.end() + 1].isalpha():
        return None  # A321LR
    if text[match.start() - 1 : match.start()] in {"№", "#"} or (
        text[match.start() - 2 : match.start()].endswith("-")
        and text[: match.start() - 1][-1:].isalpha()
    ):
        return None  # АИ-92, №16
    unit = Unit.MONEY if match["money"] else _unit(text, match.start(), match.end())
    if unit is Unit.COUNT and decimals and scale == 1.0:
        # A rate whose unit was said before, or is understood: 470,12; inflation 11,9; magnitude 4,8
        unit = Unit.MONEY if value >= 100 else Unit.MAGNITUDE if _shaky(text) else Unit.PERCENT
    return Number(unit, value * scale, step * scale, match.group().strip())


_SHAKY = re.compile(r"землетряс|толчк|сілкін|дүмпу|quake|tremor|магнитуд|magnitude|сейсм")


def _shaky(text: str) -> bool:
    return _SHAKY.search(text) is not None


def _unit(text: str, start: int, end: int) -> Unit:
    if _BEFORE_MAGNITUDE.search(text[max(0, start - 30) : start]):
        return Unit.MAGNITUDE
    rest = text[end : end + 24]
    if _RANGE.match(rest):
        rest = re.sub(r"^\s?[–-]\s?[\d.,]+", "", rest)
    for unit, pattern in _AFTER:
        if pattern.match(rest):
            return unit
    return Unit.COUNT


# ---------------------------------------------------------------- what they prove


@dataclass(frozen=True, slots=True)
class Numerals:
    """What the numbers of two texts say to each other."""

    shared: float  # digits of the numbers that both have
    against: frozenset[Unit]  # units of which both have numbers and none in common


def compare(left: Collection[Number], right: Collection[Number]) -> Numerals:
    """Symmetric. A number of no known unit may be equal to one of any."""
    best: dict[tuple[bool, Number], float] = {}
    together: set[Unit] = set()
    for one in left:
        for other in right:
            units = {one.unit, other.unit}
            alike = len(units) == 1 or (Unit.COUNT in units and not units & _EXACT)
            if alike and one.near(other):
                worth = _worth(one, other)
                best[True, one] = max(worth, best.get((True, one), 0.0))
                best[False, other] = max(worth, best.get((False, other), 0.0))
                together |= units
    shared = sum(best.values()) / 2
    against = (_units(left) & _units(right)) - together
    return Numerals(shared, frozenset(against))


def _worth(one: Number, other: Number) -> float:
    if one.unit in DAYS:
        return 1.0 if one.unit is Unit.DATE else 0.0
    return float(min(one.digits, other.digits))


def _units(numbers: Iterable[Number]) -> set[Unit]:
    return {number.unit for number in numbers}
