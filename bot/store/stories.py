"""Grouping, and the alerts and deliveries that it causes."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import (
    AlertSettings,
    AlertView,
    Audience,
    ChatState,
    DeliveryState,
    GroupDecision,
    Kind,
    Member,
    Mode,
    Plan,
    StoryView,
    Telling,
    UngroupedItem,
)
from bot.store.db import Database
from bot.store.found import hits_of
from bot.store.ids import new_id
from bot.store.plans import waiting_summaries, write_plan
from bot.store.schema import (
    alerts,
    chats,
    deliveries,
    feeds,
    hits,
    item_keys,
    items,
    stories,
    subscriptions,
)
from bot.store.sql import alone, chunks
from bot.stories.group import outlets

BATCH = 500  # chats in one transaction
_FIRST_CHAT, _LAST_CHAT = 0, (1 << 63) - 1

_OWNER = sa.func.coalesce(sa.func.nullif(feeds.c.owner, ""), items.c.outlet)
_MEMBER = [
    items.c[name]
    for name in ("id", "story_id", "outlet", "title", "summary", "language", "first_seen_at")
]


# ---------------------------------------------------------------- what grouping reads


async def next_ungrouped(db: Database, limit: int) -> list[UngroupedItem]:
    """Items that were promised and are not grouped, in the order in which they were marked."""
    async with db.read() as c:
        rows = (
            await c.execute(
                sa.select(items, _OWNER.label("owner"))
                .outerjoin(feeds, feeds.c.id == items.c.outlet)
                .where(sa.literal_column("items.marked_at IS NOT NULL"))
                .order_by(items.c.marked_at, items.c.id)
                .limit(limit)
            )
        ).all()
        found = await hits_of(c, [row.id for row in rows])
    return [
        UngroupedItem(
            item_id=row.id,
            outlet=row.outlet,
            owner=row.owner,
            url=row.url,
            title=row.title,
            summary=row.summary,
            language=row.language,
            published=row.published,
            first_seen_at=row.first_seen_at,
            telling=Telling(row.telling),
            hits=found.get(row.id, ()),
        )
        for row in rows
    ]


async def title_members(db: Database, title_value: str, since: datetime) -> list[Member]:
    """Members of stories, seen since, with this title (the value of a title key) at any outlet."""
    keyed = sa.select(item_keys.c.item_id).where(
        sa.literal_column("kind = 'title'"), item_keys.c.value == title_value
    )
    return await _members(db, items.c.id.in_(keyed), items.c.first_seen_at >= since)


async def _members(db: Database, *where: sa.ColumnElement[bool]) -> list[Member]:
    async with db.read() as c:
        rows = await c.execute(
            sa.select(*_MEMBER)
            .where(items.c.story_id.is_not(None), *where)
            .order_by(items.c.first_seen_at, items.c.id)
        )
        return [
            Member(
                item_id=row.id,
                story_id=row.story_id,
                outlet=row.outlet,
                title=row.title,
                summary=row.summary,
                language=row.language,
                first_seen_at=row.first_seen_at,
            )
            for row in rows
        ]


async def audiences(
    db: Database, item_id: int, story_id: int | None, now: datetime, defaults: AlertSettings
) -> list[Audience]:
    """Each active chat and thread that watches a query which hit this item or one of the story."""
    async with db.read() as c:
        return await _audiences(
            c, item_id, story_id, now, defaults, between=(_FIRST_CHAT, _LAST_CHAT)
        )


# ---------------------------------------------------------------- what grouping writes


async def record_story(
    db: Database,
    item: UngroupedItem,
    decision: GroupDecision,
    plan_for: Callable[[StoryView, Sequence[Audience]], Plan],
    now: datetime,
    *,
    defaults: AlertSettings,
    vector: bytes | None = None,
    batch: int = BATCH,
) -> StoryView:
    """Let an item join its story, and write what ``plan_for`` (a rule) makes of it for each chat.

    In batches of chats, each ONE transaction; the mark is cleared with the last. After a crash the
    item is still marked: the story it joined stays, and chats whose alerts were planned for this
    version are left out. An item that is no longer marked changes nothing.
    """
    after = _FIRST_CHAT
    while True:
        async with db.write() as c:
            await alone(c, "group")
            view, marked = await _join(c, item, decision, now, vector)
            if not marked:
                return view
            reached = await _next_chats(c, item.item_id, view.story_id, after, batch)
            if reached:
                found = await _audiences(
                    c, item.item_id, view.story_id, now, defaults,
                    between=(reached[0], reached[-1]), before=view.version,
                )  # fmt: skip
                await write_plan(c, view, plan_for(view, found), now)
            if len(reached) < batch:
                await c.execute(
                    sa.update(items).where(items.c.id == item.item_id).values(marked_at=None)
                )
                return view
            after = reached[-1]


async def _join(
    c: AsyncConnection,
    item: UngroupedItem,
    decision: GroupDecision,
    now: datetime,
    vector: bytes | None,
) -> tuple[StoryView, bool]:
    """The item's story, which grows by the item once, and whether the item is still marked."""
    joined = sa.select(items.c.story_id, items.c.marked_at).where(items.c.id == item.item_id)
    row = (await c.execute(joined)).one()
    if row.story_id is not None:
        return await _view(c, row.story_id), row.marked_at is not None
    story_id = decision.story_id
    if story_id is None:
        story_id = new_id()
        await c.execute(sa.insert(stories).values(id=story_id, created_at=now, updated_at=now))
    await c.execute(
        sa.update(items)
        .where(items.c.id == item.item_id)
        .values(
            story_id=story_id,
            score=decision.score,
            why=decision.why,
            copy=decision.copy,
            vector=vector,
        )
    )
    members = await c.execute(
        sa.select(_OWNER.label("owner"), items.c.copy)
        .select_from(items)
        .outerjoin(feeds, feeds.c.id == items.c.outlet)
        .where(items.c.story_id == story_id)
    )
    await c.execute(
        sa.update(stories)
        .where(stories.c.id == story_id)
        .values(
            version=stories.c.version + 1,
            outlets=outlets((row.owner, row.copy) for row in members),
            updated_at=now,
        )
    )
    return await _view(c, story_id), row.marked_at is not None


