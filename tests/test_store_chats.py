"""What people sent becomes changes and an answer, once; what answers read of a chat."""

import asyncio
import sqlite3
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.model import (
    Ask,
    Asking,
    Button,
    Change,
    ChatState,
    KeepQuery,
    Mode,
    MoveChat,
    OweLatest,
    Reply,
    Request,
    SetChatState,
    SetHourlyCap,
    SetOutlets,
    StatusFacts,
    Subscribe,
    TextContent,
    Unsubscribe,
    Update,
)
from bot.store import chats, feeds, schema, updates
from bot.store.db import Database
from bot.store.ids import new_id
from tests.databases import NOW
from tests.store_rows import PACK, candidate, draft, feed, poll, request, rows, subscribe

RU = ("ru", "Asia/Almaty")
ANSWER = TextContent("<b>Done</b>", ((Button("Save", "save:1"), Button("Open", url="https://a.example")),), preview=True)  # fmt: skip  # noqa: E501
HOUR = timedelta(hours=1)


async def handle(
    db: Database,
    *changes: Change,
    asked: Request | None = None,
    answer: TextContent | None = None,
    now: datetime = NOW,
    **reply: Any,
) -> None:
    """Store one update, and handle it with this reply."""
    update_id = await updates.next_offset(db)
    await updates.store_updates(db, [Update(update_id, {"text": "/x"})], now)
    made = Reply(changes=changes, answer=answer, **reply)
    await updates.record_update(db, update_id, asked or request(), made, now, RU)


# ---------------------------------------------------------------- updates


async def test_updates_are_kept_in_order_and_stored_once(db: Database) -> None:
    assert await updates.next_offset(db) == 0
    first = [Update(8, {"message": {"text": "Сәлем \ud83d"}}), Update(7, {"message": 1})]
    assert await updates.store_updates(db, first, NOW) == 9
    assert await updates.store_updates(db, [Update(8, {"message": "other"})], NOW) == 9
    assert await updates.next_offset(db) == 9
    assert await updates.unhandled(db, 10) == [first[1], first[0]]
    assert await updates.unhandled(db, 1) == [first[1]]


async def test_the_offset_follows_telegram_when_it_begins_anew(db: Database) -> None:
    await updates.store_updates(db, [Update(900, {})], NOW)
    assert await updates.store_updates(db, [Update(20, {}), Update(21, {})], NOW) == 22
    assert await updates.store_updates(db, [], NOW) == 22


async def test_an_update_that_is_handled_loses_its_payload(db: Database) -> None:
    await updates.store_updates(db, [Update(5, {"message": {"text": "secret"}})], NOW)
    await updates.record_update(db, 5, None, None, NOW + HOUR, RU)
    assert await updates.unhandled(db, 10) == []
    (row,) = await rows(db, schema.updates)
    assert (row.payload, row.handled_at) == (None, NOW + HOUR)
    assert await rows(db, schema.chats) == []


async def test_an_update_handled_again_changes_nothing(db: Database) -> None:
    await updates.store_updates(db, [Update(5, {})], NOW)
    reply = Reply((Subscribe(PACK, Mode.PACK), SetHourlyCap(3)), ANSWER)
    again = Reply((SetHourlyCap(9), SetChatState(ChatState.PAUSED)), ANSWER)
    await updates.record_update(db, 5, request(), reply, NOW, RU)
    before = [await rows(db, table) for table in schema.metadata.sorted_tables]
    await updates.record_update(db, 5, request(), again, NOW + HOUR, RU)
    assert [await rows(db, table) for table in schema.metadata.sorted_tables] == before


async def test_the_answer_waits_in_the_outbox(db: Database) -> None:
    await handle(db, asked=request(thread_id=4), answer=ANSWER, edits_message=77)
    (row,) = await rows(db, schema.deliveries)
    assert (row.kind, row.priority, row.thread_id) == ("answer", 0, 4)
    assert (row.due_at, row.state, row.edits_message) == (NOW, "pending", 77)
    assert row.payload == {
        "html": "<b>Done</b>",
        "keyboard": [[["Save", "save:1", ""], ["Open", "", "https://a.example"]]],
        "preview": True,
    }


