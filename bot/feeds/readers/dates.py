"""What a feed writes as a date → a moment, or nothing where no such moment exists.

Two shapes are read: RFC 822 ("Mon, 02 Mar 2026 14:00:00 +0500", with the slips that feeds make in
it) and ISO 8601 ("2026-03-02T14:00:00+05:00"). feedparser's own dates are not asked: of a day that
no calendar has it makes the next one, it takes any offset, fills what lacks from today's date, and
reads the names of zones that it does not know as UTC. Greek, Hungarian and Korean dates, which it
knows, no feed here writes.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

_YEARS = range(1990, 2100)  # a date outside is a slip of the publisher's software
_FURTHEST = timedelta(hours=14)  # from UTC that any clock is
_LONGEST = 100  # characters; what is longer is no date
_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
_CLOCK = (
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?"
    r"(?:\s*(?P<half>[ap])m\b)?"
)
_ZONE = r"(?P<zone>[^\W\d_][^\s()]*|[+\u2212-][^\s()]*)"
_RFC822 = re.compile(
    r"(?:[^\W\d_]+[,.]?\s+|[^\W\d_]+,)?"  # the day of the week, in whatever language
    r"(?:(?P<day>\d{1,2})[\s-]+(?P<month>[a-z]{3})[a-z]*[.,]?"
    r"|(?P<month_>[a-z]{3})[a-z]*[.]?\s+(?P<day_>\d{1,2}),?)[\s-]+"
    rf"(?P<year>\d{{4}}|\d{{2}}),?(?:\s+{_CLOCK}(?:\s*{_ZONE})?(?:\s*\(.*\))?)?"
)
_ASCTIME = re.compile(
    rf"[a-z]{{3}}\s+(?P<month>[a-z]{{3}})\s+(?P<day>\d{{1,2}})\s+{_CLOCK}"
    rf"(?:\s+(?P<zone>[a-z]+))?\s+(?P<year>\d{{4}})"
)
_ISO = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d{1,2})(?:-(?P<day>\d{1,2}))?"
    r"|(?P<month_>\d{2})(?P<day_>\d{2}))?"
    rf"(?:(?:t|\s+){_CLOCK}(?:\s*{_ZONE})?)?"
)
_OFFSET = re.compile(r"(?:utc|gmt)?(?P<sign>[+\u2212-])(?P<hours>\d{1,2}?):?(?P<minutes>\d{2})?")

# Zones by the names that servers write, summer's beside winter's. Where a zone's clocks have
# changed, the offset that was in force on the day counts: Almaty's is +05 since March 2024.
_PLACES = {
    "almt almst": "Asia/Almaty",
    "qyzt qyzst": "Asia/Qyzylorda",
    "aqtt aqtst": "Asia/Aqtau",
    "orat orast": "Asia/Oral",
    "msk msd мск": "Europe/Moscow",
    "samt": "Europe/Samara",
    "yekt": "Asia/Yekaterinburg",
    "omst": "Asia/Omsk",
    "novt": "Asia/Novosibirsk",
    "krat": "Asia/Krasnoyarsk",
    "kgt": "Asia/Bishkek",
    "uzt": "Asia/Tashkent",
    "tjt": "Asia/Dushanbe",
    "tmt": "Asia/Ashgabat",
    "azt": "Asia/Baku",
    "trt": "Europe/Istanbul",
    "et": "America/New_York",
    "ct": "America/Chicago",
    "mt": "America/Denver",
    "pt": "America/Los_Angeles",
}
_ZONES: dict[str, tzinfo] = {
    name: ZoneInfo(place) for names, place in _PLACES.items() for name in names.split()
}
_HOURS = {  # RFC 822's, and others that stand for one offset; "IST" and "AMT" stand for several
    "z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0, "west": 1, "bst": 1,
    "met": 1, "mest": 2, "cet": 1, "cest": 2, "eet": 2, "eest": 3,
    "adt": -3, "ast": -4, "edt": -4, "est": -5, "cdt": -5, "cst": -6, "mdt": -6, "mst": -7,
    "pdt": -7, "pst": -8, "jst": 9, "kst": 9, "hkt": 8, "sgt": 8,
}  # fmt: skip
_ZONES |= {name: timezone(timedelta(hours=hours)) for name, hours in _HOURS.items()}


def read_date(text: str, own_zone: tzinfo = UTC) -> datetime | None:
    """The moment in UTC, to the second; ``None`` for what is no date, and for impossible ones.

    ``own_zone``: the newsroom's. Its clock is meant where no zone is named, or one that is known
    to nobody else.
    """
    text = text.strip()
    if len(text) > _LONGEST:
        return None
    text = " ".join(text.lower().split())
    found = next((m for shape in (_ISO, _RFC822, _ASCTIME) if (m := shape.fullmatch(text))), None)
    if found is None:
        return None
    part = {name.partition("_")[0]: value for name, value in found.groupdict().items() if value}
    try:
        day = datetime(_year(part["year"]), _month(part), int(part.get("day", 1)), tzinfo=UTC)
        clock = _clock(part)
        zone = _zone(part.get("zone", ""), own_zone)
    except (ValueError, KeyError):
        return None
    if day.year not in _YEARS:
        return None
    return (day + clock).replace(tzinfo=zone).astimezone(UTC)


def zone_of(name: str) -> tzinfo:
    """By its IANA name; UTC where nobody knows it (any more)."""
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        return UTC


def _year(digits: str) -> int:
    return int(digits) if len(digits) == 4 else int(digits) + (2000 if int(digits) < 90 else 1900)


def _month(part: dict[str, str]) -> int:
    name = part.get("month", "1")
    return int(name) if name.isdigit() else _MONTHS[name]


def _clock(part: dict[str, str]) -> timedelta:
    """Since midnight. A leap second is the one before it, and 24:00 the next day's beginning."""
    hour, minute, second = (int(part.get(name, 0)) for name in ("hour", "minute", "second"))
    if half := part.get("half"):
        if not 1 <= hour <= 12:
            raise ValueError("no hour of a clock with twelve")
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour > 24 or minute > 59 or second > 60 or (hour == 24 and (minute or second)):
        raise ValueError("no time of day")
    return timedelta(hours=hour, minutes=minute, seconds=min(second, 59))


def _zone(name: str, own_zone: tzinfo) -> tzinfo:
    offset = _OFFSET.fullmatch(name)
    if offset is None:
        if name[:1] in {"+", "-", "\u2212"}:
            raise ValueError("no offset")
        return _ZONES.get(name.removeprefix("etc/"), own_zone)
    hours, minutes = int(offset["hours"]), int(offset["minutes"] or 0)
    ahead = timedelta(hours=hours, minutes=minutes)
    if minutes > 59 or ahead > _FURTHEST:
        raise ValueError("no clock is so far from UTC")
    return timezone(ahead if offset["sign"] == "+" else -ahead)
