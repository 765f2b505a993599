"""match, explain, group and parse: the rules on data, without a database, a network or a token."""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from gettext import NullTranslations
from math import isfinite
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from bot.errors import KazwatchError
from bot.feeds.files import load_catalog, read_pack
from bot.feeds.readers import Readers
from bot.flows.recent import new_window
from bot.locale import SOURCE_LANGUAGE, Texts
from bot.matching.matcher import Matcher
from bot.matching.pack import Pack
from bot.matching.query import Query, QueryRefused, parse_query
from bot.model import (
    Entry,
    Feed,
    MatchText,
    Member,
    ParsedFeed,
    ParseSettings,
    Span,
    Telling,
    UngroupedItem,
)
from bot.settings import Settings
from bot.stories import vectors
from bot.stories.group import WINDOW, group
from bot.stories.identity import entry_id, normal_title, outlet_hosts
from bot.stories.language import document_language
from bot.stories.urls import canonical_host
from bot.stories.window import read_item
from bot.telegram.parts import plain_refusal, shortened

Line = Mapping[str, Any]
PACK = "topic:everything"
MAX_DOCUMENT = 64 * 2**20  # bytes; the bot itself takes less, but a device has no end
_ENGLISH = Texts(SOURCE_LANGUAGE, UTC, NullTranslations())
_TEXTS = ("title", "summary", "lang", "source")  # the fields of an item that both commands read


_HALVES = re.compile(
    "[\ud800-\udfff]"
)  # surrogates: of half a character, or of bytes that are no UTF-8


def _whole(value: Any) -> Any:
    """Without what no UTF-8 can write; a sign takes its place, so that offsets stay."""
    match value:
        case str():
            return _HALVES.sub("\ufffd", value)
        case list():
            return [_whole(part) for part in value]
        case dict():
            return {_whole(name): _whole(part) for name, part in value.items()}
    return value


def _wrong(line: Line, wanted: Sequence[str], texts: Sequence[str]) -> str:
    """What is wrong with an item's fields, for people; "" when nothing is.

    Null is as good as nothing. Without an id there is nothing to answer to: raises ``KeyError``, or
    ``ValueError``.
    """
    if line.get("id") is None:
        raise KeyError("id")
    if isinstance(line["id"], float) and not isfinite(line["id"]):
        raise ValueError("id: no number of JSON")
    for name in wanted:
        if line.get(name) is None:
            return f"lacks {name!r}"
    for name in texts:
        value = line.get(name)
        if value is not None and not isinstance(value, str):
            return f"{name}: a text is wanted, not {shortened(repr(value), 40)}"
    return ""


class Matching:
    """`kazwatch match`: queries come with the call, or with each item."""

    def __init__(self, pack: Pack, catalogue: Sequence[Feed], keywords: Sequence[str]) -> None:
        self._pack = pack
        self._sources = _Sources(catalogue)
        self._default = tuple(keywords) or (PACK,)
        for keyword in self._default:
            query_of(keyword)
        self._asked: tuple[str, ...] = ()
        self._matcher = Matcher(pack)

    @classmethod
    def load(cls, settings: Settings, keywords: Sequence[str] | None) -> Self:
        """Read the pack and the catalogue; raises SettingsError for them or for a refused query."""
        pack = read_pack(settings.pack_file)
        return cls(pack, load_catalog(settings.feeds_file), keywords or ())

    def answer(self, line: Line) -> Line:
        """One item → its hits, or what is wrong with it, or with one of its queries."""
        line = _whole(line)
        if wrong := _wrong(line, ("title",), _TEXTS):
            return {"id": line["id"], "error": wrong}
        asked = line.get("keywords")
        if not isinstance(asked, list | None) or not all(isinstance(k, str) for k in asked or ()):
            return {"id": line["id"], "error": "keywords: a list of queries is wanted"}
        keywords = self._default if asked is None else tuple(asked)
        try:
            self._ask(keywords)
        except KazwatchError as error:
            return {"id": line["id"], "error": str(error)}
        found = self._matcher.match(self._sources.text(line))
        return {
            "id": line["id"],
            "hits": [_hit(keywords[hit.query_id], span) for hit in found for span in hit.spans],
        }

    def _ask(self, keywords: tuple[str, ...]) -> None:
        if keywords == self._asked:
            return
        for number in range(len(self._asked)):
            self._matcher.discard(number)
        self._asked = ()
        queries = [query_of(keyword) for keyword in keywords]
        for number, query in enumerate(queries):
            self._matcher.add(number, query)
        self._asked = keywords


