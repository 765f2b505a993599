"""Writing a plan: alerts, and the deliveries that carry them.

Everything in bulk, with ids of our own: a story can concern ten thousand chats.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import (
    DeliveryState,
    Kind,
    Plan,
    PlannedAlert,
    PlannedEdit,
    PlannedFollowUp,
    Priority,
    Promotion,
    StoryView,
)
from bot.store.ids import new_id
from bot.store.schema import alerts, chats, deliveries
from bot.store.sql import chunks, insert_missing, insert_rows

_NEXT_SLOT = timedelta(seconds=1)
_Slot = tuple[int, int, datetime]  # chat, thread, when the summary was first due


async def write_plan(c: AsyncConnection, story: StoryView, plan: Plan, now: datetime) -> None:
    """Write what grouping an item changes for the chats of one batch."""
    await _write_alerts(c, story, plan.alerts, now)
    await _promote(c, story, plan.promotions, now)
    await _write_edits(c, story, plan.edits, now)
    await _write_follow_ups(c, story, plan.follow_ups, now)


async def waiting_summaries(
    c: AsyncConnection, ids: Collection[int], now: datetime, *, locked: bool = False
) -> set[int]:
    """Those of the deliveries that are summaries of which nothing can have arrived: what waits in
    them may still be told otherwise. ``locked``: nobody can claim them until the transaction ends.

    (Looked up by id, without a join: PostgreSQL plans that well even before it has statistics.)
    """
    found: set[int] = set()
    for some in chunks(ids):
        waiting = sa.select(deliveries.c.id).where(
            deliveries.c.id.in_(some),
            deliveries.c.kind == Kind.SUMMARY,
            deliveries.c.state == DeliveryState.PENDING,
            deliveries.c.ambiguous == 0,
            sa.or_(deliveries.c.lease_until.is_(None), deliveries.c.lease_until <= now),
        )
        found.update(await c.scalars(waiting.with_for_update() if locked else waiting))
    return found


async def _write_alerts(
    c: AsyncConnection, story: StoryView, planned: Sequence[PlannedAlert], now: datetime
) -> None:
    told_cap = [{"chat": p.chat_id} for p in planned if p.tell_cap]
    if told_cap:
        await c.execute(
            sa.update(chats).where(chats.c.id == sa.bindparam("chat")).values(cap_told_at=now),
            told_cap,
        )
    summaries = _Summaries(now)
    await summaries.read(c, [p.chat_id for p in planned if not p.single])
    singles, rows = [], []
    for p in planned:
        if p.single:
            single = _delivery(p, Kind.ALERT, now)
            singles.append(single)
            carrier = single["id"]
        else:
            carrier = summaries.of(p)
        rows.append(
            {
                "id": new_id(),
                "chat_id": p.chat_id,
                "thread_id": p.thread_id,
                "story_id": story.story_id,
                "queries": list(p.queries),
                "carried_by": carrier,
                "version": story.version,
                "created_at": now,
                "single_at": now if p.single else None,
            }
        )
    await insert_rows(c, deliveries, singles)
    await summaries.write(c)
    await insert_rows(c, alerts, rows)


def _delivery(p: PlannedAlert | Promotion, kind: Kind, now: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "chat_id": p.chat_id,
        "thread_id": p.thread_id,
        "kind": kind,
        "priority": p.priority,
        "created_at": now,
        "due_at": p.due_at,
    }


class _Summaries:
    """Finds the pending summary of a chat, thread and time, or makes one.

    A summary that was claimed once is left alone, as its content was made then; what comes later
    for the same time goes into one of the next second.
    """

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._ids: dict[_Slot, int] = {}
        self._claimed: set[_Slot] = set()
        self._new: list[dict[str, Any]] = []
        self._tell_cap: set[int] = set()

    async def read(self, c: AsyncConnection, chat_ids: Sequence[int]) -> None:
        """Find what waits for these chats; nobody can claim it until the transaction ends."""
        for some in chunks(set(chat_ids)):
            rows = await c.execute(
                sa.select(deliveries)
                .where(
                    sa.literal_column("state = 'pending' AND kind = 'summary'"),
                    deliveries.c.chat_id.in_(some),
                )
                .with_for_update()
            )
            for row in rows:
                slot = (row.chat_id, row.thread_id, row.slot_at)
                self._ids[slot] = row.id
                if row.fence:
                    self._claimed.add(slot)

    def of(self, p: PlannedAlert) -> int:
        """The id of the summary that will carry this alert."""
        slot = (p.chat_id, p.thread_id, p.due_at)
        while slot in self._claimed:
            slot = (*slot[:2], slot[2] + _NEXT_SLOT)
        if slot not in self._ids:
            row = _delivery(p, Kind.SUMMARY, self._now)
            self._new.append(row | {"due_at": slot[2], "slot_at": slot[2]})
            self._ids[slot] = row["id"]
        if p.tell_cap:
            self._tell_cap.add(self._ids[slot])
        return self._ids[slot]

    async def write(self, c: AsyncConnection) -> None:
        """Write the new ones, and which of all tell of the cap."""
        await insert_rows(c, deliveries, self._new)
        for ids in chunks(self._tell_cap):
            await c.execute(
                sa.update(deliveries).where(deliveries.c.id.in_(ids)).values(tell_cap=True)
            )


async def _promote(
    c: AsyncConnection, story: StoryView, planned: Sequence[Promotion], now: datetime
) -> None:
    """Give alerts that wait in a summary a message of their own, unless the summary is under way.

    A summary that is emptied by it is dropped.
    """
    carriers: dict[int, int] = {}  # alert → what carries it
    for some in chunks([p.alert_id for p in planned]):
        found = sa.select(alerts.c.id, alerts.c.carried_by).where(alerts.c.id.in_(some))
        carriers.update((row.id, row.carried_by) for row in await c.execute(found))
    waiting = await waiting_summaries(c, set(carriers.values()), now, locked=True)
    promoted = [p for p in planned if carriers.get(p.alert_id) in waiting]
    if not promoted:
        return
    rows = [_delivery(p, Kind.ALERT, now) for p in promoted]
    await insert_rows(c, deliveries, rows)
    await c.execute(
        sa.update(alerts)
        .where(alerts.c.id == sa.bindparam("alert"))
        .values(carried_by=sa.bindparam("carrier"), single_at=now, version=story.version),
        [
            {"alert": p.alert_id, "carrier": row["id"]}
            for p, row in zip(promoted, rows, strict=True)
        ],
    )
    for some in chunks(waiting):
        await c.execute(
            sa.update(deliveries)
            .where(
                deliveries.c.id.in_(some),
                ~sa.exists().where(alerts.c.carried_by == deliveries.c.id),
            )
            .values(state=DeliveryState.DROPPED, reason="told at once", finished_at=now)
        )


async def _write_edits(
    c: AsyncConnection, story: StoryView, planned: Sequence[PlannedEdit], now: datetime
) -> None:
    """At most one edit of a message waits; it will tell what the story is then."""
    await insert_missing(c, deliveries, [edit_row(p, now) for p in planned])
    if planned:
        await c.execute(
            sa.update(alerts)
            .where(alerts.c.id == sa.bindparam("alert"))
            .values(version=story.version),
            [{"alert": p.alert_id} for p in planned],
        )


def edit_row(p: PlannedEdit, now: datetime) -> dict[str, Any]:
    """The row of an edit."""
    return {
        "id": new_id(),
        "chat_id": p.chat_id,
        "thread_id": p.thread_id,
        "kind": Kind.EDIT,
        "priority": Priority.EDIT,
        "created_at": now,
        "due_at": p.due_at,
        "alert_id": p.alert_id,
        "edits_message": p.message_id,
    }


async def _write_follow_ups(
    c: AsyncConnection, story: StoryView, planned: Sequence[PlannedFollowUp], now: datetime
) -> None:
    """A follow-up makes a phone ring, so the alert counts towards the cap of this hour: once more,
    or instead of before, if that was in the same hour."""
    rows = [
        {
            "id": new_id(),
            "chat_id": p.chat_id,
            "thread_id": p.thread_id,
            "kind": Kind.FOLLOW_UP,
            "priority": Priority.OLDER,
            "created_at": now,
            "due_at": p.due_at,
            "alert_id": p.alert_id,
            "reply_to": p.reply_to,
        }
        for p in planned
    ]
    await insert_rows(c, deliveries, rows)
    if planned:
        await c.execute(
            sa.update(alerts)
            .where(alerts.c.id == sa.bindparam("alert"))
            .values(version=story.version, single_at=now),
            [{"alert": p.alert_id} for p in planned],
        )
