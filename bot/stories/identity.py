"""What is one item: entries of a document become drafts, keys say whether one was seen before.

The keys of a draft, strongest first:

guid   in its feed
url    ("url", feed, …): never stored with an item; a row without one says that this URL is void in
       this feed
url    ("url", "", …): the canonical URL, in every feed
title  in its outlet, when it has more than four words; the store lets it expire a day after it was
       last seen in a document
entry  in its feed: guid, URL and title together, for drafts that no other key can tell apart

A row without an item voids a key: entries with different titles shared it, so it tells nothing.
All drafts of a document are decided by what was known before it; what it voids is void afterwards.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import urlsplit

from bot.model import (
    Entry,
    Feed,
    FeedKind,
    ItemDraft,
    ItemKey,
    KnownItem,
    ParsedFeed,
    Telling,
)
from bot.stories.language import document_language
from bot.stories.urls import canonical_host, canonical_url

TITLE_WORDS = 4  # a title of more words than this is a key
_KEY_BYTES = 512  # longer values are hashed: an index row of PostgreSQL holds 2,700 bytes
_TITLE_FROM_SUMMARY = 12  # words
_OLD = timedelta(hours=48)
_AWAY = timedelta(hours=6)
_RECENT_AFTER_RETURN = timedelta(hours=24)
_JUST_POLLED = timedelta(hours=1)
_MOVED_FROM = 10  # entries; smaller documents are often new as a whole
_UNSILENCED_WITHIN = timedelta(hours=24)

_DROPPED = re.compile(r"['’ʼ`´]")
_SIGNED = re.compile(r"(?<!\w)[-−–+](?=\d)")  # −5 degrees are not +5
_NO_WORD = re.compile(r"[^\w+−]+|_+|\+(?!\d)|−(?!\d)|(?<=\w)[+−]")

Known = Mapping[ItemKey, KnownItem | None]


# ---------------------------------------------------------------- titles


def normal_title(title: str) -> str:
    """A title as a key: letters and figures only, case, ё and signs of print folded."""
    text = unicodedata.normalize("NFKC", title).casefold()
    text = unicodedata.normalize("NFKC", text).replace("ё", "е")
    text = _SIGNED.sub(lambda sign: "+" if sign[0] == "+" else "−", _DROPPED.sub("", text))
    return " ".join(_NO_WORD.sub(" ", text).split())


def title_words(normal: str) -> int:
    """How many words a normal title has; one of more than TITLE_WORDS is a key."""
    return len(normal.split())


def title_value(title: str) -> str:
    """The value of a title's key, in whatever outlet."""
    return _value(normal_title(title))


# ---------------------------------------------------------------- entries → drafts


def entry_id(entry: Entry) -> str:
    """What an entry is told from the others of its document by: its guid, else its URL unless that
    is a front page, the link of many, else its title, as the keys below have it."""
    url = entry.url if _leads_somewhere(canonical_url(entry.url)) else ""
    return entry.guid.strip() or url or _title(entry)


def _title(entry: Entry) -> str:
    return " ".join(entry.title.split()) or _first_words(entry.summary)


def _leads_somewhere(url: str) -> bool:
    """A bare front page is the link of many."""
    return bool(url.partition("://")[2].partition("/")[2])


def outlet_hosts(feeds: Iterable[Feed]) -> dict[str, str]:
    """Canonical host → id of the outlet whose pages it serves, from the catalogue in its order.

    Aggregators and searches are nobody's outlet, and a host that feeds of several owners share
    (a platform) tells nothing: there an item belongs to the feed that brought it.
    """
    hosts: dict[str, Feed] = {}
    shared = set()
    for feed in feeds:
        if not _speaks_for_itself(feed):
            continue
        host = canonical_host(feed.url)
        first = hosts.setdefault(host, feed)
        if _owner(first) != _owner(feed):
            shared.add(host)
    return {host: feed.id for host, feed in hosts.items() if host and host not in shared}


