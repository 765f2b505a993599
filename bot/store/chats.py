"""Chats: what answers read of them, and how a change of theirs is written."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import (
    Ask,
    Asking,
    Change,
    ChatFacts,
    ChatState,
    DeliveryState,
    KeepQuery,
    Kind,
    Mode,
    MoveChat,
    OweLatest,
    Priority,
    Reply,
    SetChatState,
    SetHourlyCap,
    SetOutlets,
    StatusFacts,
    Subscribe,
    Subscription,
    Unsubscribe,
)
from bot.store.db import Database
from bot.store.feeds import enabled
from bot.store.ids import new_id
from bot.store.schema import alerts, chats, deliveries, feeds, items, queries, subscriptions
from bot.store.sql import QUERIES_VERSION, counter, insert, raise_queries_version

TOPIC = "topic:"

# ---------------------------------------------------------------- what answers read


async def chat_facts(db: Database, telegram_id: int, thread_id: int = 0) -> ChatFacts | None:
    """The chat and what the asking thread watches; None when it was never seen."""
    async with db.read() as c:
        row = (
            await c.execute(sa.select(chats).where(chats.c.telegram_id == telegram_id))
        ).one_or_none()
        return None if row is None else await _facts(c, row, thread_id)


async def status_facts(db: Database, chat_id: int | None, now: datetime) -> StatusFacts:
    """How things stand, for /status; ``chat_id`` None: of a chat that is not known."""
    watched = sa.or_(feeds.c.in_catalogue, feeds.c.added_by.is_not(None))
    of_feeds = sa.select(
        sa.func.count().label("feeds"),
        sa.func.count().filter(feeds.c.failures > 0).label("failing"),
        sa.func.max(feeds.c.last_ok_at, type_=feeds.c.last_ok_at.type).label("last_poll_at"),
    ).where(watched, enabled())
    since = now - timedelta(days=1)
    async with db.read() as c:
        row = (await c.execute(of_feeds)).one()
        day = await c.scalar(
            sa.select(sa.func.count()).select_from(items).where(items.c.first_seen_at > since)
        )
        pending = await c.scalar(
            sa.select(sa.func.count())
            .select_from(alerts)
            .where(sa.text("state = 'pending'"), alerts.c.chat_id == chat_id)
        )
    return StatusFacts(row.feeds, row.failing, row.last_poll_at, day or 0, pending or 0)


async def query_text(db: Database, query_id: int) -> str:
    """A query's normalised text; "" when it was swept, or never was."""
    async with db.read() as c:
        return await c.scalar(sa.select(queries.c.text).where(queries.c.id == query_id)) or ""


async def query_id(db: Database, text: str) -> int | None:
    """The id under which a normalised query is stored."""
    async with db.read() as c:
        found: int | None = await c.scalar(sa.select(queries.c.id).where(queries.c.text == text))
        return found


async def active_queries(db: Database) -> list[tuple[int, str]]:
    """(id, text) of every query that a chat which is not gone watches, and of the pack's topics."""
    watched = (
        sa.select(subscriptions.c.query_id)
        .join(chats, chats.c.id == subscriptions.c.chat_id)
        .where(chats.c.state != ChatState.GONE)
    )
    async with db.read() as c:
        rows = await c.execute(
            sa.select(queries.c.id, queries.c.text)
            .where(sa.or_(queries.c.id.in_(watched), queries.c.kind == "topic"))
            .order_by(queries.c.id)
        )
        return [(row.id, row.text) for row in rows]


async def keep_topics(db: Database, topics: Sequence[str], now: datetime) -> None:
    """Ask for these topics from now on, watched or not: the first chat finds headlines there."""
    async with db.write() as c:
        for topic in topics:
            await _keep_query(c, new_id(), topic, now)
        await raise_queries_version(c)


async def queries_version(db: Database) -> int:
    """Rises with every change of what `active_queries` gives."""
    async with db.read() as c:
        return await counter(c, QUERIES_VERSION)


