"""The life of things, for the operator who asks why: read from the database, beside the process."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from bot.store.db import Database
from bot.store.history import MemberRecord, StoryRecord, story_record


async def story(url: str, story_id: int, now: datetime) -> list[str]:
    """A story's members with their scores and why each joined; [] where there is none.

    ``url`` of the database. Times are UTC. Raises StoreError.
    """
    db = await Database.open(url, now=now, read_only=True)
    try:
        record = await story_record(db, story_id)
    finally:
        await db.close()
    return [] if record is None else list(_lines(record))


def _lines(record: StoryRecord) -> Iterator[str]:
    breaking = f", breaking at {_time(record.breaking_at)}" if record.breaking_at else ""
    yield (
        f"story {record.story_id}: {len(record.members)} items, "
        f"{record.outlets} independent outlets{breaking}"
    )
    yield (
        f"from {_time(record.created_at)} to {_time(record.updated_at)} UTC; "
        f"alerts: {record.told} told, {record.waiting} waiting"
    )
    for member in record.members:
        yield from _member(member)


def _member(member: MemberRecord) -> Iterator[str]:
    copy = " (a copy)" if member.copy else ""
    language = member.language or "?"
    yield ""
    yield f"{_time(member.first_seen_at)}  {member.outlet}, {language}: {member.title}"
    yield f"    score {member.score:.2f}, {member.why or 'not grouped'}{copy}"
    yield f"    item {member.item_id}  {member.url}"


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}"
