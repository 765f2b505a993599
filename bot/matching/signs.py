"""What a text says of the pack's entities, and whether it is about the country.

A name is sure, ambiguous (Verny, a form that is an ordinary word too at the start of a sentence)
or incidental (the Caspian). One sure name makes a text relevant; so do two ambiguous ones of
different entities, or an ambiguous one beside an incidental, unless a foreign name stands there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from itertools import islice

from bot.matching.forms.kk import is_inhabitant
from bot.matching.index import Index, Reading, Sought
from bot.matching.lexemes import ACRONYM_LENGTH, is_acronym
from bot.matching.pack import Entity, Name, Pack
from bot.matching.patterns import Pattern, Patterns, anchor_of, runs_of
from bot.matching.view import View, among_names, before_name, capital_shows
from bot.matching.words import Script, fold

SUMMARY_LENGTH = 300  # characters of a summary that the pack reads


class Proof(IntEnum):
    """What an occurrence proves by itself."""

    INCIDENTAL = 1
    AMBIGUOUS = 2
    SURE = 3


@dataclass(frozen=True, slots=True)
class Occurrence:
    """An entity's name in a text: the words from first to last."""

    entity: Entity
    name: Name
    first: int
    last: int
    proof: Proof


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the pack finds in a text."""

    occurrences: tuple[Occurrence, ...] = ()
    relevant: bool = False

    def of(self, entity: str, domestic: bool) -> list[tuple[int, int]]:
        """Where an entity is named, for a keyword that stands for it: an ambiguous name only
        beside a sure one of another entity of the country."""
        own = [found for found in self.occurrences if found.entity.id == entity]
        own = [found for found in own if not found.name.derived]
        second = domestic or any(
            found.proof is Proof.SURE and not found.entity.foreign and found.entity.id != entity
            for found in self.occurrences
        )
        return [
            (found.first, found.last)
            for found in own
            if found.proof is not Proof.AMBIGUOUS or second
        ]


@dataclass(frozen=True, slots=True)
class _Around:
    """What a text holds that tells how an entity's names are meant there."""

    beside: bool  # a word that makes ambiguous names sure
    unless: bool  # a word that says they mean something else
    apart: set[int]  # the words of phrases in which they mean something else
    given: set[int]  # first names: a name of one word behind them is somebody else's


