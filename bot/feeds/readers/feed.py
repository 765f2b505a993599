"""RSS, Atom and RDF documents → entries, by feedparser. The only place that knows it.

Runs in a worker (``readers.worker``), because a document can be made to take feedparser minutes,
or all memory there is.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from datetime import datetime, tzinfo
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

import feedparser

from bot.feeds.readers.charset import to_text
from bot.feeds.readers.dates import read_date, zone_of
from bot.feeds.readers.repair import mend_references
from bot.feeds.readers.text import clean, decode_twice, plain_text
from bot.model import Entry, ParsedFeed, ParseFailed, ParseOutcome

_MAX_TITLE = 1_000  # characters
_MAX_SUMMARY = 10_000  # characters: whole articles travel as summaries
_MAX_ADDRESS = 2_048  # characters
_LANGUAGE = re.compile(r"[a-z]{2,3}")
# What XML 1.0 forbids: with it gone the strict parser reads what only the loose one would.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_BEGIN = re.compile(r"<(?:\w+:)?(?:item|entry)[\s>]", re.IGNORECASE)
_END = re.compile(r"</(?:\w+:)?(?:item|entry|rss|feed|rdf|channel)\s*>", re.IGNORECASE)
_MARKUP = re.compile(r"</[a-z][a-z0-9]*\s*>|<(?:br|hr|img|p)\b", re.IGNORECASE)
_PAGE = re.compile(r"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/rdf+xml")


def parse_document(
    body: bytes, content_type: str = "", url: str = "", timezone: str = "UTC"
) -> ParseOutcome:
    """The entries of a document as plain text, in its order.

    ``content_type`` is the header as sent, ``url`` where the document came from, for its relative
    links, ``timezone`` the IANA name of the newsroom's, for dates that name none. An entry that
    cannot be read, that says nothing, or that a broken end has cut, is skipped and counted. Raises
    ``MemoryError`` only.
    """
    text = _FORBIDDEN.sub("", to_text(body, content_type)).strip().lstrip("\ufeff")
    if not text:
        return ParseFailed("not_a_feed", "the document is empty")
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
    return _feed(document, text, url, zone_of(timezone))


def _feed(document: Any, text: str, url: str, zone: tzinfo) -> ParsedFeed:
    found = list(document.entries)
    skipped = 0
    if document.get("bozo") and found and _breaks_off(text):
        # Nobody knows how much of its last entry is there.
        found.pop()
        skipped += 1
    meta = document.feed
    base = url or _address(meta.get("link", ""), "")
    language = _language(meta.get("language"))
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
    title = _plain(meta, "title", atom)[:_MAX_TITLE]
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
        guid=clean(_text(raw, "id"))[:_MAX_ADDRESS],
        url=_address(_text(raw, "link"), base),
        title=_cut(title, _MAX_TITLE),
        summary=_cut(summary, _MAX_SUMMARY),
        published=_published(raw, zone),
        language=_entry_language(raw, atom) or language,
    )


def _text(raw: Mapping[str, Any], key: str) -> str:
    value = raw.get(key)
    return value if isinstance(value, str) else ""


def _plain(raw: Mapping[str, Any], key: str, atom: bool) -> str:
    """A title or summary as one line of plain text.

    Atom says whether a text is markup, and a plain one may speak of tags; only where a "plain" one
    plainly is markup, as with careless publishers, it is read as such. RSS never says.
    """
    value = _text(raw, key)
    detail = raw.get(f"{key}_detail")
    kind = detail.get("type") if isinstance(detail, Mapping) else None
    if atom and kind == "text/plain" and not _MARKUP.search(value):
        return decode_twice(clean(value))
    return plain_text(value)


def _cut(text: str, length: int) -> str:
    """Cut at a word's end, so that no half word is ever matched."""
    if len(text) <= length:
        return text
    head = text[:length]
    return head[: head.rfind(" ")] if " " in head else head


def _address(link: str, base: str) -> str:
    """An absolute http or https address, or ""."""
    link = clean(link).replace(" ", "%20")
    try:
        address = urljoin(base, link) if link else ""
        parts = urlsplit(address)
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.netloc or len(address) > _MAX_ADDRESS:
        return ""
    return address


def _published(raw: Mapping[str, Any], zone: tzinfo) -> datetime | None:
    for key in ("published", "created", "updated"):
        # Asked for by ``in``: feedparser answers with one date for another that is not there.
        value = dict.get(raw, key) if isinstance(raw, dict) else None
        if isinstance(value, str) and (moment := read_date(value, zone)):
            return moment
    return None


def _entry_language(raw: Mapping[str, Any], atom: bool) -> str:
    own = _language(raw.get("language"))
    if own or not atom:
        return own  # in RSS an entry's dc:language leaks into the details of those behind it
    detail = raw.get("title_detail")
    return _language(detail.get("language")) if isinstance(detail, Mapping) else ""


def _language(declared: object) -> str:
    """The primary subtag of a language tag (RFC 5646), "" for anything else."""
    if not isinstance(declared, str):
        return ""
    subtag = declared.strip().lower().replace("_", "-").partition("-")[0]
    return subtag if _LANGUAGE.fullmatch(subtag) else ""


# ---------------------------------------------------------------- what is no feed


def _no_feed(text: str, url: str, error: object) -> ParseFailed:
    if _PAGE.search(text[:5_000]):
        links = _FeedLinks(url)
        links.feed(text[:500_000])
        hint = f"; it advertises the feed {links.found[0]}" if links.found else ""
        return ParseFailed("html", f"a web page where a feed was expected{hint}")
    why = f" ({clean(str(error)).removeprefix('<unknown>:')[:200]})" if error else ""
    return ParseFailed("not_a_feed", f"neither RSS nor Atom can be made of it{why}")


class _FeedLinks(HTMLParser):
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
            link = _address(values.get("href", ""), self._base) or clean(values.get("href", ""))
            if link:
                self.found.append(link)

    def parse_html_declaration(self, i: int) -> int:
        if self.rawdata.startswith("<![", i):  # as in text._Stripper
            end = self.rawdata.find(">", i)
            return end + 1 if end >= 0 else -1
        return super().parse_html_declaration(i)
