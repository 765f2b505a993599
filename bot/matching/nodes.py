"""What a query consists of once it is understood, and why it was not."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum

TOPICS: tuple[str, ...] = (
    "everything",
    "politics",
    "economy",
    "energy",
    "rights",
    "disasters",
    "space",
)


class Reason(StrEnum):
    """Why a query is refused."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    TOO_MANY_TERMS = "too_many_terms"
    TOO_DEEP = "too_deep"
    NOTHING_WANTED = "nothing_wanted"  # only exclusions or filters, in all or one alternative
    QUOTE_OPEN = "quote_open"
    QUOTE_EMPTY = "quote_empty"
    PAREN_OPEN = "paren_open"
    PAREN_UNEXPECTED = "paren_unexpected"
    PAREN_EMPTY = "paren_empty"
    OR_ALONE = "or_alone"  # nothing on one of its sides
    MINUS_ALONE = "minus_alone"
    STAR_SHORT = "star_short"  # fewer than MIN_PREFIX letters before it
    STAR_PLACE = "star_place"  # not at the end of a word
    STAR_PHRASE = "star_phrase"  # among words in quotes
    FILTER_EMPTY = "filter_empty"
    FILTER_VALUE = "filter_value"  # lang: wants a language's code
    TOPIC_UNKNOWN = "topic_unknown"


@dataclass(frozen=True, slots=True)
class QueryRefused:
    """What could not be understood, and where."""

    reason: Reason
    position: int  # code points into the text as typed
    fragment: str  # as typed, from there; "" at the end


_LETTERS_AND_DIGITS = re.compile(r"([^\W\d_]+)(\d+)")


@dataclass(frozen=True, slots=True)
class Word:
    """One word. ``text``: folded letters, or an acronym as typed; ``typed``: for people to read."""

    text: str
    acronym: bool = False
    typed: str = field(default="", compare=False)

    def apart(self) -> Phrase | None:
        """Letters and digits typed as one word may be two in a text: F-16, COVID-19."""
        parts = _LETTERS_AND_DIGITS.fullmatch(self.text)
        if parts is None:
            return None
        return Phrase(tuple(Word(part, self.acronym and part.isalpha()) for part in parts.groups()))


@dataclass(frozen=True, slots=True)
class Prefix:
    """Words that begin so. ``text``: folded letters."""

    text: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words side by side. ``joined``: typed as one (Нур-Султан), so one word will do as well."""

    words: tuple[Word, ...]
    joined: bool = False


@dataclass(frozen=True, slots=True)
class All:
    """Each part must be found."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Some:
    """One part must be found."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part must not be found."""

    part: Node


@dataclass(frozen=True, slots=True)
class InTitle:
    """The part must be found in the title."""

    part: Node


@dataclass(frozen=True, slots=True)
class Filter:
    """``name``: source or lang."""

    name: str
    value: str  # casefolded


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic of the pack."""

    name: str


Node = Word | Prefix | Phrase | All | Some | Not | InTitle | Filter | Topic


class RefusedError(Exception):
    """Carries the reason up to ``query.parse_query``."""

    def __init__(self, reason: Reason, position: int, text: str, end: int | None = None) -> None:
        super().__init__(reason)
        stop = position + 20 if end is None else end
        self.why = QueryRefused(reason, position, text[position:stop])
