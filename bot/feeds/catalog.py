"""The catalogue of feeds: what a person wrote → feeds, or one sentence that says what is wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields
from difflib import get_close_matches
from zoneinfo import ZoneInfo

from bot.errors import SettingsError
from bot.feeds.guard import Refusal, vet_form
from bot.model import Feed, FeedKind

_KEYS = tuple(field.name for field in fields(Feed))
_FLAGS = frozenset({"domestic", "enabled"})
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LANGUAGE = re.compile(r"(?:[a-z]{2,3})?")
_COUNTRY = re.compile(r"(?:[a-z]{2})?")


def read_catalog(data: Mapping[str, object], source: str) -> tuple[Feed, ...]:
    """The feeds of a parsed TOML file, in its order; ``source`` is how the file is called.

    Raises ``SettingsError`` with file, feed, key and what would be right.
    """
    for key in data:
        if key != "feed":
            raise SettingsError(
                f"{source}: {key!r} is no key of the catalogue; each feed is a [[feed]] table."
            )
    tables = data.get("feed", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise SettingsError(f"{source}: 'feed' is no list of tables; write [[feed]] above each.")
    feeds: list[Feed] = []
    names: dict[str, str] = {}
    for number, table in enumerate(tables, start=1):
        where = f"{source}: feed {number} ({table.get('id') or table.get('name') or 'no id'})"
        feed = _feed(table, where)
        for key, value in (("id", feed.id), ("url", feed.url)):
            if (other := names.setdefault(f"{key} {value}", where)) != where:
                raise SettingsError(
                    f"{where}: {key} {value!r} is taken by {other.removeprefix(f'{source}: ')};"
                    f" each feed has its own."
                )
        feeds.append(feed)
    return tuple(feeds)


def _feed(table: Mapping[str, object], where: str) -> Feed:
    for key, value in table.items():
        if key not in _KEYS:
            close = get_close_matches(key, _KEYS, n=1)
            right = f"did you mean {close[0]!r}?" if close else f"known are {', '.join(_KEYS)}."
            raise SettingsError(f"{where}: {key!r} is no key of a feed; {right}")
        if key in _FLAGS and not isinstance(value, bool):
            raise SettingsError(f"{where}: {key} is {value!r}; write true or false.")
        if key not in _FLAGS and not isinstance(value, str):
            raise SettingsError(f"{where}: {key} is {value!r}; write a text in quotes.")
    text = {key: str(value).strip() for key, value in table.items() if key not in _FLAGS}
    for key in ("id", "name", "url"):
        if not text.get(key):
            raise SettingsError(f"{where}: {key} is missing; every feed has id, name and url.")
    _check_text(text, where)
    enabled, reason = bool(table.get("enabled", True)), text.get("reason", "")
    if not enabled and not reason:
        raise SettingsError(f"{where}: enabled is false without a reason; write why as 'reason'.")
    country = text.get("country", "")
    return Feed(
        id=text["id"],
        name=text["name"],
        url=text["url"],
        language=text.get("language", ""),
        country=country,
        kind=FeedKind(text.get("kind", FeedKind.NEWS)),
        owner=text.get("owner") or text["id"],
        domestic=bool(table.get("domestic", False)),
        timezone=text.get("timezone") or ("Asia/Almaty" if country == "kz" else "UTC"),
        terms=text.get("terms") or "unknown",
        enabled=enabled,
        reason=reason,
    )


def _check_text(text: Mapping[str, str], where: str) -> None:
    """Each value against the form of its key. Raises ``SettingsError``."""
    kinds = [kind.value for kind in FeedKind]
    forms = (
        ("id", _ID.fullmatch, "small letters, digits and single hyphens, such as 'vlast-ru'"),
        ("language", _LANGUAGE.fullmatch, "a code of two or three letters such as 'kk', or ''"),
        ("country", _COUNTRY.fullmatch, "a code of two small letters such as 'kz', or ''"),
        ("kind", kinds.__contains__, f"one of {', '.join(kinds)}"),
        ("timezone", _is_timezone, "an IANA name such as 'Asia/Almaty'"),
    )
    for key, fits, right in forms:
        if key in text and not fits(text[key]):
            raise SettingsError(f"{where}: {key} is {text[key]!r}; write {right}.")
    if isinstance(refusal := vet_form(text["url"]), Refusal):
        raise SettingsError(
            f"{where}: url: {refusal.why}; write one such as 'https://example.org/feed'."
        )


def _is_timezone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError):  # OSError: "Asia" is a directory
        return False
    return True
