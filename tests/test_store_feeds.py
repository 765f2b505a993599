"""The catalogue, leases of polls, and when the next one is due."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.model import FetchFailed, Validators
from bot.store import feeds, items, schema
from bot.store.db import Database
from tests.databases import NOW
from tests.store_rows import LEASE, claim, feed, poll, record, rows

MINUTE = timedelta(minutes=1)
MANY = [feed(f"feed{i}") for i in range(300)]


async def set_feed(db: Database, feed_id: str, **values: Any) -> None:
    async with db.write() as c:
        await c.execute(
            sa.update(schema.feeds).where(schema.feeds.c.id == feed_id).values(**values)
        )


async def test_new_feeds_are_polled_within_a_minute_in_an_order_of_their_ids(db: Database) -> None:
    await feeds.sync_catalogue(db, MANY, NOW)
    due = {s.feed.id: s.next_poll_at for s in await feeds.feed_rows(db)}
    assert min(due.values()) == NOW
    assert max(due.values()) < NOW + MINUTE
    assert len(set(due.values())) == 300
    assert [f for f, _ in sorted(due.items(), key=lambda pair: pair[1])] != sorted(due)


async def test_a_small_catalogue_does_not_wait_for_the_minute(db: Database) -> None:
    await feeds.sync_catalogue(db, [feed("a"), feed("b"), feed("c")], NOW)
    last = max(s.next_poll_at for s in await feeds.feed_rows(db))
    assert last == NOW + timedelta(seconds=1)


async def test_the_file_is_taken_over_each_time_and_poll_state_stays(db: Database) -> None:
    await feeds.sync_catalogue(db, [feed()], NOW)
    await poll(db, "steppe")
    await feeds.sync_catalogue(db, [feed(name="The Steppe", owner="press")], NOW + MINUTE)
    (status,) = await feeds.feed_rows(db)
    assert status.feed == feed(name="The Steppe", owner="press")
    assert status.last_ok_at == NOW
    due = (await claim(db, NOW + timedelta(hours=1)))["steppe"]
    assert due.validators == Validators("etag", "date", "hash")
    assert due.entry_hashes == frozenset({"a", "b"})


async def test_a_changed_address_drops_the_validators(db: Database) -> None:
    await feeds.sync_catalogue(db, [feed()], NOW)
    await poll(db, "steppe")
    moved = feed(url="https://steppe.example/new")
    await feeds.sync_catalogue(db, [moved], NOW)
    due = (await claim(db, NOW + timedelta(hours=1)))["steppe"]
    assert (due.feed, due.validators, due.entry_hashes) == (moved, Validators(), frozenset())


async def test_a_rhythm_is_stored_with_the_poll_and_stays_until_there_is_another(
    db: Database,
) -> None:
    async def known() -> str | None:
        stored: str | None = (await rows(db, schema.feeds))[0].rhythm
        return stored

    await feeds.sync_catalogue(db, [feed()], NOW)
    late = (await claim(db))["steppe"]
    assert late.rhythm is None
    await poll(db, "steppe", at=NOW + 2 * LEASE, rhythm="no JSON")
    assert not (await items.record_poll(db, record(late, rhythm="late"))).held
    await poll(db, "steppe", at=NOW + 4 * LEASE)
    failed = FetchFailed("dns", "no such host")
    await poll(db, "steppe", at=NOW + 6 * LEASE, failure=failed, rhythm="of a failure")
    assert await known() == "no JSON"
    assert (await claim(db, NOW + timedelta(hours=1)))["steppe"].rhythm == "no JSON"


async def test_what_people_set_wins_over_the_file(db: Database) -> None:
    await feeds.sync_catalogue(db, [feed()], NOW)
    await poll(db, "steppe")
    await set_feed(
        db, "steppe", set_url="https://mirror.example/rss", set_enabled=False, set_by="op"
    )
    await feeds.sync_catalogue(db, [feed(url="https://steppe.example/other")], NOW)
    (status,) = await feeds.feed_rows(db)
    assert status.feed == feed(url="https://mirror.example/rss", enabled=False)
    (row,) = await rows(db, schema.feeds)
    assert row.etag == "etag", "the address that is polled did not change"
    assert row.url == "https://steppe.example/other"


@pytest.mark.parametrize(
    ("changes", "polled"),
    [
        ({"name": "as the file says"}, True),
        ({"enabled": False}, False),
        ({"set_enabled": False}, False),
        ({"enabled": False, "set_enabled": True}, True),
        ({"in_catalogue": False}, False),
        ({"in_catalogue": False, "added_by": "op"}, True),
        ({"lease_until": NOW + MINUTE}, False),
        ({"lease_until": NOW}, True),
        ({"next_poll_at": NOW + MINUTE}, False),
    ],
    ids=str,
)
async def test_which_feeds_are_due(db: Database, changes: dict[str, Any], polled: bool) -> None:
    await feeds.sync_catalogue(db, [feed()], NOW)
    await set_feed(db, "steppe", **changes)
    assert set(await claim(db)) == ({"steppe"} if polled else set())


async def test_a_feed_that_left_the_file_is_kept_and_comes_back(db: Database) -> None:
    await feeds.sync_catalogue(db, [feed("a"), feed("b")], NOW)
    await feeds.sync_catalogue(db, [feed("a")], NOW)
    assert [s.feed.id for s in await feeds.feed_rows(db)] == ["a"]
    await feeds.sync_catalogue(db, [feed("a"), feed("b")], NOW)
    assert set(await claim(db, NOW + MINUTE)) == {"a", "b"}


async def test_claims_go_to_those_that_waited_longest_and_never_twice(db: Database) -> None:
    await feeds.sync_catalogue(db, MANY, NOW - MINUTE)
    order = sorted(await feeds.feed_rows(db), key=lambda s: s.next_poll_at)
    first = await feeds.claim_due_feeds(db, NOW, 100, LEASE)
    assert [due.feed.id for due in first] == [s.feed.id for s in order[:100]]
    rest = await asyncio.gather(*(feeds.claim_due_feeds(db, NOW, 30, LEASE) for _ in range(8)))
    claimed = [due.feed.id for batch in [first, *rest] for due in batch]
    assert len(claimed) == len(set(claimed)) == 300


async def test_a_lease_that_ended_is_claimed_anew_and_the_late_poll_is_refused(
    db: Database,
) -> None:
    await feeds.sync_catalogue(db, [feed()], NOW)
    late = (await claim(db))["steppe"]
    assert await claim(db, NOW + LEASE / 2) == {}
    new = (await claim(db, NOW + LEASE))["steppe"]
    assert new.fence == late.fence + 1
    assert not (await items.record_poll(db, record(late))).held
    assert (await items.record_poll(db, record(new))).held


async def test_a_restart_on_sqlite_voids_every_lease(url: str, backend: str) -> None:
    db = await Database.open(url, now=NOW)
    await feeds.sync_catalogue(db, [feed()], NOW)
    late = (await claim(db))["steppe"]
    await db.close()
    db = await Database.open(url, now=NOW)
    claimed = await claim(db)
    if backend == "sqlite":
        assert claimed["steppe"].fence == late.fence + 1
    else:
        assert claimed == {}, "another process may be polling it"
    await db.close()


async def test_what_is_overdue_at_a_start_is_spread_and_the_rest_left(db: Database) -> None:
    await feeds.sync_catalogue(db, MANY, NOW - timedelta(days=2))
    await set_feed(db, "feed7", next_poll_at=NOW + timedelta(hours=1))
    await feeds.spread_first_polls(db, NOW)
    due = {s.feed.id: s.next_poll_at for s in await feeds.feed_rows(db)}
    assert due.pop("feed7") == NOW + timedelta(hours=1)
    assert min(due.values()) == NOW
    assert NOW + MINUTE / 2 < max(due.values()) < NOW + MINUTE


async def test_failures_are_counted_until_a_poll_is_good(db: Database) -> None:
    await feeds.sync_catalogue(db, [feed()], NOW)
    await poll(db, "steppe", past_first_poll=False)
    broken = FetchFailed("timeout", "nothing came within 30 s")
    for minute in (1, 2):
        at = NOW + minute * MINUTE
        await poll(db, "steppe", at=at, failure=broken, next_poll_at=at + MINUTE)
    (status,) = await feeds.feed_rows(db)
    assert (status.failures, status.failing_since) == (2, NOW + MINUTE)
    assert status.last_error == "timeout: nothing came within 30 s"
    assert (status.first_polled_at, status.last_ok_at) == (NOW, NOW)
    assert status.next_poll_at == NOW + 3 * MINUTE
    due = (await claim(db, NOW + 3 * MINUTE))["steppe"]
    assert (due.failures, due.failing_since) == (2, NOW + MINUTE)
    assert due.validators == Validators("etag", "date", "hash"), "a failure tells nothing of them"

    await items.record_poll(db, record(due, at=NOW + 3 * MINUTE))
    (status,) = await feeds.feed_rows(db)
    assert (status.failures, status.failing_since, status.last_error) == (0, None, "")
    assert (status.first_polled_at, status.last_ok_at) == (NOW, NOW + 3 * MINUTE)
