"""One document → its entries, by the reader of its kind. What it is its content tells: headers are
set for whole servers, and a file has none.

Runs in a worker (``readers.worker``): a document can be made to take minutes, or all memory.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import tzinfo

from bot.feeds.readers.charset import to_text
from bot.feeds.readers.dates import zone_of
from bot.feeds.readers.feed import read_feed
from bot.feeds.readers.json_feed import read_json_feed
from bot.feeds.readers.sitemap import read_sitemap
from bot.feeds.readers.telegram import is_channel, read_channel
from bot.model import ParseFailed, ParseOutcome

Reader = Callable[[str, str, tzinfo], ParseOutcome]

# What XML 1.0 forbids: with it gone the strict parser reads what only the loose one would.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_PROLOG = re.compile(
    r"\s*(?:<\?.*?\?>|<!--.*?-->|<!doctype[^>\[]*(?:\[.*?\]\s*)?>)", re.DOTALL | re.IGNORECASE
)
_ELEMENT = re.compile(r"\s*<(?:[\w.-]+:)?([\w.-]+)")
_JSON_TYPE = re.compile(r"\s*application/(?:feed\+)?json\b", re.IGNORECASE)


def parse_document(
    body: bytes, content_type: str = "", url: str = "", timezone: str = "UTC"
) -> ParseOutcome:
    """The entries of a document as plain text, in its order.

    ``content_type`` is the header as sent, ``url`` where the document came from, for its relative
    links, ``timezone`` the IANA name of the newsroom's, for dates that name none. An entry that
    cannot be read, or that says nothing, is skipped and counted. Raises ``MemoryError`` only.
    """
    text = _FORBIDDEN.sub("", to_text(body, content_type)).strip().lstrip("\ufeff")
    if not text:
        return ParseFailed("not_a_feed", "the document is empty")
    return _reader(text, content_type)(text, url, zone_of(timezone))


def _reader(text: str, content_type: str) -> Reader:
    if text[0] == "{" or (text[0] != "<" and _JSON_TYPE.match(content_type)):
        return read_json_feed
    root = _root(text)
    if root in ("urlset", "sitemapindex"):
        return read_sitemap
    if root.lower() == "html" and is_channel(text):
        return read_channel
    return read_feed


def _root(text: str) -> str:
    """The name of the first element, without its prefix."""
    place = 0
    while prolog := _PROLOG.match(text, place):
        place = prolog.end()
    root = _ELEMENT.match(text, place)
    return root[1] if root else ""
