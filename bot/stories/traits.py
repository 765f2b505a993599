"""What an item says, read once: concepts, places, names, numbers and the rarer words.

All of it is comparable across languages and scripts: concepts and places by their tables, names and
words by their consonants.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from sys import intern
from typing import NamedTuple

from bot.matching.words import WORD, Script, fold, key
from bot.stories.concepts import CONCEPTS
from bot.stories.numbers import NUMBER_WORDS, Number, numbers_of
from bot.stories.places import COUNTRIES, REGIONS

SUMMARY = 300  # characters of a summary that are read, by the rules as by the model
_SKELETON = 4  # consonants of a name that are compared: endings come after
_WORD_SKELETON = 5
_SHORT = 4  # letters of a beginning that only an ending may follow
_LEAST = 3  # letters of a beginning; shorter ones are whole words
_ENDING = {"ru": 3, "en": 3, "kk": 6}
_LANGUAGES = ("ru", "kk", "en")


@dataclass(frozen=True, slots=True)
class Traits:
    """What one item says. ``names`` are capitalised words that no table knows, by skeleton."""

    language: str
    concepts: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()  # those concepts that set a story apart
    daily: bool = False  # a notice that comes every day
    places: tuple[str, ...] = ()  # of Kazakhstan
    countries: tuple[str, ...] = ()  # the others
    home: bool = False  # names Kazakhstan, or a place of it
    names: tuple[str, ...] = ()
    quoted: tuple[str, ...] = ()  # those names that stand alone in quotation marks
    heads: tuple[str, ...] = ()  # the names, and the rest's beginnings as names are cut
    words: tuple[str, ...] = ()  # skeletons of the rest
    numbers: tuple[Number, ...] = ()


def shortened(title: str, summary: str) -> str:
    """The text that an item is read by: "title. summary"; a summary that repeats the title says
    nothing more."""
    summary = summary.strip()[:SUMMARY]
    return f"{title}. {summary}" if summary and summary != title.strip() else title


# ---------------------------------------------------------------- tables


class _Beginning(NamedTuple):
    letters: str  # of the first word
    whole: bool
    further: tuple[str, ...]  # beginnings of the words after it
    means: str


class _Table:
    """Beginnings of words of one language → what they mean."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._by_first: dict[str, list[_Beginning]] = defaultdict(list)

    def add(self, written: str, means: str) -> None:
        whole = written.startswith("=") or written.endswith("_")
        parts = [part for part in written.strip("=_").replace("-", "_").split("_") if part]
        first, *further = (_comparable(part, self._language) for part in parts)
        whole = whole or len(first) < _LEAST
        self._by_first[first].append(_Beginning(first, whole, tuple(further), means))

    def find(self, words: list[str], at: int) -> tuple[set[str], int]:
        """What the longest beginning of the word there means, and how many words it takes."""
        word, best, found, taken = words[at], 0, set[str](), 1
        for length in range(len(word), 1, -1):
            for entry in self._by_first.get(word[:length], ()):
                if not self._fits(entry, words, at, length):
                    continue
                size = length + sum(map(len, entry.further)) + entry.whole
                if size > best:
                    best, found, taken = size, {entry.means}, 1 + len(entry.further)
                elif size == best:
                    found.add(entry.means)
        return found, taken

    def _fits(self, entry: _Beginning, words: list[str], at: int, length: int) -> bool:
        left = len(words[at]) - length
        if entry.whole and not entry.further:
            return left == 0
        if length <= _SHORT and left > _ENDING[self._language]:
            return False
        after = words[at + 1 : at + 1 + len(entry.further)]
        return len(after) == len(entry.further) and all(
            word.startswith(part) for word, part in zip(after, entry.further, strict=True)
        )


def _comparable(word: str, language: str) -> str:
    letters, script = fold(word)
    return key(letters, script) if language == "kk" else letters


def _rows(table: str) -> Iterator[list[str]]:
    """Rows of a table; a line that begins with two blanks continues the one before."""
    for row in table.strip().replace("\n  ", " ").splitlines():
        yield [cell.strip() for cell in row.split("|")]


class _Tables:
    def __init__(self) -> None:
        self.inside: dict[str, str] = {}  # place → its region
        self.stages: set[str] = set()
        self.daily: set[str] = set()
        self.kinds: dict[str, str] = {}
        self.by_language = {language: _Table(language) for language in _LANGUAGES}
        self._read(CONCEPTS, "concept")
        self._read(REGIONS, "place")
        self._read(COUNTRIES, "country")

    def _read(self, table: str, kind: str) -> None:
        region = ""
        for name, *cells in _rows(table):
            means = name.lstrip("!~- ")
            self.kinds[means] = kind
            if name.startswith("!"):
                self.stages.add(means)
            elif name.startswith("~"):
                self.daily.add(means)
            if name.startswith("-"):
                self.inside[means] = region
            else:
                region = means
            for language, cell in zip(_LANGUAGES, cells, strict=True):
                for written in cell.split():
                    self.by_language[language].add(written, means)


@lru_cache(maxsize=1)
def _tables() -> _Tables:
    return _Tables()


# ---------------------------------------------------------------- reading


