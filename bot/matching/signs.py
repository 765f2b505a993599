"""What a text says of the pack's entities, and whether it is about the country.

A name is sure, ambiguous (Verny, a form that is an ordinary word too at the start of a sentence)
or incidental (the Caspian). One sure name makes a text relevant; so do two ambiguous ones of
different entities, or an ambiguous one beside an incidental, unless a foreign name stands there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

from bot.matching.forms.kk import is_inhabitant
from bot.matching.index import Index, Reading, Sought
from bot.matching.lexemes import is_acronym
from bot.matching.pack import Entity, Name, Pack
from bot.matching.view import View, among_names, capital_shows
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


_Pattern = tuple[tuple[int, ...], int]  # the words' numbers, which of them is the anchor


class Signs:
    """The pack, compiled into the index."""

    def __init__(self, pack: Pack, index: Index) -> None:
        self._pack = pack
        self._index = index
        self._names: dict[int, list[tuple[_Pattern, Name, Entity]]] = {}
        self._beside: dict[str, list[_Pattern]] = {}
        self._apart: dict[str, list[_Pattern]] = {}
        self._unless: dict[str, list[_Pattern]] = {}
        self._topic_words: dict[int, list[tuple[str, _Pattern]]] = {}
        alone = {
            name.words[0]
            for entity in pack.entities.values()
            for name in entity.names
            if len(name.words) == 1
        }
        self._alone = {fold(word)[0] for word in alone}
        # Without one of these the pack has nothing to say: names of one word; two words side by
        # side of longer names; for a query that names something foreign, its names (→ entities).
        self.triggers: set[int] = set()
        self.in_names: dict[int, int] = {}  # 2 where a name waits for the word, else 1
        self.foreign: dict[int, set[str]] = {}
        self.words: set[int] = set()  # all that ``read`` asks for
        for entity in pack.entities.values():
            for name in entity.names:
                pattern = self._pattern(name.words, name)
                self._names.setdefault(_anchor(pattern), []).append((pattern, name, entity))
                if len(name.words) > 1:
                    for number in pattern[0]:
                        self.in_names.setdefault(number, 1)
                    self.in_names[_anchor(pattern)] = 2
                elif entity.foreign:
                    self.foreign.setdefault(_anchor(pattern), set()).add(entity.id)
                else:
                    self.triggers.add(_anchor(pattern))
            self._beside[entity.id] = [self._pattern(words) for words in entity.with_words]
            self._apart[entity.id] = [self._pattern(words) for words in entity.apart]
            self._unless[entity.id] = [self._pattern(words) for words in entity.unless]
        self._topic_apart: dict[str, list[_Pattern]] = {}
        for topic in pack.topics.values():
            for words in topic.words:
                pattern = self._pattern(words)
                self._topic_words.setdefault(_anchor(pattern), []).append((topic.name, pattern))
            self._topic_apart[topic.name] = [self._pattern(words) for words in topic.apart]

    def _pattern(self, words: Sequence[str], name: Name | None = None) -> _Pattern:
        numbers = []
        for place, word in enumerate(words):
            last = place == len(words) - 1
            numbers.append(self._index.use(_sought(word, name if last else None)))
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
        found = sorted(best.values(), key=lambda each: (each.first, -each.last))
        found = [each for each in found if not _covered(each, found)]
        relevant = view.domestic or _relevant(found)
        return Evidence(tuple(found), relevant)

    def has_names(self, view: View) -> bool:
        """Whether a name of the pack may stand there."""
        return any(number in self._names for number in view.at)

    def _occurrences(self, view: View) -> Iterator[Occurrence]:
        read_to = self._read_to(view)
        for anchor in [number for number in view.at if number in self._names]:
            for pattern, name, entity in self._names[anchor]:
                for first, last in _runs(pattern, view):
                    if last >= read_to:
                        continue
                    proof = self._proof(view, entity, name, first, last)
                    if proof is not None:
                        yield Occurrence(entity, name, first, last, proof)

    @staticmethod
    def _read_to(view: View) -> int:
        if len(view.summary) <= SUMMARY_LENGTH:
            return len(view.surfaces)
        ends = view.in_title
        while ends < len(view.surfaces) and view.starts[ends] < SUMMARY_LENGTH:
            ends += 1
        return ends

    def _proof(self, view: View, entity: Entity, name: Name, first: int, last: int) -> Proof | None:
        """What a name proves where it stands; None: it is not the entity."""
        reading = self._index.read(view.surfaces[first])
        if first == last and not _may_be(view, entity, name, first, reading):
            return None
        if reading.script in name.first_name and among_names(view, first, last):
            return None
        if self._means_another(view, entity, (first, last)):
            return None
        ambiguous = reading.script in name.ambiguous
        if first == last and not name.any_case and _is_common(entity, reading):
            shown = capital_shows(view, first)
            if shown is None:
                return None
            ambiguous = ambiguous or not shown
        if ambiguous and not any(self._found(self._beside[entity.id], view)):
            return Proof.AMBIGUOUS
        return Proof.INCIDENTAL if entity.incidental else Proof.SURE

    def _means_another(self, view: View, entity: Entity, at: tuple[int, int]) -> bool:
        if any(self._found(self._unless[entity.id], view)):
            return True
        return any(_within(run, *at) for run in self._found(self._apart[entity.id], view))

    @staticmethod
    def _found(patterns: list[_Pattern], view: View) -> Iterator[tuple[int, int]]:
        for pattern in patterns:
            yield from _runs(pattern, view)

    def topics(self, view: View, evidence: Evidence) -> dict[str, list[tuple[int, int]]]:
        """The topics of a relevant text, each with the words that say so besides its entities."""
        found: dict[str, list[tuple[int, int]]] = {}
        for each in evidence.occurrences:
            for topic in each.entity.topics:
                found.setdefault(topic, [])
        apart: dict[str, list[tuple[int, int]]] = {}
        for anchor in [number for number in view.at if number in self._topic_words]:
            for topic, pattern in self._topic_words[anchor]:
                if topic not in apart:
                    apart[topic] = list(self._found(self._topic_apart[topic], view))
                for run in _runs(pattern, view):
                    if not any(_within(phrase, *run) for phrase in apart[topic]):
                        found.setdefault(topic, []).append(run)
        return found

    # -------------------------------------------------------------- names that people type

    def named(self, words: Sequence[str]) -> list[str]:
        """The entities that typed words name, by a name that needs no second sign.

        ``words``: folded letters, or acronyms as typed.
        """
        at: dict[int, list[tuple[int, bool]]] = {}
        for place, word in enumerate(words):
            for one in self._index.find(self._index.read(word)):
                at.setdefault(one.word, []).append((place, one.exact))
            for form in (word.upper(),) if len(word) <= 5 else ():
                for one in self._index.find(self._index.read(form)):
                    at.setdefault(one.word, []).append((place, one.exact))
        view = View("", "", list(words), [0] * len(words), len(words), at)
        found: list[str] = []
        for anchor in [number for number in at if number in self._names]:
            for pattern, name, entity in self._names[anchor]:
                letters, script = fold(words[0])
                if script in name.ambiguous or name.derived or name.any_case:
                    continue
                if (0, len(words) - 1) not in _runs(pattern, view):
                    continue
                if len(words) == 1 and letters in entity.never:
                    continue
                if name.latin_only and script is not Script.LATIN:
                    continue
                found.append(entity.id)
        return sorted(set(found))

    def is_place(self, entities: Sequence[str]) -> bool:
        """Whether one of the entities is a place."""
        return any(name.place for entity in entities for name in self._pack.entities[entity].names)


def _sought(word: str, name: Name | None) -> Sought:
    letters, script = fold(word.removesuffix("*"))
    if word.endswith("*"):
        return Sought(letters, script, prefix=True)
    if (name is not None and name.acronym) or is_acronym(word):
        return Sought(word, script, acronym=True)
    return Sought(letters, script, place=name is not None and name.place)


def _anchor(pattern: _Pattern) -> int:
    return pattern[0][pattern[1]]


def _runs(pattern: _Pattern, view: View) -> list[tuple[int, int]]:
    """Where a pattern's words stand side by side."""
    numbers, anchor = pattern
    places = view.at.get(numbers[anchor])
    if places is None:
        return []
    if len(numbers) == 1:
        return [(place, place) for place, _ in places]
    found = []
    for place, _ in places:
        first = place - anchor
        last = first + len(numbers) - 1
        if (
            first >= 0
            and view.side_by_side(first, last)
            and all(
                any(there == first + step for there, _ in view.at.get(number, ()))
                for step, number in enumerate(numbers)
            )
        ):
            found.append((first, last))
    return found


