"""What a process that died left behind: leases, and attempts without an outcome.

An attempt is recorded before it is made. One without an outcome may have arrived, so it counts as
ambiguous; but not against the delivery's five when it was made in its process's first minute, or a
process that dies at every start would use the five up by itself (the minute is judged by when the
attempt was made, which is a send earlier than the crash).
"""

from collections import Counter
from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.schema import attempts, deliveries, feeds
from bot.store.sql import chunks

CRASH = "crash"


async def void_all(c: AsyncConnection, now: datetime) -> None:
    """Whoever holds the database alone may take every lease away."""
    await c.execute(
        sa.update(feeds).where(feeds.c.lease_until.is_not(None)).values(lease_until=None)
    )
    await c.execute(
        sa.update(deliveries).where(deliveries.c.lease_until.is_not(None)).values(lease_until=None)
    )
    open_attempts = sa.select(attempts.c.delivery_id).where(sa.text("outcome = ''")).distinct()
    await close_attempts(c, set(await c.scalars(open_attempts)), now)


async def close_attempts(
    c: AsyncConnection, delivery_ids: Collection[int], now: datetime
) -> Counter[int]:
    """Give the open attempts of these deliveries their outcome, and count them.

    Returns how many ambiguous attempts each delivery gained.
    """
    gained: Counter[int] = Counter()
    for ids in chunks(delivery_ids):
        closed = await c.execute(
            sa.update(attempts)
            .where(sa.text("outcome = ''"), attempts.c.delivery_id.in_(ids))
            .values(outcome=CRASH, finished_at=now)
            .returning(attempts.c.delivery_id, attempts.c.early)
        )
        gained.update(row.delivery_id for row in closed if not row.early)
    for delivery_id, count in gained.items():
        await c.execute(
            sa.update(deliveries)
            .where(deliveries.c.id == delivery_id)
            .values(ambiguous=deliveries.c.ambiguous + count)
        )
    return gained
