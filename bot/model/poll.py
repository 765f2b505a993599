"""Lane 1: DueFeed → Fetched → ParsedFeed → ItemDraft (+ Hit) → PollRecord."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple


class FeedKind(StrEnum):
    """What stands behind a feed; it decides who speaks for a story."""

    NEWS = "news"
    AGENCY = "agency"
    OFFICIAL = "official"
    AGGREGATOR = "aggregator"
    SEARCH = "search"


@dataclass(frozen=True, slots=True)
class Feed:
    """One feed as the catalogue describes it, after what people changed of it."""

    id: str
    name: str
    url: str
    language: str  # "en", "ru", "kk", …; "" where the feed mixes languages
    country: str  # ISO 3166 alpha-2, lower case; "" for the world
    kind: FeedKind
    owner: str  # outlets of one owner are not independent of each other
    domestic: bool  # everything it publishes is about Kazakhstan
    timezone: str  # IANA name
    terms: str  # what its publisher allows; "unknown" where nobody has read them
    enabled: bool
    reason: str = ""  # why it is not enabled


@dataclass(frozen=True, slots=True)
class Validators:
    """What the last poll left behind to recognise an unchanged document; "" where unknown."""

    etag: str = ""
    last_modified: str = ""
    body_hash: str = ""


@dataclass(frozen=True, slots=True)
class DueFeed:
    """A feed under lease, with what its next poll needs."""

    feed: Feed
    validators: Validators
    fence: int  # record_poll is refused when another holder has claimed since
    first_polled_at: datetime | None  # first successful poll; None: the next one alerts nobody
    last_ok_at: datetime | None
    failures: int  # in a row
    failing_since: datetime | None
    entry_hashes: frozenset[str] = frozenset()  # spans the last poll held
    rhythm: str | None = None  # what was learned of when it publishes, in the words of feeds/rhythm


@dataclass(frozen=True, slots=True)
class Fetched:
    """A whole document, inflated, within the size cap."""

    body: bytes
    content_type: str  # the header as sent, "" when absent
    url: str  # after redirects
    validators: Validators
    elapsed: timedelta
    fresh_for: timedelta | None = None  # max-age or Expires, which bind us up to an hour


@dataclass(frozen=True, slots=True)
class NotModified:
    """304, or 200 with the bytes of the last poll."""

    validators: Validators
    elapsed: timedelta
    fresh_for: timedelta | None = None


@dataclass(frozen=True, slots=True)
class FetchFailed:
    """Why nothing came. ``cause`` is one stable word, ``detail`` a sentence for the operator."""

    cause: str  # dns, connect, tls, timeout, too_large, redirect, refused, status, protocol
    detail: str
    status: int | None = None
    retry_after: timedelta | None = None


FetchOutcome = Fetched | NotModified | FetchFailed


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a document, as plain text; "" where the document has nothing."""

    guid: str
    url: str  # absolute, or ""
    title: str
    summary: str
    published: datetime | None
    language: str = ""


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """The entries of a document in its order. Broken ones are counted, not raised."""

    title: str
    language: str  # as the document declares it, primary subtag; "" when it does not
    entries: tuple[Entry, ...]
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class ParseFailed:
    """``cause``: not_a_feed, html, timeout, memory, crashed, encoding."""

    cause: str
    detail: str


ParseOutcome = ParsedFeed | ParseFailed


@dataclass(frozen=True, slots=True)
class ItemKey:
    """What says "seen before". ``kind``: guid (scope: feed), url (scope: "", or a feed when void
    there), title (scope: outlet), entry (scope: feed; guid, URL and title together)."""

    kind: str
    scope: str
    value: str


@dataclass(frozen=True, slots=True)
class ItemDraft:
    """One text at one outlet, before anyone knows whether it was seen."""

    outlet: str  # catalogue id of the feed whose host serves the URL, else the feed's own
    url: str  # as published; canonical form is in the key
    guid: str
    title: str
    summary: str
    language: str  # "en", "ru", "kk" or another primary subtag; "" when unknown
    published: datetime | None  # never later than now
    domestic: bool
    keys: tuple[ItemKey, ...]  # strongest first
    void_keys: tuple[ItemKey, ...] = ()  # keys this document shows to be worthless in this feed
    outlet_firm: bool = True  # False: the outlet is an aggregator or a search, for want of a better


@dataclass(frozen=True, slots=True)
class KnownItem:
    """What the store knows of an item that a key led to."""

    item_id: int
    title: str
    outlet: str
    domestic: bool
    has_summary: bool
    silent: bool  # stored by a silent first poll, and nobody was told since
    first_seen_at: datetime
    outlet_firm: bool = True  # False: its outlet's feed is of kind aggregator or search


@dataclass(frozen=True, slots=True)
class MatchText:
    """What the matcher reads of an item."""

    title: str
    summary: str = ""
    language: str = ""
    source: str = ""  # outlet id
    domestic: bool = False


class Span(NamedTuple):
    """Where a query was found: code points into the field, end exclusive.

    A tuple, as `Hit` is: an item that many queries match has hundreds, and a frozen dataclass
    takes four times as long to make.
    """

    field: str  # title, summary, source (a domestic outlet: 0, 0)
    start: int
    end: int
    text: str
    entity: str = ""  # of the pack
    topics: tuple[str, ...] = ()


class Hit(NamedTuple):
    """A query found in an item."""

    query_id: int
    spans: tuple[Span, ...]


class Telling(StrEnum):
    """How loudly a new item may be told. Dates never make something new; they may silence it."""

    ALERT = "alert"
    SUMMARY = "summary"  # what a feed brings on its return after hours: one message per chat
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A draft with what was found in it, ready to be recorded."""

    draft: ItemDraft
    hits: tuple[Hit, ...]
    telling: Telling
    tokens: frozenset[str] = frozenset()  # skeleton keys of title and summary, for search


@dataclass(frozen=True, slots=True)
class PollRecord:
    """All that one poll changes, written in one transaction.

    ``failure`` set: only the feed's own state changes. ``candidates`` empty and no failure: nothing
    was new.
    """

    feed_id: str
    fence: int
    at: datetime
    next_poll_at: datetime
    validators: Validators
    candidates: tuple[Candidate, ...] = ()
    failure: FetchFailed | ParseFailed | None = None
    entry_hashes: frozenset[str] = frozenset()
    # What a silent poll stored is marked when a feed past its first poll shows it within a day.
    past_first_poll: bool = False
    rhythm: str | None = None  # what is known now; None: as before


@dataclass(frozen=True, slots=True)
class PollResult:
    """What recording a poll came to."""

    new: int
    marked: int  # new items with hits: the promise begins with them
    sightings: int
    held: bool = True  # False: the lease was lost, and nothing was written