async def test_an_error_half_way_leaves_the_update_to_be_handled(db: Database) -> None:
    await updates.store_updates(db, [Update(5, {})], NOW)
    broken = Reply((Subscribe(PACK, Mode.PACK), SetChatState(None)))  # type: ignore[arg-type]
    with pytest.raises(sa.exc.DBAPIError):
        await updates.record_update(db, 5, request(), broken, NOW, RU)
    assert [update.update_id for update in await updates.unhandled(db, 10)] == [5]
    assert await rows(db, schema.chats) == []
    assert await rows(db, schema.queries) == []


async def test_an_update_waits_for_another_program_that_writes(db: Database, backend: str) -> None:
    await updates.store_updates(db, [Update(5, {})], NOW)
    if backend == "postgresql":
        async with db.write() as other:
            await other.execute(sa.text("SELECT * FROM updates FOR UPDATE"))
            waiting = asyncio.create_task(updates.record_update(db, 5, request(), Reply(), NOW, RU))
            await asyncio.sleep(0.05)
            assert not waiting.done()
    else:
        other_program = sqlite3.connect(db.name, isolation_level=None)
        other_program.execute("BEGIN IMMEDIATE")
        waiting = asyncio.create_task(updates.record_update(db, 5, request(), Reply(), NOW, RU))
        await asyncio.sleep(0.05)
        assert not waiting.done()
        other_program.close()
    await waiting
    assert await updates.unhandled(db, 10) == []


# ---------------------------------------------------------------- chats


async def test_a_new_chat_gets_the_defaults(db: Database) -> None:
    assert await chats.chat_facts(db, 100) is None
    await handle(db, asked=request(-1001234567890123, chat_kind="supergroup", chat_title="Дала"))
    facts = await chats.chat_facts(db, -1001234567890123)
    assert facts is not None
    assert (facts.kind, facts.language, facts.timezone) == ("supergroup", "ru", "Asia/Almaty")
    assert (facts.state, facts.hourly_cap, facts.subscriptions) == (ChatState.ACTIVE, None, ())


async def test_a_chat_that_is_not_to_be_kept_is_not_made(db: Database) -> None:
    left = SetChatState(ChatState.GONE, "kicked")
    await handle(db, left, answer=ANSWER, ensure_chat=False)
    assert await rows(db, schema.chats) == []
    assert await rows(db, schema.deliveries) == []
    await handle(db)
    await handle(db, left, ensure_chat=False)
    (row,) = await rows(db, schema.chats)
    assert (row.state, row.state_reason) == ("gone", "kicked")


async def test_a_chats_title_is_kept_up_to_date(db: Database) -> None:
    await handle(db)
    await handle(db, asked=request(chat_title="New name"))
    (row,) = await rows(db, schema.chats)
    assert row.title == "New name"


async def test_a_chat_watches_the_queries_of_its_thread(db: Database) -> None:
    await subscribe(db, query="tokayev", mode=Mode.AT_ONCE)
    chat_id, pack = await subscribe(db, now=NOW + HOUR)
    await subscribe(db, query="caspian", mode=Mode.AT_ONCE, thread_id=9)
    other_chat, same_pack = await subscribe(db, telegram_id=200)
    assert other_chat != chat_id
    assert same_pack == pack, "a query is shared between chats"
    facts = await chats.chat_facts(db, 100)
    assert facts is not None
    assert [(s.query, s.mode, s.gather_minutes, s.outlets_wanted) for s in facts.subscriptions] == [
        ("tokayev", Mode.AT_ONCE, None, 1), (PACK, Mode.PACK, None, 1)
    ]  # fmt: skip
    thread = await chats.chat_facts(db, 100, 9)
    assert thread is not None
    assert [s.query for s in thread.subscriptions] == ["caspian"]
    kinds = {row.text: row.kind for row in await rows(db, schema.queries)}
    assert kinds == {"tokayev": "words", PACK: "topic", "caspian": "words"}