def traits_of(title: str, summary: str, language: str) -> Traits:
    """What an item says. Kazakh in Latin letters is read as Kazakh, unknown languages as their
    script's largest."""
    tables = _tables()
    text = shortened(title, summary)
    found: dict[str, set[str]] = {"concept": set(), "place": set(), "country": set()}
    names: set[str] = set()
    words: set[str] = set()
    quoted: set[str] = set()
    matches = list(WORD.finditer(text))
    surfaces = [match.group() for match in matches]
    capitals = _name_capitals(text, title)
    folded = [fold(surface) for surface in surfaces]
    language = _read_as(language, folded)
    table = tables.by_language[language]
    compared = [key(*word) if language == "kk" else word[0] for word in folded]
    index = 0
    while index < len(surfaces):
        meanings, taken = table.find(compared, index)
        for meaning in meanings:
            found[tables.kinds[meaning]].add(meaning)
        letters, script = folded[index]
        if not meanings and not letters[0].isdigit() and letters not in _small_words():
            skeleton = consonants(key(letters, script))
            if capitals[index] and len(skeleton) > 1:
                names.add(skeleton[:_SKELETON])
                if _quoted_alone(text, matches[index]):
                    quoted.add(skeleton[:_SKELETON])
            elif len(skeleton) > 1 and len(letters) >= _SHORT:
                words.add(skeleton[:_WORD_SKELETON])
        index += taken
    heads = names | {word[:_SKELETON] for word in words}
    return Traits(
        language=language,
        concepts=_kept(found["concept"]),
        stages=_kept(found["concept"] & tables.stages),
        daily=not tables.daily.isdisjoint(found["concept"]),
        places=_kept(found["place"]),
        countries=_kept(found["country"]),
        home=bool(found["place"]) or any(letters.startswith(_HOME) for letters, _ in folded),
        names=_kept(names),
        quoted=_kept(quoted),
        heads=_kept(heads),
        words=_kept(words),
        numbers=numbers_of(text),
    )


def _kept(words: set[str]) -> tuple[str, ...]:
    """In order; each string once in memory, since thousands of items are kept."""
    return tuple(map(intern, sorted(words)))


_NOT_CONSONANTS = str.maketrans("", "", "aeiou")


def consonants(skeleton: str) -> str:
    """The first letter and the consonants after it: Ералиев, Yeraliev, Eralievtiń → erlv…"""
    text = skeleton[:1] + skeleton[1:].translate(_NOT_CONSONANTS)
    return text.lower()


def _read_as(language: str, folded: list[tuple[str, Script]]) -> str:
    if language in _LANGUAGES and language != "en":
        if language == "ru" and not any(script is Script.CYRILLIC for _, script in folded):
            return "en"
        return language
    cyrillic = sum(script is Script.CYRILLIC for _, script in folded)
    return "ru" if cyrillic * 2 > len(folded) else "en"


def _name_capitals(text: str, title: str) -> list[bool]:
    """For each word whether its capital says that it is a name: not at the start of a sentence, and
    not in a title that capitalises everything."""
    matches = list(WORD.finditer(text))
    in_title = [match for match in matches if match.end() <= len(title)]
    lower = sum(match.group()[0].islower() and len(match.group()) > 3 for match in in_title)
    shouting = len(in_title) > 3 and lower == 0
    found = []
    for match in matches:
        before = text[: match.start()].rstrip(" \"«“„'(—–-")
        starts = not before or before[-1] in ".!?:…"
        quoted = text[match.start() - 1 : match.start()] in {"«", "“", '"', "„"}
        capital = match.group()[0].isupper()
        if shouting and match.end() <= len(title):
            capital = False
        found.append(capital and (quoted or not starts))
    return found


_OPENS, _CLOSES = '«“„"', '»”"'


def _quoted_alone(text: str, match: re.Match[str]) -> bool:
    before, after = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
    return bool(before and after) and before in _OPENS and after in _CLOSES


_HOME = (
    "казахстан", "қазақстан", "казахск", "kazakh", "qazaq",
    "токаев", "тоқаев", "tokayev", "toqaev", "tokaev",
)  # fmt: skip

_SMALL = """
в на и с из по о от для за к до при об во со как это что его ее после будет над под между без или
год года году лет чтобы где когда также было был были более не еще уже все их казахстан казахстана
казахстане казахстану казахстанский казахстанцев рк раз два
және бұл мен үшін да де бір деп бойынша туралы болды жаңа кейін осы ол енді жыл жылы қазақстан
қазақстанда қазақстанның қр еліміздің ел қалай бар пен бен соң дейін
the of to in and for on with at from by as is are after over its it his her has have be will a an
says said kazakhstan kazakh kazakhstani new more than that this who was were not but up out into
their near under about least what how why
сообщил сообщила сообщили сообщает сообщают заявил заявила заявили заявляет рассказал рассказала
рассказали назвал назвали известно стало данные данным власти человек человека людей люди число
количество около почти свыше теперь сейчас сегодня вчера утром вечером ночью подробности видео фото
источник источники сми пишет ведомство ведомстве министерство министерстве министерства
хабарлады хабарлайды мәлімдеді айтты деді белгілі адам адамды адамның саны шамамен қазір бүгін кеше
министрлік министрлігі министрліктің дерек деректер деректері толығырақ ақпарат
say reported reports report according official officials ministry authorities people person number
toll known know now today yesterday latest update updated details video photo source sources media
statement told tells confirm confirms confirmed
"""


@lru_cache(maxsize=1)
def _small_words() -> frozenset[str]:
    return frozenset(_SMALL.split()) | NUMBER_WORDS


def within(place: str) -> str:
    """The region that a place is inside of, "" for a region."""
    return _tables().inside.get(place, "")
