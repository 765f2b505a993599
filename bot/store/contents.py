"""What deliveries tell: made when they are claimed, from the stories as they are then."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.matching.query import is_topic
from bot.model import AlertContent, Button, Hit, Kind, Matched, Span, TextContent
from bot.store.feeds import outlet_names
from bot.store.found import headline, hits_of
from bot.store.schema import alerts, items, queries, stories
from bot.store.sql import chunks

Content = TextContent | tuple[AlertContent, ...]

_SHOWN = [
    items.c[name]
    for name in (
        "id", "story_id", "title", "url", "outlet", "language", "published", "first_seen_at"
    )
]  # fmt: skip


async def contents_of(c: AsyncConnection, deliveries: Sequence[Any]) -> dict[int, Content]:
    """Delivery id → what it tells, from rows of deliveries; absent: there is nothing left to tell.

    A story is told by its first item (for now), with the names of the other outlets.
    """
    contents: dict[int, Content] = {
        row.id: _text(row.payload) for row in deliveries if row.payload is not None
    }
    about = {row.alert_id: row for row in deliveries if row.alert_id is not None}
    carriers = {row.id: row for row in deliveries if row.payload is None and row.alert_id is None}
    found = await _alerts(c, alerts.c.id, about)
    carried = await _alerts(c, alerts.c.carried_by, carriers)
    tell = await _teller(c, [*found, *carried])
    for alert in found:
        row = about[alert.id]
        if (content := tell(alert, grown=row.kind == Kind.EDIT)) is not None:
            contents[row.id] = (content,)
    summaries: dict[int, list[AlertContent]] = defaultdict(list)
    for alert in carried:
        if (content := tell(alert, grown=False)) is not None:
            summaries[alert.carried_by].append(content)
    return contents | {row_id: tuple(told) for row_id, told in summaries.items()}


def _text(payload: Mapping[str, Any]) -> TextContent:
    keyboard = tuple(
        tuple(Button(text, data, url) for text, data, url in row) for row in payload["keyboard"]
    )
    return TextContent(payload["html"], keyboard, payload["preview"])


async def _alerts(c: AsyncConnection, column: sa.Column[Any], values: Collection[int]) -> list[Any]:
    """Alerts with their stories, in the order in which they were planned."""
    found: list[Any] = []
    for some in chunks(values):
        found += await c.execute(
            sa.select(alerts, stories.c.breaking_at, stories.c.updated_at)
            .join(stories, stories.c.id == alerts.c.story_id)
            .where(column.in_(some))
            .order_by(alerts.c.created_at, alerts.c.id)
        )
    return found


class _Teller:
    """Makes contents of alerts whose stories were read."""

    def __init__(
        self,
        members: Mapping[int, Sequence[Any]],
        hits: Mapping[int, Sequence[Hit]],
        texts: Mapping[int, str],
        names: Mapping[str, str],
    ) -> None:
        self._members = members  # by story, in the order in which they joined
        self._hits = hits  # by item, of the stories' first ones
        self._texts = texts  # of queries
        self._names = names  # of outlets

    def __call__(self, alert: Any, *, grown: bool) -> AlertContent | None:
        """``grown``: an edit tells that the story grew. None: the story's items were swept."""
        members = self._members.get(alert.story_id)
        if not members:
            return None
        first = members[0]
        matched = self._matched(first.id, alert.queries)
        others = dict.fromkeys(self._names.get(item.outlet, item.outlet) for item in members)
        others.pop(self._names.get(first.outlet, first.outlet))
        return AlertContent(
            alert_id=alert.id,
            story_id=alert.story_id,
            headline=headline(first, self._names, _spans(matched)),
            others=tuple(others),
            matched=matched,
            breaking=alert.breaking_at is not None,
            updated_at=alert.updated_at if grown else None,
        )

    def _matched(self, item_id: int, query_ids: Collection[int]) -> tuple[Matched, ...]:
        """Each query that is still there, with where the item has it."""
        spans = {hit.query_id: hit.spans for hit in self._hits.get(item_id, ())}
        known = (i for i in query_ids if i in self._texts)
        return tuple(Matched(self._texts[i], spans.get(i, ())) for i in known)


def _spans(matched: Sequence[Matched]) -> tuple[Span, ...]:
    """Where it was found: by the chat's own words; by the pack when it asked for that alone."""
    own = [each for each in matched if not is_topic(each.query)]
    return tuple(dict.fromkeys(span for each in own or matched for span in each.spans))


async def _teller(c: AsyncConnection, found: Sequence[Any]) -> _Teller:
    members: dict[int, list[Any]] = defaultdict(list)
    for some in chunks({alert.story_id for alert in found}):
        of_stories = sa.select(*_SHOWN).where(items.c.story_id.in_(some)).order_by(items.c.id)
        for item in await c.execute(of_stories):
            members[item.story_id].append(item)
    texts: dict[int, str] = {}
    for some in chunks({query for alert in found for query in alert.queries}):
        rows = await c.execute(
            sa.select(queries.c.id, queries.c.text).where(queries.c.id.in_(some))
        )
        texts.update((row.id, row.text) for row in rows)
    hits = await hits_of(c, [of_story[0].id for of_story in members.values()])
    return _Teller(members, hits, texts, await outlet_names(c) if found else {})
