"""What was found in items, as the rules and people read it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import Headline, Hit, Span
from bot.store.schema import hits
from bot.store.sql import chunks


def headline(item: Any, names: Mapping[str, str], spans: tuple[Span, ...]) -> Headline:
    """An items row as people read it."""
    return Headline(
        item_id=item.id,
        title=item.title,
        url=item.url,
        outlet=names.get(item.outlet, item.outlet),
        language=item.language,
        at=item.published or item.first_seen_at,
        spans=spans,
    )


def spans_of(stored: Iterable[Sequence[Any]]) -> tuple[Span, ...]:
    """The spans of a stored hit."""
    return tuple(
        Span(where, start, end, text, entity, tuple(topics))
        for where, start, end, text, entity, topics in stored
    )


async def hits_of(c: AsyncConnection, item_ids: Collection[int]) -> dict[int, tuple[Hit, ...]]:
    """Item id → its hits."""
    found: dict[int, list[Hit]] = defaultdict(list)
    for ids in chunks(item_ids):
        rows = await c.execute(
            sa.select(hits).where(hits.c.item_id.in_(ids)).order_by(hits.c.query_id)
        )
        for row in rows:
            found[row.item_id].append(Hit(row.query_id, spans_of(row.spans)))
    return {item_id: tuple(of_item) for item_id, of_item in found.items()}


def hit_row(item_id: int, hit: Hit, at: datetime) -> dict[str, Any]:
    """A hit as it is stored; `at` is when the item was published, or first seen."""
    spans = [(s.field, s.start, s.end, s.text, s.entity, s.topics) for s in hit.spans]
    return {"item_id": item_id, "query_id": hit.query_id, "spans": spans, "at": at}
