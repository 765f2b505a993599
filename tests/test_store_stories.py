"""Grouping: stories grow, plans become alerts and deliveries, a repeat changes nothing."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.alerts.plan import plan as real_plan
from bot.model import (
    AlertSettings,
    Audience,
    ChatState,
    DeliveryState,
    GroupDecision,
    Mode,
    Plan,
    PlannedAlert,
    PlannedEdit,
    Priority,
    Promotion,
    StoryView,
    Telling,
    UngroupedItem,
)
from bot.store import feeds, outbox, schema, stories
from bot.store.db import Database
from bot.store.ids import new_id
from bot.store.sql import insert_rows
from tests.databases import NOW
from tests.store_rows import (
    TITLES,
    candidate,
    draft,
    feed,
    hit,
    poll,
    rows,
    send,
    subscribe,
)

HOUR = timedelta(hours=1)
LEASE = timedelta(minutes=1)
DEFAULTS = AlertSettings()
NEW = GroupDecision(None, 0.0, "new")
Planner = Callable[[StoryView, Sequence[Audience]], Plan]


@pytest.fixture(autouse=True)
async def catalogue(db: Database) -> None:
    """Three outlets, two of them of one owner."""
    await feeds.sync_catalogue(
        db, [feed("steppe"), feed("caspian"), feed("almaty", owner="caspian")], NOW
    )


def single(story: StoryView, audience: Audience, **changes: Any) -> PlannedAlert:
    """A message of its own for this audience, at once."""
    usual: dict[str, Any] = {"single": True, "due_at": NOW, "priority": Priority.FRESH}
    return PlannedAlert(audience.chat_id, audience.thread_id, audience.queries, **(usual | changes))


def gathered(audience: Audience, **changes: Any) -> PlannedAlert:
    """Told in the summary of the next hour."""
    usual: dict[str, Any] = {
        "single": False, "due_at": NOW + HOUR, "priority": Priority.SUMMARY
    }  # fmt: skip
    return PlannedAlert(audience.chat_id, audience.thread_id, audience.queries, **(usual | changes))


def singles(story: StoryView, found: Sequence[Audience]) -> Plan:
    """Everybody is told at once, those who were told see it grow."""
    return Plan(
        alerts=tuple(single(story, a) for a in found if a.alert is None),
        edits=tuple(
            PlannedEdit(a.alert.alert_id, a.chat_id, a.thread_id, a.alert.message_id, NOW + HOUR)
            for a in found
            if a.alert is not None and a.alert.message_id is not None
        ),
    )


def gather(story: StoryView, found: Sequence[Audience]) -> Plan:
    """Everybody is told in the next summary."""
    return Plan(tuple(gathered(a) for a in found if a.alert is None))


def promote(story: StoryView, found: Sequence[Audience]) -> Plan:
    """What waits in a summary is told at once."""
    return Plan(
        promotions=tuple(
            Promotion(a.alert.alert_id, a.chat_id, a.thread_id, NOW, Priority.FRESH)
            for a in found
            if a.alert is not None and a.alert.pending_in_summary
        )
    )


def nothing(story: StoryView, found: Sequence[Audience]) -> Plan:
    """Nobody is told."""
    return Plan()


async def publish(
    db: Database, query: int, title: str = TITLES[0], feed_id: str = "steppe", **changes: Any
) -> UngroupedItem:
    """An item that a poll marked, as grouping gets it."""
    at = changes.pop("at", NOW)
    await poll(db, feed_id, candidate(draft(title, feed_id), query, **changes), at=at)
    return (await stories.next_ungrouped(db, 100))[-1]


async def join(
    db: Database,
    item: UngroupedItem,
    planner: Planner = nothing,
    decision: GroupDecision = NEW,
    **changes: Any,
) -> StoryView:
    """Group an item."""
    return await stories.record_story(
        db, item, decision, planner, changes.pop("now", NOW), defaults=DEFAULTS, **changes
    )


def same(story: StoryView, *, copy: bool = False) -> GroupDecision:
    return GroupDecision(story.story_id, 0.8, "close", copy)


async def everything(db: Database) -> list[list[Any]]:
    return [await rows(db, table) for table in schema.metadata.sorted_tables]


# ---------------------------------------------------------------- reading


async def test_ungrouped_items_come_in_the_order_of_their_marks(db: Database) -> None:
    _, query = await subscribe(db)
    await publish(db, query, TITLES[1], at=NOW + HOUR)
    await publish(db, query, TITLES[0], "almaty", at=NOW, telling=Telling.SUMMARY)
    first, second = await stories.next_ungrouped(db, 10)
    assert (first.title, second.title) == (TITLES[0], TITLES[1])
    assert (first.outlet, first.owner) == ("almaty", "caspian")
    assert (first.telling, first.hits) == (Telling.SUMMARY, (hit(query),))
    assert first.first_seen_at == NOW
    assert await stories.next_ungrouped(db, 1) == [first]
    await join(db, first)
    assert await stories.next_ungrouped(db, 10) == [second]


async def test_members_with_one_title_are_found_at_every_outlet(db: Database) -> None:
    _, query = await subscribe(db)
    for feed_id in ("steppe", "caspian"):
        await join(db, await publish(db, query, TITLES[0], feed_id))
    await join(db, await publish(db, query, TITLES[1]))
    await publish(db, query, TITLES[0], "almaty")
    found = await stories.title_members(db, TITLES[0].casefold(), NOW - HOUR)
    assert [m.outlet for m in found] == ["steppe", "caspian"]
    assert await stories.title_members(db, TITLES[0].casefold(), NOW + HOUR) == []


# ---------------------------------------------------------------- joining


async def test_a_story_grows_with_each_item(db: Database) -> None:
    _, query = await subscribe(db)
    first = await join(db, await publish(db, query), vector=b"\0\1")
    assert (first.version, first.outlets, first.breaking, first.created_at) == (1, 1, False, NOW)
    grown = [
        await join(
            db, await publish(db, query, f"{title} {n}", feed_id),
            decision=same(first, copy=copy), now=NOW + n * HOUR,
        )
        for n, (title, feed_id, copy) in enumerate(
            [
                ("A copy", "caspian", True),
                ("Its own words", "caspian", False),
                ("The same owner", "almaty", False),
            ],
            start=1,
        )
    ]  # fmt: skip
    assert [(view.version, view.outlets) for view in grown] == [(2, 1), (3, 2), (4, 2)]
    (story,) = await rows(db, schema.stories)
    assert (story.created_at, story.updated_at) == (NOW, NOW + 3 * HOUR)
    items = await rows(db, schema.items)
    assert [(i.score, i.why, i.copy) for i in items[:2]] == [
        (0.0, "new", False), (0.8, "close", True)
    ]  # fmt: skip
    assert items[0].vector == b"\0\1"
    assert all(item.marked_at is None for item in items)


async def test_a_repeat_of_an_item_that_was_grouped_changes_nothing(db: Database) -> None:
    _, query = await subscribe(db)
    item = await publish(db, query)
    view = await join(db, item, singles)
    before = await everything(db)
    assert await join(db, item, singles, now=NOW + HOUR) == view
    assert await everything(db) == before


# ---------------------------------------------------------------- audiences


async def test_an_audience_has_all_its_subscriptions_that_hit_the_story(db: Database) -> None:
    chat, pack = await subscribe(db)
    _, words = await subscribe(db, query="tram", mode=Mode.AT_ONCE)
    await subscribe(db, query="unrelated", mode=Mode.AT_ONCE)
    await subscribe(db, query="tram", mode=Mode.GATHERED, thread_id=7)
    first = await publish(db, pack)
    view = await join(db, first)
    second = await publish(db, words, TITLES[1])

    found = await stories.audiences(db, second.item_id, view.story_id, NOW, DEFAULTS)
    assert found == [
        Audience(
            chat, 0, (pack, words), (Mode.PACK, Mode.AT_ONCE), (60, 60), (1, 1), 12, 0, False, None
        ),
        Audience(chat, 7, (words,), (Mode.GATHERED,), (60,), (1,), 12, 0, False, None),
    ]
    alone = await stories.audiences(db, second.item_id, None, NOW, DEFAULTS)
    assert [a.queries for a in alone] == [(words,), (words,)]


async def test_the_settings_of_chat_and_subscription_reach_the_plan(db: Database) -> None:
    _, query = await subscribe(db)
    item = await publish(db, query)
    by_the_minute = AlertSettings(gather=timedelta(minutes=1), hourly_cap=5)
    (found,) = await stories.audiences(db, item.item_id, None, NOW, by_the_minute)
    assert (found.gather_minutes, found.hourly_cap, found.outlets_wanted) == ((1,), 5, (1,))
    async with db.write() as c:
        await c.execute(sa.text("UPDATE chats SET hourly_cap = 0"))
        await c.execute(sa.text("UPDATE subscriptions SET gather_minutes = 30, outlets_wanted = 3"))
    (found,) = await stories.audiences(db, item.item_id, None, NOW, by_the_minute)
    assert (found.gather_minutes, found.hourly_cap, found.outlets_wanted) == ((30,), 0, (3,))


@pytest.mark.parametrize("state", ["paused", "muted", "gone"])
async def test_a_chat_that_is_not_active_is_no_audience(db: Database, state: str) -> None:
    _, query = await subscribe(db)
    item = await publish(db, query)
    async with db.write() as c:
        await c.execute(sa.update(schema.chats).values(state=state))
    assert await stories.audiences(db, item.item_id, None, NOW, DEFAULTS) == []
    await join(db, item, singles)
    assert await rows(db, schema.alerts) == []


async def test_singles_count_within_the_clock_hour(db: Database) -> None:
    _, query = await subscribe(db)
    half_past = NOW + timedelta(minutes=30)
    for n, now in enumerate([NOW - timedelta(seconds=1), NOW, half_past]):
        await join(db, await publish(db, query, f"{TITLES[0]} {n}"), singles, now=now)
    await join(db, await publish(db, query, "Gathered"), gather, now=half_past)
    item = await publish(db, query, TITLES[1])
    for now, count in [(half_past, 2), (NOW + HOUR, 0)]:
        (found,) = await stories.audiences(db, item.item_id, None, now, DEFAULTS)
        assert found.singles_this_hour == count


async def test_a_chat_is_told_of_its_cap_once_an_hour(db: Database) -> None:
    _, query = await subscribe(db)
    now = NOW + timedelta(minutes=30)

    def capped(story: StoryView, found: Sequence[Audience]) -> Plan:
        return Plan(tuple(gathered(a, tell_cap=True) for a in found))

    await join(db, await publish(db, query), capped, now=now)
    (summary,) = await rows(db, schema.deliveries)
    assert summary.tell_cap
    item = await publish(db, query, TITLES[1])
    for later, told in [(now, True), (now + HOUR, False)]:
        (found,) = await stories.audiences(db, item.item_id, None, later, DEFAULTS)
        assert found.cap_told is told


# ---------------------------------------------------------------- plans


async def test_a_single_alert_has_a_delivery_of_its_own(db: Database) -> None:
    chat, query = await subscribe(db, thread_id=3)
    view = await join(db, await publish(db, query), singles)
    (alert,) = await rows(db, schema.alerts)
    (delivery,) = await rows(db, schema.deliveries)
    assert (alert.chat_id, alert.thread_id, alert.story_id) == (chat, 3, view.story_id)
    assert (alert.carried_by, alert.queries, alert.state) == (delivery.id, [query], "pending")
    assert (alert.single_at, alert.version) == (NOW, 1)
    assert (delivery.kind, delivery.priority, delivery.due_at) == ("alert", Priority.FRESH, NOW)
    assert (delivery.chat_id, delivery.thread_id) == (chat, 3)


async def test_alerts_of_one_time_share_a_summary(db: Database) -> None:
    _, query = await subscribe(db)
    await subscribe(db, thread_id=3)
    for title in TITLES[:2]:
        await join(db, await publish(db, query, title), gather)

    def later(story: StoryView, found: Sequence[Audience]) -> Plan:
        return Plan(tuple(gathered(a, due_at=NOW + 2 * HOUR) for a in found))

    await join(db, await publish(db, query, TITLES[2]), later)
    summaries = {(row.thread_id, row.due_at): row.id for row in await rows(db, schema.deliveries)}
    assert set(summaries) == {(thread, NOW + hours * HOUR) for thread in (0, 3) for hours in (1, 2)}
    carried = [row.carried_by for row in await rows(db, schema.alerts)]
    assert sorted(map(carried.count, summaries.values())) == [1, 1, 2, 2]


async def test_a_summary_under_way_takes_nothing_more(db: Database) -> None:
    _, query = await subscribe(db)
    await join(db, await publish(db, query), gather)
    (claimed,) = await outbox.claim_due(db, NOW + HOUR, 10, LEASE)
    await join(db, await publish(db, query, TITLES[1]), gather)
    await send(db, claimed, message_id=1)
    first, second = await rows(db, schema.deliveries)
    assert (first.state, second.state) == ("sent", "pending")
    assert second.due_at == NOW + HOUR + timedelta(seconds=1)
    (rest,) = await outbox.claim_due(db, NOW + 2 * HOUR, 10, LEASE)
    assert isinstance(rest.content, tuple)
    assert [told.headline.title for told in rest.content] == [TITLES[1]]


async def test_an_alert_that_waits_is_promoted_and_its_empty_summary_dropped(
    db: Database,
) -> None:
    _, query = await subscribe(db)
    view = await join(db, await publish(db, query), gather)
    item = await publish(db, query, "Another outlet tells", "caspian")
    (found,) = await stories.audiences(db, item.item_id, view.story_id, NOW, DEFAULTS)
    assert found.alert is not None
    assert found.alert.pending_in_summary

    await join(db, item, promote, same(view), now=NOW + timedelta(minutes=1))
    summary, own = await rows(db, schema.deliveries)
    assert (summary.kind, summary.state) == ("summary", "dropped")
    assert (own.kind, own.state, own.due_at) == ("alert", "pending", NOW)
    (alert,) = await rows(db, schema.alerts)
    assert (alert.carried_by, alert.single_at) == (own.id, NOW + timedelta(minutes=1))


async def test_a_summary_that_carries_more_outlives_a_promotion(db: Database) -> None:
    _, query = await subscribe(db)
    view = await join(db, await publish(db, query), gather)
    await join(db, await publish(db, query, TITLES[1]), gather)
    await join(db, await publish(db, query, "More", "caspian"), promote, same(view))
    assert [row.state for row in await rows(db, schema.deliveries)] == ["pending", "pending"]
    due = await outbox.claim_due(db, NOW + HOUR, 10, LEASE)
    assert [d.kind for d in due] == ["alert"], "one of a chat at a time"
    await send(db, due[0], message_id=5)
    (summary,) = await outbox.claim_due(db, NOW + HOUR, 10, LEASE)
    assert isinstance(summary.content, tuple)
    assert [told.headline.title for told in summary.content] == [TITLES[1]]


async def test_an_alert_is_not_promoted_out_of_a_summary_under_way(db: Database) -> None:
    _, query = await subscribe(db)
    view = await join(db, await publish(db, query), gather)
    item = await publish(db, query, "More", "caspian")

    def late(story: StoryView, found: Sequence[Audience]) -> Plan:
        (alert,) = [a.alert for a in before if a.alert is not None]
        return Plan(
            promotions=tuple(
                Promotion(alert.alert_id, a.chat_id, 0, NOW, Priority.FRESH) for a in found
            )
        )

    before = await stories.audiences(db, item.item_id, view.story_id, NOW, DEFAULTS)
    (claimed,) = await outbox.claim_due(db, NOW + HOUR, 10, LEASE)
    at = NOW + HOUR
    (now,) = await stories.audiences(db, item.item_id, view.story_id, at, DEFAULTS)
    assert now.alert is not None
    assert not now.alert.pending_in_summary
    await join(db, item, late, same(view), now=at)
    (row,) = await rows(db, schema.deliveries)
    assert (row.id, row.state) == (claimed.delivery_id, "pending")


async def test_what_may_have_arrived_in_a_summary_is_not_told_again_by_a_promotion(
    db: Database,
) -> None:
    _, query = await subscribe(db)
    view = await join(db, await publish(db, query), gather)
    (lost,) = await outbox.claim_due(db, NOW + HOUR, 10, LEASE)
    await send(
        db, lost, state=DeliveryState.PENDING, outcome="uncertain", due_at=NOW + HOUR, ambiguous=1
    )
    await join(db, await publish(db, query, "More", "caspian"), promote, same(view))
    (row,) = await rows(db, schema.deliveries)
    assert (row.kind, row.state) == ("summary", "pending")


async def test_a_message_has_one_edit_that_waits(db: Database) -> None:
    _, query = await subscribe(db)
    view = await join(db, await publish(db, query), singles)
    (alert,) = await outbox.claim_due(db, NOW, 10, LEASE)
    await send(db, alert, message_id=41)
    for n in range(2):
        item = await publish(db, query, f"More {n}", "caspian")
        await join(db, item, singles, same(view))
    _, edit = await rows(db, schema.deliveries)
    assert (edit.kind, edit.edits_message, edit.due_at) == ("edit", 41, NOW + HOUR)
    (row,) = await rows(db, schema.alerts)
    assert edit.alert_id == row.id
    item = await publish(db, query, "More still", "caspian")
    (found,) = await stories.audiences(db, item.item_id, view.story_id, NOW, DEFAULTS)
    assert found.alert is not None
    assert found.alert.pending_edit
    assert (found.alert.message_id, found.alert.last_told_at) == (41, NOW)


# ---------------------------------------------------------------- crashes, size


class _CrashError(Exception):
    pass


async def test_after_a_crash_between_batches_the_rest_is_told_and_nobody_twice(
    db: Database,
) -> None:
    for telegram_id in range(1, 8):
        _, query = await subscribe(db, telegram_id=telegram_id)
    item = await publish(db, query)
    planned: list[int] = []

    def crash_at_the_third(story: StoryView, found: Sequence[Audience]) -> Plan:
        planned.append(len(found))
        if len(planned) == 3:
            raise _CrashError
        return singles(story, found)

    with pytest.raises(_CrashError):
        await join(db, item, crash_at_the_third, batch=2)
    assert len(await rows(db, schema.alerts)) == 4
    # What was planned is told before the process comes back.
    for delivery in await outbox.claim_due(db, NOW, 3, LEASE):
        await send(db, delivery, message_id=delivery.chat.chat_id % 1000)

    (again,) = await stories.next_ungrouped(db, 10)
    assert again.item_id == item.item_id
    view = await join(db, again, singles, batch=2)
    assert view.version == 1, "it joined its story once"
    told = await rows(db, schema.alerts)
    assert len({alert.chat_id for alert in told}) == len(told) == 7
    kinds = [row.kind for row in await rows(db, schema.deliveries)]
    assert kinds == ["alert"] * 7, "what was told of this very item did not grow"
    assert await stories.next_ungrouped(db, 10) == []


async def test_the_mark_goes_with_the_last_batch_of_exactly_full_ones(db: Database) -> None:
    for telegram_id in range(1, 5):
        _, query = await subscribe(db, telegram_id=telegram_id)
    await join(db, await publish(db, query), singles, batch=2)
    assert len(await rows(db, schema.alerts)) == 4
    assert await stories.next_ungrouped(db, 10) == []


async def fill(db: Database, chats: int) -> int:
    """Many chats that watch the pack; returns the query."""
    _, query = await subscribe(db, telegram_id=1)
    ids = [new_id() for _ in range(chats - 1)]
    async with db.write() as c:
        await insert_rows(
            c, schema.chats,
            [
                {"id": i, "telegram_id": 1000 + n, "kind": "private", "language": "ru",
                 "timezone": "Asia/Almaty", "state": ChatState.ACTIVE, "state_at": NOW,
                 "created_at": NOW}
                for n, i in enumerate(ids)
            ],
        )  # fmt: skip
        await insert_rows(
            c, schema.subscriptions,
            [
                {"id": new_id(), "chat_id": i, "query_id": query, "mode": Mode.PACK,
                 "created_at": NOW}
                for i in ids
            ],
        )  # fmt: skip
    return query


async def test_a_story_for_thousands_of_chats_is_written_in_bulk(db: Database) -> None:
    chats_told = 2_000
    query = await fill(db, chats_told)
    settings = AlertSettings(outlets_at_once=2)
    item = await publish(db, query)
    statements = 0

    def planner(item: UngroupedItem) -> Planner:
        return lambda story, found: real_plan(item, story, found, NOW, settings)

    def count(*_: object) -> None:
        nonlocal statements
        statements += 1

    sa.event.listen(sa.Engine, "before_cursor_execute", count)
    try:
        view = await join(db, item, planner(item))
        second = await publish(db, query, "Another outlet tells", "caspian")
        await join(db, second, planner(second), same(view))
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", count)
    kinds = [(row.kind, row.state) for row in await rows(db, schema.deliveries)]
    assert kinds.count(("summary", "dropped")) == kinds.count(("alert", "pending")) == chats_told
    # Ten transactions of 500 chats (two of them find nobody left), some twenty statements each.
    assert statements < 400, "a row at a time"
