"""What response headers say about when to come back, and what to bring then."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx

_MAX_VALIDATOR = 1024  # characters; longer ones would bloat each request, and are dropped
_MAX_RETRY_AFTER = timedelta(hours=24)
_MAX_FRESH = timedelta(hours=1)


def fresh_for(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """How long the server asks not to be asked again, at most an hour; ``None``: it does not say.

    RFC 9111, 4.2.1: ``max-age`` before ``Expires``, less the ``Age`` in caches on the way.
    """
    directives = [part.strip().lower() for part in headers.get("cache-control", "").split(",")]
    if "no-cache" in directives or "no-store" in directives:
        return None
    fresh: timedelta | None = None
    for directive in directives:
        if directive.startswith("max-age="):
            fresh = _seconds(directive.removeprefix("max-age=").strip('"'))
    if fresh is not None:
        fresh -= _seconds(headers.get("age", "")) or timedelta(0)
    elif expires := _date(headers.get("expires", "")):
        fresh = expires - (_date(headers.get("date", "")) or now)
    if fresh is None or fresh <= timedelta(0):
        return None
    return min(fresh, _MAX_FRESH)


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """Retry-After in seconds or as a date (RFC 9110, 10.2.3), at most 24 hours."""
    value = headers.get("retry-after", "")
    wait = _seconds(value)
    if wait is None and (date := _date(value)):
        wait = date - now
    return None if wait is None else min(max(wait, timedelta(0)), _MAX_RETRY_AFTER)


def _seconds(text: str) -> timedelta | None:
    text = text.strip()
    if not (text.isascii() and text.isdigit()):
        return None
    return timedelta(seconds=min(int(text[:12]), 10**9))


def _date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, IndexError, OverflowError):
        return None
    return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)


def plain_headers(response: httpx.Response) -> dict[str, str]:
    """Names in lower case → values as Latin-1, which keeps every byte; repeated ones joined."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in response.headers.raw:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


def validator(headers: Mapping[str, str], name: str) -> str:
    value = headers.get(name, "")
    return value if len(value) <= _MAX_VALIDATOR else ""
