"""One pass over a text for all queries of all chats."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from bot.matching.candidates import Search, search_for
from bot.matching.explain import Explanation, Leaf, Sign, expanded, leaves
from bot.matching.index import Found, Index, Reading
from bot.matching.nodes import Node, Topic
from bot.matching.pack import Pack
from bot.matching.query import Query, normal_form
from bot.matching.signs import Evidence, Signs
from bot.matching.terms import Compiled, Compiler, Runs
from bot.matching.view import View
from bot.matching.words import WORD, may_be_kazakh, spaced
from bot.model import Hit, MatchText, Span

EVERYTHING = "everything"
# An item that 10,000 queries are asked of has a hundred hits; these cost a third of a call.
_hit: Callable[[tuple[int, tuple[Span, ...]]], Hit] = partial(tuple.__new__, Hit)
_span: Callable[[tuple[str, int, int, str, str, tuple[str, ...]]], Span] = partial(
    tuple.__new__, Span
)
SHOWN = 100  # spans of a hit, at most
EXPLAINED = -1  # the id of a query while it is explained; ids of queries are positive
_NOTHING = Evidence()


class _Posting:
    """What one word of a text means for the queries at this moment."""

    __slots__ = ("alone", "anchored", "in_name", "named", "names", "sought")

    def __init__(
        self,
        alone: tuple[int, ...],
        named: tuple[int, ...],
        sought: tuple[tuple[int, bool], ...],
        anchored: bool,
        in_name: int,
    ) -> None:
        self.alone = alone  # queries that are this one word
        self.named = named  # queries that are a name, found by it if it is no part of a longer one
        self.sought = sought  # words of other queries and the pack, with whether by own letters
        self.anchored = anchored  # one of those queries, or a name of one word, may be here
        self.names = bool(named or anchored or in_name)  # any of these
        self.in_name = in_name  # 1: stands in names of several words, 2: in one that waits for it


class Matcher:
    """Finds queries in texts. Queries come and go between any two texts."""

    def __init__(self, pack: Pack) -> None:
        self._index = Index()
        self._signs = Signs(pack, self._index)
        self._compiler = Compiler(self._index, self._signs)
        self._queries: dict[int, Compiled | str] = {}
        self._topics: dict[str, set[int]] = {}
        self._alone: dict[int, list[int]] = {}  # word → queries that are this word
        self._named: dict[int, list[int]] = {}  # the same of words that name an entity
        self._singles: set[int] = set()  # all queries of these
        self._anchored: dict[int, set[int]] = {}  # word → queries to test when it occurs
        self._of_entity: dict[str, set[int]] = {}
        self._uses: dict[int, int] = {}  # word → uses in queries of several words
        # By whether the text may be Kazakh. None: the word means nothing.
        self._postings: dict[bool, dict[str, _Posting | None]] = {True: {}, False: {}}

    def add(self, query_id: int, query: Query) -> None:
        """Look for a query from the next text on. An id that is in use is replaced."""
        self.discard(query_id)
        if isinstance(query.root, Topic):
            self._queries[query_id] = query.root.name
            self._topics.setdefault(query.root.name, set()).add(query_id)
            return
        compiled = self._compiler.compile(query.root)
        self._queries[query_id] = compiled
        if compiled.alone is not None:
            single = self._named if compiled.entities else self._alone
            single.setdefault(compiled.alone, []).append(query_id)
            if compiled.entities:
                self._singles.add(query_id)
        else:
            for number in compiled.anchors:
                self._anchored.setdefault(number, set()).add(query_id)
        if compiled.alone is None or compiled.entities:
            for entity in compiled.entities:
                self._of_entity.setdefault(entity, set()).add(query_id)
            for sought in compiled.used:
                number = self._index.number(sought)
                self._uses[number] = self._uses.get(number, 0) + 1
        self._forget_postings()

    def discard(self, query_id: int) -> None:
        """Look for it no more. An id that is not in use is nothing."""
        compiled = self._queries.pop(query_id, None)
        if compiled is None:
            return
        if isinstance(compiled, str):
            self._topics[compiled].discard(query_id)
            return
        if compiled.alone is not None:
            (self._named if compiled.entities else self._alone)[compiled.alone].remove(query_id)
            self._singles.discard(query_id)
        else:
            for number in compiled.anchors:
                self._anchored[number].discard(query_id)
        if compiled.alone is None or compiled.entities:
            for entity in compiled.entities:
                self._of_entity[entity].discard(query_id)
                if not self._of_entity[entity]:
                    del self._of_entity[entity]
            for sought in compiled.used:
                self._uses[self._index.number(sought)] -= 1
        for sought in compiled.used:
            self._index.drop(sought)
        self._forget_postings()

    def _forget_postings(self) -> None:
        self._postings = {True: {}, False: {}}

    def keys(self, text: MatchText) -> frozenset[str]:
        """The skeleton keys of the words of title and summary."""
        read = self._index.read
        surfaces = WORD.findall(spaced(text.title)) + WORD.findall(spaced(text.summary))
        return frozenset(reading.key for reading in map(read, surfaces) if reading.key)

    def search(self, query: Query) -> Search:
        """What to look for among stored keys, to find all items that answer a query."""
        return search_for(query.root, self._signs)

    def match(self, text: MatchText) -> tuple[Hit, ...]:
        """The queries that an item answers, each with the words that it was found by."""
        title, summary = spaced(text.title), spaced(text.summary)
        surfaces = WORD.findall(title)
        in_title = len(surfaces)
        if summary:
            surfaces += WORD.findall(summary)
        kazakh = may_be_kazakh(f"{title} {summary}", len(surfaces), text.language)
        try:
            meant = list(map(self._postings[kazakh].__getitem__, surfaces))
        except KeyError:
            meant = [self._posting(surface, kazakh) for surface in surfaces]
        found: dict[int, tuple[Span, ...]] = {}
        anchored = text.domestic
        named: list[tuple[int, Span]] = []
        if anchored or any(meant):
            for name, field, first, last in (
                ("title", title, 0, in_title),
                ("summary", summary, in_title, len(surfaces)),
            ):
                words, postings = surfaces[first:last], meant[first:last]
                wanted, names = _match_alone(name, field, words, postings, found)
                named += names
                anchored = anchored or wanted
        if anchored:
            view = View(
                title, summary, surfaces, _starts(title, summary, surfaces, in_title), in_title,
                _places(meant), text.language, text.source, text.domestic,
            )  # fmt: skip
            self._match_anchored(view, {query_id for query_id, _ in named}, found)
        else:
            for query_id, span in named:
                if len(so_far := found.get(query_id, ())) < SHOWN:
                    found[query_id] = (*so_far, span)
        return tuple(map(_hit, found.items()))

    def explain(self, query: Query, text: MatchText | None = None) -> Explanation:
        """What a query stands for; with a text, where its parts occur there and what the pack
        says of it. Leaves the matcher as it was."""
        view = self._whole_view(text or MatchText(""))
        evidence = self._signs.read(view)
        topics = self._signs.topics(view, evidence) if evidence.relevant else {}
        told = []
        for node, wanted in leaves(query.root):
            forms, keys = expanded(node)
            entities: tuple[str, ...] = ()
            found: tuple[Span, ...] | None = None
            if not isinstance(node, Topic):
                entities, found = self._try(node, text, evidence)
            told.append(Leaf(normal_form(node), wanted, entities, forms, keys, found))
        spans: tuple[Span, ...] = ()
        matched = None
        if text is not None:
            self.add(EXPLAINED, query)
            hits = [hit for hit in self.match(text) if hit.query_id == EXPLAINED]
            self.discard(EXPLAINED)
            matched, spans = bool(hits), hits[0].spans if hits else ()
        signs = tuple(
            Sign(
                each.entity.id,
                Span(*_located(view, each.first, each.last)),
                each.proof.name.lower(),
                each.entity.foreign,
            )
            for each in evidence.occurrences
        )
        return Explanation(
            query.normal, tuple(told), matched, spans, signs, evidence.relevant, tuple(topics)
        )

    def _try(
        self, node: Node, text: MatchText | None, evidence: Evidence
    ) -> tuple[tuple[str, ...], tuple[Span, ...] | None]:
        """The entities that a leaf names, and where it occurs."""
        compiled = self._compiler.compile(node)
        found = None
        if text is not None:
            view = self._whole_view(text)
            runs = compiled.test(view, evidence)
            found = None if runs is None else _spans(view, runs)
        for sought in compiled.used:
            self._index.drop(sought)
        return tuple(sorted(compiled.entities)), found

    def _whole_view(self, text: MatchText) -> View:
        """A view that knows every sought word, whether a query waits for it or not."""
        title, summary = spaced(text.title), spaced(text.summary)
        surfaces = WORD.findall(title)
        in_title = len(surfaces)
        surfaces += WORD.findall(summary)
        at: dict[int, dict[int, bool]] = {}
        kazakh = may_be_kazakh(f"{title} {summary}", len(surfaces), text.language)
        for place, surface in enumerate(surfaces):
            for one in self._meanings(self._index.read(surface), kazakh):
                at.setdefault(one.word, {})[place] = one.exact
        return View(
            title, summary, surfaces, _starts(title, summary, surfaces, in_title), in_title, at,
            text.language, text.source, text.domestic,
        )  # fmt: skip

    def _meanings(self, reading: Reading, kazakh: bool) -> list[Found]:
        """The sought words of which a word is a form. The capitalised name of a place or a person
        is no form of another word (Семей of семья)."""
        found = self._index.find(reading, kazakh)
        if reading.surface[0].isupper() and reading.letters in self._signs.capitals:
            return [one for one in found if one.whole]
        return found

    def _posting(self, surface: str, kazakh: bool) -> _Posting | None:
        postings = self._postings[kazakh]
        if surface in postings:
            return postings[surface]
        signs = self._signs
        alone: list[int] = []
        named: list[int] = []
        sought: list[tuple[int, bool]] = []
        anchored, in_name = False, 0
        reading = self._index.read(surface)
        for one in self._meanings(reading, kazakh):
            alone += self._alone.get(one.word, ())
            if one.exact:
                named += self._named.get(one.word, ())
            anchored = anchored or bool(self._anchored.get(one.word))
            for entity, sure in signs.single(one.word, reading):
                if not entity.foreign:
                    anchored = True
                elif asked := self._of_entity.get(entity.id):
                    named += asked
                    anchored = anchored or not sure or not asked <= self._singles
            in_name = max(in_name, signs.in_names.get(one.word, 0))
            if one.word in signs.words or self._uses.get(one.word):
                sought.append((one.word, one.exact))
        posting = None
        if alone or named or sought:
            once = tuple(dict.fromkeys(named))
            posting = _Posting(tuple(alone), once, tuple(sought), anchored, in_name)
        postings[surface] = posting
        return posting

    def _match_anchored(
        self, view: View, wanted: set[int], found: dict[int, tuple[Span, ...]]
    ) -> None:
        """Queries of several words, entities and topics. ``wanted``: queries to look at."""
        evidence = _NOTHING
        if view.domestic or self._signs.has_names(view):
            evidence = self._signs.read(view)
        for number in view.at:
            wanted |= self._anchored.get(number, set())
        for each in evidence.occurrences:
            wanted |= self._of_entity.get(each.entity.id, set())
        for query_id in sorted(wanted):
            compiled = self._queries[query_id]
            assert isinstance(compiled, Compiled)
            runs = compiled.test(view, evidence)
            if runs is not None:
                found[query_id] = _spans(view, runs)
        if evidence.relevant and any(self._topics.values()):
            self._match_topics(view, evidence, found)

    def _match_topics(
        self, view: View, evidence: Evidence, found: dict[int, tuple[Span, ...]]
    ) -> None:
        topics = self._signs.topics(view, evidence)
        names = tuple(topics)
        entities = [
            Span(*_located(view, each.first, each.last), each.entity.id, names)
            for each in evidence.occurrences
            if not each.entity.foreign
        ]
        if view.domestic:
            entities.append(Span("source", 0, 0, "", "", names))
        for name, queries in self._topics.items():
            if name != EVERYTHING and name not in topics:
                continue
            words = [
                Span(*_located(view, first, last), "", (name,))
                for first, last in topics.get(name, ())
            ]
            for query_id in queries:
                found[query_id] = tuple(entities + words)


def _match_alone(
    name: str,
    field: str,
    surfaces: list[str],
    meant: list[_Posting | None],
    found: dict[int, tuple[Span, ...]],
) -> tuple[bool, list[tuple[int, Span]]]:
    """Queries of one word, the bulk of them, which ``found`` gains. Returns whether others want a
    look at the text, and the queries that are one name."""
    named: list[tuple[int, Span]] = []
    anchored = False
    end = 0
    before = 0
    index = field.index
    for surface, posting in zip(surfaces, meant, strict=True):
        start = index(surface, end)
        end = start + len(surface)
        if posting is None:
            before = 0
            continue
        if posting.alone:
            span = (_span((name, start, end, surface, "", ())),)
            for query_id in posting.alone:
                if query_id not in found:
                    found[query_id] = span
                elif len(found[query_id]) < SHOWN:
                    found[query_id] += span
        if not posting.names:
            before = 0
            continue
        for query_id in posting.named:
            named.append((query_id, Span(name, start, end, surface)))
        if posting.anchored or (before and posting.in_name and before + posting.in_name > 2):
            anchored = True
        before = posting.in_name
    return anchored, named


def _starts(title: str, summary: str, surfaces: list[str], in_title: int) -> list[int]:
    """The offset of each word in its field."""
    starts: list[int] = []
    for field, words in ((title, surfaces[:in_title]), (summary, surfaces[in_title:])):
        position = 0
        for word in words:
            position = field.index(word, position)
            starts.append(position)
            position += len(word)
    return starts


def _places(meant: list[_Posting | None]) -> dict[int, dict[int, bool]]:
    at: dict[int, dict[int, bool]] = {}
    for place, posting in enumerate(meant):
        if posting is not None:
            for number, exact in posting.sought:
                at.setdefault(number, {})[place] = exact
    return at


def _located(view: View, first: int, last: int) -> tuple[str, int, int, str]:
    name, field = ("title", view.title) if last < view.in_title else ("summary", view.summary)
    start, end = view.starts[first], view.starts[last] + len(view.surfaces[last])
    return name, start, end, field[start:end]


def _spans(view: View, runs: Runs) -> tuple[Span, ...]:
    return tuple(Span(*_located(view, *run)) for run in sorted(set(runs))[:SHOWN])