class Signs:
    """The pack, compiled into the index."""

    def __init__(self, pack: Pack, index: Index) -> None:
        self._pack = pack
        self._index = index
        self._names: dict[int, list[tuple[Pattern, Name, Entity]]] = {}
        self._beside: dict[str, Patterns] = {}
        self._apart: dict[str, Patterns] = {}
        self._unless: dict[str, Patterns] = {}
        self._topic_words: dict[int, list[tuple[str, Pattern]]] = {}
        alone = {
            name.words[0]
            for entity in pack.entities.values()
            for name in entity.names
            if len(name.words) == 1
        }
        self._alone = {fold(word)[0] for word in alone}
        # Without a name of one word (``single``) or two words side by side of longer ones the pack
        # has nothing to say.
        self.in_names: dict[int, int] = {}  # 2 where a name waits for the word, else 1
        self.words: set[int] = set()  # all that ``read`` asks for
        self.capitals = {  # names of one word that want a capital, folded
            fold(name.words[0])[0]
            for entity in pack.entities.values()
            for name in entity.names
            if entity.capital and len(name.words) == 1 and not name.any_case
        }

        @cache
        def patterns(texts: tuple[tuple[str, ...], ...]) -> Patterns:
            return Patterns(map(self._pattern, texts))

        for entity in pack.entities.values():
            scripts = {fold(word)[1] for name in entity.names for word in name.words}
            for name in entity.names:
                pattern = self._pattern(name.words, name, len(scripts) > 1)
                self._names.setdefault(anchor_of(pattern), []).append((pattern, name, entity))
                if len(name.words) > 1:
                    for number in pattern[0]:
                        self.in_names.setdefault(number, 1)
                    self.in_names[anchor_of(pattern)] = 2
            self._beside[entity.id] = patterns(entity.with_words)
            self._apart[entity.id] = patterns(entity.apart)
            self._unless[entity.id] = patterns(entity.unless)
        self._given = Patterns(map(self._pattern, pack.given_names))
        self._topic_apart: dict[str, Patterns] = {}
        for topic in pack.topics.values():
            for words in topic.words:
                pattern = self._pattern(words)
                self._topic_words.setdefault(anchor_of(pattern), []).append((topic.name, pattern))
            self._topic_apart[topic.name] = Patterns(map(self._pattern, topic.apart))

    def _pattern(
        self, words: Sequence[str], name: Name | None = None, own_script: bool = False
    ) -> Pattern:
        numbers = []
        for place, word in enumerate(words):
            last = place == len(words) - 1
            numbers.append(self._index.use(_sought(word, name if last else None, own_script)))
        self.words.update(numbers)
        return tuple(numbers), max(range(len(words)), key=lambda place: self._rarity(words[place]))

    def _rarity(self, word: str) -> tuple[bool, bool, int]:
        """A name's rarest word waits for it: one that waits already, a proper noun, a long one."""
        return fold(word)[0] in self._alone, word[0].isupper(), len(word)

    # -------------------------------------------------------------- reading a text

    def read(self, view: View) -> Evidence:
        """The entities that a text names, and whether it is about the country."""
        best: dict[tuple[str, int, int], Occurrence] = {}
        for each in self._occurrences(view):
            place = (each.entity.id, each.first, each.last)
            if place not in best or best[place].proof < each.proof:
                best[place] = each
        found = _uncovered(list(best.values()))
        read_to = self._read_to(view)
        relevant = view.domestic or _relevant([each for each in found if each.last < read_to])
        return Evidence(tuple(found), relevant)

    def single(self, number: int, reading: Reading) -> Iterator[tuple[Entity, bool]]:
        """The entities of which a word may be the whole name, whatever stands around it; and
        whether it is for sure, unless it is part of a longer name."""
        for pattern, name, entity in self._names.get(number, ()):
            if len(pattern[0]) == 1 and _may_be(entity, name, reading):
                doubtful = (
                    reading.script in name.ambiguous
                    or reading.script in name.first_name
                    or _is_common(entity, reading)
                )
                yield entity, not (doubtful or name.derived or _depends(entity))

    def has_names(self, view: View) -> bool:
        """Whether a name of the pack may stand there."""
        return any(number in self._names for number in view.at)

    def _occurrences(self, view: View) -> Iterator[Occurrence]:
        around: dict[str, _Around] = {}
        given: set[int] | None = None
        for anchor in [number for number in view.at if number in self._names]:
            for pattern, name, entity in self._names[anchor]:
                runs = runs_of(pattern, view)
                if runs and given is None:
                    given = self._given_at(view)
                if runs and entity.id not in around:
                    around[entity.id] = self._around(entity, view, given or set())
                for first, last in runs:
                    proof = self._proof(view, entity, name, (first, last), around[entity.id])
                    if proof is not None:
                        yield Occurrence(entity, name, first, last, proof)

    def _given_at(self, view: View) -> set[int]:
        """The capitalised first names with a capitalised word right behind them."""
        return {
            place
            for place in self._given.cover(view)
            if view.surfaces[place][0].isupper() and before_name(view, place)
        }

    def _around(self, entity: Entity, view: View, given: set[int]) -> _Around:
        return _Around(
            given=given,
            beside=any(True for _ in self._beside[entity.id].runs(view)),
            unless=any(self._unless[entity.id].runs(view)),
            apart=self._apart[entity.id].cover(view),
        )

    @staticmethod
    def _read_to(view: View) -> int:
        if len(view.summary) <= SUMMARY_LENGTH:
            return len(view.surfaces)
        ends = view.in_title
        while ends < len(view.surfaces) and view.starts[ends] < SUMMARY_LENGTH:
            ends += 1
        return ends

    def _proof(
        self, view: View, entity: Entity, name: Name, at: tuple[int, int], around: _Around
    ) -> Proof | None:
        """What a name proves where it stands; None: it is not the entity."""
        first, last = at
        if around.unless or around.apart.issuperset(range(first, last + 1)):
            return None
        reading = self._index.read(view.surfaces[first])
        if first == last and not _may_be(entity, name, reading):
            return None
        if reading.script in name.first_name and among_names(view, first, last):
            return None
        ambiguous = reading.script in name.ambiguous
        if first == last and not name.any_case and _is_common(entity, reading):
            ambiguous = ambiguous or not capital_shows(view, first)
        if first == last and first - 1 in around.given:  # Мария Рыбакина
            return Proof.AMBIGUOUS
        if ambiguous and not around.beside:
            return Proof.AMBIGUOUS
        return Proof.INCIDENTAL if entity.incidental else Proof.SURE

    def topics(self, view: View, evidence: Evidence) -> dict[str, list[tuple[int, int]]]:
        """The topics of a relevant text, each with the words that say so besides its entities."""
        found: dict[str, list[tuple[int, int]]] = {}
        for each in evidence.occurrences:
            for topic in each.entity.topics:
                found.setdefault(topic, [])
        apart: dict[str, set[int]] = {}
        read_to = self._read_to(view)
        for anchor in [number for number in view.at if number in self._topic_words]:
            for topic, pattern in self._topic_words[anchor]:
                if topic not in apart:
                    apart[topic] = self._topic_apart[topic].cover(view)
                for first, last in runs_of(pattern, view):
                    if last < read_to and not apart[topic].issuperset(range(first, last + 1)):
                        found.setdefault(topic, []).append((first, last))
        return found

    # -------------------------------------------------------------- names that people type

    def named(self, words: Sequence[str]) -> list[str]:
        """The entities that typed words name, by a name that needs no second sign.

        ``words``: folded letters, or acronyms as typed.
        """
        at: dict[int, dict[int, bool]] = {}
        for place, word in enumerate(words):
            for form in (word, word.upper()) if len(word) <= ACRONYM_LENGTH else (word,):
                for one in self._index.find(self._index.read(form)):
                    at.setdefault(one.word, {})[place] = one.exact
        view = View("", "", list(words), [0] * len(words), len(words), at)
        found: list[str] = []
        for anchor in [number for number in at if number in self._names]:
            for pattern, name, entity in self._names[anchor]:
                letters, script = fold(words[0])
                if script in name.ambiguous or name.derived or name.any_case:
                    continue
                if (0, len(words) - 1) not in runs_of(pattern, view):
                    continue
                if len(words) == 1 and letters in entity.never:
                    continue
                if name.latin_only and script is not Script.LATIN:
                    continue
                found.append(entity.id)
        return sorted(set(found))

    def names(self, entity: str) -> list[tuple[Sought, ...]]:
        """An entity's names that count for a keyword that names it, as words to look for."""
        return [
            tuple(_sought(word, name if place == len(name.words) else None)
                  for place, word in enumerate(name.words, 1))
            for name in self._pack.entities[entity].names
            if not name.derived
        ]  # fmt: skip

    def is_guarded(self, entity: str) -> bool:
        """Whether some of an entity's names mean something else at times."""
        one = self._pack.entities[entity]
        return (
            _depends(one)
            or bool(one.capital or one.common or one.never)
            or any(name.ambiguous or name.first_name or name.latin_only for name in one.names)
        )

    def is_place(self, entities: Sequence[str]) -> bool:
        """Whether one of the entities is a place."""
        return any(name.place for entity in entities for name in self._pack.entities[entity].names)


