"""Claims, attempts and settlements: nothing twice at once, one of a chat at a time."""

import asyncio
import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.model import (
    AlertSettings,
    Audience,
    ChatState,
    ChatView,
    DeliveryState,
    DueDelivery,
    GroupDecision,
    Kind,
    Matched,
    Plan,
    PlannedAlert,
    PlannedEdit,
    Priority,
    StoryView,
    TextContent,
)
from bot.store import feeds, outbox, schema, stories
from bot.store.db import Database
from tests.databases import NOW
from tests.store_rows import (
    PACK,
    TITLES,
    answer_of,
    candidate,
    draft,
    feed,
    hit,
    poll,
    rows,
    send,
    settled,
    subscribe,
)

LEASE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


async def chat(db: Database, telegram_id: int = 100, **columns: Any) -> int:
    """A chat that watches the pack."""
    chat_id, _ = await subscribe(db, telegram_id)
    if columns:
        async with db.write() as c:
            await c.execute(
                sa.update(schema.chats).where(schema.chats.c.id == chat_id).values(**columns)
            )
    return chat_id


async def claim(db: Database, now: datetime = NOW, limit: int = 100) -> list[DueDelivery]:
    return await outbox.claim_due(db, now, limit, LEASE)


async def states(db: Database) -> list[str]:
    return [row.state for row in await rows(db, schema.deliveries)]


async def row_of(db: Database, due: DueDelivery) -> Any:
    return next(r for r in await rows(db, schema.deliveries) if r.id == due.delivery_id)


async def story(
    db: Database, planner: Any, *told: tuple[str, str], view: StoryView | None = None
) -> StoryView:
    """A story of (title, feed) items, each of them planned for by the planner."""
    await feeds.sync_catalogue(db, [feed("steppe"), feed("caspian"), feed("almaty")], NOW)
    _, query = await subscribe(db)
    for title, feed_id in told:
        await poll(db, feed_id, candidate(draft(title, feed_id), query))
        (item,) = await stories.next_ungrouped(db, 10)
        decision = GroupDecision(view.story_id if view else None, 1.0, "test")
        view = await stories.record_story(
            db, item, decision, planner, NOW, defaults=AlertSettings()
        )
    assert view is not None
    return view


def planned(single: bool) -> Any:
    """A planner: a first alert for everybody, single or in the summary of NOW; edits after it."""

    def plan(view: StoryView, found: Sequence[Audience]) -> Plan:
        return Plan(
            alerts=tuple(
                PlannedAlert(
                    a.chat_id, a.thread_id, a.queries, single, NOW,
                    Priority.FRESH if single else Priority.SUMMARY,
                )
                for a in found
                if a.alert is None
            ),
            edits=tuple(
                PlannedEdit(a.alert.alert_id, a.chat_id, a.thread_id, a.alert.message_id, NOW)
                for a in found
                if a.alert is not None and a.alert.message_id is not None
            ),
        )  # fmt: skip

    return plan


# ---------------------------------------------------------------- claims


async def test_a_claim_has_all_that_sending_needs(db: Database) -> None:
    chat_id = await chat(db)
    delivery = await answer_of(db, chat_id, thread_id=4, reply_to=9, edits_message=8)
    (due,) = await claim(db)
    assert due == DueDelivery(
        delivery_id=delivery,
        fence=1,
        kind=Kind.ANSWER,
        priority=Priority.ANSWER,
        created_at=NOW,
        due_at=NOW,
        chat=ChatView(chat_id, 100, "private", "ru", "Asia/Almaty"),
        thread_id=4,
        content=TextContent("Hello"),
        edits_message=8,
        reply_to=9,
    )


async def test_the_order_of_claims(db: Database) -> None:
    """Answers, breaking, fresh, older, summaries, broadcasts, edits; within one of them by time."""
    waiting = [
        ("answer", Priority.ANSWER, 0),
        ("breaking", Priority.BREAKING, 0),
        ("older that waited 10 minutes", Priority.OLDER, 600),
        ("fresh, first", Priority.FRESH, 9),
        ("fresh, second", Priority.FRESH, 8),
        ("older, first", Priority.OLDER, 599),
        ("older, second", Priority.OLDER, 5),
        ("summary", Priority.SUMMARY, 9000),
        ("broadcast", Priority.BROADCAST, 9000),
        ("edit", Priority.EDIT, 9000),
    ]
    for n, (name, priority, age) in enumerate(reversed(waiting)):
        chat_id = await chat(db, n + 1)
        await answer_of(db, chat_id, name, at=NOW - age * SECOND, priority=priority)
    names = [due.content.html for due in await claim(db) if isinstance(due.content, TextContent)]
    assert names == [name for name, _, _ in waiting]


