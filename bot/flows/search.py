"""What a query would have found, before anybody watches it."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count

from bot.matching.candidates import KeyTree
from bot.matching.explain import leaves
from bot.matching.matcher import Matcher
from bot.matching.nodes import Filter, Prefix, Topic, Word
from bot.matching.query import Query, normal_form
from bot.matching.vocabulary import Vocabulary
from bot.model import Member, Preview, Span, Telling, UngroupedItem
from bot.store import search
from bot.store.db import Database
from bot.store.search import StoredItem
from bot.stories.group import group
from bot.stories.identity import normal_title

WINDOW = timedelta(days=7)
LATEST = 3  # headlines that are shown
ENOUGH = 400  # items that are matched; a larger number of candidates is reckoned from them
MOST = 1200  # so many are matched where the first of them show fewer headlines than wanted
SLICE = 25  # items that are matched in one go, while everybody else waits
COPIES = 30  # of one text that another is compared with, the latest
FEW = 25  # so many are matched however long it takes
PATIENCE = 0.12  # seconds after which no more are: words that were never read take their time
FOR_NOTHING = 0.16  # the same as long as nothing was found

_Hit = tuple[StoredItem, tuple[Span, ...]]
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
        total, hits = await search.hits_since(db, query.normal, since, MOST)
        return await _preview(db, _Found(total, len(hits), hits), ())
    sought = matcher.search(query)
    stored = Vocabulary(await search.stored_keys(db, *sought.to_look_up(), since))
    silent = tuple(word.typed for word in sought.wanted if stored.resolve(word.tree) is None)
    filters = [leaf for leaf, _ in leaves(query.root) if isinstance(leaf, Filter)]
    silent += tuple(map(normal_form, await search.without_items(db, filters)))
    tree = stored.resolve(sought.tree)
    if tree is None:
        return Preview(0, True, (), silent)

    def in_time(found: _Found) -> bool:
        return timer() - started < (PATIENCE if found.hits else FOR_NOTHING)

    found = await _verified(db, matcher, query, tree, since=since, in_time=in_time)
    if not found.hits and found.exact and isinstance(query.root, Word | Prefix):
        silent = tuple(word.typed for word in sought.wanted)  # what has its key is another word
    return await _preview(db, found, silent)


@dataclass(slots=True)
class _Found:
    """What was found among the newest candidates."""

    candidates: int
    matched: int = 0  # candidates that were looked at
    hits: list[_Hit] = field(default_factory=list)

    @property
    def exact(self) -> bool:
        return self.matched >= self.candidates

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
) -> list[_Hit]:
    """Items that answer the query; what was old news when we first saw it does not count."""
    return [
        (item, hit.spans)
        for item in items
        if item.at >= since
        for hit in matcher.match(item.text)
        if hit.query_id == query_id
    ]


async def _preview(db: Database, found: _Found, silent: tuple[str, ...]) -> Preview:
    """Count and headlines tell of the same alerts. Candidates that were not looked at are taken to
    be like the others."""
    told = _alerts(found.hits)
    number = len(told) if found.exact else round(found.candidates * len(told) / found.matched)
    shown = {item.item_id: spans for item, spans in told[:LATEST]}
    read = await search.headlines(db, shown)
    latest = tuple(replace(read[i], spans=spans) for i, spans in shown.items() if i in read)
    return Preview(number, found.exact, latest, silent)


def _alerts(hits: Sequence[_Hit]) -> list[_Hit]:
    """The newest item of each story that the items would have been, the newest first."""
    story_of = _stories(item for item, _ in hits)
    newest: dict[int, _Hit] = {}
    for hit in sorted(hits, key=lambda hit: (hit[0].at, hit[0].item_id), reverse=True):
        newest.setdefault(story_of[hit[0].item_id], hit)
    return list(newest.values())


def _stories(found: Iterable[StoredItem]) -> dict[int, int]:
    """Item → its story, by the rule of lane 2, which itself groups only what somebody watches."""
    by_title: dict[str, list[StoredItem]] = defaultdict(list)
    for item in found:
        by_title[normal_title(item.text.title)].append(item)
    stories: dict[int, int] = {}
    for same in by_title.values():
        members: list[Member] = []
        for item in sorted(same, key=lambda item: (item.first_seen_at, item.item_id)):
            asked = _ungrouped(item)
            known = group(asked, members[-COPIES:]).story_id if members else None
            stories[item.item_id] = item.item_id if known is None else known
            members.append(asked.in_story(stories[item.item_id]))
    return stories


def _ungrouped(item: StoredItem) -> UngroupedItem:
    text = item.text
    return UngroupedItem(
        item_id=item.item_id,
        outlet=text.source,
        owner=text.source,
        url="",
        title=text.title,
        summary=text.summary,
        language=text.language,
        published=item.at,
        first_seen_at=item.first_seen_at,
        telling=Telling.ALERT,
        hits=(),
    )
