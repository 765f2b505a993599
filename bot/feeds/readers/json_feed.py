"""JSON Feed documents, versions 1.0 and 1.1 (https://jsonfeed.org/version/1.1) → entries."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any

from bot.feeds.readers.dates import read_date
from bot.feeds.readers.fields import (
    MAX_ADDRESS,
    MAX_SUMMARY,
    MAX_TITLE,
    address,
    cut,
    language_of,
)
from bot.feeds.readers.text import clean, plain_text, said_plain
from bot.model import Entry, ParsedFeed, ParseFailed, ParseOutcome

_VERSION = "https://jsonfeed.org/version/1"


def read_json_feed(text: str, url: str, zone: tzinfo) -> ParseOutcome:
    """The items of a feed; those that say nothing, or are no objects, are skipped and counted.

    An item without a title gets none here: as with every feed, the first words of its summary
    become one in ``stories.identity``. Raises ``MemoryError`` only.
    """
    try:
        # Numbers stay as they are written: as such they are ids, and a long one takes no time.
        document = json.loads(text, strict=False, parse_int=str, parse_float=str)
    except RecursionError:
        return ParseFailed("not_a_feed", "JSON that is nested deeper than any feed is")
    except ValueError as error:
        return ParseFailed("not_a_feed", f"neither XML nor whole JSON ({error})")
    if not isinstance(document, dict) or not _text(document, "version").startswith(_VERSION):
        return ParseFailed("not_a_feed", "JSON, but no JSON Feed: it names no version of it")
    items = document.get("items")
    if not isinstance(items, list):
        return ParseFailed("not_a_feed", "a JSON Feed without a list of items")
    base = url or address(_text(document, "home_page_url"), "")
    language = language_of(document.get("language"))
    found = [_entry(item, base, language, zone) for item in items]
    entries = tuple(entry for entry in found if entry is not None)
    title = said_plain(_text(document, "title"))[:MAX_TITLE]
    return ParsedFeed(title, language, entries, len(found) - len(entries))


def _entry(item: object, base: str, language: str, zone: tzinfo) -> Entry | None:
    """``None``: it has neither title nor summary."""
    if not isinstance(item, dict):
        return None
    title, summary = said_plain(_text(item, "title")), _summary(item)
    if not title and not summary:
        return None
    return Entry(
        guid=clean(_text(item, "id"))[:MAX_ADDRESS],
        # ``external_url`` is the page that a link blog speaks of, ``url`` its own.
        url=address(_text(item, "url"), base) or address(_text(item, "external_url"), base),
        title=cut(title, MAX_TITLE),
        summary=cut(summary, MAX_SUMMARY),
        published=_published(item, zone),
        language=language_of(item.get("language")) or language,
    )


def _summary(item: Mapping[str, Any]) -> str:
    plain = said_plain(_text(item, "summary")) or said_plain(_text(item, "content_text"))
    return plain or plain_text(_text(item, "content_html"))


def _published(item: Mapping[str, Any], zone: tzinfo) -> datetime | None:
    for name in ("date_published", "date_modified"):
        if moment := read_date(_text(item, name), zone):
            return moment
    return None


def _text(item: Mapping[str, Any], name: str) -> str:
    value = item.get(name)
    return value if isinstance(value, str) else ""
