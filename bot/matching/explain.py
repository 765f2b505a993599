"""What a query stands for, and why a text answers it or not, as values for whoever tells it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.matching.forms.expand import Stem, stems
from bot.matching.nodes import All, Filter, InTitle, Node, Not, Phrase, Prefix, Some, Topic, Word
from bot.matching.words import fold
from bot.model import Span


@dataclass(frozen=True, slots=True)
class Leaf:
    """One word, phrase, prefix, filter or topic of a query."""

    text: str  # in its normal form
    wanted: bool  # False: it must not occur
    entities: tuple[str, ...]  # of the pack that it names: all their names count
    forms: tuple[str, ...]  # its inflected forms, Kazakh endings without the special letters
    keys: tuple[str, ...]  # skeleton keys of its stems, for all spellings in both scripts
    found: tuple[Span, ...] | None  # where it occurs in the text; None: it does not, or no text


@dataclass(frozen=True, slots=True)
class Sign:
    """A name of the pack in a text."""

    entity: str
    span: Span
    proof: str  # sure, ambiguous, incidental
    foreign: bool


@dataclass(frozen=True, slots=True)
class Explanation:
    """``matched`` is None where no text was given."""

    normal: str
    leaves: tuple[Leaf, ...]
    matched: bool | None
    spans: tuple[Span, ...]
    signs: tuple[Sign, ...]  # all that the pack finds in the text
    relevant: bool  # whether the text is about the country
    topics: tuple[str, ...]


def leaves(node: Node, wanted: bool = True) -> Iterator[tuple[Node, bool]]:
    """The leaves of a query in its order, with whether each is wanted."""
    match node:
        case All(parts) | Some(parts):
            for part in parts:
                yield from leaves(part, wanted)
        case Not(part):
            yield from leaves(part, not wanted)
        case InTitle(part):
            yield from leaves(part, wanted)
        case Word() | Prefix() | Phrase() | Filter() | Topic():
            yield node, wanted


def expanded(node: Node) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The forms and the keys of a leaf's words."""
    words: tuple[Word, ...] = ()
    match node:
        case Word():
            words = (node,)
        case Phrase(parts):
            words = parts
        case Prefix(letters):
            return (letters + "…",), ()
        case _:
            pass
    forms: list[str] = []
    keys: set[str] = set()
    for word in words:
        if word.acronym:
            forms.append(word.text)
            continue
        found = stems(*fold(word.text))
        keys |= {stem.key for stem in found}
        forms += sorted({form for stem in found for form in _forms(stem)}, key=_by_length)
    return tuple(dict.fromkeys(forms)), tuple(sorted(keys))


def _forms(stem: Stem) -> Iterator[str]:
    if stem.letters:
        for ending in stem.endings:
            yield stem.letters + ending


def _by_length(form: str) -> tuple[int, str]:
    return len(form), form