async def chats_owed_latest(db: Database) -> list[tuple[ChatFacts, datetime]]:
    """Active chats that wait for their first headlines, with since when."""
    async with db.read() as c:
        rows = await c.execute(
            sa.select(chats)
            .where(sa.text("owed_latest_since IS NOT NULL"), chats.c.state == ChatState.ACTIVE)
            .order_by(chats.c.owed_latest_since)
        )
        return [(await _facts(c, row, 0), row.owed_latest_since) for row in rows.all()]


async def _facts(c: AsyncConnection, chat: Any, thread_id: int) -> ChatFacts:
    watched = await c.execute(
        sa.select(subscriptions, queries.c.text)
        .join(queries, queries.c.id == subscriptions.c.query_id)
        .where(subscriptions.c.chat_id == chat.id, subscriptions.c.thread_id == thread_id)
        .order_by(subscriptions.c.created_at, subscriptions.c.id)
    )
    return ChatFacts(
        chat_id=chat.id,
        telegram_id=chat.telegram_id,
        kind=chat.kind,
        language=chat.language,
        timezone=chat.timezone,
        state=ChatState(chat.state),
        hourly_cap=chat.hourly_cap,
        asking=_asking(chat.asking),
        subscriptions=tuple(
            Subscription(
                subscription_id=row.id,
                query_id=row.query_id,
                query=row.text,
                mode=Mode(row.mode),
                gather_minutes=row.gather_minutes,
                outlets_wanted=row.outlets_wanted,
            )
            for row in watched
        ),
    )


def _asking(stored: Mapping[str, Any] | None) -> Asking | None:
    if stored is None:
        return None
    return Asking(stored["message"], datetime.fromisoformat(stored["at"]))


# ---------------------------------------------------------------- what answers write


async def record_latest(db: Database, chat_id: int, reply: Reply, now: datetime) -> None:
    """Pay what a chat is owed: its changes and its answer. A debt that was paid is left alone."""
    async with db.write() as c:
        owed = await c.execute(
            sa.update(chats)
            .where(chats.c.id == chat_id, chats.c.owed_latest_since.is_not(None))
            .values(owed_latest_since=None)
        )
        if owed.rowcount:
            await apply_reply(c, chat_id, 0, reply, now)


async def apply_reply(
    c: AsyncConnection, chat_id: int, thread_id: int, reply: Reply, now: datetime
) -> None:
    """Make the changes of a reply, and put its answer into the outbox."""
    for change in reply.changes:
        await _apply(c, chat_id, thread_id, change, now)
    if reply.answer is None:
        return
    answer = reply.answer
    keyboard = [[(b.text, b.data, b.url) for b in row] for row in answer.keyboard]
    await c.execute(
        sa.insert(deliveries).values(
            id=new_id(),
            chat_id=chat_id,
            thread_id=thread_id,
            kind=Kind.ANSWER,
            priority=Priority.ANSWER,
            created_at=now,
            due_at=now,
            edits_message=reply.edits_message,
            payload={"html": answer.html, "keyboard": keyboard, "preview": answer.preview},
        )
    )


async def _apply(
    c: AsyncConnection, chat_id: int, thread_id: int, change: Change, now: datetime
) -> None:
    match change:
        case Subscribe():
            await _subscribe(c, chat_id, thread_id, change, now)
        case Unsubscribe(subscription_id):
            await _unsubscribe(c, chat_id, subscription_id, now)
        case SetOutlets(subscription_id, outlets):
            await c.execute(
                sa.update(subscriptions)
                .where(
                    subscriptions.c.id == subscription_id,
                    subscriptions.c.chat_id == chat_id,
                )
                .values(outlets_wanted=outlets)
            )
        case KeepQuery(query_id=kept, query=text):
            await _keep_query(c, kept, text, now)
        case Ask(asking):
            stored = asking and {"message": asking.message_id, "at": asking.at.isoformat()}
            await _change_chat(c, chat_id, {"asking": stored})
        case SetChatState(state, reason):
            await set_state(c, chat_id, state, reason, now)
        case SetHourlyCap(cap):
            await _change_chat(c, chat_id, {"hourly_cap": cap})
        case OweLatest(owed):
            await _change_chat(c, chat_id, {"owed_latest_since": now if owed else None})
        case MoveChat(telegram_id):
            await move(c, chat_id, telegram_id, now)


