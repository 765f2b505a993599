"""The query language: what a person types, as a tree, or why it was not understood.

words                all must occur, in any order
"exact phrase"       the words side by side; also a-b, a.b
a OR b               ИЛИ, НЕМЕСЕ and a comma mean the same; OR binds loosest
-word                must not occur
( … )                groups
word*                any word that begins so
title:… source:… lang:…   only in the title, at that outlet, in that language
topic:NAME           the whole query: a topic of the pack

A word in capitals of up to five letters is an acronym and is compared as typed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from bot.matching.words import WORD, fold, spaced

MAX_LENGTH = 300  # characters
MAX_TERMS = 30  # words, phrases and filters
MAX_NESTING = 5  # parentheses
MIN_PREFIX = 3  # letters before *
ACRONYM_LENGTH = 5

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
    FILTER_EMPTY = "filter_empty"
    FILTER_VALUE = "filter_value"  # lang: wants a language's code
    TOPIC_UNKNOWN = "topic_unknown"


@dataclass(frozen=True, slots=True)
class QueryRefused:
    """What could not be understood, and where."""

    reason: Reason
    position: int  # code points into the text as typed
    fragment: str  # as typed, from there; "" at the end


@dataclass(frozen=True, slots=True)
class Word:
    """One word. ``text``: folded letters, or an acronym as typed."""

    text: str
    acronym: bool = False


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


@dataclass(frozen=True, slots=True)
class Query:
    """A query that was understood. ``normal`` parses to an equal query: chats share it."""

    normal: str
    root: Node


def is_topic(text: str) -> bool:
    """Whether a query's text stands for a topic of the pack."""
    return text.startswith("topic:") and text[6:] in TOPICS


def parse_query(text: str) -> Query | QueryRefused:
    """Understand what a person typed. Takes linear time, whatever the text."""
    if len(text) > MAX_LENGTH:
        return QueryRefused(Reason.TOO_LONG, MAX_LENGTH, text[MAX_LENGTH : MAX_LENGTH + 20])
    try:
        lexemes = _lexemes(text)
        if len(lexemes) == 1 and lexemes[0].kind is _Kind.TOPIC:
            name = lexemes[0].value
            return Query(f"topic:{name}", Topic(name))
        root = _Parser(text, lexemes).parse()
    except _RefusedError as refused:
        return refused.why
    return Query(_normal(root, outermost=True), root)


class _RefusedError(Exception):
    """Carries the reason up to ``parse_query``."""

    def __init__(self, reason: Reason, position: int, text: str, end: int | None = None) -> None:
        super().__init__(reason)
        stop = position + 20 if end is None else end
        self.why = QueryRefused(reason, position, text[position:stop])


# ------------------------------------------------------------------ lexemes

_QUOTES = "\"“”„‟«»″〝〞＂"
_DASHES = "-‐‑‒–—―−"
_LEXEME = re.compile(
    rf"""\s+ | (?P<quote>[{_QUOTES}]) | (?P<open>\() | (?P<close>\)) | (?P<comma>[,،，;]|\|+)
      | (?P<chunk>[^\s(),،，;|{_QUOTES}]+)""",
    re.VERBOSE,
)
_OR = frozenset({"OR", "ИЛИ", "НЕМЕСЕ"})
_OR_BETWEEN = frozenset({"or", "или", "немесе"})  # only between two operands
_AND = frozenset({"AND", "ЖӘНЕ", "И"})
_FILTERS = ("source", "lang", "title", "topic")
_LANGUAGES = {"kz": "kk", "qz": "kk"}


class _Kind(StrEnum):
    NODE = "node"
    OPEN = "("
    CLOSE = ")"
    OR = "or"
    MINUS = "-"
    TITLE = "title"
    TOPIC = "topic"


@dataclass(frozen=True, slots=True)
class _Lexeme:
    kind: _Kind
    start: int
    end: int
    node: Node | None = None
    value: str = ""
    soft: bool = False  # an OR in small letters: a word, unless it stands between two operands


