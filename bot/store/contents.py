"""What deliveries tell: made when they are claimed, from the stories as they are then."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.alerts.breaking import is_breaking
from bot.alerts.speak import latest, news, speaker
from bot.matching.query import is_topic
from bot.model import (
    AlertContent,
    Button,
    FeedKind,
    Hit,
    Kind,
    Matched,
    Span,
    TextContent,
    Voice,
)
from bot.store.feeds import outlet_names
from bot.store.found import headline, hits_of
from bot.store.schema import alerts, feeds, items, queries, stories
from bot.store.sql import chunks

Content = TextContent | tuple[AlertContent, ...]

_SHOWN = [
    items.c[name]
    for name in (
        "id", "story_id", "title", "url", "outlet", "language", "published", "first_seen_at", "copy"
    )
]  # fmt: skip


async def contents_of(c: AsyncConnection, deliveries: Sequence[Any]) -> dict[int, Content]:
    """Delivery id → what it tells, from rows of deliveries with their chat's language.

    Absent: there is nothing left to tell.

    A story is told by the member that `speak` chooses, with the names of the other outlets.
    """
    contents: dict[int, Content] = {
        row.id: _text(row.payload) for row in deliveries if row.payload is not None
    }
    about = {row.alert_id: row for row in deliveries if row.alert_id is not None}
    carriers = {row.id: row for row in deliveries if row.payload is None and row.alert_id is None}
    languages = {row.chat_id: row.language for row in deliveries}
    found = await _alerts(c, alerts.c.id, about)
    carried = await _alerts(c, alerts.c.carried_by, carriers)
    tell = await _teller(c, [*found, *carried], languages)
    for alert in found:
        row = about[alert.id]
        if (content := tell(alert, row.kind)) is not None:
            contents[row.id] = (content,)
    summaries: dict[int, list[AlertContent]] = defaultdict(list)
    for alert in carried:
        if (content := tell(alert, Kind.SUMMARY)) is not None:
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
        languages: Mapping[int, str],
    ) -> None:
        self._members = members  # by story, in the order in which they joined
        self._hits = hits  # by item
        self._texts = texts  # of queries
        self._names = names  # of outlets
        self._languages = languages  # of chats

    def __call__(self, alert: Any, kind: str) -> AlertContent | None:
        """``kind`` of the delivery that tells it. None: the story's items were swept."""
        members = {item.id: item for item in self._members.get(alert.story_id, ())}
        if not members:
            return None
        voices = [_voice(item) for item in members.values()]
        language, newest = self._languages[alert.chat_id], None
        if kind == Kind.FOLLOW_UP:
            spoken = news(voices, alert.told_version, language)
        else:
            spoken = speaker(voices, language)
        if kind == Kind.EDIT and (found := latest(voices, spoken, language)) is not None:
            newest = headline(members[found.item_id], self._names, ())
        speaks = members[spoken.item_id]
        others = dict.fromkeys(self._names.get(i.outlet, i.outlet) for i in members.values())
        others.pop(self._names.get(speaks.outlet, speaks.outlet))
        return AlertContent(
            alert_id=alert.id,
            story_id=alert.story_id,
            headline=headline(speaks, self._names, self._spans(speaks.id, alert.queries)),
            others=tuple(others),
            matched=self._matched(speaks.id, members, alert.queries),
            breaking=is_breaking(alert.breaking_at, alert.updated_at),
            updated_at=alert.updated_at if kind == Kind.EDIT else None,
            latest=newest,
            edits=alert.edits,
        )

    def _matched(
        self, speaks: int, members: Collection[int], query_ids: Sequence[int]
    ) -> tuple[Matched, ...]:
        """Each query that is still there, with where the item that speaks has it, else the first
        that has: as if it stood in a summary, for the headline that people read does not say it."""
        own = self._found(speaks)
        elsewhere: dict[int, tuple[Span, ...]] = {}
        for item_id in members:
            for query_id, spans in self._found(item_id).items():
                elsewhere.setdefault(query_id, tuple(_unsaid(span) for span in spans))
        return tuple(
            Matched(self._texts[i], own.get(i) or elsewhere.get(i, ()))
            for i in query_ids
            if i in self._texts
        )

    def _spans(self, speaks: int, query_ids: Sequence[int]) -> tuple[Span, ...]:
        """Where the headline was found: by the chat's own words; by the pack when it asked for that
        alone."""
        found = self._found(speaks)
        known = [i for i in query_ids if i in self._texts]
        own = [i for i in known if not is_topic(self._texts[i])]
        return tuple(dict.fromkeys(span for i in own or known for span in found.get(i, ())))

    def _found(self, item_id: int) -> dict[int, tuple[Span, ...]]:
        return {hit.query_id: hit.spans for hit in self._hits.get(item_id, ())}


def _voice(item: Any) -> Voice:
    return Voice(item.id, item.title, item.language, FeedKind(item.source), item.copy)


def _unsaid(span: Span) -> Span:
    return span._replace(field="summary") if span.field == "title" else span


async def _teller(
    c: AsyncConnection, found: Sequence[Any], languages: Mapping[int, str]
) -> _Teller:
    members: dict[int, list[Any]] = defaultdict(list)
    source = sa.func.coalesce(feeds.c.kind, FeedKind.NEWS).label("source")
    for some in chunks({alert.story_id for alert in found}):
        of_stories = (
            sa.select(*_SHOWN, source)
            .outerjoin(feeds, feeds.c.id == items.c.outlet)
            .where(items.c.story_id.in_(some))
            .order_by(items.c.id)
        )
        for item in await c.execute(of_stories):
            members[item.story_id].append(item)
    texts: dict[int, str] = {}
    for some in chunks({query for alert in found for query in alert.queries}):
        rows = await c.execute(
            sa.select(queries.c.id, queries.c.text).where(queries.c.id.in_(some))
        )
        texts.update((row.id, row.text) for row in rows)
    hits = await hits_of(c, [item.id for of_story in members.values() for item in of_story])
    names = await outlet_names(c) if found else {}
    return _Teller(members, hits, texts, names, languages)