def _sought(word: str, name: Name | None, own_script: bool = False) -> Sought:
    letters, script = fold(word.removesuffix("*"))
    if word.endswith("*"):
        return Sought(letters, script, prefix=True)
    if (name is not None and name.acronym) or is_acronym(word):
        return Sought(word, script, acronym=True)
    place = name is not None and name.place
    return Sought(letters, script, place=place, own_script=own_script)


def _within(run: tuple[int, int], first: int, last: int) -> bool:
    return run[0] <= first and last <= run[1]


def _uncovered(found: list[Occurrence]) -> list[Occurrence]:
    """In order, without those inside a longer name: of a foreign entity, or of any other when
    they prove little themselves."""
    found.sort(key=lambda each: (each.first, -each.last))
    longest = max((each.last - each.first for each in found), default=0)
    long = [each for each in found if each.last > each.first]
    kept: list[Occurrence] = []
    begin = 0
    for one in found:
        while begin < len(long) and long[begin].first < one.first - longest:
            begin += 1
        if not any(_covers(other, one) for other in _up_to(long, begin, one.first)):
            kept.append(one)
    return kept


def _up_to(long: list[Occurrence], begin: int, first: int) -> Iterator[Occurrence]:
    for each in islice(long, begin, None):
        if each.first > first:
            return
        yield each


def _covers(other: Occurrence, one: Occurrence) -> bool:
    return (
        other.last - other.first > one.last - one.first
        and _within((other.first, other.last), one.first, one.last)
        and (other.entity.foreign or (one.proof < Proof.SURE and other.entity is not one.entity))
    )


def _relevant(found: list[Occurrence]) -> bool:
    own = [each for each in found if not each.entity.foreign]
    if any(each.proof is Proof.SURE for each in own):
        return True
    if len(own) < len(found) or len({each.entity.id for each in own}) < 2:
        return False
    if len({each.first for each in own}) < 2:  # one word, the Tobol and the club
        return False
    return any(each.proof is Proof.AMBIGUOUS for each in own)


def _may_be(entity: Entity, name: Name, reading: Reading) -> bool:
    """Whether a word may be a name of one word, by its own letters and capital."""
    if name.latin_only and reading.script is not Script.LATIN:
        return False
    if reading.letters in entity.never:
        return False
    if name.any_case or reading.surface[0].isupper():
        return True
    if _is_common(entity, reading):
        return False
    return not entity.capital or (name.place and is_inhabitant(reading.letters))  # қордайлықтар


def _depends(entity: Entity) -> bool:
    """Whether it depends on other words of a text what an entity's names mean."""
    return bool(entity.incidental or entity.with_words or entity.apart or entity.unless)


def _is_common(entity: Entity, reading: Reading) -> bool:
    return "*" in entity.common or reading.letters in entity.common
