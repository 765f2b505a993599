"""The outbox: a delivery is one Telegram call, claimed, attempted, settled.

Claims are in the order of `Priority`, within it by time; a chat has one delivery under way at a
time, the first of its own order. An attempt is recorded before it is made.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import (
    ChatState,
    ChatView,
    DeliveryState,
    DueDelivery,
    Kind,
    PlannedEdit,
    Priority,
    Settlement,
)
from bot.store import chats as chat_store
from bot.store.contents import contents_of
from bot.store.db import Database
from bot.store.ids import new_id
from bot.store.leases import close_attempts
from bot.store.plans import edit_row
from bot.store.schema import alerts, attempts, chats, deliveries, stories
from bot.store.sql import alone, insert_missing, insert_rows

AGES = timedelta(minutes=10)  # an older alert that waited this long counts as fresh
EARLY = timedelta(minutes=1)  # of a process's life: see `leases`

_d = deliveries.alias("d")
_other = deliveries.alias("other")
# Literally as in the partial indexes, or neither database would use them.
_PENDING: sa.ColumnElement[bool] = sa.literal_column("d.state = 'pending'")
_OTHER_PENDING: sa.ColumnElement[bool] = sa.literal_column("other.state = 'pending'")


async def claim_due(
    db: Database, now: datetime, limit: int, lease: timedelta, excluding: Collection[int] = ()
) -> list[DueDelivery]:
    """Lease at most `limit` deliveries that may be sent now, in their order, one for each chat.

    None for chats that Telegram told to wait, that are muted or gone, or of which one is under
    way, nor for those in ``excluding``; paused chats get answers only. Contents are made from the
    story as it is now; what has nothing left to tell is dropped.
    """
    async with db.write() as c:
        await alone(c, "claim")
        await _age(c, now)
        ids: list[int] = list(await c.scalars(claimable(now, excluding).limit(limit)))
        if not ids:
            return []
        await c.execute(
            sa.update(deliveries)
            .where(deliveries.c.id.in_(ids))
            .values(
                lease_until=now + lease,
                fence=deliveries.c.fence + 1,
                story_version=sa.func.coalesce(_story_version(), 0),
            )
        )
        await close_attempts(c, ids, now)
        rows = (await c.execute(_claimed(ids))).all()
        contents = await contents_of(c, rows)
        for row in rows:
            if row.id not in contents:
                await _drop(c, row.id, now)
    return [_due(row, contents[row.id]) for row in rows if row.id in contents]


async def record_attempts(db: Database, claimed: Sequence[DueDelivery], now: datetime) -> None:
    """Write down, durably, that these will be attempted: what has no outcome may have arrived."""
    early = now - db.started_at < EARLY
    rows = [
        {"id": new_id(), "delivery_id": d.delivery_id, "fence": d.fence, "started_at": now,
         "early": early}
        for d in claimed
    ]  # fmt: skip
    async with db.write(durable=True) as c:
        await insert_rows(c, attempts, rows)
        await c.execute(
            sa.update(deliveries)
            .where(deliveries.c.id.in_([d.delivery_id for d in claimed]))
            .values(attempts=deliveries.c.attempts + 1)
        )


async def put_off(
    db: Database, delivery: DueDelivery, alert_ids: Collection[int], now: datetime
) -> None:
    """Move alerts for which a summary has no room to one of their own, which is due at once.

    Before the summary is sent, so that none of them can count as told by it.
    """
    async with db.write() as c:
        held = await c.scalar(
            sa.select(deliveries.c.id).where(_held(delivery.delivery_id, delivery.fence))
        )
        if held is None:
            return
        row = {
            "id": new_id(),
            "chat_id": delivery.chat.chat_id,
            "thread_id": delivery.thread_id,
            "kind": Kind.SUMMARY,
            "priority": delivery.priority,
            "created_at": now,
            "due_at": delivery.due_at,
        }
        await insert_rows(c, deliveries, [row])
        await c.execute(
            sa.update(alerts).where(alerts.c.id.in_(alert_ids)).values(carried_by=row["id"])
        )


async def record_send(db: Database, settlements: Sequence[Settlement]) -> None:
    """Write what outcomes made of deliveries, alerts and chats, durably, in ONE transaction.

    A settlement whose lease somebody else has taken changes the ledger alone.
    """
    async with db.write(durable=True) as c:
        # Chats first, as everywhere: two transactions that took them in turn would wait for ever.
        touched = sorted({s.chat_id for s in settlements})
        await c.execute(
            sa.select(chats.c.id)
            .where(chats.c.id.in_(touched))
            .order_by(chats.c.id)
            .with_for_update(key_share=True)
        )
        for settlement in settlements:
            await _settle(c, settlement)


# ---------------------------------------------------------------- claims


def _may_be_sent() -> sa.ColumnElement[bool]:
    return sa.or_(
        chats.c.state == ChatState.ACTIVE,
        sa.and_(chats.c.state == ChatState.PAUSED, _d.c.kind == Kind.ANSWER),
    )


def claimable(now: datetime, excluding: Collection[int]) -> sa.Select[tuple[int]]:
    """The ids of what may be sent now, in order. (Public for the test of its query plan.)"""
    of_chat = sa.and_(_OTHER_PENDING, _other.c.chat_id == _d.c.chat_id)
    under_way = sa.exists().where(of_chat, _other.c.lease_until > now)
    place, others = (sa.tuple_(t.c.priority, t.c.due_at, t.c.id) for t in (_d, _other))
    comes_first = sa.exists().where(of_chat, _other.c.due_at <= now, others < place)
    return (
        sa.select(_d.c.id)
        .join(chats, chats.c.id == _d.c.chat_id)
        .where(
            _PENDING,
            _d.c.due_at <= now,
            _may_be_sent(),
            sa.or_(chats.c.wait_until.is_(None), chats.c.wait_until <= now),
            _d.c.chat_id.not_in(excluding),
            ~under_way,
            ~comes_first,
        )
        .order_by(_d.c.priority, _d.c.due_at, _d.c.id)
        .with_for_update(of=_d, skip_locked=True)
    )


def _story_version() -> sa.ScalarSelect[int]:
    """Of the story that a delivery tells."""
    tells = sa.or_(alerts.c.id == deliveries.c.alert_id, alerts.c.carried_by == deliveries.c.id)
    version = sa.select(sa.func.max(stories.c.version)).join(
        alerts, alerts.c.story_id == stories.c.id
    )
    return version.where(tells).correlate(deliveries).scalar_subquery()


def _claimed(ids: Collection[int]) -> sa.Select[Any]:
    """The claimed rows in their order, each with its chat."""
    of_chat = [chats.c[name] for name in ("telegram_id", "language", "timezone", "wait_until")]
    return (
        sa.select(deliveries, *of_chat, chats.c.kind.label("chat_kind"))
        .join(chats, chats.c.id == deliveries.c.chat_id)
        .where(deliveries.c.id.in_(ids))
        .order_by(deliveries.c.priority, deliveries.c.due_at, deliveries.c.id)
    )


def _due(row: Any, content: Any) -> DueDelivery:
    return DueDelivery(
        delivery_id=row.id,
        fence=row.fence,
        kind=Kind(row.kind),
        priority=row.priority,
        created_at=row.created_at,
        due_at=row.due_at,
        chat=ChatView(
            chat_id=row.chat_id,
            telegram_id=row.telegram_id,
            kind=row.chat_kind,
            language=row.language,
            timezone=row.timezone,
            wait_until=row.wait_until,
        ),
        thread_id=row.thread_id,
        content=content,
        edits_message=row.edits_message,
        reply_to=row.reply_to,
        tell_cap=row.tell_cap,
        attempts=row.attempts,
        ambiguous=row.ambiguous,
    )


async def _age(c: AsyncConnection, now: datetime) -> None:
    """Put alerts that waited long among the fresh ones: in the index, so that claims stay cheap."""
    await c.execute(
        sa.update(deliveries)
        .where(
            sa.literal_column("state = 'pending'"),
            deliveries.c.priority == Priority.OLDER,
            deliveries.c.created_at <= now - AGES,
        )
        .values(priority=Priority.FRESH)
    )


async def _drop(c: AsyncConnection, delivery_id: int, now: datetime) -> None:
    await c.execute(
        sa.update(deliveries)
        .where(deliveries.c.id == delivery_id)
        .values(
            state=DeliveryState.DROPPED,
            lease_until=None,
            reason="nothing left to tell",
            finished_at=now,
        )
    )


# ---------------------------------------------------------------- settlements


def _held(delivery_id: int, fence: int) -> sa.ColumnElement[bool]:
    return sa.and_(
        deliveries.c.id == delivery_id,
        deliveries.c.fence == fence,
        deliveries.c.state == DeliveryState.PENDING,
    )


async def _settle(c: AsyncConnection, settled: Settlement) -> None:
    await c.execute(
        sa.update(attempts)
        .where(
            sa.literal_column("outcome = ''"),
            attempts.c.delivery_id == settled.delivery_id,
            attempts.c.fence == settled.fence,
        )
        .values(outcome=settled.outcome, detail=settled.detail, finished_at=settled.at)
    )
    pending = settled.state is DeliveryState.PENDING
    row = (
        await c.execute(
            sa.update(deliveries)
            .where(_held(settled.delivery_id, settled.fence))
            .values(
                state=settled.state,
                lease_until=None,
                due_at=settled.due_at if pending and settled.due_at else deliveries.c.due_at,
                message_id=settled.message_id,
                ambiguous=settled.ambiguous,
                reason=settled.detail,
                finished_at=None if pending else settled.at,
            )
            .returning(deliveries.c.kind, deliveries.c.alert_id, deliveries.c.story_version)
        )
    ).one_or_none()
    if row is None:
        return
    if not pending:
        await _settle_alerts(c, settled, row)
    await _settle_chat(c, settled)


async def _settle_alerts(c: AsyncConnection, settled: Settlement, row: Any) -> None:
    """Alerts share the end of the delivery that carries them; edits only leave their trace."""
    sent = settled.state is DeliveryState.SENT
    told: dict[str, Any] = {"last_told_at": settled.at} if sent else {}
    if row.kind in {Kind.EDIT, Kind.FOLLOW_UP}:
        which = alerts.c.id == row.alert_id
        if sent and row.kind == Kind.EDIT:
            told |= {"edits": alerts.c.edits + 1, "told_version": row.story_version}
        elif sent:
            told |= {"follow_ups": alerts.c.follow_ups + 1, "told_version": row.story_version}
        elif row.kind == Kind.EDIT and settled.outcome == "rejected":
            told = {"message_id": None}  # its message is no more: there is nothing to edit
    else:
        which = alerts.c.carried_by == settled.delivery_id
        told["state"] = settled.state
        if sent and (row.kind == Kind.ALERT or await _carries_one(c, settled.delivery_id)):
            told |= {"message_id": settled.message_id, "told_version": row.story_version or 0}
    if told:
        await c.execute(sa.update(alerts).where(which).values(**told))
    if sent and settled.edit_at is not None:
        await _tell_growth(c, which, settled.at, settled.edit_at)


async def _tell_growth(
    c: AsyncConnection, which: sa.ColumnElement[bool], now: datetime, due_at: datetime
) -> None:
    """Plan an edit if the story grew while its message was under way: grouping left it alone then.

    (Grouping that commits at this very moment on PostgreSQL may be missed; the next growth tells.)
    """
    grown = await c.execute(
        sa.select(alerts)
        .join(stories, stories.c.id == alerts.c.story_id)
        .where(which, alerts.c.message_id.is_not(None), stories.c.version > alerts.c.told_version)
    )
    edits = [
        PlannedEdit(row.id, row.chat_id, row.thread_id, row.message_id, due_at) for row in grown
    ]
    await insert_missing(c, deliveries, [edit_row(edit, now) for edit in edits])


async def _carries_one(c: AsyncConnection, delivery_id: int) -> bool:
    """A summary of one alert is that alert's own message, which can grow."""
    carried = sa.select(sa.func.count()).where(alerts.c.carried_by == delivery_id)
    return await c.scalar(carried) == 1


async def _settle_chat(c: AsyncConnection, settled: Settlement) -> None:
    if settled.chat_wait_until is not None:
        await c.execute(
            sa.update(chats)
            .where(chats.c.id == settled.chat_id)
            .values(wait_until=settled.chat_wait_until)
        )
    if settled.chat_state is not None:
        await chat_store.set_state(
            c, settled.chat_id, settled.chat_state, settled.detail, settled.at
        )
    if settled.new_telegram_id is not None:
        await chat_store.move(c, settled.chat_id, settled.new_telegram_id, settled.at)
