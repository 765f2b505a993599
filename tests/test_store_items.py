"""What record_poll promises: one transaction, one item, one mark."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.model import FeedKind, Headline, ItemDraft, ItemKey, PollResult, Telling
from bot.store import feeds, items, schema
from bot.store.db import Database
from tests.databases import NOW
from tests.store_rows import (
    PACK,
    TITLES,
    candidate,
    claim,
    draft,
    feed,
    hit,
    poll,
    record,
    rows,
    subscribe,
)

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
async def query(db: Database) -> int:
    """Two feeds of two outlets and a query that a chat watches; its id."""
    await feeds.sync_catalogue(db, [feed("steppe"), feed("caspian")], NOW)
    return (await subscribe(db))[1]


async def marked(db: Database) -> list[str]:
    return [row.title for row in await rows(db, schema.items) if row.marked_at is not None]


async def test_a_poll_writes_items_sightings_keys_tokens_and_hits(db: Database, query: int) -> None:
    text = draft(summary="The line is 7 km long.", published=NOW - HOUR)
    result = await poll(db, "steppe", candidate(text, query, tokens=("tram", "line")))
    assert result == PollResult(new=1, marked=1, sightings=0)

    (item,) = await rows(db, schema.items)
    assert (item.outlet, item.title, item.summary) == ("steppe", text.title, text.summary)
    assert (item.url, item.language, item.domestic) == (text.url, "en", False)
    assert (item.published, item.first_seen_at) == (NOW - HOUR, NOW)
    assert (item.telling, item.marked_at, item.story_id) == (Telling.ALERT, NOW, None)
    (sight,) = await rows(db, schema.sightings)
    assert (sight.item_id, sight.feed_id, sight.guid) == (item.id, "steppe", text.guid)
    keys = {(row.kind, row.scope, row.item_id) for row in await rows(db, schema.item_keys)}
    assert keys == {
        ("guid", "steppe", item.id), ("url", "", item.id), ("title", "steppe", item.id)
    }  # fmt: skip
    tokens = [(row.token, row.item_id) for row in await rows(db, schema.item_tokens)]
    assert tokens == [("line", item.id), ("tram", item.id)]
    (found,) = await rows(db, schema.hits)
    assert (found.item_id, found.query_id, found.at) == (item.id, query, NOW - HOUR)
    assert found.spans == [["title", 0, 6, "Almaty", "almaty", ["cities"]]]


MARKING: dict[str, tuple[bool, Telling, bool]] = {
    "hits": (True, Telling.ALERT, True),
    "on the return of a feed": (True, Telling.SUMMARY, True),
    "silent": (True, Telling.SILENT, False),
    "without hits": (False, Telling.ALERT, False),
}


@pytest.mark.parametrize(("hits", "telling", "promised"), MARKING.values(), ids=MARKING)
async def test_the_promise_begins_with_a_mark(
    db: Database, query: int, hits: bool, telling: Telling, promised: bool
) -> None:
    found = (query,) if hits else ()
    result = await poll(db, "steppe", candidate(draft(), *found, telling=telling))
    assert result.marked == promised
    assert bool(await marked(db)) is promised


async def test_an_error_in_the_middle_of_a_poll_leaves_nothing(db: Database, query: int) -> None:
    due = (await claim(db, NOW + HOUR))["steppe"]
    broken = candidate(draft(TITLES[1], language=None), query)
    with pytest.raises(sa.exc.IntegrityError):
        await items.record_poll(db, record(due, candidate(draft(), query), broken))
    for table in (schema.items, schema.sightings, schema.item_keys, schema.hits):
        assert await rows(db, table) == []
    row = next(row for row in await rows(db, schema.feeds) if row.id == "steppe")
    assert (row.fence, row.last_ok_at, row.etag) == (due.fence, None, "")
    assert row.lease_until is not None, "the lease ends by itself, and the feed is polled again"
    await items.record_poll(db, record(due, candidate(draft(), query)))
    assert await marked(db) == [TITLES[0]]


async def test_a_lost_lease_writes_nothing(db: Database, query: int) -> None:
    late = await claim(db, NOW)
    due = late.get("steppe") or (await claim(db, NOW + HOUR))["steppe"]
    await claim(db, NOW + 2 * HOUR)
    result = await items.record_poll(db, record(due, candidate(draft(), query)))
    assert result == PollResult(0, 0, 0, held=False)
    assert await rows(db, schema.items) == []


async def test_the_same_text_is_one_item_each_time_it_is_shown(db: Database, query: int) -> None:
    await poll(db, "steppe", candidate(draft(), query))
    again = await poll(db, "steppe", candidate(draft()), at=NOW + HOUR)
    assert again == PollResult(new=0, marked=0, sightings=1)
    (sight,) = await rows(db, schema.sightings)
    assert (sight.first_seen_at, sight.last_seen_at) == (NOW, NOW + HOUR)


async def test_two_feeds_that_bring_one_page_at_once_make_one_item(
    db: Database, query: int
) -> None:
    """Every pair that identity decided before it was written is decided again."""
    await feeds.sync_catalogue(db, [feed(f"f{i}") for i in range(8)], NOW)
    claimed = await claim(db, NOW + HOUR)
    page = draft(TITLES[0], "steppe")

    def of(feed_id: str) -> ItemDraft:
        own = ItemKey("guid", feed_id, page.guid)
        return replace(page, keys=(own, *page.keys[2:]))

    results = await asyncio.gather(
        *(
            items.record_poll(db, record(claimed[f"f{i}"], candidate(of(f"f{i}"), query)))
            for i in range(8)
        )
    )
    assert sorted(result.new for result in results) == [0] * 7 + [1]
    assert sum(result.marked for result in results) == 1
    assert len(await rows(db, schema.items)) == 1
    assert len(await rows(db, schema.sightings)) == 8


async def test_several_polls_in_one_transaction(db: Database, query: int) -> None:
    claimed = await claim(db, NOW + HOUR)
    lost = replace(record(claimed["caspian"]), fence=99)
    results = await items.record_polls(
        db, [record(claimed["steppe"], candidate(draft(), query)), lost]
    )
    assert [result.held for result in results] == [True, False]
    assert results[0].new == 1


# ---------------------------------------------------------------- keys


async def test_what_is_known_of_an_item(db: Database, query: int) -> None:
    text = draft(summary="More.", domestic=True)
    await poll(db, "steppe", candidate(text, telling=Telling.SILENT), past_first_poll=False)
    known = await items.known_items(db, [*text.keys, ItemKey("guid", "other", "x")], NOW)
    assert set(known) == {text.keys[0], text.keys[2], text.keys[3]}
    assert len(set(known.values())) == 1
    item = known[text.keys[0]]
    assert item is not None
    assert (item.title, item.outlet, item.domestic) == (text.title, "steppe", True)
    assert (item.has_summary, item.silent, item.first_seen_at) == (True, True, NOW)
    assert item.outlet_firm


async def test_an_aggregators_item_has_no_firm_outlet(db: Database) -> None:
    await feeds.sync_catalogue(db, [feed("pile", kind=FeedKind.AGGREGATOR)], NOW)
    text = draft(feed_id="pile", outlet_firm=False)
    await poll(db, "pile", candidate(text))
    item = (await items.known_items(db, text.keys, NOW))[text.keys[0]]
    assert item is not None
    assert not item.outlet_firm


TITLE = draft().keys[3]


@pytest.mark.parametrize(
    ("after", "known"), [(DAY - HOUR, True), (DAY, False)], ids=["within a day", "a day later"]
)
async def test_a_title_is_a_key_until_a_day_after_it_was_seen(
    db: Database, query: int, after: timedelta, known: bool
) -> None:
    await poll(db, "steppe", candidate(draft(), query))
    assert (TITLE in await items.known_items(db, [TITLE], NOW + after)) is known
    other = replace(draft(), keys=(ItemKey("guid", "steppe", "another"), TITLE))
    result = await poll(db, "steppe", candidate(other, query), at=NOW + after)
    assert result.new == (not known)


async def test_a_title_that_is_still_shown_stays_a_key(db: Database, query: int) -> None:
    for hours in (0, 20, 40, 60):
        await poll(db, "steppe", candidate(draft(), query), at=NOW + hours * HOUR)
    assert TITLE in await items.known_items(db, [TITLE], NOW + 70 * HOUR)
    assert len(await rows(db, schema.items)) == 1


async def test_an_expired_title_belongs_to_the_item_that_uses_it_now(
    db: Database, query: int
) -> None:
    await poll(db, "steppe", candidate(draft(), query))
    later = replace(draft(), keys=(ItemKey("guid", "steppe", "weekly"), TITLE))
    await poll(db, "steppe", candidate(later, query), at=NOW + 7 * DAY)
    old, new = await rows(db, schema.items)
    known = (await items.known_items(db, [TITLE], NOW + 7 * DAY))[TITLE]
    assert known is not None
    assert known.item_id == new.id != old.id


async def test_a_key_that_proves_worthless_is_void_from_then_on(db: Database, query: int) -> None:
    shared = ItemKey("guid", "steppe", "same for all")
    first = draft(TITLES[0], keys=(shared, ItemKey("title", "steppe", "one")))
    await poll(db, "steppe", candidate(first, query))
    pair = [
        draft(title, keys=(shared, ItemKey("title", "steppe", name)), void_keys=(shared,))
        for title, name in zip(TITLES, ("one", "two"), strict=False)
    ]
    result = await poll(db, "steppe", *(candidate(text, query) for text in pair))
    assert (result.new, result.sightings) == (1, 1)
    assert (await items.known_items(db, [shared], NOW))[shared] is None
    third = draft(TITLES[2], keys=(shared, ItemKey("title", "steppe", "three")))
    assert (await poll(db, "steppe", candidate(third, query))).new == 1
    assert (await items.known_items(db, [shared], NOW))[shared] is None


async def test_a_void_url_is_void_in_its_feed_alone(db: Database, query: int) -> None:
    live = "https://steppe.example/live"
    here, everywhere = ItemKey("url", "steppe", live), ItemKey("url", "", live)
    pair = [
        draft(title, keys=(ItemKey("guid", "steppe", title), here, everywhere), void_keys=(here,))
        for title in TITLES[:2]
    ]
    assert (await poll(db, "steppe", *(candidate(text, query) for text in pair))).new == 2
    assert await items.known_items(db, [here, everywhere], NOW) == {here: None}


# ---------------------------------------------------------------- sightings that change something


async def test_a_summary_that_comes_later_is_matched_again(db: Database, query: int) -> None:
    await poll(db, "steppe", candidate(draft()))
    fuller = draft(summary="It runs from Almaty.")
    result = await poll(db, "steppe", candidate(fuller, query, tokens=("runs",)), at=NOW + HOUR)
    assert result == PollResult(new=0, marked=1, sightings=1)
    (item,) = await rows(db, schema.items)
    assert (item.summary, item.marked_at) == ("It runs from Almaty.", NOW + HOUR)
    assert [row.token for row in await rows(db, schema.item_tokens)] == ["runs"]


LATER: dict[str, tuple[dict[str, Any], Telling, bool]] = {
    "first hits": ({}, Telling.ALERT, True),
    "first hits, but silent": ({}, Telling.SILENT, False),
    "it had hits and was silent": ({"telling": Telling.SILENT, "hit": True}, Telling.ALERT, False),
    "a first poll stored it": ({"past_first_poll": False}, Telling.ALERT, False),
}


@pytest.mark.parametrize(("before", "telling", "told"), LATER.values(), ids=LATER)
async def test_only_first_hits_make_a_known_item_news(
    db: Database, query: int, before: dict[str, Any], telling: Telling, told: bool
) -> None:
    past = before.get("past_first_poll", True)
    first_telling = before.get("telling", Telling.ALERT if past else Telling.SILENT)
    found = (query,) if "hit" in before else ()
    await poll(
        db, "steppe", candidate(draft(), *found, telling=first_telling), past_first_poll=past
    )
    again = candidate(draft(summary="Almaty grows."), query, telling=telling)
    result = await poll(db, "steppe", again, at=NOW + HOUR)
    assert result.marked == told
    assert len(await rows(db, schema.hits)) == 1


async def test_a_grouped_item_is_never_marked_again(db: Database, query: int) -> None:
    await poll(db, "steppe", candidate(draft()))
    async with db.write() as c:
        await c.execute(sa.text("INSERT INTO stories VALUES (1, 1, 1, NULL, 0, 0)"))
        await c.execute(sa.text("UPDATE items SET story_id = 1"))
    result = await poll(db, "steppe", candidate(draft(summary="Almaty."), query))
    assert result.marked == 0
    assert await marked(db) == []


UNSILENCED: dict[str, tuple[str, timedelta, dict[str, Any], bool]] = {
    "another feed within a day": ("caspian", 23 * HOUR, {}, True),
    "another feed later": ("caspian", 25 * HOUR, {}, False),
    "another feed's own first poll": ("caspian", HOUR, {"past_first_poll": False}, False),
    "the same feed": ("steppe", HOUR, {}, False),
}


@pytest.mark.parametrize(
    ("feed_id", "after", "changes", "told"), UNSILENCED.values(), ids=UNSILENCED
)
async def test_what_a_first_poll_stored_is_news_when_an_older_feed_shows_it(
    db: Database, query: int, feed_id: str, after: timedelta, changes: dict[str, Any], told: bool
) -> None:
    await poll(
        db, "steppe", candidate(draft(), query, telling=Telling.SILENT), past_first_poll=False
    )
    telling = Telling.SILENT if changes else Telling.ALERT
    shown = candidate(draft(), telling=telling)
    result = await poll(db, feed_id, shown, at=NOW + after, **changes)
    assert result.marked == told
    again = await poll(db, feed_id, shown, at=NOW + after, **changes)
    assert again.marked == 0


async def test_hits_of_a_query_that_was_swept_meanwhile_do_not_count(
    db: Database, query: int
) -> None:
    result = await poll(db, "steppe", candidate(draft(), query + 1))
    assert result == PollResult(new=1, marked=0, sightings=0)
    result = await poll(db, "steppe", candidate(draft(TITLES[1]), query + 1, query))
    assert result.marked == 1
    assert [row.query_id for row in await rows(db, schema.hits)] == [query]


# ---------------------------------------------------------------- headlines


async def test_the_latest_headlines_are_the_newest_that_were_hit(db: Database, query: int) -> None:
    texts = [
        draft(TITLES[0], published=NOW - 3 * HOUR),
        draft(TITLES[1]),
        draft(TITLES[2], published=NOW - HOUR),
    ]
    await poll(
        db, "steppe", *(candidate(text, query, telling=Telling.SILENT) for text in texts),
        candidate(draft("Nothing of interest happened here today")),
        past_first_poll=False,
    )  # fmt: skip
    found = await items.latest_headlines(db, PACK, 2)
    assert [line.title for line in found] == [TITLES[1], TITLES[2]]
    item = next(row for row in await rows(db, schema.items) if row.title == TITLES[2])
    assert found[1] == Headline(
        item.id, TITLES[2], texts[2].url, "Steppe", "en", NOW - HOUR, hit(query).spans
    )
    assert await items.latest_headlines(db, "topic:sport", 2) == []


async def test_copies_of_one_title_are_one_headline(db: Database, query: int) -> None:
    await poll(db, "steppe", candidate(draft(TITLES[1], published=NOW - HOUR), query))
    for feed_id in ("steppe", "caspian"):
        await poll(db, feed_id, candidate(draft(TITLES[0], feed_id), query))
    assert [line.title for line in await items.latest_headlines(db, PACK, 3)] == list(TITLES[:2])


async def test_a_large_document_is_one_poll(db: Database, query: int) -> None:
    texts = [draft(f"Headline number {n} of a very long document") for n in range(1000)]
    found = [candidate(text, query, tokens=(f"t{n}",)) for n, text in enumerate(texts)]
    assert (await poll(db, "steppe", *found)).marked == 1000
    assert (await poll(db, "steppe", *found)).sightings == 1000
