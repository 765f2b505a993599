"""What a person typed → pieces: words, phrases, operators, filters."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from bot.matching.nodes import (
    TOPICS,
    Filter,
    Node,
    Phrase,
    Prefix,
    Reason,
    RefusedError,
    Some,
    Word,
)
from bot.matching.words import WORD, fold, spaced

MIN_PREFIX = 3  # letters before *
ACRONYM_LENGTH = 5

_QUOTES = '"“”„‟«»″〝〞＂'
_DASHES = "-‐‑‒–—―−"
_LEXEME = re.compile(
    rf"""\s+ | (?P<quote>[{_QUOTES}]) | (?P<open>\() | (?P<close>\)) | (?P<comma>[,،，;]|\|+)
      | (?P<chunk>[^\s(),،，;|{_QUOTES}]+)""",
    re.VERBOSE,
)
OR_WORDS = frozenset({"OR", "ИЛИ", "НЕМЕСЕ"})
OR_BETWEEN = frozenset({"or", "или", "немесе"})  # only between two operands
AND_WORDS = frozenset({"AND", "ЖӘНЕ", "И"})
_FILTERS = ("source", "lang", "title", "topic")
_LANGUAGES = {"kz": "kk", "qz": "kk"}


class Kind(StrEnum):
    """What a lexeme is."""

    NODE = "node"
    OPEN = "("
    CLOSE = ")"
    OR = "or"
    MINUS = "-"
    TITLE = "title"
    TOPIC = "topic"


@dataclass(frozen=True, slots=True)
class Lexeme:
    """A piece of the query as typed."""

    kind: Kind
    start: int
    end: int
    node: Node | None = None
    value: str = ""
    soft: bool = False  # an OR in small letters: a word, unless it stands between two operands


def lexemes(text: str) -> list[Lexeme]:
    """The pieces of a query in order. RefusedError where one makes no sense."""
    found: list[Lexeme] = []
    position = 0
    while position < len(text):
        if (close := _single_quoted(text, position)) is not None:
            _phrase(text, position, close, found)
            position = close + 1
            continue
        match = _LEXEME.match(text, position)
        if match is None:  # no branch takes it; cannot happen, but must not hang
            position += 1
            continue
        position = match.end()
        kind = match.lastgroup
        if kind == "quote":
            position = _quoted(text, match.start(), found)
        elif kind in {"open", "close"}:
            which = Kind.OPEN if kind == "open" else Kind.CLOSE
            found.append(Lexeme(which, match.start(), match.end()))
        elif kind == "comma":
            found.append(Lexeme(Kind.OR, match.start(), match.end(), value=","))
        elif kind == "chunk":
            position = _chunk(text, match.start(), match.end(), found)
    return found


_SINGLE = "'‘’‚‛‹›`´"


def _single_quoted(text: str, start: int) -> int | None:
    """Where 'several words' in single quotes end. One in a word is an apostrophe, and so is one
    that no other closes before a space."""
    if text[start] not in _SINGLE or (start and text[start - 1] not in " \t\n("):
        return None
    for end in range(start + 1, len(text)):
        if text[end] in _SINGLE and text[end + 1 : end + 2] in ("", *" \t\n),;"):
            return end if " " in text[start + 1 : end].strip() else None
    return None


def _quoted(text: str, start: int, found: list[Lexeme]) -> int:
    end = start + 1
    while end < len(text) and text[end] not in _QUOTES:
        end += 1
    if end == len(text):
        raise RefusedError(Reason.QUOTE_OPEN, start, text)
    _phrase(text, start, end, found)
    return end + 1


def _phrase(text: str, start: int, end: int, found: list[Lexeme]) -> None:
    """What stands between the quotes at ``start`` and ``end``."""
    words = _words(text[start + 1 : end])
    if not words:
        raise RefusedError(Reason.QUOTE_EMPTY, start, text, end + 1)
    star = text.find("*", start, end)
    if star >= 0 and len(words) > 1:
        raise RefusedError(Reason.STAR_PHRASE, star, text, end + 1)
    if star >= 0:
        _word(text, start + 1, end, found)
        return
    node: Node = words[0] if len(words) == 1 else Phrase(words)
    found.append(Lexeme(Kind.NODE, start, end + 1, node))


def _chunk(text: str, start: int, end: int, found: list[Lexeme]) -> int:
    """What stands between spaces: minus, filter, operator or word. Returns where to go on."""
    first = start
    while start < end and text[start] in _DASHES + "+":
        start += 1
    glued = start < end or text[end : end + 1] in tuple(_QUOTES + "(")
    if glued and set(text[first:start]) & set(_DASHES):  # else a dash between spaces: nothing
        found.append(Lexeme(Kind.MINUS, first, start))
    piece = text[start:end]
    if not piece:
        return end
    name, colon, _ = piece.partition(":")
    if colon and name.casefold() in _FILTERS:
        return _filter(text, start, end, found)
    if piece in OR_WORDS or piece in OR_BETWEEN:
        found.append(Lexeme(Kind.OR, start, end, value=piece, soft=piece in OR_BETWEEN))
    elif piece == "NOT":
        found.append(Lexeme(Kind.MINUS, start, end))
    elif piece not in AND_WORDS:
        _word(text, start, end, found)
    return end


def _filter(text: str, start: int, end: int, found: list[Lexeme]) -> int:
    name, _, rest = text[start:end].partition(":")
    name, value_at = name.casefold(), start + len(name) + 1
    if name == "title":
        found.append(Lexeme(Kind.TITLE, start, value_at))
        return value_at
    value = rest.casefold().strip(".")
    if not value and text[end : end + 1] in tuple(_QUOTES):
        close = end + 1
        while close < len(text) and text[close] not in _QUOTES:
            close += 1
        value, end = text[end + 1 : close].casefold().strip(), close + 1
    if not value:
        raise RefusedError(Reason.FILTER_EMPTY, start, text, end)
    if name == "topic":
        if value not in TOPICS:
            raise RefusedError(Reason.TOPIC_UNKNOWN, value_at, text, end)
        found.append(Lexeme(Kind.TOPIC, start, end, value=value))
        return end
    filters = [_one_filter(name, value, text, value_at, end)]
    while also := _ALSO.match(text, end):  # lang:kk,ru
        value_at, end = also.start(1), also.end()
        filters.append(_one_filter(name, also[1].casefold().strip("."), text, value_at, end))
    node: Node = filters[0] if len(filters) == 1 else Some(tuple(filters))
    found.append(Lexeme(Kind.NODE, start, end, node))
    return end


_ALSO = re.compile(r"[,;|]([\w.-]+)(?=[\s),;|]|$)")


def _one_filter(name: str, value: str, text: str, start: int, end: int) -> Filter:
    if name == "lang":
        value = _LANGUAGES.get(value, value)
        if not (2 <= len(value) <= 3 and value.isascii() and value.isalpha()):
            raise RefusedError(Reason.FILTER_VALUE, start, text, end)
    return Filter(name, value)


def _word(text: str, start: int, end: int, found: list[Lexeme]) -> None:
    piece = text[start:end]
    star = piece.find("*")
    if star >= 0:
        if piece.rstrip("*") != piece[:star]:
            raise RefusedError(Reason.STAR_PLACE, start + star, text, end)
        words = _words(piece[:star])
        letters = fold(piece[:star])[0] if len(words) == 1 else ""
        if len(words) != 1 or len(letters) < MIN_PREFIX:
            raise RefusedError(Reason.STAR_SHORT, start, text, end)
        found.append(Lexeme(Kind.NODE, start, end, Prefix(letters)))
        return
    words = _words(piece)
    if not words:
        return  # punctuation
    if len(words) == 1:
        found.append(Lexeme(Kind.NODE, start, end, words[0]))
        return
    found.append(Lexeme(Kind.NODE, start, end, Phrase(words, joined=True)))


def _words(text: str) -> tuple[Word, ...]:
    return tuple(
        word for surface in WORD.findall(spaced(text)) if (word := make_word(surface)).text
    )


def make_word(surface: str) -> Word:
    """A word as typed → what it is compared by."""
    if is_acronym(surface):
        return Word(surface, acronym=True, typed=surface)
    return Word(fold(surface)[0], typed=surface)


def is_acronym(surface: str) -> bool:
    """Capitals of up to five letters, digits allowed after the first: IT, ОБСЕ, G20."""
    return (
        2 <= len(surface) <= ACRONYM_LENGTH
        and surface.isalnum()
        and surface.isupper()
        and sum(letter.isalpha() for letter in surface) >= 2
    )
