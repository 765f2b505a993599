"""Stories in hindsight: how fast they were told, and the life of one of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from bot.alerts.breaking import WITHIN
from bot.model import Telling
from bot.store.columns import MICROSECOND
from bot.store.db import Database
from bot.store.feeds import owner
from bot.store.schema import alerts, feeds, items, stories


@dataclass(frozen=True, slots=True)
class MemberRecord:
    """An item of a story, and why it is there."""

    item_id: int
    outlet: str
    language: str
    title: str
    url: str
    first_seen_at: datetime
    score: float
    why: str
    copy: bool


@dataclass(frozen=True, slots=True)
class StoryRecord:
    """A story as it stands in the database."""

    story_id: int
    version: int
    outlets: int  # independent ones
    created_at: datetime
    updated_at: datetime
    breaking_at: datetime | None
    told: int  # chats and threads that were told of it
    waiting: int  # that will be told
    members: Sequence[MemberRecord]  # in the order in which they came


async def paces(db: Database, since: datetime, until: datetime) -> dict[int, int]:
    """Highest pace → how many of the stories that began ``since`` and before ``until`` had it.

    A pace is how many owners of outlets began to tell a story within `WITHIN`; copies, and what a
    feed brought on its return after hours, do not count. (Few items match somebody's query; of
    those one statement reads two weeks in well under a second.)
    """
    seen = sa.type_coerce(items.c.first_seen_at, sa.BigInteger)
    began = (
        sa.select(items.c.story_id, owner().label("owner"), sa.func.min(seen).label("at"))
        .select_from(items)
        .join(stories, stories.c.id == items.c.story_id)
        .outerjoin(feeds, feeds.c.id == items.c.outlet)
        .where(
            stories.c.created_at >= since,
            stories.c.created_at < until,
            items.c.copy.is_(False),
            items.c.telling == Telling.ALERT,
        )
        .group_by(items.c.story_id, owner())
        .cte("began")
    )
    other = began.alias("other")
    within = sa.literal(WITHIN // MICROSECOND, sa.BigInteger)
    fast = (
        sa.select(began.c.story_id, sa.func.count().label("pace"))
        .join(other, other.c.story_id == began.c.story_id)
        .where(other.c.at <= began.c.at, other.c.at > began.c.at - within)
        .group_by(began.c.story_id, began.c.owner)
        .subquery()
    )
    highest = sa.select(sa.func.max(fast.c.pace).label("pace")).group_by(fast.c.story_id).subquery()
    counted = sa.select(highest.c.pace, sa.func.count().label("stories")).group_by(highest.c.pace)
    async with db.read() as c:
        return {row.pace: row.stories for row in await c.execute(counted)}


async def story_record(db: Database, story_id: int) -> StoryRecord | None:
    """All about one story; None: there is none."""
    of_story = (
        sa.select(alerts.c.state, sa.func.count().label("alerts"))
        .where(alerts.c.story_id == story_id)
        .group_by(alerts.c.state)
    )
    async with db.read() as c:
        row = (await c.execute(sa.select(stories).where(stories.c.id == story_id))).one_or_none()
        if row is None:
            return None
        members = await c.execute(
            sa.select(items).where(items.c.story_id == story_id).order_by(items.c.id)
        )
        told = {state.state: state.alerts for state in await c.execute(of_story)}
        return StoryRecord(
            story_id=row.id,
            version=row.version,
            outlets=row.outlets,
            created_at=row.created_at,
            updated_at=row.updated_at,
            breaking_at=row.breaking_at,
            told=told.get("sent", 0),
            waiting=told.get("pending", 0),
            members=[
                MemberRecord(
                    item_id=item.id,
                    outlet=item.outlet,
                    language=item.language,
                    title=item.title,
                    url=item.url,
                    first_seen_at=item.first_seen_at,
                    score=item.score or 0.0,
                    why=item.why,
                    copy=item.copy,
                )
                for item in members
            ],
        )
