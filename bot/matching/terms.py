"""A query's tree, compiled: its words are numbers of the index, its names entities of the pack.

``spans`` of a compiled node gives the runs of words that it is found by, or None.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.matching.index import Index, Sought
from bot.matching.nodes import (
    All,
    Filter,
    InTitle,
    Node,
    Not,
    Phrase,
    Prefix,
    Some,
    Topic,
    Word,
)
from bot.matching.signs import Evidence, Signs
from bot.matching.view import View
from bot.matching.words import fold

Runs = list[tuple[int, int]]
Test = Callable[[View, Evidence], Runs | None]


@dataclass(frozen=True, slots=True)
class Compiled:
    """A query ready to be tested. ``anchors``: numbers without one of which it cannot match;
    ``entities``: the same of the pack's entities. ``alone``: the number of its only word, which
    finds it by its own letters alone where it names entities."""

    test: Test
    anchors: frozenset[int]
    entities: frozenset[str]
    used: tuple[Sought, ...]  # to be dropped from the index with the query
    alone: int | None


@dataclass(frozen=True, slots=True)
class _Part:
    test: Test
    anchors: frozenset[int] | None  # None: can match without any word
    entities: frozenset[str] = frozenset()


class Compiler:
    """Compiles queries into one index."""

    def __init__(self, index: Index, signs: Signs) -> None:
        self._index = index
        self._signs = signs

    def compile(self, root: Node) -> Compiled:
        """The root must want something (``query.parse_query`` sees to it)."""
        used: list[Sought] = []
        part = self._part(root, used)
        alone = None
        if isinstance(root, Word | Prefix) and part.anchors and len(part.anchors) == 1:
            (alone,) = part.anchors
        return Compiled(part.test, part.anchors or frozenset(), part.entities, tuple(used), alone)

    def _part(self, node: Node, used: list[Sought]) -> _Part:
        match node:
            case Word():
                part = self._named([node], self._word(node, used))
            case Prefix(letters):
                part = self._number(Sought(letters, fold(letters)[1], prefix=True), used)
            case Phrase(words):
                part = self._named(list(words), self._phrase(node, used))
            case All():
                part = self._all(node, used)
            case Some(parts):
                part = _some([self._part(one, used) for one in parts])
            case Not(inner):
                part = _not(self._part(inner, used))
            case InTitle(inner):
                part = _in_title(self._part(inner, used))
            case Filter():
                part = _filter(node)
            case Topic():
                raise ValueError("a topic is no part of a query")
        return part

    def _number(self, sought: Sought, used: list[Sought], exact: bool = False) -> _Part:
        used.append(sought)
        number = self._index.use(sought)

        def test(view: View, _: Evidence) -> Runs | None:
            found = [
                (place, place) for place, own in view.at.get(number, {}).items() if own or not exact
            ]
            return found or None

        return _Part(test, frozenset({number}))

    def _word(self, word: Word, used: list[Sought]) -> _Part:
        script = fold(word.text)[1]
        named = self._signs.named([word.text])
        place = self._signs.is_place(named) and not word.acronym
        sought = Sought(word.text, script, acronym=word.acronym, place=place)
        # A word that names an entity whose names may mean something else stands for its own
        # letters; other spellings are the pack's.
        whole = self._number(sought, used, exact=any(map(self._signs.is_guarded, named)))
        apart = word.apart()
        return whole if apart is None else _some([whole, self._phrase(apart, used)])

    def _named(self, words: list[Word], part: _Part) -> _Part:
        """The words themselves, or any name of an entity that they name."""
        entities = self._signs.named([word.text for word in words])
        return _some([part, *map(_entity, entities)]) if entities else part

    def _phrase(self, phrase: Phrase, used: list[Sought]) -> _Part:
        parts = [self._word_alone(word, used) for word in phrase.words]
        run = _phrase(parts, [len(word.text) for word in phrase.words])
        if not phrase.joined or any(word.acronym for word in phrase.words):
            return run
        joined = "".join(word.text for word in phrase.words)
        return _some([run, self._number(Sought(joined, fold(joined)[1]), used)])

    def _word_alone(self, word: Word, used: list[Sought]) -> _Part:
        sought = Sought(word.text, fold(word.text)[1], acronym=word.acronym)
        return self._number(sought, used)

    def _all(self, node: All, used: list[Sought]) -> _Part:
        """Runs of plain words may name an entity: Air Astana, Kassym-Jomart Tokayev."""
        parts: list[_Part] = []
        place = 0
        while place < len(node.parts):
            run: list[Word] = []
            for part in node.parts[place:]:
                if isinstance(part, Phrase) and part.joined:
                    run += part.words
                elif isinstance(part, Word):
                    run.append(part)
                else:
                    break
            taken = 1
            for length in range(min(len(node.parts) - place, 6), 1, -1):
                group = node.parts[place : place + length]
                words = _plain_words(group)
                if words is None or not self._signs.named([word.text for word in words]):
                    continue
                whole = _all([self._part(part, used) for part in group])
                parts.append(self._named(words, whole))
                taken = length
                break
            else:
                parts.append(self._part(node.parts[place], used))
            place += taken
        return _all(parts)


def _plain_words(group: tuple[Node, ...]) -> list[Word] | None:
    found: list[Word] = []
    for part in group:
        if isinstance(part, Word):
            found.append(part)
        elif isinstance(part, Phrase) and part.joined:
            found += part.words
        else:
            return None
    return found


def _entity(entity: str) -> _Part:
    def test(view: View, evidence: Evidence) -> Runs | None:
        return evidence.of(entity, view.domestic) or None

    return _Part(test, frozenset(), frozenset({entity}))


def _some(parts: list[_Part]) -> _Part:
    def test(view: View, evidence: Evidence) -> Runs | None:
        found = [part.test(view, evidence) for part in parts]
        return (
            [run for runs in found for run in runs or ()]
            if any(runs is not None for runs in found)
            else None
        )

    anchors: frozenset[int] | None = frozenset()
    entities: frozenset[str] = frozenset()
    for part in parts:
        anchors = None if anchors is None or part.anchors is None else anchors | part.anchors
        entities |= part.entities
    return _Part(test, anchors, entities)


def _all(parts: list[_Part]) -> _Part:
    if len(parts) == 1:
        return parts[0]

    def test(view: View, evidence: Evidence) -> Runs | None:
        found: Runs = []
        for part in parts:
            runs = part.test(view, evidence)
            if runs is None:
                return None
            found += runs
        return found

    anchored = [part for part in parts if part.anchors is not None]
    if not anchored:
        return _Part(test, None)
    # One part is enough to wait for; the one with the fewest words is the rarest.
    rarest = min(anchored, key=lambda part: len(part.anchors or ()) + 9 * len(part.entities))
    return _Part(test, rarest.anchors, rarest.entities)


def _phrase(parts: list[_Part], lengths: list[int]) -> _Part:
    def test(view: View, evidence: Evidence) -> Runs | None:
        heads = {first for first, _ in parts[0].test(view, evidence) or ()}
        for step, part in enumerate(parts[1:], 1):
            heads &= {first - step for first, _ in part.test(view, evidence) or ()}
            if not heads:
                return None
        last = len(parts) - 1
        found = [
            (first, first + last)
            for first in sorted(heads)
            if view.side_by_side(first, first + last)
        ]
        return found or None

    longest = max(range(len(parts)), key=lengths.__getitem__)
    return _Part(test, parts[longest].anchors)


def _not(part: _Part) -> _Part:
    def test(view: View, evidence: Evidence) -> Runs | None:
        return [] if part.test(view, evidence) is None else None

    return _Part(test, None)


def _in_title(part: _Part) -> _Part:
    def test(view: View, evidence: Evidence) -> Runs | None:
        found = part.test(view, evidence)
        return [run for run in found or () if run[1] < view.in_title] or None

    return _Part(test, part.anchors, part.entities)


def _filter(node: Filter) -> _Part:
    def test(view: View, _: Evidence) -> Runs | None:
        if node.name == "lang":
            return [] if view.language.casefold().split("-")[0] == node.value else None
        source = view.source.casefold()
        begins = source.startswith(node.value) and not source[len(node.value) :][:1].isalnum()
        return [] if begins else None

    return _Part(test, None)