def drafts(
    feed: Feed,
    parsed: ParsedFeed,
    hosts: Mapping[str, str],
    feeds: Mapping[str, Feed],
    now: datetime,
) -> tuple[ItemDraft, ...]:
    """The texts of a document in its order, each with the keys that say whether it was seen.

    ``hosts``: as `outlet_hosts` gives them; ``feeds``: the catalogue by id. Entries of one document
    that show the same text are one draft with the keys of all; entries without any text are left
    out.
    """
    found = [
        draft
        for entry in parsed.entries
        if (draft := _draft(entry, feed, parsed, hosts=hosts, feeds=feeds, now=now)) is not None
    ]
    void = _void_keys(feed, found)
    merged: list[ItemDraft] = []
    places: dict[tuple[str, ItemKey], int] = {}
    for draft in found:
        same = _same_title(draft.title)
        place = next((places[same, k] for k in draft.keys if (same, k) in places), len(merged))
        if place == len(merged):
            merged.append(draft)
        else:
            merged[place] = _merged(merged[place], draft)
        places.update({(same, key): place for key in draft.keys})
    return tuple(
        replace(draft, void_keys=tuple(key for key in draft.keys if key in void))
        for draft in merged
    )


def _draft(
    entry: Entry,
    feed: Feed,
    parsed: ParsedFeed,
    *,
    hosts: Mapping[str, str],
    feeds: Mapping[str, Feed],
    now: datetime,
) -> ItemDraft | None:
    title = _title(entry)
    if not title:
        return None
    url = canonical_url(entry.url)
    by_host = hosts.get(urlsplit(url).netloc)
    outlet = feeds.get(by_host or feed.id, feed)
    declared = entry.language or feed.language or parsed.language
    return ItemDraft(
        outlet=outlet.id,
        url=entry.url,
        guid=entry.guid,
        title=title,
        summary=entry.summary,
        language=document_language(title, entry.summary, declared),
        published=min(entry.published, now) if entry.published else None,
        # Of another owner's page the outlet's own flag tells; on pages of its own the feed's does.
        domestic=feed.domestic or (outlet.domestic and _owner(outlet) != _owner(feed)),
        keys=_keys(feed, outlet.id, entry.guid.strip(), url, title),
        outlet_firm=_speaks_for_itself(outlet),
    )


def _keys(feed: Feed, outlet: str, guid: str, url: str, title: str) -> tuple[ItemKey, ...]:
    keys = []
    if guid:
        keys.append(ItemKey("guid", feed.id, _value(guid)))
    if _leads_somewhere(url):
        keys.append(ItemKey("url", feed.id, _value(url)))
        keys.append(ItemKey("url", "", _value(url)))
    normal = normal_title(title)
    if title_words(normal) > TITLE_WORDS:
        keys.append(ItemKey("title", outlet, title_value(title)))
    together = "\n".join((guid, url, _same_title(title)))
    keys.append(ItemKey("entry", feed.id, _hash(together)))
    return tuple(keys)


def _void_keys(feed: Feed, found: Sequence[ItemDraft]) -> set[ItemKey]:
    """Guids and URLs that different titles share: void in this feed."""
    titles: dict[ItemKey, set[str]] = defaultdict(set)
    for draft in found:
        for key in draft.keys:
            if key.scope == feed.id and key.kind in {"guid", "url"}:
                titles[key].add(_same_title(draft.title))
    return {key for key, shared in titles.items() if len(shared) > 1}


_STRENGTH = {"guid": 0, "url": 1, "title": 2, "entry": 3}


def _merged(first: ItemDraft, other: ItemDraft) -> ItemDraft:
    keys = sorted(dict.fromkeys(first.keys + other.keys), key=lambda key: _STRENGTH[key.kind])
    return replace(
        first,
        summary=first.summary or other.summary,
        published=first.published or other.published,
        keys=tuple(keys),
    )


def _first_words(summary: str) -> str:
    words = summary.split()
    cut = " ".join(words[:_TITLE_FROM_SUMMARY])
    return f"{cut} …" if len(words) > _TITLE_FROM_SUMMARY else cut


def _same_title(title: str) -> str:
    return normal_title(title) or title.strip()  # a title of emoji alone has no words


def _speaks_for_itself(feed: Feed) -> bool:
    return feed.kind not in {FeedKind.AGGREGATOR, FeedKind.SEARCH}


def _owner(feed: Feed) -> str:
    return feed.owner or feed.id


def _value(text: str) -> str:
    return text if len(text.encode("utf-8", "replace")) <= _KEY_BYTES else _hash(text)


def _hash(text: str) -> str:
    return "sha256:" + sha256(text.encode("utf-8", "replace")).hexdigest()


# ---------------------------------------------------------------- drafts → items


