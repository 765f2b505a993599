"""RSS, Atom and RDF documents → entries, by feedparser. The only place that knows it.

Runs in a worker (``readers.worker``), because a document can be made to take feedparser minutes,
or all memory there is.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any

import feedparser

from bot.feeds.readers.dates import read_date
from bot.feeds.readers.fields import (
    MAX_ADDRESS,
    MAX_SUMMARY,
    MAX_TITLE,
    address,
    cut,
    language_of,
)
from bot.feeds.readers.repair import mend_references
from bot.feeds.readers.text import Markup, clean, plain_text, said_plain
from bot.model import Entry, ParsedFeed, ParseFailed, ParseOutcome

_BEGIN = re.compile(r"<(?:\w+:)?(?:item|entry)[\s>]", re.IGNORECASE)
_END = re.compile(r"</(?:\w+:)?(?:item|entry|rss|feed|rdf|channel)\s*>", re.IGNORECASE)
_PAGE = re.compile(r"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_FEED_TYPES = (
    "application/rss+xml",
    "application/atom+xml",
    "application/rdf+xml",
    "application/feed+json",
)


def read_feed(text: str, url: str, zone: tzinfo) -> ParseOutcome:
    """The entries of an RSS, Atom or RDF document; what is no feed at all is told by name.

    An entry that a broken end has cut is skipped and counted, too. Raises ``MemoryError`` only.
    """
    try:
        document = feedparser.parse(
            io.BytesIO(mend_references(text).encode("utf-8")),
            response_headers={
                "content-type": "application/xml; charset=utf-8",
                "content-location": url,
            },
            # Both are done here, on plain text, at half the cost.
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except (MemoryError, KeyboardInterrupt):
        raise
    except Exception as exc:  # feedparser's own bugs, met by documents made for them
        return ParseFailed("crashed", f"feedparser cannot read it ({type(exc).__name__}: {exc})")
    error = document.get("bozo_exception")
    if "out of memory" in str(error):
        raise MemoryError
    if not document.entries and (not document.version or error):
        return _no_feed(text, url, error)
    return _feed(document, text, url, zone)


def _feed(document: Any, text: str, url: str, zone: tzinfo) -> ParsedFeed:
    found = list(document.entries)
    skipped = 0
    if document.get("bozo") and found and _breaks_off(text):
        # Nobody knows how much of its last entry is there.
        found.pop()
        skipped += 1
    meta = document.feed
    base = url or address(meta.get("link", ""), "")
    language = language_of(meta.get("language"))
    atom = str(document.version).startswith("atom")
    entries = []
    for raw in found:
        try:
            entry = _entry(raw, base, language, atom, zone)
        except (ValueError, TypeError, AttributeError, LookupError, ArithmeticError):
            entry = None
        if entry is None:
            skipped += 1
        else:
            entries.append(entry)
    title = _plain(meta, "title", atom)[:MAX_TITLE]
    return ParsedFeed(title, language, tuple(entries), skipped)


def _breaks_off(text: str) -> bool:
    """Whether its last entry has no end; what servers add behind the feed is no matter."""
    begins = [found.start() for found in _BEGIN.finditer(text)]
    return _END.search(text, begins[-1] if begins else 0) is None


def _entry(raw: Any, base: str, language: str, atom: bool, zone: tzinfo) -> Entry | None:
    """``None``: it has neither title nor summary."""
    title, summary = _plain(raw, "title", atom), _plain(raw, "summary", atom)
    if not title and not summary:
        return None
    return Entry(
        guid=clean(_text(raw, "id"))[:MAX_ADDRESS],
        url=address(_text(raw, "link"), base),
        title=cut(title, MAX_TITLE),
        summary=cut(summary, MAX_SUMMARY),
        published=_published(raw, zone),
        language=_entry_language(raw, atom) or language,
    )


def _text(raw: Mapping[str, Any], key: str) -> str:
    value = raw.get(key)
    return value if isinstance(value, str) else ""


def _plain(raw: Mapping[str, Any], key: str, atom: bool) -> str:
    """A title or summary as one line of plain text.

    Atom says whether a text is markup; RSS never says.
    """
    value = _text(raw, key)
    detail = raw.get(f"{key}_detail")
    kind = detail.get("type") if isinstance(detail, Mapping) else None
    return said_plain(value) if atom and kind == "text/plain" else plain_text(value)


def _published(raw: Mapping[str, Any], zone: tzinfo) -> datetime | None:
    for key in ("published", "created", "updated"):
        # Asked for by ``in``: feedparser answers with one date for another that is not there.
        value = dict.get(raw, key) if isinstance(raw, dict) else None
        if isinstance(value, str) and (moment := read_date(value, zone)):
            return moment
    return None


def _entry_language(raw: Mapping[str, Any], atom: bool) -> str:
    own = language_of(raw.get("language"))
    if own or not atom:
        return own  # in RSS an entry's dc:language leaks into the details of those behind it
    detail = raw.get("title_detail")
    return language_of(detail.get("language")) if isinstance(detail, Mapping) else ""


# ---------------------------------------------------------------- what is no feed


def _no_feed(text: str, url: str, error: object) -> ParseFailed:
    if _PAGE.search(text[:5_000]):
        links = _FeedLinks(url)
        links.feed(text[:500_000])
        hint = f"; it advertises the feed {links.found[0]}" if links.found else ""
        return ParseFailed("html", f"a web page where a feed was expected{hint}")
    why = f" ({clean(str(error)).removeprefix('<unknown>:')[:200]})" if error else ""
    return ParseFailed("not_a_feed", f"neither RSS nor Atom can be made of it{why}")


class _FeedLinks(Markup):
    """The feeds that a page advertises in its head."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._base = url
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag != "link" or "alternate" not in values.get("rel", "").lower().split():
            return
        if values.get("type", "").lower().strip() in _FEED_TYPES:
            link = address(values.get("href", ""), self._base) or clean(values.get("href", ""))
            if link:
                self.found.append(link)