async def _subscribe(
    c: AsyncConnection, chat_id: int, thread_id: int, wanted: Subscribe, now: datetime
) -> None:
    """A subscription that is there already keeps its mode."""
    await _keep_query(c, new_id(), wanted.query, now)
    kept = await c.scalar(sa.select(queries.c.id).where(queries.c.text == wanted.query))
    made = await c.execute(
        insert(c, subscriptions)
        .values(
            id=new_id(),
            chat_id=chat_id,
            thread_id=thread_id,
            query_id=kept,
            mode=wanted.mode,
            created_at=now,
        )
        .on_conflict_do_nothing(index_elements=["chat_id", "thread_id", "query_id"])
    )
    if made.rowcount:
        await raise_queries_version(c)


async def _unsubscribe(
    c: AsyncConnection, chat_id: int, subscription_id: int, now: datetime
) -> None:
    """Of this chat alone. The query stays for a day: what waits in the outbox names it."""
    query = await c.scalar(
        sa.delete(subscriptions)
        .where(subscriptions.c.id == subscription_id, subscriptions.c.chat_id == chat_id)
        .returning(subscriptions.c.query_id)
    )
    if query is not None:
        await c.execute(sa.update(queries).where(queries.c.id == query).values(used_at=now))
        await raise_queries_version(c)


async def _keep_query(c: AsyncConnection, kept: int, text: str, now: datetime) -> None:
    """``used_at`` is renewed, so that the sweep leaves a preview its whole day."""
    kind = "topic" if text.startswith(TOPIC) else "words"
    await c.execute(
        insert(c, queries)
        .values(id=kept, kind=kind, text=text, used_at=now)
        .on_conflict_do_update(index_elements=["text"], set_={"used_at": now})
    )


async def _change_chat(c: AsyncConnection, chat_id: int, values: Mapping[str, Any]) -> None:
    await c.execute(sa.update(chats).where(chats.c.id == chat_id).values(**values))


async def set_state(
    c: AsyncConnection, chat_id: int, state: ChatState, reason: str, now: datetime
) -> None:
    """What a chat is from now on. When it is gone, nothing waits for it any more."""
    values = {"state": state, "state_reason": reason, "state_at": now}
    before = await c.scalar(sa.select(chats.c.state).where(chats.c.id == chat_id))
    await _change_chat(c, chat_id, values)
    if ChatState.GONE in {before, state} and before != state:
        await raise_queries_version(c)
    if state is ChatState.GONE:
        await _change_chat(c, chat_id, {"owed_latest_since": None})
        await _end_deliveries(c, chat_id, reason, now)


async def move(c: AsyncConnection, chat_id: int, telegram_id: int, now: datetime) -> None:
    """A group became a supergroup: rewrite its Telegram id.

    Where that id has a row of its own, the older row of the two gets it, and the newer one the old
    id, which is nobody's any more.
    """
    other = await c.scalar(sa.select(chats.c.id).where(chats.c.telegram_id == telegram_id))
    if other is None:
        await _change_chat(c, chat_id, {"telegram_id": telegram_id, "kind": "supergroup"})
        return
    if other == chat_id:
        return
    newer = max(other, chat_id)
    await set_state(c, newer, ChatState.GONE, f"moved to {telegram_id}", now)
    if newer == chat_id:
        return
    former = await c.scalar(sa.select(chats.c.telegram_id).where(chats.c.id == chat_id))
    # In three steps: the column is unique at each of them, and no Telegram id is zero.
    await _change_chat(c, other, {"telegram_id": 0})
    await _change_chat(c, chat_id, {"telegram_id": telegram_id, "kind": "supergroup"})
    await _change_chat(c, other, {"telegram_id": former})


async def _end_deliveries(c: AsyncConnection, chat_id: int, reason: str, now: datetime) -> None:
    end = DeliveryState.CHAT_GONE
    await c.execute(
        sa.update(deliveries)
        .where(sa.text("state = 'pending'"), deliveries.c.chat_id == chat_id)
        .values(state=end, lease_until=None, reason=reason, finished_at=now)
    )
    await c.execute(
        sa.update(alerts)
        .where(sa.text("state = 'pending'"), alerts.c.chat_id == chat_id)
        .values(state=end)
    )