async def test_claims_in_parts_keep_the_order(db: Database) -> None:
    for n in range(7):
        await answer_of(db, await chat(db, n + 1), at=NOW - n * SECOND)
    claimed = [await claim(db, limit=2) for _ in range(5)]
    assert [len(part) for part in claimed] == [2, 2, 2, 1, 0]
    assert [due.chat.telegram_id for part in claimed for due in part] == [7, 6, 5, 4, 3, 2, 1]


async def test_a_chat_has_one_delivery_under_way(db: Database) -> None:
    chat_id = await chat(db)
    names = ["third", "first", "second"]
    for name, priority, at in zip(names, (20, 0, 0), (NOW - HOUR, NOW - MINUTE, NOW), strict=True):
        await answer_of(db, chat_id, name, at=at, priority=priority)
    seen = []
    for _ in range(3):
        (due,) = await claim(db)
        assert await claim(db) == []
        await send(db, due, message_id=1)
        assert isinstance(due.content, TextContent)
        seen.append(due.content.html)
    assert seen == ["first", "second", "third"]


async def test_what_is_due_later_holds_up_nothing(db: Database) -> None:
    chat_id = await chat(db)
    await answer_of(db, chat_id, "retry", at=NOW - HOUR, due_at=NOW + MINUTE)
    await answer_of(db, chat_id, "now", priority=Priority.FRESH)
    (due,) = await claim(db)
    assert due.content == TextContent("now")


CHATS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "active": ({}, ["answer", "alert"]),
    "paused": ({"state": ChatState.PAUSED}, ["answer"]),
    "muted": ({"state": ChatState.MUTED}, []),
    "gone": ({"state": ChatState.GONE}, []),
    "told to wait": ({"wait_until": NOW + SECOND}, []),
    "waited": ({"wait_until": NOW}, ["answer", "alert"]),
}


@pytest.mark.parametrize(("columns", "sent"), CHATS.values(), ids=CHATS)
async def test_which_chats_may_be_written_to(
    db: Database, columns: dict[str, Any], sent: list[str]
) -> None:
    chat_id = await chat(db, **columns)
    await answer_of(db, chat_id, "alert", at=NOW - HOUR, kind=Kind.ALERT, priority=Priority.FRESH)
    await answer_of(db, chat_id, "answer")
    seen = []
    while due := await claim(db):
        await send(db, due[0], message_id=1)
        assert isinstance(due[0].content, TextContent)
        seen.append(due[0].content.html)
    assert seen == sent


async def test_chats_that_rest_are_left_out(db: Database) -> None:
    resting, other = await chat(db, 1), await chat(db, 2)
    for chat_id in (resting, other):
        await answer_of(db, chat_id)
    (due,) = await outbox.claim_due(db, NOW, 10, LEASE, excluding={resting})
    assert due.chat.chat_id == other


async def test_claims_beside_each_other_never_give_one_delivery_twice(
    db: Database, url: str, backend: str
) -> None:
    others = [await Database.open(url, now=NOW) for _ in range(7 if backend != "sqlite" else 0)]
    for n in range(60):
        chat_id = await chat(db, n + 1)
        for _ in range(3):
            await answer_of(db, chat_id)
    claimed: list[DueDelivery] = []
    under_way: set[int] = set()

    async def work(mine: Database) -> None:
        while part := await outbox.claim_due(mine, NOW, 5, LEASE):
            for due in part:
                assert due.chat.chat_id not in under_way, "two of one chat at once"
                under_way.add(due.chat.chat_id)
            await outbox.record_attempts(mine, part, NOW)
            claimed.extend(part)
            # They are under way until this begins; it takes a while to be committed.
            under_way.difference_update(due.chat.chat_id for due in part)
            await outbox.record_send(mine, [settled(due, message_id=1) for due in part])

    workers = [db, *others] if others else [db] * 8
    await asyncio.gather(*(work(worker) for worker in workers))
    while part := await claim(db):  # a worker that found all chats busy has stopped
        claimed += part
        await outbox.record_send(db, [settled(due, message_id=1) for due in part])
    ids = [due.delivery_id for due in claimed]
    assert len(ids) == len(set(ids)) == 180
    assert set(await states(db)) == {"sent"}
    for other in others:
        await other.close()


