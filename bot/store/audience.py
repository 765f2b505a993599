"""Whom a story concerns: chats and threads, what they asked for, what they were told already."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import AlertSettings, AlertView, Audience, ChatState, DeliveryState, Kind, Mode
from bot.store.plans import waiting_summaries
from bot.store.schema import alerts, chats, deliveries, hits, items, subscriptions
from bot.store.sql import chunks


async def next_chats(
    c: AsyncConnection, item_id: int, story_id: int, after: int, limit: int
) -> list[int]:
    """The chats that an item or its story concerns, in the order of their ids, after one."""
    found = await c.scalars(
        sa.select(subscriptions.c.chat_id)
        .join(chats, chats.c.id == subscriptions.c.chat_id)
        .where(_concerned(item_id, story_id), subscriptions.c.chat_id > after)
        .distinct()
        .order_by(subscriptions.c.chat_id)
        .limit(limit)
    )
    return list(found)


async def audiences_of(
    c: AsyncConnection,
    item_id: int,
    story_id: int | None,
    now: datetime,
    defaults: AlertSettings,
    *,
    between: tuple[int, int],
    before: int | None = None,
) -> list[Audience]:
    """Of the chats ``between`` two ids; without those whose alert is of version ``before``."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    rows = await c.execute(
        sa.select(subscriptions, chats.c.hourly_cap, chats.c.cap_told_at)
        .join(chats, chats.c.id == subscriptions.c.chat_id)
        .where(_concerned(item_id, story_id), subscriptions.c.chat_id.between(*between))
        .order_by(subscriptions.c.chat_id, subscriptions.c.thread_id, subscriptions.c.id)
    )
    watching: dict[tuple[int, int], list[Any]] = defaultdict(list)
    for row in rows:
        watching[row.chat_id, row.thread_id].append(row)
    singles = await _singles(c, hour, between)
    told = {} if story_id is None else await _alert_views(c, story_id, now, between)
    gather = round(defaults.gather / timedelta(minutes=1))
    return [
        Audience(
            chat_id=chat_id,
            thread_id=thread_id,
            queries=tuple(row.query_id for row in rows),
            modes=tuple(Mode(row.mode) for row in rows),
            gather_minutes=tuple(row.gather_minutes or gather for row in rows),
            outlets_wanted=tuple(row.outlets_wanted for row in rows),
            hourly_cap=(defaults.hourly_cap if rows[0].hourly_cap is None else rows[0].hourly_cap),
            singles_this_hour=singles.get(chat_id, 0),
            cap_told=rows[0].cap_told_at is not None and rows[0].cap_told_at >= hour,
            alert=alert,
        )
        for (chat_id, thread_id), rows in watching.items()
        for alert, version in [told.get((chat_id, thread_id), (None, None))]
        if version is None or version != before
    ]


def _concerned(item_id: int, story_id: int | None) -> sa.ColumnElement[bool]:
    """Subscriptions of active chats to a query that hit the item, or any item of its story."""
    member = items.c.id == item_id
    if story_id is not None:
        member = sa.or_(member, items.c.story_id == story_id)
    hit = sa.select(hits.c.query_id).where(hits.c.item_id.in_(sa.select(items.c.id).where(member)))
    return sa.and_(chats.c.state == ChatState.ACTIVE, subscriptions.c.query_id.in_(hit))


async def _singles(c: AsyncConnection, hour: datetime, between: tuple[int, int]) -> dict[int, int]:
    """Chat id → how many messages of their own were planned since the clock hour began."""
    rows = await c.execute(
        sa.select(alerts.c.chat_id, sa.func.count().label("singles"))
        .where(alerts.c.single_at >= hour, alerts.c.chat_id.between(*between))
        .group_by(alerts.c.chat_id)
    )
    return {row.chat_id: row.singles for row in rows}


async def _alert_views(
    c: AsyncConnection, story_id: int, now: datetime, between: tuple[int, int]
) -> dict[tuple[int, int], tuple[AlertView, int]]:
    """(chat, thread) → its alert of the story, and the story's version it was last planned for."""
    told = sa.select(alerts).where(
        alerts.c.story_id == story_id, alerts.c.chat_id.between(*between)
    )
    rows = (await c.execute(told)).all()
    waiting = await waiting_summaries(
        c, {row.carried_by for row in rows if row.state == DeliveryState.PENDING}, now
    )
    calls = await _calls(c, [row for row in rows if row.state == DeliveryState.SENT])
    return {
        (row.chat_id, row.thread_id): (
            AlertView(
                alert_id=row.id,
                pending_in_summary=row.carried_by in waiting,
                message_id=row.message_id,
                edits=row.edits,
                last_told_at=row.last_told_at,
                pending_edit=calls[row.id].edit_waits,
                told_by=calls[row.id].told_by,
                rang_at=calls[row.id].rang_at,
                follow_ups=row.follow_ups + calls[row.id].follow_up_waits,
                pending_follow_up=calls[row.id].follow_up_waits,
            ),
            row.version,
        )
        for row in rows
    }


@dataclass
class _Calls:
    """What was called, or waits to be, about one alert."""

    told_by: int | None = None
    rang_at: datetime | None = None
    edit_waits: bool = field(default=False)
    follow_up_waits: bool = field(default=False)


async def _calls(c: AsyncConnection, told: Sequence[Any]) -> defaultdict[int, _Calls]:
    """Alert → the calls about it, for alerts that were told."""
    found: defaultdict[int, _Calls] = defaultdict(_Calls)
    carrying: dict[int, list[int]] = defaultdict(list)
    for row in told:
        carrying[row.carried_by].append(row.id)
    columns = [deliveries.c[name] for name in ("id", "alert_id", "kind", "state", "message_id")]
    columns.append(deliveries.c.finished_at)
    for some in chunks(carrying):
        for row in await c.execute(sa.select(*columns).where(deliveries.c.id.in_(some))):
            for alert_id in carrying[row.id]:
                found[alert_id] = _Calls(row.message_id, row.finished_at)
    for some in chunks([row.id for row in told]):
        about = sa.select(*columns).where(
            deliveries.c.alert_id.in_(some), deliveries.c.kind.in_((Kind.EDIT, Kind.FOLLOW_UP))
        )
        for row in await c.execute(about):
            calls, waits = found[row.alert_id], row.state == DeliveryState.PENDING
            if row.kind == Kind.EDIT:
                calls.edit_waits |= waits
            elif waits:
                calls.follow_up_waits = True
            elif row.state == DeliveryState.SENT and calls.rang_at is not None:
                calls.rang_at = max(calls.rang_at, row.finished_at)
    return found
