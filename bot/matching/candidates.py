"""A query → the skeleton keys that an item must hold to answer it, for a search over stored keys.

Complete, not exact: whatever the matcher finds has these keys among ``Matcher.keys``, and so have
other items, for order, nearness, exclusions and the pack's rules are not in the keys. A stored key
is that of a whole word (Тоқаевтың → tokaevtin), so each stem of a sought word stands for keys that
begin as it does and go on as one of its endings does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from bot.matching.forms.expand import ENDINGS, Stem, stems
from bot.matching.index import Sought
from bot.matching.nodes import All, Filter, InTitle, Node, Not, Phrase, Prefix, Some, Topic, Word
from bot.matching.signs import Signs
from bot.matching.words import Script, fold, key

ENUMERATED = 3  # heads of so many letters have too many keys behind them: theirs are spelt out
# What has more keys, or stands in more items, says next to nothing and is left out of the search.
MANY_KEYS = 4000
MANY_ITEMS = 30_000
MOST_PARTS = 4  # of a conjunction, the rarest: more would cost more than they rule out
LONGEST_RUN = 6  # words that may name one entity

_VOWELS = tuple("aeiou")
_UNLIMITED = 1000


@dataclass(frozen=True, slots=True)
class Form:
    """Keys that begin with ``head`` and go on in one of ``rests``."""

    head: str
    rests: frozenset[str] | None  # None: anyhow, in at most ``longest`` letters
    longest: int = _UNLIMITED

    def goes_on(self, rest: str) -> bool:
        """Whether a key may end so after the head."""
        return len(rest) <= self.longest if self.rests is None else rest in self.rests


@dataclass(frozen=True, slots=True)
class OneOf:
    """An item holds a key of one of these forms: a word in all its inflections and spellings."""

    forms: frozenset[Form]


@dataclass(frozen=True, slots=True)
class Keys:
    """An item holds one of these keys: ``OneOf``, after a look at what is stored."""

    keys: frozenset[str]


@dataclass(frozen=True, slots=True)
class Holds:
    """Its title or summary holds these letters as they are: an acronym, whose capitals no key
    tells (US, us)."""

    text: str


@dataclass(frozen=True, slots=True)
class Every:
    """All of the parts; none: any item."""

    parts: tuple[KeyTree, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """At least one of the parts."""

    parts: tuple[KeyTree, ...]


KeyTree = OneOf | Keys | Holds | Filter | Every | Either
ANYTHING = Every(())


@dataclass(frozen=True, slots=True)
class Wanted:
    """A word of the query that must occur, or may as an alternative."""

    typed: str
    tree: KeyTree


@dataclass(frozen=True, slots=True)
class Search:
    """A query as keys. Topics have none: what they found is stored with the items."""

    tree: KeyTree
    wanted: tuple[Wanted, ...]

    def to_look_up(self) -> tuple[frozenset[str], tuple[str, ...]]:
        """Keys that may be stored, and beginnings behind which more may be (none within another);
        ``Vocabulary`` makes its choice from those that are."""
        keys: set[str] = set()
        heads: set[str] = set()
        for form in {form for tree in self._trees() for form in _forms_in(tree)}:
            if form.rests is not None and len(form.head) <= ENUMERATED:
                keys.update(form.head + rest for rest in form.rests)
            else:
                heads.add(form.head)
        return frozenset(keys), tuple(_shortest(heads))

    def _trees(self) -> Iterator[KeyTree]:
        yield self.tree
        for each in self.wanted:
            yield each.tree


def search_for(root: Node, signs: Signs) -> Search:
    """A query's tree → the keys that its matches hold."""
    builder = _Builder(signs)
    tree = builder.tree(root)
    return Search(tree, tuple({each.typed: each for each in builder.wanted}.values()))


