"""What was seen before, what a sighting changes, and how loudly an item may be told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Entry, Feed, ItemDraft, ItemKey, KnownItem, Telling
from bot.stories.identity import New, PollFacts, Seen, decide, telling, unsilenced
from tests.test_stories_identity import (
    LONG,
    NEWS,
    NOW,
    OTHER,
    REUTERS,
    TENGRI,
    TENGRI_KK,
    entry,
    feed,
    read,
)


class Ledger:
    """What a store keeps of keys, without one."""

    def __init__(self) -> None:
        self.keys: dict[ItemKey, KnownItem | None] = {}
        self.items: dict[int, KnownItem] = {}
        self.rematched: list[int] = []

    def poll(self, *entries: Entry, of: Feed = TENGRI) -> list[str]:
        """The titles that are new."""
        new = []
        found = read(*entries, of=of)
        decided = [(draft, decide(draft, self.keys)) for draft in found]
        self.keys.update(dict.fromkeys(key for draft in found for key in draft.void_keys))
        for draft, decision in decided:
            if isinstance(decision, New):
                new.append(draft.title)
                self._add(draft, decision.keys)
            else:
                self._see(draft, decision)
        return new

    def _add(self, draft: ItemDraft, keys: Iterable[ItemKey]) -> None:
        item = KnownItem(
            item_id=len(self.items) + 1,
            title=draft.title,
            outlet=draft.outlet,
            domestic=draft.domestic,
            has_summary=bool(draft.summary),
            silent=False,
            first_seen_at=NOW,
            outlet_firm=draft.outlet_firm,
        )
        self._keep(item, keys)

    def _see(self, draft: ItemDraft, seen: Seen) -> None:
        old = self.items[seen.item_id]
        if seen.rematch:
            self.rematched.append(seen.item_id)
        item = replace(
            old,
            outlet=seen.outlet or old.outlet,
            outlet_firm=old.outlet_firm or bool(seen.outlet),
            domestic=old.domestic or seen.domestic,
            has_summary=old.has_summary or bool(seen.summary),
        )
        self._keep(item, seen.keys)

    def _keep(self, item: KnownItem, keys: Iterable[ItemKey]) -> None:
        self.items[item.item_id] = item
        for key in keys:
            self.keys.setdefault(key, item)
        for key, owner in self.keys.items():
            if owner is not None and owner.item_id == item.item_id:
                self.keys[key] = item


# ---------------------------------------------------------------- drafts → items


BASE = entry(guid="481", url="https://tengrinews.kz/n/481", summary="Пятеро погибли.")
SAME_ITEM = {
    "as it was": BASE,
    "another guid": replace(BASE, guid="482"),
    "a tracking parameter": replace(BASE, guid="", url=BASE.url + "?utm_source=x"),
    "another address": replace(BASE, url="https://tengrinews.kz/n/481-blast"),
    "another guid and address": replace(BASE, guid="9", url="https://tengrinews.kz/blast"),
    "an edited title": replace(BASE, title="Взрыв на шахте: погибли пятеро, спасены двадцать"),
    "an edited title, another guid": replace(
        BASE, guid="9", title="Взрыв: погибли пятеро шахтёров"
    ),
    "a new date": replace(BASE, published=NOW),
    "no summary any more": replace(BASE, summary=""),
}


@pytest.mark.parametrize("again", SAME_ITEM.values(), ids=SAME_ITEM)
def test_what_was_seen_is_not_new_again(again: Entry) -> None:
    ledger = Ledger()
    assert ledger.poll(BASE) == [LONG]
    assert ledger.poll(again) == []
    assert ledger.rematched == []


NEW_ITEM = {
    "all of it": entry(OTHER, guid="482", url="https://tengrinews.kz/n/482"),
    "a short title": entry("Взрыв", guid="482", url="https://tengrinews.kz/n/482"),
    "the same title at another outlet": entry(guid="1", url="https://reuters.com/1"),
}


@pytest.mark.parametrize("other", NEW_ITEM.values(), ids=NEW_ITEM)
def test_what_was_not_seen_is_new(other: Entry) -> None:
    ledger = Ledger()
    ledger.poll(BASE)
    assert ledger.poll(other) == [other.title]


def test_posts_of_a_live_blog_are_told_one_by_one_and_once() -> None:
    live = {"guid": "live", "url": "https://tengrinews.kz/live"}
    posts = [entry(f"Пост {n}: {'событие ' * (n % 7)}", **live) for n in range(8)]
    ledger = Ledger()
    for shown in range(2, 8):
        told = [new for _ in range(3) for new in ledger.poll(*reversed(posts[:shown]))]
        assert told == [p.title.strip() for p in reversed(posts[:shown])][: 2 if shown == 2 else 1]


def test_a_key_that_becomes_void_leads_its_first_owner_home() -> None:
    first, second = entry("Курс валют", guid="rate"), entry("Погода", guid="rate")
    ledger = Ledger()
    assert ledger.poll(first) == ["Курс валют"]
    assert ledger.poll(second, first) == ["Погода"]
    assert ledger.poll(first, second) == []
    assert ledger.poll(first) == []


def test_an_address_is_void_only_in_the_feed_that_showed_it() -> None:
    page = "https://tengrinews.kz/live"
    ledger = Ledger()
    ledger.poll(entry(url=page), entry(OTHER, url=page))
    third = "Новые подробности взрыва на шахте"
    assert ledger.poll(entry(third, url=page)) == [third]
    assert ledger.poll(entry("Live: what is known", url=page), of=NEWS) == ["Live: what is known"]
    assert ledger.poll(entry("Live: all that is known of it", url=page), of=NEWS) == []


def test_without_guid_address_or_long_title_an_entry_is_told_once() -> None:
    ledger = Ledger()
    assert ledger.poll(entry("Погода")) == ["Погода"]
    assert ledger.poll(entry("Погода"), entry("Курс")) == ["Курс"]


KEYS = st.sampled_from(["", "1", "2", "3"])
ENTRIES = st.lists(
    st.builds(
        lambda guid, page, title: entry(title, guid=guid, url=page and f"https://a.kz/{page}"),
        KEYS,
        KEYS,
        st.sampled_from([LONG, OTHER, "Погода", "Курс", "Ещё одна новость из Алматы сегодня"]),
    ),
    max_size=5,
)


@given(st.lists(ENTRIES, max_size=4))
def test_a_document_that_is_shown_again_in_any_order_brings_nothing(
    documents: list[list[Entry]],
) -> None:
    ledger = Ledger()
    for document in documents:
        ledger.poll(*document)
        assert ledger.poll(*document) == []
        assert ledger.poll(*reversed(document)) == []


@given(ENTRIES)
def test_every_title_of_a_first_document_is_kept(document: list[Entry]) -> None:
    found = Ledger().poll(*document)
    assert set(found) == {e.title for e in document}


# ---------------------------------------------------------------- what a sighting changes


def test_a_better_outlet_a_domestic_feed_and_a_summary_have_the_item_matched_again() -> None:
    page = "https://news.kz/1"
    own = feed("own", "https://rss.news.kz/", domestic=True)
    ledger = Ledger()
    ledger.poll(entry(url=page), of=NEWS)
    ledger.poll(entry(url=page, summary="Подробности"), of=own)
    assert ledger.rematched == [1]
    assert ledger.items[1].outlet == "own"
    assert (ledger.items[1].domestic, ledger.items[1].has_summary) == (True, True)


def test_two_feeds_that_show_an_item_in_turn_match_it_again_at_most_once_a_change() -> None:
    page = "https://elsewhere.com/1"
    shows = [
        (NEWS, entry(url=page)),
        (REUTERS, entry(url=page, summary="Details")),
        (TENGRI, entry(url=page)),
        (TENGRI_KK, entry(url=page, summary="Мәлімет")),
    ]
    ledger = Ledger()
    for _ in range(5):
        for of, shown in shows:
            ledger.poll(shown, of=of)
    assert len(ledger.rematched) <= 3
    assert ledger.items[1].outlet == "reuters"


# ---------------------------------------------------------------- how loudly


def facts(
    away: timedelta | None = timedelta(minutes=10), entries: int = 20, new: int = 1
) -> PollFacts:
    return PollFacts(
        first_poll=away is None,
        last_ok_at=None if away is None else NOW - away,
        entries=entries,
        new=new,
    )


HOURS = timedelta(hours=1)
LOUDNESS = {
    # name: (facts, age of the entry in hours or None, expected)
    "fresh": (facts(), 0.1, Telling.ALERT),
    "undated": (facts(), None, Telling.ALERT),
    "48 hours old": (facts(), 48, Telling.ALERT),
    "older than 48 hours": (facts(), 48.1, Telling.SILENT),
    "first poll": (facts(None), 0.1, Telling.SILENT),
    "first poll, undated": (facts(None), None, Telling.SILENT),
    "back after six hours": (facts(6 * HOURS), 0.1, Telling.ALERT),
    "back after more, dated": (facts(6.1 * HOURS), 5, Telling.SUMMARY),
    "back after more, undated": (facts(6.1 * HOURS), None, Telling.SUMMARY),
    "back after more, dated a day ago": (facts(6.1 * HOURS), 24, Telling.SUMMARY),
    "back after more, older": (facts(72 * HOURS), 24.1, Telling.SILENT),
    "moved, dated since": (facts(new=11), 0.1, Telling.ALERT),
    "moved, dated before": (facts(new=11), 0.2, Telling.SILENT),
    "moved, dated in that very second": (facts(0.9999 * HOURS, new=11), 1, Telling.ALERT),
    "moved, undated": (facts(new=20), None, Telling.SILENT),
    "half is not more than half": (facts(new=10), 0.2, Telling.ALERT),
    "a small document": (facts(entries=9, new=9), 0.2, Telling.ALERT),
    "not polled within the hour": (facts(1.1 * HOURS, new=20), 0.2, Telling.ALERT),
}


@pytest.mark.parametrize(("seen", "age", "expected"), LOUDNESS.values(), ids=LOUDNESS)
def test_dates_silence_and_never_make_news(
    seen: PollFacts, age: float | None, expected: Telling
) -> None:
    [draft] = read(entry(published=None if age is None else NOW - age * HOURS))
    assert telling(draft, seen, NOW) == expected


def test_a_site_that_moved_is_worth_a_line_in_the_log() -> None:
    assert facts(new=11).moved(NOW)
    assert not facts(new=10).moved(NOW)
    assert not facts(None, new=20).moved(NOW)


@pytest.mark.parametrize(
    ("silent", "past", "new_here", "hours", "expected"),
    [
        (True, True, True, 24, True),
        (False, True, True, 1, False),  # it was told
        (True, False, True, 1, False),  # another feed's silent first poll
        (True, True, False, 1, False),  # the same feed's second poll
        (True, True, True, 25, False),
    ],
)
def test_what_a_silent_first_poll_stored_is_news_when_another_feed_brings_it_within_a_day(
    silent: bool, past: bool, new_here: bool, hours: int, expected: bool
) -> None:
    item = KnownItem(1, LONG, "tengri", False, False, silent, NOW - hours * HOURS)
    assert unsilenced(item, past_first_poll=past, new_here=new_here, now=NOW) == expected
