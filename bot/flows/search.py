"""What a query would have found, before anybody watches it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count

from bot.matching.candidates import KeyTree
from bot.matching.matcher import Matcher
from bot.matching.nodes import Prefix, Topic, Word
from bot.matching.query import Query
from bot.matching.vocabulary import Vocabulary
from bot.model import Headline, Preview, Span
from bot.store import search
from bot.store.db import Database
from bot.store.search import StoredItem

WINDOW = timedelta(days=7)
LATEST = 3  # headlines that are shown
ENOUGH = 400  # items that are matched; a larger number of candidates is reckoned from them
MOST = 1200  # so many are matched where the first of them show fewer headlines than wanted
SLICE = 25  # items that are matched in one go, while everybody else waits
FEW = 25  # so many are matched however long it takes
PATIENCE = 0.15  # seconds after which no more are: words that were never read take their time
FOR_NOTHING = 0.2  # the same as long as nothing was found

_ids = count(1)  # the ids of queries while they are previewed


async def preview(
    db: Database,
    matcher: Matcher,
    query: Query,
    now: datetime,
    timer: Callable[[], float] = time.perf_counter,
) -> Preview:
    """What the query would have found in the last seven days.

    ``matcher`` must not be the one that new items are matched with: the query stands in it for a
    moment, under an id that means nothing elsewhere. Several previews may share it.
    """
    since, started = now - WINDOW, timer()
    if isinstance(query.root, Topic):
        total, latest = await search.hits_since(db, query.normal, since, LATEST)
        return Preview(total, True, tuple(latest), ())
    sought = matcher.search(query)
    stored = Vocabulary(await search.stored_keys(db, *sought.to_look_up(), since))
    silent = tuple(word.typed for word in sought.wanted if stored.resolve(word.tree) is None)
    tree = stored.resolve(sought.tree)
    if tree is None:
        return Preview(0, True, (), silent)

    def in_time(found: _Found) -> bool:
        return timer() - started < (PATIENCE if found.hits else FOR_NOTHING)

    found = await _verified(db, matcher, query, tree, since=since, in_time=in_time)
    if not found.count and found.exact and isinstance(query.root, Word | Prefix):
        silent = tuple(word.typed for word in sought.wanted)  # what has its key is another word
    return Preview(found.count, found.exact, await _headlines(db, found), silent)


@dataclass(slots=True)
class _Found:
    """What was found among the newest candidates."""

    candidates: int
    matched: int = 0  # candidates that were looked at
    hits: list[tuple[StoredItem, tuple[Span, ...]]] = field(default_factory=list)

    @property
    def exact(self) -> bool:
        return self.matched >= self.candidates

    @property
    def count(self) -> int:
        """The candidates that were not looked at are taken to be like the others."""
        if self.exact:
            return len(self.hits)
        return round(self.candidates * len(self.hits) / self.matched)

    def titles(self) -> int:
        return len({item.text.title.casefold() for item, _ in self.hits})


async def _verified(
    db: Database,
    matcher: Matcher,
    query: Query,
    tree: KeyTree,
    *,
    since: datetime,
    in_time: Callable[[_Found], bool],
) -> _Found:
    """Match the newest candidates, slice by slice."""
    total, newest = await search.candidates(db, tree, since, MOST)
    found = _Found(total)
    query_id = next(_ids)
    matcher.add(query_id, query)
    try:
        while found.matched < len(newest):
            if found.matched >= ENOUGH and found.titles() >= LATEST:
                break
            if found.matched >= FEW and not in_time(found):
                break
            ids = newest[found.matched : found.matched + SLICE]
            items = await search.stored_items(db, ids)
            found.hits += _matches(matcher, query_id, items, since)
            found.matched += len(ids)
    finally:
        matcher.discard(query_id)
    return found


def _matches(
    matcher: Matcher, query_id: int, items: Sequence[StoredItem], since: datetime
) -> list[tuple[StoredItem, tuple[Span, ...]]]:
    """Items that answer the query; what was old news when we first saw it does not count."""
    return [
        (item, hit.spans)
        for item in items
        if item.at >= since
        for hit in matcher.match(item.text)
        if hit.query_id == query_id
    ]


async def _headlines(db: Database, found: _Found) -> tuple[Headline, ...]:
    """The newest, one of each title."""
    newest = sorted(found.hits, key=lambda hit: (hit[0].at, hit[0].item_id), reverse=True)
    chosen: dict[str, tuple[int, tuple[Span, ...]]] = {}
    for item, spans in newest:
        chosen.setdefault(item.text.title.casefold(), (item.item_id, spans))
    shown = dict(list(chosen.values())[:LATEST])
    told = await search.headlines(db, shown)
    return tuple(replace(told[i], spans=spans) for i, spans in shown.items() if i in told)