async def test_an_empty_outbox_has_nothing_due(db: Database) -> None:
    assert await claim(db) == []


async def test_a_claim_reads_sqlites_outbox_in_the_order_of_its_index(tmp_path: Any) -> None:
    """So that a claim from a million rows reads thirty."""
    db = await Database.open(f"sqlite:///{tmp_path / 'a.db'}", now=NOW)
    async with db.write() as c:

        def explain(connection: sa.Connection) -> list[str]:
            statements: list[tuple[str, Any]] = []
            engine = connection.engine
            listen = (engine, "before_cursor_execute")

            def note(_c: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
                statements.append((statement, values))

            sa.event.listen(*listen, note)
            connection.execute(outbox.claimable(NOW, set()).limit(30))
            sa.event.remove(*listen, note)
            ((statement, values),) = statements
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
            return [row.detail for row in plan]

        plan = await c.run_sync(explain)
    await db.close()
    assert plan[0] == "SCAN d USING INDEX ix_deliveries_order", plan
    assert not any("TEMP B-TREE" in step for step in plan), plan


# ---------------------------------------------------------------- what is told


async def test_a_single_alert_tells_the_story_as_it_is_now(db: Database) -> None:
    view = await story(
        db, planned(single=True), (TITLES[0], "steppe"), ("More", "caspian"), ("Even", "almaty"),
        ("And more", "steppe"),
    )  # fmt: skip
    (due,) = await claim(db)
    (alert,) = await rows(db, schema.alerts)
    (query,) = await rows(db, schema.queries)
    (told,) = due.content if isinstance(due.content, tuple) else ()
    assert (due.kind, told.alert_id, told.story_id) == (Kind.ALERT, alert.id, view.story_id)
    assert (told.headline.title, told.headline.outlet) == (TITLES[0], "Steppe")
    assert told.headline.spans == hit(query.id).spans
    matched = (Matched(PACK, hit(query.id).spans),)
    assert (told.others, told.matched) == (("Caspian", "Almaty"), matched)
    assert (told.breaking, told.updated_at) == (False, None)


async def test_a_summary_tells_all_that_waits_in_it(db: Database) -> None:
    for title in TITLES:
        await story(db, planned(single=False), (title, "steppe"))
    (due,) = await claim(db)
    assert due.kind is Kind.SUMMARY
    assert isinstance(due.content, tuple)
    assert [told.headline.title for told in due.content] == list(TITLES)
    await send(db, due, message_id=70)
    for alert in await rows(db, schema.alerts):
        assert (alert.state, alert.last_told_at, alert.message_id) == ("sent", NOW, None)


async def test_what_a_summary_has_no_room_for_comes_in_the_next(db: Database) -> None:
    for title in TITLES:
        await story(db, planned(single=False), (title, "steppe"))
    (due,) = await claim(db)
    assert isinstance(due.content, tuple)
    left_over = [told.alert_id for told in due.content[1:]]
    await outbox.put_off(db, due, left_over, NOW)
    assert await claim(db) == [], "the first one is under way"
    await send(db, due, message_id=70)
    told = [row.id for row in await rows(db, schema.alerts) if row.state == "sent"]
    assert told == [due.content[0].alert_id]
    (rest,) = await claim(db)
    assert (rest.kind, rest.priority) == (Kind.SUMMARY, Priority.SUMMARY)
    assert rest.content == due.content[1:]


async def test_a_late_holder_puts_nothing_off(db: Database) -> None:
    await story(db, planned(single=False), (TITLES[0], "steppe"))
    (late,) = await claim(db)
    await claim(db, NOW + LEASE)
    assert isinstance(late.content, tuple)
    await outbox.put_off(db, late, [late.content[0].alert_id], NOW)
    (alert,) = await rows(db, schema.alerts)
    assert alert.carried_by == late.delivery_id


async def test_an_edit_tells_that_the_story_grew(db: Database) -> None:
    view = await story(db, planned(single=True), (TITLES[0], "steppe"))
    (first,) = await claim(db)
    await send(db, first, message_id=41)
    await story(db, planned(single=True), ("More", "caspian"), view=view)
    (edit,) = await claim(db)
    assert (edit.kind, edit.edits_message) == (Kind.EDIT, 41)
    (told,) = edit.content if isinstance(edit.content, tuple) else ()
    assert (told.others, told.updated_at) == (("Caspian",), NOW)
    await send(db, edit, at=NOW + MINUTE, message_id=41)
    (alert,) = await rows(db, schema.alerts)
    assert (alert.edits, alert.last_told_at, alert.message_id) == (1, NOW + MINUTE, 41)
    assert alert.told_version == alert.version == 2


async def test_a_query_that_was_swept_is_no_longer_named(db: Database) -> None:
    await story(db, planned(single=True), (TITLES[0], "steppe"))
    async with db.write() as c:
        await c.execute(sa.text("DELETE FROM subscriptions"))
        await c.execute(sa.text("DELETE FROM queries"))
    (due,) = await claim(db)
    assert isinstance(due.content, tuple)
    assert (due.content[0].matched, due.content[0].headline.spans) == ((), ())


async def test_what_has_nothing_left_to_tell_is_dropped(db: Database) -> None:
    await story(db, planned(single=True), (TITLES[0], "steppe"))
    async with db.write() as c:
        await c.execute(sa.text("DELETE FROM items"))
    assert await claim(db) == []
    assert await states(db) == ["dropped"]


# ---------------------------------------------------------------- attempts, crashes


async def test_an_attempt_is_written_before_it_is_made(db: Database) -> None:
    await answer_of(db, await chat(db))
    (due,) = await claim(db)
    await outbox.record_attempts(db, [due], NOW + HOUR)
    (attempt,) = await rows(db, schema.attempts)
    assert (attempt.delivery_id, attempt.fence) == (due.delivery_id, 1)
    assert (attempt.started_at, attempt.outcome, attempt.early) == (NOW + HOUR, "", False)
    assert (await row_of(db, due)).attempts == 1
    await outbox.record_send(db, [settled(due, at=NOW + 2 * HOUR, message_id=6, detail="in 40 ms")])
    (attempt,) = await rows(db, schema.attempts)
    assert (attempt.outcome, attempt.detail) == ("sent", "in 40 ms")
    assert attempt.finished_at == NOW + 2 * HOUR


CRASHES = {"in its first minute": (59 * SECOND, 0), "later": (60 * SECOND, 1)}


@pytest.mark.parametrize(("age", "counted"), CRASHES.values(), ids=CRASHES)
async def test_an_attempt_without_an_outcome_counts_as_ambiguous(
    url: str, backend: str, age: timedelta, counted: int
) -> None:
    db = await Database.open(url, now=NOW)
    await answer_of(db, await chat(db))
    at = NOW + age
    claimed = await claim(db, at)
    await outbox.record_attempts(db, claimed, at)
    await db.close()

    restart = at + SECOND
    db = await Database.open(url, now=restart)
    if backend == "sqlite":
        (row,) = await rows(db, schema.deliveries)
        assert (row.ambiguous, row.lease_until) == (counted, None), "known from the start"
    else:
        assert await claim(db, restart) == [], "another process may be sending it"
        restart = at + LEASE
    (due,) = await claim(db, restart)
    assert (due.attempts, due.ambiguous, due.fence) == (1, counted, 2)
    (attempt,) = await rows(db, schema.attempts)
    assert (attempt.outcome, attempt.finished_at is not None) == ("crash", True)
    await send(db, due, at=restart, message_id=1)
    assert await states(db) == ["sent"]
    await db.close()


async def test_crashes_add_up_over_restarts(url: str) -> None:
    now = NOW
    for expected in range(4):
        db = await Database.open(url, now=now)
        if not expected:
            await answer_of(db, await chat(db))
        now += HOUR
        (due,) = await claim(db, now)
        assert due.ambiguous == expected
        await outbox.record_attempts(db, [due], now)
        await db.close()
        now += HOUR


async def test_a_claim_without_an_attempt_was_not_sent(url: str, backend: str) -> None:
    db = await Database.open(url, now=NOW)
    await answer_of(db, await chat(db))
    await claim(db)
    await db.close()
    db = await Database.open(url, now=NOW)
    again = await claim(db, NOW if backend == "sqlite" else NOW + LEASE)
    assert [(due.attempts, due.ambiguous) for due in again] == [(0, 0)]
    await db.close()


async def test_an_attempt_waits_for_another_program_that_writes(tmp_path: Any) -> None:
    db = await Database.open(f"sqlite:///{tmp_path / 'a.db'}", now=NOW)
    await answer_of(db, await chat(db))
    claimed = await claim(db)
    other = sqlite3.connect(db.name, isolation_level=None)
    for work in (
        outbox.record_attempts(db, claimed, NOW),
        outbox.record_send(db, [settled(due, message_id=1) for due in claimed]),
        outbox.claim_due(db, NOW, 1, LEASE),
    ):
        other.execute("BEGIN IMMEDIATE")
        waiting: asyncio.Task[object] = asyncio.create_task(work)
        await asyncio.sleep(0.05)
        assert not waiting.done()
        other.execute("ROLLBACK")
        await waiting
    assert await states(db) == ["sent"]
    other.close()
    await db.close()


# ---------------------------------------------------------------- settlements


async def test_a_sent_alert_is_told(db: Database) -> None:
    await story(db, planned(single=True), (TITLES[0], "steppe"))
    (due,) = await claim(db)
    await send(db, due, at=NOW + SECOND, message_id=41)
    row = await row_of(db, due)
    assert (row.state, row.message_id, row.finished_at) == ("sent", 41, NOW + SECOND)
    (alert,) = await rows(db, schema.alerts)
    assert (alert.state, alert.message_id, alert.last_told_at) == ("sent", 41, NOW + SECOND)
    assert (alert.edits, alert.told_version) == (0, 1)


async def test_a_retry_keeps_its_place_in_a_summary_and_its_count(db: Database) -> None:
    await story(db, planned(single=False), (TITLES[0], "steppe"))
    (due,) = await claim(db)
    later: dict[str, Any] = {
        "state": DeliveryState.PENDING, "outcome": "uncertain", "detail": "the answer was lost",
        "due_at": NOW + MINUTE, "ambiguous": 1,
    }  # fmt: skip
    await send(db, due, **later)
    assert await claim(db) == []
    (again,) = await claim(db, NOW + MINUTE)
    assert (again.attempts, again.ambiguous) == (1, 1)
    assert again.content == due.content
    (alert,) = await rows(db, schema.alerts)
    assert alert.state == "pending"


ENDS = {
    "rejected": (DeliveryState.REJECTED, "rejected"),
    "uncertain": (DeliveryState.UNCERTAIN, "uncertain"),
}


@pytest.mark.parametrize(("state", "outcome"), ENDS.values(), ids=ENDS)
async def test_an_alert_ends_as_its_delivery_does(
    db: Database, state: DeliveryState, outcome: str
) -> None:
    await story(db, planned(single=True), (TITLES[0], "steppe"))
    (due,) = await claim(db)
    await send(db, due, state=state, outcome=outcome, detail="why")
    row = await row_of(db, due)
    assert (row.state, row.reason, row.finished_at) == (state, "why", NOW)
    (alert,) = await rows(db, schema.alerts)
    assert (alert.state, alert.message_id, alert.last_told_at) == (state, None, None)
    assert await claim(db, NOW + HOUR) == []


EDITS = {
    "overdue": (DeliveryState.DROPPED, "dropped", 41),
    "its message is gone": (DeliveryState.DROPPED, "rejected", None),
}


@pytest.mark.parametrize(("state", "outcome", "message"), EDITS.values(), ids=EDITS)
async def test_an_edit_that_fails_leaves_the_alert_told(
    db: Database, state: DeliveryState, outcome: str, message: int | None
) -> None:
    view = await story(db, planned(single=True), (TITLES[0], "steppe"))
    (first,) = await claim(db)
    await send(db, first, message_id=41)
    await story(db, planned(single=True), ("More", "caspian"), view=view)
    (edit,) = await claim(db)
    await send(db, edit, at=NOW + HOUR, state=state, outcome=outcome)
    (alert,) = await rows(db, schema.alerts)
    assert (alert.state, alert.edits, alert.last_told_at) == ("sent", 0, NOW)
    assert alert.message_id == message


async def test_a_late_holder_changes_the_ledger_alone(db: Database) -> None:
    await answer_of(db, await chat(db))
    (late,) = await claim(db)
    await outbox.record_attempts(db, [late], NOW)
    (new,) = await claim(db, NOW + LEASE)
    await outbox.record_send(
        db,
        [settled(late, message_id=1, chat_state=ChatState.GONE, chat_wait_until=NOW + HOUR)],
    )
    row = await row_of(db, new)
    assert (row.state, row.fence, row.message_id) == ("pending", new.fence, None)
    (chat_row,) = await rows(db, schema.chats)
    assert (chat_row.state, chat_row.wait_until) == ("active", None)


async def test_a_wait_that_telegram_ordered_is_the_chats(db: Database) -> None:
    first, second = await chat(db, 1), await chat(db, 2)
    for chat_id in (first, second):
        await answer_of(db, chat_id)
        await answer_of(db, chat_id)
    due, other = await claim(db)
    wait: dict[str, Any] = {
        "state": DeliveryState.PENDING,
        "outcome": "retry",
        "due_at": NOW + MINUTE,
    }
    await send(db, due, chat_wait_until=NOW + MINUTE, **wait)
    await send(db, other, message_id=1)
    assert [d.chat.chat_id for d in await claim(db)] == [second]
    assert [d.chat.chat_id for d in await claim(db, NOW + 59 * SECOND)] == []
    (again,) = [d for d in await claim(db, NOW + MINUTE) if d.chat.chat_id == first]
    assert again.chat.wait_until == NOW + MINUTE


async def test_a_gone_chats_deliveries_end_with_it(db: Database) -> None:
    for title in TITLES[:2]:
        await story(db, planned(single=True), (title, "steppe"))
    await answer_of(db, await chat(db, 200))
    due, other = sorted(await claim(db), key=lambda d: d.chat.telegram_id)
    gone: dict[str, Any] = {
        "state": DeliveryState.CHAT_GONE,
        "outcome": "gone",
        "detail": "blocked",
    }
    await send(db, due, chat_state=ChatState.GONE, **gone)
    ended = [row for row in await rows(db, schema.deliveries) if row.id != other.delivery_id]
    assert {(row.state, row.reason, row.finished_at) for row in ended} == {
        ("chat_gone", "blocked", NOW)
    }
    assert {row.state for row in await rows(db, schema.alerts)} == {"chat_gone"}
    states = {row.telegram_id: row.state for row in await rows(db, schema.chats)}
    assert states == {100: "gone", 200: "active"}


async def test_a_muted_chats_deliveries_wait(db: Database) -> None:
    await answer_of(db, await chat(db))
    (due,) = await claim(db)
    muted: dict[str, Any] = {"state": DeliveryState.PENDING, "outcome": "muted", "due_at": NOW}
    await send(db, due, chat_state=ChatState.MUTED, **muted)
    assert await claim(db, NOW + HOUR) == []
    await chat(db, state=ChatState.ACTIVE)
    assert len(await claim(db, NOW + HOUR)) == 1


async def test_a_moved_chat_is_written_to_under_its_new_id(db: Database) -> None:
    await answer_of(db, await chat(db, -5))
    (due,) = await claim(db)
    moved: dict[str, Any] = {"state": DeliveryState.PENDING, "outcome": "moved", "due_at": NOW}
    await send(db, due, new_telegram_id=-1005, **moved)
    (again,) = await claim(db)
    assert (again.chat.telegram_id, again.chat.kind) == (-1005, "supergroup")
    assert again.delivery_id == due.delivery_id


async def test_settlements_of_a_batch_are_one_transaction(db: Database) -> None:
    for n in (1, 2):
        await answer_of(db, await chat(db, n))
    first, second = await claim(db)
    broken = settled(second, state=None)
    with pytest.raises(sa.exc.DBAPIError):
        await outbox.record_send(db, [settled(first, message_id=1), broken])
    assert await states(db) == ["pending", "pending"]
