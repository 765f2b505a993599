"""What people sent: stored first, then confirmed to Telegram, then handled."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import Reply, Request, Update
from bot.store.chats import apply_reply
from bot.store.db import Database
from bot.store.ids import new_id
from bot.store.schema import chats, updates
from bot.store.sql import UPDATE_OFFSET, counter, insert_missing, set_counter


async def store_updates(db: Database, received: Sequence[Update], now: datetime) -> int:
    """Store what getUpdates gave; what is known already stays. Returns the next offset."""
    async with db.write() as c:
        if not received:
            return await counter(c, UPDATE_OFFSET)
        rows = [
            {"update_id": update.update_id, "payload": dict(update.payload), "received_at": now}
            for update in received
        ]
        await insert_missing(c, updates, rows)
        # Not the highest ever: after a week without updates Telegram begins anew anywhere.
        offset = max(update.update_id for update in received) + 1
        await set_counter(c, UPDATE_OFFSET, offset)
        return offset


async def next_offset(db: Database) -> int:
    """The offset that confirms all that is stored; 0 at first."""
    async with db.read() as c:
        return await counter(c, UPDATE_OFFSET)


async def unhandled(db: Database, limit: int) -> list[Update]:
    """What waits to be answered, in its order."""
    async with db.read() as c:
        rows = await c.execute(
            sa.select(updates.c.update_id, updates.c.payload)
            .where(sa.text("handled_at IS NULL"))
            .order_by(updates.c.update_id)
            .limit(limit)
        )
        return [Update(row.update_id, row.payload) for row in rows]


async def record_update(  # noqa: PLR0917
    db: Database,
    update_id: int,
    request: Request | None,
    reply: Reply | None,
    now: datetime,
    defaults: tuple[str, str],
) -> None:
    """Handle an update in ONE transaction: the chat, the changes, the answer as a delivery.

    An update that was handled changes nothing any more. ``defaults``: language and time zone of a
    chat that is new. ``request`` None: there is nothing to answer.
    """
    async with db.write() as c:
        handled = await c.execute(
            sa.update(updates)
            .where(updates.c.update_id == update_id, updates.c.handled_at.is_(None))
            .values(handled_at=now, payload=None)
        )
        if not handled.rowcount or request is None or reply is None:
            return
        chat_id = await _chat(c, request, now, defaults, make=reply.ensure_chat)
        if chat_id is not None:
            await apply_reply(c, chat_id, request.thread_id, reply, now)


async def _chat(
    c: AsyncConnection, request: Request, now: datetime, defaults: tuple[str, str], *, make: bool
) -> int | None:
    """The asking chat's id, its kind and title renewed; None when it is not known, nor to be."""
    row = (
        await c.execute(sa.select(chats).where(chats.c.telegram_id == request.telegram_id))
    ).one_or_none()
    if row is not None:
        if (row.kind, row.title) != (request.chat_kind, request.chat_title):
            await c.execute(
                sa.update(chats)
                .where(chats.c.id == row.id)
                .values(kind=request.chat_kind, title=request.chat_title)
            )
        return int(row.id)
    if not make:
        return None
    chat_id = new_id()
    language, timezone = defaults
    await c.execute(
        sa.insert(chats).values(
            id=chat_id,
            telegram_id=request.telegram_id,
            kind=request.chat_kind,
            title=request.chat_title,
            language=language,
            timezone=timezone,
            state_at=now,
            created_at=now,
        )
    )
    return chat_id