class _Builder:
    """Follows ``terms.Compiler``, and allows what it allows."""

    def __init__(self, signs: Signs) -> None:
        self._signs = signs
        self.wanted: list[Wanted] = []

    def tree(self, node: Node, other: tuple[KeyTree, ...] = ()) -> KeyTree:
        """``other``: what will do as well, names of an entity that the node's words are part of."""
        match node:
            case Word():
                own = _word(node)
                if (apart := node.apart()) is not None:
                    own = either(own, every(*map(_word, apart.words)))
                found = self._named(node, (node,), own, other)
                self._want(node.typed or node.text, found)
            case Prefix(letters):
                found = either(_begun(letters), *other)
                self._want(letters + "*", found)
            case Phrase():
                found = self._phrase(node, other)
            case All(parts):
                found = every(*map(self.tree, parts, self._entities_of_runs(parts)))
            case Some(parts):
                found = either(*map(self.tree, parts))
            case InTitle(part):
                found = self.tree(part)
            case Filter():
                found = node
            case Not() | Topic():
                found = ANYTHING
        return found

    def _want(self, typed: str, tree: KeyTree) -> None:
        self.wanted.append(Wanted(typed, tree))

    def _named(
        self, node: Node, words: tuple[Word, ...], own: KeyTree, other: tuple[KeyTree, ...]
    ) -> KeyTree:
        entities = self._signs.named([word.text for word in words])
        return either(own, *map(self._entity, entities), *other)

    def _phrase(self, phrase: Phrase, other: tuple[KeyTree, ...]) -> KeyTree:
        words = tuple(map(_word, phrase.words))
        own: KeyTree = every(*words)
        if phrase.joined:
            own = either(own, _word(Word("".join(word.text for word in phrase.words))))
        found = self._named(phrase, phrase.words, own, other)
        typed = [word.typed or word.text for word in phrase.words]
        if phrase.joined:
            self._want("-".join(typed), found)
        else:
            named = self._named(phrase, phrase.words, Either(()), other)
            for text, word in zip(typed, words, strict=True):
                self._want(text, either(word, named))
        return found

    def _entity(self, entity: str) -> KeyTree:
        names = self._signs.names(entity)
        return either(*(every(*map(_held, words)) for words in names))

    def _entities_of_runs(self, parts: Sequence[Node]) -> list[tuple[KeyTree, ...]]:
        """For each part, the entities that it names together with its neighbours."""
        found: list[tuple[KeyTree, ...]] = [()] * len(parts)
        for first in range(len(parts)):
            run: list[Word] = []
            for last, part in enumerate(parts[first : first + LONGEST_RUN], first):
                if isinstance(part, Word):
                    run.append(part)
                elif isinstance(part, Phrase) and part.joined:
                    run += part.words
                else:
                    break
                if last > first:
                    entities = self._signs.named([word.text for word in run])
                    trees = tuple(map(self._entity, entities))
                    for place in range(first, last + 1):
                        found[place] += trees
        return found


# ------------------------------------------------------------------ words as forms of keys


def _word(word: Word) -> KeyTree:
    # Whether it is a place is not asked: its further endings do no harm to others.
    return _held(Sought(word.text, fold(word.text)[1], acronym=word.acronym, place=True))


def _held(sought: Sought) -> KeyTree:
    """Of an acronym the capitals too: us is not US."""
    own = _sought(sought)
    return every(own, Holds(sought.text)) if sought.acronym else own


@lru_cache(8192)
def _sought(sought: Sought) -> KeyTree:
    if sought.prefix:
        return _begun(sought.text)
    if sought.acronym:
        return _one_of(_acronym(sought.text))
    found = stems(sought.text, sought.script, sought.place)
    return _one_of(form for stem in found for form in _of_stem(stem))


def _one_of(forms: Iterable[Form]) -> KeyTree:
    """Empty keys (ь) are not stored, so a word that may have one is none to go by."""
    found = frozenset(forms)
    if any(not form.head and form.goes_on("") for form in found):
        return ANYTHING
    return OneOf(found)


def _of_stem(stem: Stem) -> Iterator[Form]:
    """The keys of a stem with its endings: where they meet, letters may fuse.

    The stem of a text's word may be any of the same key, so each way in which its last letter can
    have come about counts: a kept i and a fled one (ай, ая), j read as i, soft c (France), ts, the
    g of a last ng (тенг, тенге).
    """
    head, script, endings = stem.key, stem.script, stem.endings
    yield _form(head, endings, script)
    if head.endswith("ng"):
        yield _form(head[:-1], endings, script)
    elif head.endswith("i"):
        if head == "i" or head[-2] in _VOWELS:
            yield _form(head[:-1], _beginning(endings, "аеоуэaeou"), script)
        if script is Script.LATIN:
            kept = _beginning(endings, "aeiou")
            yield _form(head[:-1] + "j", kept, script)
            yield _form(head + "j", kept, script)
    elif script is Script.LATIN and head.endswith("k"):
        soft = _beginning(endings, "ei")
        yield _form(head[:-1] if head[-2:-1] == "s" else head[:-1] + "s", soft, script)
        yield _form(head + "s", soft, script)
    elif script is Script.LATIN and head.endswith("t"):
        hissed = frozenset(ending[1:] for ending in _beginning(endings, "s"))
        yield _form(head[:-1] + "T", hissed, script)
        yield _form(head + "T", hissed, script)