async def _view(c: AsyncConnection, story_id: int) -> StoryView:
    row = (await c.execute(sa.select(stories).where(stories.c.id == story_id))).one()
    return StoryView(
        story_id=row.id,
        version=row.version,
        outlets=row.outlets,
        breaking=row.breaking_at is not None,
        created_at=row.created_at,
    )


# ---------------------------------------------------------------- audiences


def _concerned(item_id: int, story_id: int | None) -> sa.ColumnElement[bool]:
    """Subscriptions of active chats to a query that hit the item, or any item of its story."""
    member = items.c.id == item_id
    if story_id is not None:
        member = sa.or_(member, items.c.story_id == story_id)
    hit = sa.select(hits.c.query_id).where(hits.c.item_id.in_(sa.select(items.c.id).where(member)))
    return sa.and_(chats.c.state == ChatState.ACTIVE, subscriptions.c.query_id.in_(hit))


async def _next_chats(
    c: AsyncConnection, item_id: int, story_id: int, after: int, limit: int
) -> list[int]:
    found = await c.scalars(
        sa.select(subscriptions.c.chat_id)
        .join(chats, chats.c.id == subscriptions.c.chat_id)
        .where(_concerned(item_id, story_id), subscriptions.c.chat_id > after)
        .distinct()
        .order_by(subscriptions.c.chat_id)
        .limit(limit)
    )
    return list(found)


async def _audiences(
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
            outlets_wanted=min(row.outlets_wanted for row in rows),
            hourly_cap=(defaults.hourly_cap if rows[0].hourly_cap is None else rows[0].hourly_cap),
            singles_this_hour=singles.get(chat_id, 0),
            cap_told=rows[0].cap_told_at is not None and rows[0].cap_told_at >= hour,
            alert=alert,
        )
        for (chat_id, thread_id), rows in watching.items()
        for alert, version in [told.get((chat_id, thread_id), (None, None))]
        if version is None or version != before
    ]


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
    edited = await _waiting_edits(c, [row.id for row in rows if row.message_id is not None])
    return {
        (row.chat_id, row.thread_id): (
            AlertView(
                alert_id=row.id,
                pending_in_summary=row.carried_by in waiting,
                message_id=row.message_id,
                edits=row.edits,
                last_told_at=row.last_told_at,
                pending_edit=row.id in edited,
            ),
            row.version,
        )
        for row in rows
    }


async def _waiting_edits(c: AsyncConnection, alert_ids: Sequence[int]) -> set[int]:
    """Those of the alerts whose message is to be edited, or being edited."""
    found: set[int] = set()
    for some in chunks(alert_ids):
        found.update(
            await c.scalars(
                sa.select(deliveries.c.alert_id).where(
                    deliveries.c.alert_id.in_(some),
                    deliveries.c.kind == Kind.EDIT,
                    deliveries.c.state == DeliveryState.PENDING,
                )
            )
        )
    return found
