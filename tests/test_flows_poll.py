"""What a poll teaches of a feed's rhythm."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.feeds import rhythm
from bot.flows.poll import learned
from bot.model import Candidate, DueFeed, FetchSettings, ItemDraft, Telling, Validators
from tests.databases import NOW
from tests.store_rows import feed

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SETTINGS = FetchSettings(user_agent="kazwatch/test")
FEED = feed(timezone="Asia/Almaty")
KNOWN = rhythm.write(rhythm.begin(FEED.timezone, NOW - 7 * DAY))
DUE = DueFeed(FEED, Validators(), 1, NOW - DAY, NOW - 10 * MINUTE, 0, None, rhythm=KNOWN)


def draft(published: datetime | None) -> ItemDraft:
    return ItemDraft("steppe", "", "", "News", "", "en", published, False, ())


@pytest.mark.parametrize(
    ("published", "last", "at"),
    [
        (NOW - MINUTE, NOW - 10 * MINUTE, NOW - MINUTE),
        (NOW - 5 * HOUR, NOW - 10 * MINUTE, NOW - 10 * MINUTE),
        (NOW - 5 * HOUR, NOW - DAY, NOW - 5 * HOUR),
        (None, NOW - 10 * MINUTE, NOW),
        (None, NOW - DAY, None),
    ],
    ids=["dated", "its date is wrong", "nobody looked", "undated", "undated, nobody looked"],
)
def test_when_a_new_entry_came(
    published: datetime | None, last: datetime, at: datetime | None
) -> None:
    due = replace(DUE, last_ok_at=last)
    known, text = learned(due, (), [draft(published)], SETTINGS, NOW)
    assert known.last == at
    assert text == (rhythm.write(known) if at else None)


@pytest.mark.parametrize("text", [None, "", "{}", "garbage"])
def test_a_feed_without_a_rhythm_learns_from_its_whole_document(text: str | None) -> None:
    dates = [NOW - HOUR, NOW - DAY, None]
    seen = [Candidate(draft(at), (), Telling.SILENT) for at in dates]
    known, written = learned(replace(DUE, rhythm=text), seen, [], SETTINGS, NOW)
    assert known.last == NOW - HOUR
    assert sum(known.counts) == 2
    assert written == rhythm.write(known)
