"""Dates as feeds write them, with the slips they make; and dates that no calendar has."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.feeds.readers.dates import read_date, zone_of
from bot.feeds.readers.document import parse_document
from bot.model import ParsedFeed

STEP = timedelta(seconds=31)
NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # 14:00 in Almaty

READ_AS_NINE = [
    "Mon, 02 Mar 2026 14:00:00 +0500",
    "Mon, 2 Mar 2026 14:00 +05:00",
    "Mon,02 Mar 2026 14:00:00 +05",
    "Monday, 02 March 2026 14:00:00+0500",
    "Пн, 02 Mar 2026 14:00:00 +0500",
    "02 Mar 26 14:00:00 +0500 (Almaty)",
    "02-Mar-2026 14:00:00 GMT+5",
    "Mon, 02 Mar 2026 09:00:00 GMT",
    "Mon, 02 Mar 2026 02:00:00 PM +0500",
    "March 2, 2026 9:00:00 UTC",
    "Mon Mar  2 09:00:00 2026",
    "Mon Mar  2 09:00:00 UTC 2026",
    "2026-03-02T14:00:00+05:00",
    "2026-03-02T14:00:00.123+0500",
    "2026-03-02 14:00:00 +05:00",
    "2026-03-02T09:00Z",
    "20260302T09:00:00Z",
    "  2026-03-02\n09:00:00  ",
    "Mon, 02 Mar 2026 14:00:00 ALMT",
    "Mon, 02 Mar 2026 14:00:00 QYZT",
    "Mon, 02 Mar 2026 12:00:00 MSK",
    "Mon, 02 Mar 2026 12:00:00 МСК",
    "Mon, 02 Mar 2026 14:00:00 UZT",
    "Mon, 02 Mar 2026 10:00:00 CET",
    "Mon, 02 Mar 2026 04:00:00 EST",
    "Mon, 02 Mar 2026 04:00:00 ET",
    "2026-03-02T08:59:60+00:00",
]


@pytest.mark.parametrize("text", READ_AS_NINE)
def test_a_date_is_read_however_it_is_written(text: str) -> None:
    found = read_date(text)
    assert found is not None
    assert found.utcoffset() == timedelta(0)
    assert abs(found - NINE) <= timedelta(seconds=1)


NO_DATES = [
    "",
    "2025-02-29",
    "2025-02-29T10:00:00Z",
    "20250229",
    "Sat, 29 Feb 2025 10:00:00 +0500",
    "2026-13-01",
    "2026-00-10",
    "2026-04-31T00:00:00Z",
    "2026-03-02T25:00:00Z",
    "2026-03-02T24:30:00Z",
    "2026-03-02T14:60:00Z",
    "Mon, 02 Mar 2026 14:00:00 +9999",
    "Mon, 02 Mar 2026 14:00:00 -1500",
    "Mon, 02 Mar 2026 14:00:00 +0560",
    "Mon, 02 Mar 2026 14:00:00 +x",
    "Mon, 02 Mar 2026 13:00:00 PM",
    "Mon, 02 Abc 2026 14:00:00 +0500",
    "2026/02/30",  # "2026" and what lacks from today, to feedparser
    "19",
    "yesterday",
    "Mon, 01 Jan 0001 00:00:00 +0000",
    "1970-01-01T00:00:00Z",
    "2150-01-01T00:00:00Z",
    "1" * 10_000,
    "a " * 100_000,
    "2026-03-02" + " " * 100_000 + "x",
]


@pytest.mark.parametrize("text", NO_DATES, ids=lambda text: text[:40])
def test_an_impossible_date_is_none(text: str) -> None:
    assert read_date(text) is None


def test_almatys_clock_is_that_of_the_day() -> None:
    almaty = [read_date(f"{day} 14:00:00 ALMT") for day in ("1 Feb 2024", "1 Mar 2024")]
    assert almaty == [
        datetime(2024, 2, 1, 8, 0, tzinfo=UTC),
        datetime(2024, 3, 1, 9, 0, tzinfo=UTC),
    ]


@pytest.mark.parametrize("text", ["2026-03-02T14:00:00", "Mon, 02 Mar 2026 14:00:00 XYZT"])
def test_the_newsrooms_own_clock_is_meant_where_no_known_zone_is_named(text: str) -> None:
    assert read_date(text, zone_of("Asia/Almaty")) == NINE
    assert read_date(text, zone_of("No/Where")) == datetime(2026, 3, 2, 14, 0, tzinfo=UTC)


offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
seconds = st.integers(0, 10**8).map(lambda n: datetime(1991, 1, 1, tzinfo=UTC) + n * STEP)


@given(seconds, offsets)
def test_what_is_written_by_the_book_comes_back(moment: datetime, offset: timezone) -> None:
    there = moment.astimezone(offset)
    for text in (format_datetime(there), there.isoformat(), there.isoformat(" ")):
        assert read_date(text, ZoneInfo("Asia/Almaty")) == moment


@given(st.text(st.sampled_from("0123456789:-+., TZamprfebgutc"), max_size=40) | st.text())
def test_any_text_is_a_moment_in_utc_or_none(text: str) -> None:
    found = read_date(text)
    assert found is None or (found.tzinfo is UTC and 1989 <= found.year <= 2100)


def test_an_entry_without_a_zone_is_dated_by_its_feeds() -> None:
    document = (
        b"<rss version='2.0'><channel><item><title>t</title>"
        b"<pubDate>Mon, 02 Mar 2026 14:00:00</pubDate></item></channel></rss>"
    )
    found = parse_document(document, timezone="Asia/Almaty")
    assert isinstance(found, ParsedFeed)
    assert found.entries[0].published == NINE
