"""Grouping, and the alerts and deliveries that it causes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.alerts.breaking import is_breaking, pace
from bot.model import (
    AlertSettings,
    Audience,
    GroupDecision,
    Member,
    Plan,
    StoryView,
    Telling,
    UngroupedItem,
)
from bot.store.audience import audiences_of, next_chats
from bot.store.db import Database
from bot.store.feeds import owner
from bot.store.found import hits_of
from bot.store.ids import new_id
from bot.store.plans import write_plan
from bot.store.schema import (
    feeds,
    item_keys,
    items,
    stories,
)
from bot.store.sql import alone
from bot.stories.group import outlets

BATCH = 500  # chats in one transaction
_FIRST_CHAT, _LAST_CHAT = 0, (1 << 63) - 1

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
                sa.select(items, owner().label("owner"))
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


@dataclass(frozen=True, slots=True)
class RecentMember:
    """A member of a recent story, with its stored vector, and when the story began."""

    member: Member
    vector: bytes | None
    opened_at: datetime


async def recent_members(db: Database, since: datetime) -> list[RecentMember]:
    """All members that were seen since, oldest first."""
    async with db.read() as c:
        rows = await c.execute(
            sa.select(*_MEMBER, items.c.vector, stories.c.created_at)
            .join(stories, stories.c.id == items.c.story_id)
            .where(items.c.first_seen_at >= since)
            .order_by(items.c.first_seen_at, items.c.id)
        )
        return [RecentMember(_member(row), row.vector, row.created_at) for row in rows]


async def keep_vector(db: Database, item_id: int, vector: bytes) -> None:
    """A vector that came after its item was grouped."""
    async with db.write() as c:
        await c.execute(sa.update(items).where(items.c.id == item_id).values(vector=vector))


async def _members(db: Database, *where: sa.ColumnElement[bool]) -> list[Member]:
    async with db.read() as c:
        rows = await c.execute(
            sa.select(*_MEMBER)
            .where(items.c.story_id.is_not(None), *where)
            .order_by(items.c.first_seen_at, items.c.id)
        )
        return [_member(row) for row in rows]


def _member(row: Any) -> Member:
    return Member(
        item_id=row.id,
        story_id=row.story_id,
        outlet=row.outlet,
        title=row.title,
        summary=row.summary,
        language=row.language,
        first_seen_at=row.first_seen_at,
    )


async def audiences(
    db: Database, item_id: int, story_id: int | None, now: datetime, defaults: AlertSettings
) -> list[Audience]:
    """Each active chat and thread that watches a query which hit this item or one of the story."""
    async with db.read() as c:
        return await audiences_of(
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
    breaking_from: int | None = None,
    batch: int = BATCH,
) -> StoryView:
    """Let an item join its story, and write what ``plan_for`` (a rule) makes of it for each chat.

    In batches of chats, each ONE transaction; the mark is cleared with the last. After a crash the
    item is still marked: the story it joined stays, and chats whose alerts were planned for this
    version are left out. An item that is no longer marked changes nothing. ``breaking_from``: the
    pace from which a story is breaking; None: nobody knows.
    """
    after = _FIRST_CHAT
    while True:
        async with db.write() as c:
            await alone(c, "group")
            view, marked = await _join(
                c, item, decision, now, vector=vector, breaking_from=breaking_from
            )
            if not marked:
                return view
            reached = await next_chats(c, item.item_id, view.story_id, after, batch)
            if reached:
                found = await audiences_of(
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
    *,
    vector: bytes | None,
    breaking_from: int | None,
) -> tuple[StoryView, bool]:
    """The item's story, which grows by the item once, and whether the item is still marked."""
    joined = sa.select(items.c.story_id, items.c.marked_at).where(items.c.id == item.item_id)
    row = (await c.execute(joined)).one()
    if row.story_id is not None:
        return await _view(c, row.story_id, item.item_id, now), row.marked_at is not None
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
    members = (
        await c.execute(
            sa.select(owner().label("owner"), items.c.copy, items.c.telling, items.c.first_seen_at)
            .select_from(items)
            .outerjoin(feeds, feeds.c.id == items.c.outlet)
            .where(items.c.story_id == story_id)
        )
    ).all()
    values: dict[str, Any] = {
        "version": stories.c.version + 1,
        "outlets": outlets((row.owner, row.copy) for row in members),
        "updated_at": now,
    }
    if breaking_from is not None and _pace(members, item.first_seen_at) >= breaking_from:
        values["breaking_at"] = now
    await c.execute(sa.update(stories).where(stories.c.id == story_id).values(**values))
    return await _view(c, story_id, item.item_id, now), row.marked_at is not None


def _pace(members: Sequence[Any], at: datetime) -> int:
    """Of a story, now: what a feed brings on its return after hours says nothing of it."""
    began: dict[str, datetime] = {}
    for row in members:
        if not row.copy and row.telling == Telling.ALERT:
            began[row.owner] = min(row.first_seen_at, began.get(row.owner, row.first_seen_at))
    return pace(began.values(), at)


async def _view(c: AsyncConnection, story_id: int, joined: int, now: datetime) -> StoryView:
    """The story; ``joined``: the item that is grouped now."""
    row = (await c.execute(sa.select(stories).where(stories.c.id == story_id))).one()
    members = (
        await c.execute(
            sa.select(items.c.id, items.c.title, items.c.copy)
            .where(items.c.story_id == story_id)
            .order_by(items.c.id)
        )
    ).all()
    return StoryView(
        story_id=row.id,
        version=row.version,
        outlets=row.outlets,
        breaking=is_breaking(row.breaking_at, now),
        created_at=row.created_at,
        copy=any(member.copy for member in members if member.id == joined),
        earlier=tuple(member.title for member in members if member.id != joined),
    )