async def test_subscribing_twice_keeps_the_first(db: Database) -> None:
    await subscribe(db, query="tokayev", mode=Mode.DIGEST)
    version = await chats.queries_version(db)
    await subscribe(db, query="tokayev", mode=Mode.AT_ONCE)
    (row,) = await rows(db, schema.subscriptions)
    assert row.mode == Mode.DIGEST
    assert await chats.queries_version(db) == version


async def test_a_chat_sets_how_many_outlets_its_own_subscriptions_wait_for(db: Database) -> None:
    await subscribe(db)
    await subscribe(db, telegram_id=200)
    mine, theirs = await chats.chat_facts(db, 100), await chats.chat_facts(db, 200)
    assert mine is not None
    assert theirs is not None
    await handle(
        db,
        SetOutlets(mine.subscriptions[0].subscription_id, 3),
        SetOutlets(theirs.subscriptions[0].subscription_id, 5),
        SetOutlets(999, 5),
    )
    wanted = [(row.chat_id, row.outlets_wanted) for row in await rows(db, schema.subscriptions)]
    assert wanted == [(mine.chat_id, 3), (theirs.chat_id, 1)]


async def test_unsubscribing_takes_only_what_is_the_chats_own(db: Database) -> None:
    await subscribe(db)
    await subscribe(db, telegram_id=200)
    theirs, mine = [
        facts.subscriptions[0]
        for facts in [await chats.chat_facts(db, 200), await chats.chat_facts(db, 100)]
        if facts is not None
    ]
    version = await chats.queries_version(db)
    await handle(db, Unsubscribe(theirs.subscription_id))
    assert len(await rows(db, schema.subscriptions)) == 2
    assert await chats.queries_version(db) == version
    await handle(db, Unsubscribe(mine.subscription_id))
    assert [row.id for row in await rows(db, schema.subscriptions)] == [theirs.subscription_id]
    assert await chats.queries_version(db) == version + 1


async def test_a_kept_query_waits_for_save(db: Database) -> None:
    kept = new_id()
    await handle(db, KeepQuery(kept, "tokayev"))
    assert await chats.query_text(db, kept) == "tokayev"
    assert await chats.query_id(db, "tokayev") == kept
    assert await chats.active_queries(db) == []
    await handle(db, KeepQuery(new_id(), "tokayev"))
    assert await chats.query_id(db, "tokayev") == kept, "an equal query keeps its own id"
    await handle(db, Subscribe("tokayev", Mode.AT_ONCE))
    assert await chats.active_queries(db) == [(kept, "tokayev")]
    assert await chats.query_text(db, 1) == ""
    assert await chats.query_id(db, "nobody") is None


async def test_a_gone_chats_queries_are_active_again_when_it_is_back(db: Database) -> None:
    _, query = await subscribe(db, query="tokayev")
    assert await chats.active_queries(db) == [(query, "tokayev")]
    versions = [await chats.queries_version(db)]
    for state in (ChatState.PAUSED, ChatState.GONE, ChatState.GONE, ChatState.ACTIVE):
        await handle(db, SetChatState(state))
        versions.append(await chats.queries_version(db))
        expected = [] if state is ChatState.GONE else [(query, "tokayev")]
        assert await chats.active_queries(db) == expected
    assert [later - versions[0] for later in versions] == [0, 0, 1, 1, 2]


async def test_topics_are_asked_for_though_nobody_watches_them(db: Database) -> None:
    version = await chats.queries_version(db)
    for now in (NOW, NOW + HOUR):
        await chats.keep_topics(db, [PACK, "topic:oil"], now)
    assert [text for _, text in await chats.active_queries(db)] == [PACK, "topic:oil"]
    assert await chats.queries_version(db) > version


async def test_what_waits_for_a_chat_ends_when_it_goes(db: Database) -> None:
    await handle(db, answer=ANSWER)
    await handle(db, asked=request(200), answer=ANSWER)
    await handle(db, OweLatest(owed=True), SetChatState(ChatState.GONE, "kicked"))
    states = [(row.state, row.reason, row.finished_at) for row in await rows(db, schema.deliveries)]
    assert states == [("chat_gone", "kicked", NOW), ("pending", "", None)]
    assert await chats.chats_owed_latest(db) == []