def _within(run: tuple[int, int], first: int, last: int) -> bool:
    return run[0] <= first and last <= run[1]


def _covered(one: Occurrence, found: list[Occurrence]) -> bool:
    """Inside a longer name: of a foreign entity, or of any when it proves little itself."""
    return any(
        other.last - other.first > one.last - one.first
        and _within((other.first, other.last), one.first, one.last)
        and (other.entity.foreign or (one.proof < Proof.SURE and other.entity is not one.entity))
        for other in found
    )


def _relevant(found: list[Occurrence]) -> bool:
    own = [each for each in found if not each.entity.foreign]
    if any(each.proof is Proof.SURE for each in own):
        return True
    if len(own) < len(found) or len({each.entity.id for each in own}) < 2:
        return False
    return any(each.proof is Proof.AMBIGUOUS for each in own)


def _may_be(view: View, entity: Entity, name: Name, at: int, reading: Reading) -> bool:
    if name.latin_only and reading.script is not Script.LATIN:
        return False
    if reading.letters in entity.never:
        return False
    if not entity.capital or name.any_case or view.surfaces[at][0].isupper():
        return True
    return name.place and is_inhabitant(reading.letters)  # қордайлықтар


def _is_common(entity: Entity, reading: Reading) -> bool:
    return "*" in entity.common or reading.letters in entity.common