class _Sources:
    """Which outlet a `source` names: by id, name or host."""

    def __init__(self, catalogue: Sequence[Feed]) -> None:
        self._feeds = {feed.id: feed for feed in catalogue}
        self._names = {feed.name.casefold(): feed for feed in reversed(catalogue)}
        self._hosts = outlet_hosts(catalogue)

    def text(self, line: Line) -> MatchText:
        title, summary, lang, source = (line.get(name) or "" for name in _TEXTS)
        address = source if "//" in source else f"//{source}"
        host = canonical_host(f"http:{address}" if address.startswith("//") else address)
        feed = (
            self._feeds.get(source)
            or self._names.get(source.casefold())
            or self._feeds.get(self._hosts.get(host, ""))
        )
        return MatchText(
            title=title,
            summary=summary,
            language=document_language(title, summary, lang),
            source=feed.id if feed else _host(address) or source,
            domestic=bool(feed and feed.domestic),
        )


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:  # an open bracket: a name, then
        return ""


def _hit(keyword: str, span: Span) -> Line:
    found = {
        "keyword": keyword,
        "field": span.field,
        "start": span.start,
        "end": span.end,
        "text": span.text,
    }
    if span.entity:
        found["entity"] = span.entity
    if span.topics:
        found["topics"] = list(span.topics)
    return found


def query_of(text: str) -> Query:
    """The query, or a KazwatchError with one sentence that points at the place."""
    parsed = parse_query(text)
    if isinstance(parsed, QueryRefused):
        sentence = plain_refusal(parsed, text, _ENGLISH)
        raise KazwatchError(f"the query {shortened(text, 60)!r} is not understood: {sentence}")
    return parsed


# ---------------------------------------------------------------- group


class Stories:
    """`kazwatch group`: items in time order; a story is called by the item that opened it."""

    def __init__(self) -> None:
        """With the sentence model where it loads, else by what items say."""
        loaded = vectors.load()
        self._embedder = None if isinstance(loaded, vectors.Unavailable) else loaded
        if isinstance(loaded, vectors.Unavailable):
            print(f"grouping by names, numbers and subjects: {loaded.reason}", file=sys.stderr)
        self._window = new_window(self._embedder)
        self._names: list[Any] = []  # story id → the id of its first item
        self._members: dict[str, list[Member]] = defaultdict(list)  # by normal title
        self._items = 0

    def answer(self, line: Line) -> Line:
        """One item → its story, or what is wrong with it."""
        line, wanted = _whole(line), ("source", "title", "published")
        if wrong := _wrong(line, wanted, (*_TEXTS, "url", "published")):
            return {"id": line["id"], "error": wrong}
        published = _moment(line["published"])
        if published is None:
            asked = shortened(line["published"], 40)
            why = f"published: {asked!r} is no date such as 2026-03-02T09:00:00Z"
            return {"id": line["id"], "error": why}
        item = _item(line, self._items, published)
        self._items += 1
        title = normal_title(item.title)
        oldest = item.first_seen_at - WINDOW
        recent = [member for member in self._members[title] if member.first_seen_at >= oldest]
        read = read_item(item.title, item.summary, item.language)
        vector = self._embedder.embed(item.title, item.summary) if self._embedder else None
        self._window.age(item.first_seen_at)
        further = self._window.evidence(item.in_story(-1), vector, read=read)
        decision = group(item, recent, further)
        story_id = len(self._names) if decision.story_id is None else decision.story_id
        if decision.story_id is None:
            self._names.append(line["id"])
        member = item.in_story(story_id)
        self._members[title] = [*recent, member]
        self._window.add(member, vector, read=read)
        return {"id": line["id"], "story": self._names[story_id]}


