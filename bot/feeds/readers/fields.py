"""What every kind of document has in its entries: limits, addresses, languages."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

from bot.feeds.readers.text import clean

MAX_TITLE = 1_000  # characters
MAX_SUMMARY = 10_000  # characters: whole articles travel as summaries
MAX_ADDRESS = 2_048  # characters
_LANGUAGE = re.compile(r"[a-z]{2,3}")


def cut(text: str, length: int) -> str:
    """Cut at a word's end, so that no half word is ever matched."""
    if len(text) <= length:
        return text
    head = text[:length]
    return head[: head.rfind(" ")] if " " in head else head


def address(link: str, base: str) -> str:
    """An absolute http or https address, or ""."""
    link = clean(link).replace(" ", "%20")
    try:
        found = urljoin(base, link) if link else ""
        parts = urlsplit(found)
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.netloc or len(found) > MAX_ADDRESS:
        return ""
    return found


def language_of(declared: object) -> str:
    """The primary subtag of a language tag (RFC 5646), "" for anything else."""
    if not isinstance(declared, str):
        return ""
    subtag = declared.strip().lower().replace("_", "-").partition("-")[0]
    return subtag if _LANGUAGE.fullmatch(subtag) else ""