def _form(head: str, endings: frozenset[str], script: Script) -> Form:
    return Form(head, _rests(endings, script, head[-1:]))


# Cached: words share a few hundred sets of endings.


@cache
def _rests(endings: frozenset[str], script: Script, last: str) -> frozenset[str]:
    before = "0" + last if last else ""  # behind a digit the letter stays as it is
    rests = {key(before + ending, script)[len(before) :] for ending in endings}
    if script is Script.LATIN:  # an n of the endings is ng too, and a last ing keeps its g
        rests |= {rest + "g" for rest in rests if rest.endswith("n")}
    return frozenset(rests)


@cache
def _beginning(endings: frozenset[str], letters: str) -> frozenset[str]:
    return frozenset(ending for ending in endings if ending[:1] and ending[0] in letters)


def _acronym(text: str) -> set[Form]:
    """An acronym with any ending; letters in another script join it (NGOлар), and it is then read
    in the script of the more."""
    letters, script = fold(text)
    found: set[Form] = set()
    for read_in, filler in ((Script.CYRILLIC, "ж"), (Script.LATIN, "q")):
        read = fold(text + filler * (len(text) + 1))[0][: -len(text) - 1]
        stem = Stem(read_in, key(read, read_in), read, ENDINGS[read_in], frozenset())
        found.update(_of_stem(stem))
    found.update(Form(head, None, len(text)) for head in _heads(letters, script))
    return found


def _begun(letters: str) -> KeyTree:
    return _one_of(Form(head, None) for head in _heads(letters, fold(letters)[1]))


# What may complete a cluster of Latin letters that a beginning leaves open.
_JOINING = ("", "h", "s", "z", "j", "u", "o", "ch", "zh")


def _heads(letters: str, script: Script) -> list[str]:
    """How the key of a word begins that begins with these letters."""
    if script is Script.CYRILLIC:
        found = {key(letters, script)}
        if letters.endswith("д"):
            found.add(key(letters + "ж", script))
    else:
        found = {key(letters + more, script) for more in _JOINING}
        if letters.endswith("c"):
            found.add(key(letters + "e", script)[:-1])
    for head in list(found):
        if head.endswith("ng"):
            found.add(head[:-1])
        if head.endswith("i"):
            if head == "i" or head[-2] in _VOWELS:
                found.add(head[:-1])
            found |= {head[:-1] + "j", head + "j"} if script is Script.LATIN else set()
    return _shortest(found)


def _shortest(heads: Iterable[str]) -> list[str]:
    """In order, without those that begin with another."""
    found: list[str] = []
    for head in sorted(heads):
        if not found or not head.startswith(found[-1]):
            found.append(head)
    return found


# ------------------------------------------------------------------ trees


def every(*parts: KeyTree) -> KeyTree:
    """All of them; what any item fulfils is left out."""
    flat = [one for part in parts for one in (part.parts if isinstance(part, Every) else (part,))]
    flat = list(dict.fromkeys(flat))
    return flat[0] if len(flat) == 1 else Every(tuple(flat))


def either(*parts: KeyTree) -> KeyTree:
    """One of them, words in one; what one of these words fulfils alone is left out."""
    flat = [one for part in parts for one in (part.parts if isinstance(part, Either) else (part,))]
    if ANYTHING in flat:
        return ANYTHING
    forms = frozenset(form for one in flat if isinstance(one, OneOf) for form in one.forms)
    keys = frozenset(key_ for one in flat if isinstance(one, Keys) for key_ in one.keys)
    found: list[KeyTree] = [OneOf(forms)] if forms else []
    found += [Keys(keys)] if keys else []
    found += dict.fromkeys(
        one
        for one in flat
        if not isinstance(one, OneOf | Keys)
        and not (isinstance(one, Every) and any(_within(part, forms) for part in one.parts))
    )
    return found[0] if len(found) == 1 else Either(tuple(found))


def _within(part: KeyTree, forms: frozenset[Form]) -> bool:
    return isinstance(part, OneOf) and part.forms <= forms


def _forms_in(tree: KeyTree) -> Iterator[Form]:
    match tree:
        case OneOf(forms):
            yield from forms
        case Every(parts) | Either(parts):
            for part in parts:
                yield from _forms_in(part)
        case Keys() | Holds() | Filter():
            pass