def _moment(text: str) -> datetime | None:
    """UTC where no zone is named."""
    try:
        moment = datetime.fromisoformat(text)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if 1 < moment.year < 9999 else None  # days before and after it can be reckoned


def _item(line: Line, number: int, published: datetime) -> UngroupedItem:
    title, summary, lang, source = (line.get(name) or "" for name in _TEXTS)
    return UngroupedItem(
        item_id=number,
        outlet=source,
        owner=source,
        url=line.get("url") or "",
        title=title,
        summary=summary,
        language=document_language(title, summary, lang),
        published=published,
        first_seen_at=published,
        telling=Telling.ALERT,
        hits=(),
    )


# ---------------------------------------------------------------- parse


async def parse_files(files: Sequence[str]) -> AsyncIterator[Line]:
    """Each document, read in a process that it may kill, as a line."""
    async with Readers(replace(ParseSettings(), processes=1)) as readers:
        for name in files:
            try:
                body = _read(name)
            except OSError as error:
                yield {"file": name, "error": f"cannot be read: {error.strerror}"}
                continue
            if len(body) > MAX_DOCUMENT:
                yield {"file": name, "error": f"more than {MAX_DOCUMENT >> 20} MB"}
                continue
            parsed = await readers.parse(body)
            if isinstance(parsed, ParsedFeed):
                entries = [_entry(entry, parsed.language) for entry in parsed.entries]
                yield {"file": name, "title": parsed.title, "entries": entries}
            else:
                yield {"file": name, "error": f"{parsed.cause}: {parsed.detail}"}


def _read(name: str) -> bytes:
    """The document, or of a larger one a byte more than is taken."""
    if name == "-":
        return sys.stdin.buffer.read(MAX_DOCUMENT + 1)
    with Path(name).open("rb") as file:
        return file.read(MAX_DOCUMENT + 1)


def _entry(entry: Entry, declared: str) -> Line:
    return {
        "id": entry_id(entry),
        "url": entry.url,
        "title": entry.title,
        "summary": entry.summary,
        "published": entry.published.isoformat() if entry.published else None,
        "language": document_language(entry.title, entry.summary, entry.language or declared),
    }


# ---------------------------------------------------------------- explain


def explain(settings: Settings, text: str, headline: str | None) -> list[str]:
    """`kazwatch explain`: what a query stands for, and why a headline matches or not."""
    matcher, query = Matcher(read_pack(settings.pack_file)), query_of(text)
    told = matcher.explain(query, None if headline is None else MatchText(headline))
    lines = [f"query     {told.normal}"]
    for leaf in told.leaves:
        lines.append(f"{'wanted' if leaf.wanted else 'unwanted':9} {leaf.text}")
        if leaf.entities:
            lines.append(f"  names   {', '.join(leaf.entities)} of the pack, by all its names")
        if leaf.forms:
            lines.append(f"  forms   {_some(leaf.forms)}")
        if leaf.keys:
            lines.append(f"  keys    {_some(leaf.keys)}")
        if leaf.found is not None:
            lines.append(f"  found   {_where(leaf.found)}")
        elif headline is not None:
            lines.append("  found   nowhere")
    if told.matched is not None:
        lines.append(f"matches   {'yes' if told.matched else 'no'}  {_where(told.spans)}".rstrip())
        for sign in told.signs:
            foreign = ", of another country" if sign.foreign else ""
            lines.append(f"  sign    {sign.entity}: {sign.span.text!r}, {sign.proof}{foreign}")
        about = f"yes ({', '.join(told.topics) or 'no topic'})" if told.relevant else "no"
        lines.append(f"about Kazakhstan  {about}")
    return lines


SHOWN = 40  # forms and keys; a word has a hundred


def _some(words: Sequence[str]) -> str:
    more = f" … and {len(words) - SHOWN} more" if len(words) > SHOWN else ""
    return " ".join(words[:SHOWN]) + more


def _where(spans: Sequence[Span]) -> str:
    return ", ".join(f"{span.text!r} ({span.field} {span.start}-{span.end})" for span in spans)