async def test_what_a_chat_was_asked_is_kept_until_it_is_forgotten(db: Database) -> None:
    asking = Asking(40, NOW + timedelta(microseconds=1))
    for asked in (asking, Asking(41, NOW), None):
        await handle(db, Ask(asked))
        facts = await chats.chat_facts(db, 100)
        assert facts is not None
        assert facts.asking == asked
        assert await chats.chat_facts(db, 100, 9) == facts, "it is the chat's, in every thread"


async def test_the_hourly_cap_of_a_chat(db: Database) -> None:
    await handle(db, SetHourlyCap(30))
    facts = await chats.chat_facts(db, 100)
    assert facts is not None
    assert facts.hourly_cap == 30


# ---------------------------------------------------------------- a group becomes a supergroup


async def test_a_moved_group_keeps_everything_under_its_new_id(db: Database) -> None:
    chat_id, _ = await subscribe(db, telegram_id=-5)
    await handle(db, MoveChat(-1005), asked=request(-5, chat_kind="group"))
    facts = await chats.chat_facts(db, -1005)
    assert facts is not None
    assert (facts.chat_id, facts.kind, len(facts.subscriptions)) == (chat_id, "supergroup", 1)
    assert await chats.chat_facts(db, -5) is None
    await handle(db, MoveChat(-1005), asked=request(-1005, chat_kind="supergroup"))
    assert await chats.chat_facts(db, -1005) is not None


async def test_where_the_new_id_is_known_the_older_row_stays(db: Database) -> None:
    old, _ = await subscribe(db, telegram_id=-5)
    new, _ = await subscribe(db, telegram_id=-1005)
    await handle(db, MoveChat(-1005), asked=request(-5))
    found = {row.id: (row.telegram_id, row.state) for row in await rows(db, schema.chats)}
    assert found == {old: (-1005, "active"), new: (-5, "gone")}


async def test_a_newer_row_of_the_old_id_goes(db: Database) -> None:
    super_group, _ = await subscribe(db, telegram_id=-1005)
    group, _ = await subscribe(db, telegram_id=-5)
    await handle(db, MoveChat(-1005), asked=request(-5))
    found = {row.id: (row.telegram_id, row.state) for row in await rows(db, schema.chats)}
    assert found == {super_group: (-1005, "active"), group: (-5, "gone")}


# ---------------------------------------------------------------- debts, status


async def test_a_debt_is_paid_once(db: Database) -> None:
    await handle(db, OweLatest(owed=True))
    await handle(db, OweLatest(owed=True), asked=request(200), now=NOW - HOUR)
    owed = await chats.chats_owed_latest(db)
    assert [(facts.telegram_id, since) for facts, since in owed] == [
        (200, NOW - HOUR), (100, NOW)
    ]  # fmt: skip
    chat_id = owed[0][0].chat_id
    for _ in range(2):
        await chats.record_latest(db, chat_id, Reply((OweLatest(owed=False),), ANSWER), NOW)
    assert [row.chat_id for row in await rows(db, schema.deliveries)] == [chat_id]
    assert [facts.telegram_id for facts, _ in await chats.chats_owed_latest(db)] == [100]


async def test_a_paused_chats_debt_waits(db: Database) -> None:
    await handle(db, OweLatest(owed=True), SetChatState(ChatState.PAUSED))
    assert await chats.chats_owed_latest(db) == []
    await handle(db, SetChatState(ChatState.ACTIVE))
    assert len(await chats.chats_owed_latest(db)) == 1


async def test_the_status_counts_feeds_and_items(db: Database) -> None:
    assert await chats.status_facts(db, None, NOW) == StatusFacts(0, 0, None, 0, 0)
    await feeds.sync_catalogue(db, [feed("steppe"), feed("b"), feed("c", enabled=False)], NOW)
    chat_id, query = await subscribe(db)
    await poll(db, "steppe", candidate(draft(), query), at=NOW - 25 * HOUR)
    await poll(db, "steppe", candidate(draft("Another headline"), query), at=NOW)
    async with db.write() as c:
        await c.execute(sa.text("UPDATE feeds SET failures = 2 WHERE id <> 'steppe'"))
    assert await chats.status_facts(db, chat_id, NOW) == StatusFacts(2, 1, NOW, 1, 0)
