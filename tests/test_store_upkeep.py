"""The heartbeat, and what is kept for how long."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.model import (
    AlertSettings,
    GroupDecision,
    KeepQuery,
    Kind,
    Mode,
    Plan,
    PlannedAlert,
    Priority,
    Reply,
    Telling,
    Unsubscribe,
    Update,
)
from bot.store import chats, feeds, items, outbox, schema, stories, updates, upkeep
from bot.store.db import Database
from bot.store.ids import new_id
from tests.databases import NOW
from tests.store_rows import (
    TITLES,
    answer_of,
    candidate,
    draft,
    feed,
    poll,
    request,
    rows,
    send,
    subscribe,
)

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
NOTHING = dict.fromkeys(
    ("queries", "updates", "attempts", "answers", "deliveries", "unmatched", "items", "alerts",
     "stories", "titles"),
    0,
)  # fmt: skip


async def swept(db: Database, now: datetime) -> dict[str, int]:
    """What a sweep deleted, without what it left."""
    return {what: count for what, count in (await upkeep.sweep(db, now)).items() if count}


async def handled(db: Database, reply: Reply, now: datetime = NOW) -> None:
    update_id = await updates.next_offset(db)
    await updates.store_updates(db, [Update(update_id, {})], now)
    await updates.record_update(db, update_id, request(), reply, now, ("ru", "Asia/Almaty"))


async def told_story(db: Database, *, delivered: bool = True) -> None:
    """A story that a chat was told of at NOW."""
    await feeds.sync_catalogue(db, [feed()], NOW)
    _, query = await subscribe(db)
    await poll(db, "steppe", candidate(draft(), query, tokens=("tram",)))
    (item,) = await stories.next_ungrouped(db, 1)

    def plan(_: Any, found: Any) -> Plan:
        return Plan(
            tuple(PlannedAlert(a.chat_id, 0, a.queries, True, NOW, Priority.FRESH) for a in found)
        )

    decision = GroupDecision(None, 0.0, "new")
    await stories.record_story(db, item, decision, plan, NOW, defaults=AlertSettings())
    if delivered:
        (due,) = await outbox.claim_due(db, NOW, 1, DAY)
        await send(db, due, message_id=1)


async def test_the_heartbeat_is_the_last_one(db: Database) -> None:
    assert await upkeep.last_heartbeat(db) is None
    for now in (NOW, NOW + SECOND):
        await upkeep.heartbeat(db, now)
    assert await upkeep.last_heartbeat(db) == NOW + SECOND


async def test_a_sweep_counts_all_that_it_knows(db: Database) -> None:
    assert await upkeep.sweep(db, NOW) == NOTHING


async def test_a_query_nobody_watches_is_kept_for_a_day(db: Database) -> None:
    kept = new_id()
    await handled(db, Reply((KeepQuery(kept, "tokayev"),)))
    await subscribe(db, query="caspian")
    await chats.keep_topics(db, ["topic:oil"], NOW)
    assert await swept(db, NOW + DAY) == {}
    assert await swept(db, NOW + DAY + SECOND) == {"queries": 1}
    assert await chats.query_text(db, kept) == ""
    assert await chats.query_id(db, "caspian") is not None
    assert await chats.query_id(db, "topic:oil") is not None


async def test_a_preview_asked_for_again_has_its_day_again(db: Database) -> None:
    kept = new_id()
    await handled(db, Reply((KeepQuery(kept, "tokayev"),)))
    await handled(db, Reply((KeepQuery(new_id(), "tokayev"),)), NOW + DAY)
    assert await swept(db, NOW + 2 * DAY) == {}


async def test_a_query_that_was_given_up_stays_for_a_day_and_its_hits_go_with_it(
    db: Database,
) -> None:
    await feeds.sync_catalogue(db, [feed()], NOW)
    _, query = await subscribe(db, query="tram", mode=Mode.AT_ONCE)
    await poll(db, "steppe", candidate(draft(), query, telling=Telling.SILENT))
    facts = await chats.chat_facts(db, 100)
    assert facts is not None
    given_up = NOW + 10 * DAY
    gone = Unsubscribe(facts.subscriptions[0].subscription_id)
    await handled(db, Reply((gone,)), given_up)
    assert "queries" not in await swept(db, given_up + DAY)
    assert (await swept(db, given_up + DAY + SECOND))["queries"] == 1
    assert await rows(db, schema.hits) == []


async def test_handled_updates_are_kept_for_a_week(db: Database) -> None:
    await handled(db, Reply())
    await updates.store_updates(db, [Update(99, {})], NOW)
    assert await swept(db, NOW + 7 * DAY) == {}
    assert await swept(db, NOW + 7 * DAY + SECOND) == {"updates": 1}
    assert [update.update_id for update in await updates.unhandled(db, 9)] == [99]


async def test_the_ledger_and_answers_are_kept_for_thirty_days(db: Database) -> None:
    chat_id, _ = await subscribe(db)
    await answer_of(db, chat_id)
    (due,) = await outbox.claim_due(db, NOW, 1, DAY)
    await send(db, due, message_id=1)
    await answer_of(db, chat_id)
    await swept(db, NOW + 8 * DAY)  # the update that subscribed
    assert await swept(db, NOW + 30 * DAY) == {}
    assert await swept(db, NOW + 30 * DAY + SECOND) == {"attempts": 1, "answers": 1}
    assert [row.state for row in await rows(db, schema.deliveries)] == ["pending"]


async def test_items_that_matched_nobody_are_kept_for_thirty_days(db: Database) -> None:
    await feeds.sync_catalogue(db, [feed()], NOW)
    _, query = await subscribe(db)
    await poll(
        db, "steppe",
        candidate(draft(), tokens=("tram",)),
        candidate(draft(TITLES[1]), query, telling=Telling.SILENT),
    )  # fmt: skip
    await swept(db, NOW + 8 * DAY)
    assert await swept(db, NOW + 30 * DAY) == {}
    assert await swept(db, NOW + 30 * DAY + SECOND) == {"unmatched": 1}
    (left,) = await rows(db, schema.items)
    assert left.title == TITLES[1]
    assert await rows(db, schema.item_tokens) == []
    for table in (schema.item_keys, schema.sightings):
        assert {row.item_id for row in await rows(db, table)} == {left.id}


async def test_news_is_kept_for_four_hundred_days_and_then_goes_as_a_whole(db: Database) -> None:
    await told_story(db)
    await swept(db, NOW + 31 * DAY)
    assert await swept(db, NOW + 400 * DAY) == {}
    gone = {"deliveries": 1, "items": 1, "alerts": 1, "stories": 1}
    assert await swept(db, NOW + 400 * DAY + SECOND) == gone
    for table in (schema.items, schema.hits, schema.sightings, schema.item_keys, schema.alerts):
        assert await rows(db, table) == []


async def test_what_waits_is_never_swept(db: Database) -> None:
    await told_story(db, delivered=False)
    _, query = await subscribe(db)
    await poll(db, "steppe", candidate(draft(TITLES[1]), query))
    await upkeep.sweep(db, NOW + 1000 * DAY)
    assert len(await rows(db, schema.alerts)) == 1
    assert [row.kind for row in await rows(db, schema.deliveries)] == [Kind.ALERT]
    assert [item.title for item in await stories.next_ungrouped(db, 9)] == [TITLES[1]]


async def test_titles_outlive_the_window_in_which_copies_are_looked_for(db: Database) -> None:
    await feeds.sync_catalogue(db, [feed()], NOW)
    await poll(db, "steppe", candidate(draft()))
    assert await swept(db, NOW + 4 * DAY) == {}
    assert await swept(db, NOW + 4 * DAY + SECOND) == {"titles": 1}
    keys = draft().keys
    assert set(await items.known_items(db, keys, NOW)) == {keys[0], keys[2]}


@pytest.mark.parametrize("count", [999, 1000, 2001])
async def test_a_long_list_is_swept_to_its_end(db: Database, count: int) -> None:
    async with db.write() as c:
        await c.execute(
            sa.insert(schema.queries),
            [
                {"id": new_id(), "kind": "words", "text": f"q{n}", "used_at": NOW}
                for n in range(count)
            ],
        )
    assert await swept(db, NOW + 2 * DAY) == {"queries": count}