@dataclass(frozen=True, slots=True)
class New:
    """Nobody has seen it. ``keys``: to be stored with it."""

    keys: tuple[ItemKey, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """Another sighting of an item.

    ``keys``: title keys to store, or to keep alive when they are the item's already. Guids and URLs
    are not added at a sighting: a feed that makes new ones at each poll would add rows for ever.
    ``outlet``, ``domestic``, ``summary``: what the item becomes; "" and False where it stays as it
    is. Each changes at most once in an item's life, so that two feeds that show it in turn never
    have it matched again and again.
    """

    item_id: int
    keys: tuple[ItemKey, ...] = ()
    outlet: str = ""
    domestic: bool = False
    summary: str = ""

    @property
    def rematch(self) -> bool:
        """Whether the item is to be matched again."""
        return bool(self.outlet or self.domestic or self.summary)


def decide(draft: ItemDraft, known: Known) -> New | Seen:
    """The strongest key that is known and not void decides.

    ``known``: what the store has for ``draft.keys``; None: the key is void; absent: never seen.
    """
    void = {key for key in draft.keys if key in known and known[key] is None}
    void.update(draft.void_keys)
    void.update(replace(key, scope="") for key in tuple(void) if key.kind == "url")
    for key in draft.keys:
        item = known.get(key)
        # A key that this very document voids still leads its first owner home.
        if item is not None and (key not in void or _same(item, draft)):
            return _seen(item, draft, void)
    usable = tuple(key for key in draft.keys if _is_stored(key, void))
    strong = any(key.kind in {"guid", "url"} for key in usable)
    return New(tuple(key for key in usable if key.kind != "entry" or not strong))


def _seen(item: KnownItem, draft: ItemDraft, void: set[ItemKey]) -> Seen:
    weak = {"title", "entry"} if void else {"title"}
    moves = draft.outlet_firm and not item.outlet_firm and draft.outlet != item.outlet
    return Seen(
        item.item_id,
        keys=tuple(key for key in draft.keys if key.kind in weak),
        outlet=draft.outlet if moves else "",
        domestic=draft.domestic and not item.domestic,
        summary="" if item.has_summary else draft.summary,
    )


def _same(item: KnownItem, draft: ItemDraft) -> bool:
    return _same_title(item.title) == _same_title(draft.title)


def _is_stored(key: ItemKey, void: set[ItemKey]) -> bool:
    return key not in void and not (key.kind == "url" and key.scope)


# ---------------------------------------------------------------- how loudly


@dataclass(frozen=True, slots=True)
class PollFacts:
    """What a poll's document says about the feed; ``entries`` counts those that pruning cut too."""

    first_poll: bool
    last_ok_at: datetime | None
    entries: int
    new: int  # of them never seen before

    def returned(self, now: datetime) -> bool:
        """The feed was away for more than six hours."""
        return self.last_ok_at is not None and now - self.last_ok_at > _AWAY

    def moved(self, now: datetime) -> bool:
        """Polled within the hour, and yet more than half is new: the site moved. Worth a log."""
        just_polled = self.last_ok_at is not None and now - self.last_ok_at <= _JUST_POLLED
        return just_polled and self.entries >= _MOVED_FROM and self.new * 2 > self.entries


def telling(draft: ItemDraft, facts: PollFacts, now: datetime) -> Telling:
    """How loudly an item may be told: dates never make something new, they may silence it."""
    age = now - draft.published if draft.published else None
    if facts.first_poll or (age is not None and age > _OLD):
        return Telling.SILENT
    if facts.returned(now):
        recent = age is None or age <= _RECENT_AFTER_RETURN
        return Telling.SUMMARY if recent else Telling.SILENT
    if facts.moved(now) and facts.last_ok_at is not None:
        # Feeds date by the second.
        last_ok_at = facts.last_ok_at.replace(microsecond=0)
        since = draft.published is not None and draft.published >= last_ok_at
        return Telling.ALERT if since else Telling.SILENT
    return Telling.ALERT


def unsilenced(item: KnownItem, *, past_first_poll: bool, new_here: bool, now: datetime) -> bool:
    """Whether an item that a silent first poll stored is news after all.

    ``new_here``: this feed had not shown it before. Without that a feed's second poll would tell
    all that its first one stored.
    """
    within = now - item.first_seen_at <= _UNSILENCED_WITHIN
    return item.silent and past_first_poll and new_here and within