def _lexemes(text: str) -> list[_Lexeme]:
    found: list[_Lexeme] = []
    position = 0
    while position < len(text):
        match = _LEXEME.match(text, position)
        if match is None:  # no branch takes it; cannot happen, but must not hang
            position += 1
            continue
        position = match.end()
        kind = match.lastgroup
        if kind == "quote":
            position = _quoted(text, match.start(), found)
        elif kind in {"open", "close"}:
            which = _Kind.OPEN if kind == "open" else _Kind.CLOSE
            found.append(_Lexeme(which, match.start(), match.end()))
        elif kind == "comma":
            found.append(_Lexeme(_Kind.OR, match.start(), match.end(), value=","))
        elif kind == "chunk":
            position = _chunk(text, match.start(), match.end(), found)
    return found


def _quoted(text: str, start: int, found: list[_Lexeme]) -> int:
    end = start + 1
    while end < len(text) and text[end] not in _QUOTES:
        end += 1
    if end == len(text):
        raise _RefusedError(Reason.QUOTE_OPEN, start, text)
    words = _words(text[start + 1 : end])
    if not words:
        raise _RefusedError(Reason.QUOTE_EMPTY, start, text, end + 1)
    node: Node = words[0] if len(words) == 1 else Phrase(words)
    found.append(_Lexeme(_Kind.NODE, start, end + 1, node))
    return end + 1


def _chunk(text: str, start: int, end: int, found: list[_Lexeme]) -> int:
    """What stands between spaces: minus, filter, operator or word. Returns where to go on."""
    first = start
    while start < end and text[start] in _DASHES + "+":
        start += 1
    glued = start < end or text[end : end + 1] in tuple(_QUOTES + "(")
    if glued and set(text[first:start]) & set(_DASHES):  # else a dash between spaces: nothing
        found.append(_Lexeme(_Kind.MINUS, first, start))
    piece = text[start:end]
    if not piece:
        return end
    name, colon, value = piece.partition(":")
    if colon and name.casefold() in _FILTERS:
        return _filter(text, start, end, found)
    if piece in _OR or piece in _OR_BETWEEN:
        found.append(_Lexeme(_Kind.OR, start, end, value=piece, soft=piece in _OR_BETWEEN))
    elif piece == "NOT":
        found.append(_Lexeme(_Kind.MINUS, start, end))
    elif piece not in _AND:
        _word(text, start, end, found)
    return end


def _filter(text: str, start: int, end: int, found: list[_Lexeme]) -> int:
    name, _, rest = text[start:end].partition(":")
    name, value_at = name.casefold(), start + len(name) + 1
    if name == "title":
        found.append(_Lexeme(_Kind.TITLE, start, value_at))
        return value_at
    value = rest.casefold().strip(".")
    if not value and text[end : end + 1] in tuple(_QUOTES):
        close = end + 1
        while close < len(text) and text[close] not in _QUOTES:
            close += 1
        value, end = text[end + 1 : close].casefold().strip(), close + 1
    if not value:
        raise _RefusedError(Reason.FILTER_EMPTY, start, text, end)
    if name == "topic":
        if value not in TOPICS:
            raise _RefusedError(Reason.TOPIC_UNKNOWN, value_at, text, end)
        found.append(_Lexeme(_Kind.TOPIC, start, end, value=value))
        return end
    if name == "lang":
        value = _LANGUAGES.get(value, value)
        if not (2 <= len(value) <= 3 and value.isascii() and value.isalpha()):
            raise _RefusedError(Reason.FILTER_VALUE, value_at, text, end)
    found.append(_Lexeme(_Kind.NODE, start, end, Filter(name, value)))
    return end


