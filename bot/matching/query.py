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

from dataclasses import dataclass

from bot.matching.lexemes import AND_WORDS, OR_BETWEEN, OR_WORDS, Kind, Lexeme, lexemes
from bot.matching.nodes import (
    TOPICS,
    All,
    Filter,
    InTitle,
    Node,
    Not,
    Phrase,
    Prefix,
    QueryRefused,
    Reason,
    RefusedError,
    Some,
    Topic,
    Word,
)

__all__ = ["TOPICS", "Query", "QueryRefused", "Reason", "is_topic", "normal_form", "parse_query"]

MAX_LENGTH = 300  # characters
MAX_TERMS = 30  # words, phrases and filters
MAX_NESTING = 5  # parentheses

_OPERATORS = {word.casefold() for word in OR_WORDS | OR_BETWEEN | AND_WORDS | {"NOT"}}


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
        pieces = lexemes(text)
        if len(pieces) == 1 and pieces[0].kind is Kind.TOPIC:
            name = pieces[0].value
            return Query(f"topic:{name}", Topic(name))
        root = _Parser(text, pieces).parse()
    except RefusedError as refused:
        return refused.why
    return Query(normal_form(root, outermost=True), root)


# ------------------------------------------------------------------ the tree


class _Parser:
    """alternatives: sequence (OR sequence)*; sequence: part+;
    part: -part, title:part, (alternatives), or a word, phrase or filter."""

    def __init__(self, text: str, lexemes: list[Lexeme]) -> None:
        self._text = text
        self._lexemes = [self._settled(place, lexemes) for place in range(len(lexemes))]
        self._at = 0
        self._terms = 0
        self._depth = 0

    @staticmethod
    def _settled(place: int, lexemes: list[Lexeme]) -> Lexeme:
        """или between operands is an operator, elsewhere (the river Или) a word."""
        lexeme = lexemes[place]
        if not lexeme.soft:
            return lexeme
        before = lexemes[place - 1].kind if place else Kind.OPEN
        after = lexemes[place + 1].kind if place + 1 < len(lexemes) else Kind.CLOSE
        ends, begins = {Kind.NODE, Kind.CLOSE}, {Kind.NODE, Kind.OPEN, Kind.TITLE}
        if before in ends and after in begins:
            return lexeme
        return Lexeme(Kind.NODE, lexeme.start, lexeme.end, Word(lexeme.value))

    def parse(self) -> Node:
        if not self._lexemes:
            raise RefusedError(Reason.EMPTY, 0, self._text)
        root = self._alternatives()
        if (lexeme := self._peek()) is not None:
            raise self._refused(Reason.PAREN_UNEXPECTED, lexeme)
        if not wants_something(root):
            raise RefusedError(Reason.NOTHING_WANTED, 0, self._text)
        return root

    def _peek(self) -> Lexeme | None:
        return self._lexemes[self._at] if self._at < len(self._lexemes) else None

    def _refused(self, reason: Reason, lexeme: Lexeme | None) -> RefusedError:
        if lexeme is None:
            return RefusedError(reason, len(self._text), self._text)
        return RefusedError(reason, lexeme.start, self._text, lexeme.end)

    def _alternatives(self) -> Node:
        parts: list[Node] = [self._sequence(None)]
        while (lexeme := self._peek()) is not None and lexeme.kind is Kind.OR:
            self._at += 1
            following = self._peek()
            if lexeme.value == "," and (following is None or following.kind is Kind.CLOSE):
                break  # a comma at the end is only punctuation
            parts.append(self._sequence(lexeme))
        parts = list(dict.fromkeys(parts))
        return parts[0] if len(parts) == 1 else Some(tuple(parts))

    def _sequence(self, after: Lexeme | None) -> Node:
        parts: list[Node] = []
        while (lexeme := self._peek()) is not None and lexeme.kind not in {Kind.OR, Kind.CLOSE}:
            part = self._part(lexeme)
            parts += part.parts if isinstance(part, All) else [part]
        if not parts:
            lexeme = self._peek()
            if after is not None or (lexeme is not None and lexeme.kind is Kind.OR):
                raise self._refused(Reason.OR_ALONE, after or lexeme)
            reason = Reason.PAREN_EMPTY if self._depth else Reason.PAREN_UNEXPECTED
            raise self._refused(reason, lexeme)
        parts = list(dict.fromkeys(parts))
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _part(self, lexeme: Lexeme) -> Node:
        self._at += 1
        if lexeme.kind is Kind.NODE and lexeme.node is not None:
            self._terms += len(lexeme.node.words) if isinstance(lexeme.node, Phrase) else 1
            if self._terms > MAX_TERMS:
                raise self._refused(Reason.TOO_MANY_TERMS, lexeme)
            return lexeme.node
        if lexeme.kind is Kind.OPEN:
            return self._group(lexeme)
        if lexeme.kind is Kind.TOPIC:
            raise self._refused(Reason.TOPIC_UNKNOWN, lexeme)
        following = self._peek()
        alone = Reason.MINUS_ALONE if lexeme.kind is Kind.MINUS else Reason.FILTER_EMPTY
        if following is None or following.kind in {Kind.OR, Kind.CLOSE}:
            raise self._refused(alone, lexeme)
        part = self._part(following)
        if lexeme.kind is Kind.MINUS:
            return part.part if isinstance(part, Not) else Not(part)
        return Not(InTitle(part.part)) if isinstance(part, Not) else InTitle(part)

    def _group(self, lexeme: Lexeme) -> Node:
        self._depth += 1
        if self._depth > MAX_NESTING:
            raise self._refused(Reason.TOO_DEEP, lexeme)
        inner = self._alternatives()
        closing = self._peek()
        if closing is None:
            raise RefusedError(Reason.PAREN_OPEN, lexeme.start, self._text)
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


def normal_form(node: Node, outermost: bool = False) -> str:
    """A part of a query as text that parses to it again."""
    match node:
        case All(parts):
            text = _grouped(" ".join(map(normal_form, parts)), outermost)
        case Some(parts):
            inner = " OR ".join(normal_form(part, isinstance(part, All)) for part in parts)
            text = _grouped(inner, outermost)
        case Not(part):
            text = "-" + normal_form(part)
        case InTitle(part):
            text = "title:" + normal_form(part)
        case Filter(name, value):
            spacey = any(not (letter.isalnum() or letter in "._-/") for letter in value)
            text = f'{name}:"{value}"' if spacey else f"{name}:{value}"
        case Phrase(words, joined):
            between, quote = ("-", "") if joined else (" ", '"')
            text = quote + between.join(word.typed or word.text for word in words) + quote
        case Prefix(letters):
            text = letters + "*"
        case Topic(name):
            text = f"topic:{name}"
        case Word(letters):
            typed = node.typed or letters
            text = f'"{typed}"' if typed.casefold() in _OPERATORS else typed
    return text


def _grouped(inner: str, outermost: bool) -> str:
    return inner if outermost else f"({inner})"