def _word(text: str, start: int, end: int, found: list[_Lexeme]) -> None:
    piece = text[start:end]
    star = piece.find("*")
    if star >= 0:
        if piece.rstrip("*") != piece[:star]:
            raise _RefusedError(Reason.STAR_PLACE, start + star, text, end)
        words = _words(piece[:star])
        letters = fold(piece[:star])[0] if len(words) == 1 else ""
        if len(words) != 1 or len(letters) < MIN_PREFIX:
            raise _RefusedError(Reason.STAR_SHORT, start, text, end)
        found.append(_Lexeme(_Kind.NODE, start, end, Prefix(letters)))
        return
    words = _words(piece)
    if not words:
        return  # punctuation
    if len(words) == 1:
        found.append(_Lexeme(_Kind.NODE, start, end, words[0]))
        return
    found.append(_Lexeme(_Kind.NODE, start, end, Phrase(words, joined=True)))


def _words(text: str) -> tuple[Word, ...]:
    return tuple(word for surface in WORD.findall(spaced(text)) if (word := make_word(surface)).text)


def make_word(surface: str) -> Word:
    """A word as typed → what it is compared by."""
    if is_acronym(surface):
        return Word(surface, acronym=True)
    return Word(fold(surface)[0])


def is_acronym(surface: str) -> bool:
    """Capitals of up to five letters, digits allowed after the first: IT, ОБСЕ, G20."""
    return (
        2 <= len(surface) <= ACRONYM_LENGTH
        and surface.isalnum()
        and surface.isupper()
        and sum(letter.isalpha() for letter in surface) >= 2
    )


# ------------------------------------------------------------------ the tree


class _Parser:
    """alternatives: sequence (OR sequence)*; sequence: part+; part: -part, title:part, node, (…)."""

    def __init__(self, text: str, lexemes: list[_Lexeme]) -> None:
        self._text = text
        self._lexemes = [self._settled(place, lexemes) for place in range(len(lexemes))]
        self._at = 0
        self._terms = 0
        self._depth = 0

    @staticmethod
    def _settled(place: int, lexemes: list[_Lexeme]) -> _Lexeme:
        """или between operands is an operator, elsewhere (the river Или) a word."""
        lexeme = lexemes[place]
        if not lexeme.soft:
            return lexeme
        before = lexemes[place - 1].kind if place else _Kind.OPEN
        after = lexemes[place + 1].kind if place + 1 < len(lexemes) else _Kind.CLOSE
        ends, begins = {_Kind.NODE, _Kind.CLOSE}, {_Kind.NODE, _Kind.OPEN, _Kind.TITLE}
        if before in ends and after in begins:
            return lexeme
        return _Lexeme(_Kind.NODE, lexeme.start, lexeme.end, Word(lexeme.value))

    def parse(self) -> Node:
        if not self._lexemes:
            raise _RefusedError(Reason.EMPTY, 0, self._text)
        root = self._alternatives()
        if (lexeme := self._peek()) is not None:
            raise self._refused(Reason.PAREN_UNEXPECTED, lexeme)
        if not wants_something(root):
            raise _RefusedError(Reason.NOTHING_WANTED, 0, self._text)
        return root

    def _peek(self) -> _Lexeme | None:
        return self._lexemes[self._at] if self._at < len(self._lexemes) else None

    def _refused(self, reason: Reason, lexeme: _Lexeme | None) -> _RefusedError:
        if lexeme is None:
            return _RefusedError(reason, len(self._text), self._text)
        return _RefusedError(reason, lexeme.start, self._text, lexeme.end)

    def _alternatives(self) -> Node:
        parts: list[Node] = [self._sequence(None)]
        while (lexeme := self._peek()) is not None and lexeme.kind is _Kind.OR:
            self._at += 1
            following = self._peek()
            if lexeme.value == "," and (following is None or following.kind is _Kind.CLOSE):
                break  # a comma at the end is only punctuation
            parts.append(self._sequence(lexeme))
        parts = list(dict.fromkeys(parts))
        return parts[0] if len(parts) == 1 else Some(tuple(parts))

    def _sequence(self, after: _Lexeme | None) -> Node:
        parts: list[Node] = []
        while (lexeme := self._peek()) is not None and lexeme.kind not in {_Kind.OR, _Kind.CLOSE}:
            part = self._part(lexeme)
            parts += part.parts if isinstance(part, All) else [part]
        if not parts:
            lexeme = self._peek()
            if after is not None or (lexeme is not None and lexeme.kind is _Kind.OR):
                raise self._refused(Reason.OR_ALONE, after or lexeme)
            reason = Reason.PAREN_EMPTY if self._depth else Reason.PAREN_UNEXPECTED
            raise self._refused(reason, lexeme)
        parts = list(dict.fromkeys(parts))
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _part(self, lexeme: _Lexeme) -> Node:
        self._at += 1
        if lexeme.kind is _Kind.NODE and lexeme.node is not None:
            self._terms += len(lexeme.node.words) if isinstance(lexeme.node, Phrase) else 1
            if self._terms > MAX_TERMS:
                raise self._refused(Reason.TOO_MANY_TERMS, lexeme)
            return lexeme.node
        if lexeme.kind is _Kind.OPEN:
            return self._group(lexeme)
        if lexeme.kind is _Kind.TOPIC:
            raise self._refused(Reason.TOPIC_UNKNOWN, lexeme)
        following = self._peek()
        alone = Reason.MINUS_ALONE if lexeme.kind is _Kind.MINUS else Reason.FILTER_EMPTY
        if following is None or following.kind in {_Kind.OR, _Kind.CLOSE}:
            raise self._refused(alone, lexeme)
        part = self._part(following)
        if lexeme.kind is _Kind.MINUS:
            return part.part if isinstance(part, Not) else Not(part)
        return Not(InTitle(part.part)) if isinstance(part, Not) else InTitle(part)

    def _group(self, lexeme: _Lexeme) -> Node:
        self._depth += 1
        if self._depth > MAX_NESTING:
            raise self._refused(Reason.TOO_DEEP, lexeme)
        inner = self._alternatives()
        closing = self._peek()
        if closing is None:
            raise _RefusedError(Reason.PAREN_OPEN, lexeme.start, self._text)
        self._at += 1
        self._depth -= 1
        return inner


def wants_something(node: Node) -> bool:
    """Whether a match needs a word to be found, in every alternative."""
    if isinstance(node, All):
        return any(wants_something(part) for part in node.parts)
    if isinstance(node, Some):
        return all(wants_something(part) for part in node.parts)
    if isinstance(node, InTitle):
        return wants_something(node.part)
    return not isinstance(node, Not | Filter)


# ------------------------------------------------------------------ the normal form


def _normal(node: Node, outermost: bool = False) -> str:
    if isinstance(node, All):
        return _grouped(" ".join(_normal(part) for part in node.parts), outermost)
    if isinstance(node, Some):
        inner = " OR ".join(_normal(part, isinstance(part, All)) for part in node.parts)
        return _grouped(inner, outermost)
    if isinstance(node, Not):
        return "-" + _normal(node.part)
    if isinstance(node, InTitle):
        return "title:" + _normal(node.part)
    if isinstance(node, Filter):
        spacey = any(not (letter.isalnum() or letter in "._-/") for letter in node.value)
        return f'{node.name}:"{node.value}"' if spacey else f"{node.name}:{node.value}"
    if isinstance(node, Phrase):
        if node.joined:
            return "-".join(word.text for word in node.words)
        return '"' + " ".join(word.text for word in node.words) + '"'
    if isinstance(node, Prefix):
        return node.text + "*"
    if isinstance(node, Topic):
        return f"topic:{node.name}"
    return f'"{node.text}"' if node.text in _OR | _OR_BETWEEN | _AND | {"NOT"} else node.text


def _grouped(inner: str, outermost: bool) -> str:
    return inner if outermost else f"({inner})"
