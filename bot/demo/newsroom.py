"""The demo's newsroom: invented outlets that publish sample news while somebody watches.

A backlog lies in the feeds from the first start on; each start then releases a batch of its own
over a few minutes. All of it follows from the times of the starts, so those are the only state.
The feeds are real documents (RSS 2.0, RSS with CDATA, Atom, one of them in windows-1251), served
with validators; each entry links to a page here, so that a headline can be opened.

Feeds and links must be asked for at two different hosts. An item belongs to the catalogue entry
whose host serves its URL: were the links at the feeds' host, all outlets would be one. Links take
``http://127.0.0.1:PORT``, since Telegram makes no link of a host without a dot and not every
browser resolves names below localhost; feeds take ``http://localhost:PORT``, which any machine
resolves (perhaps to ::1 first).
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import sha256
from html import escape
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from bot.demo import documents
from bot.demo.documents import Outlet, Release
from bot.model import Feed, FeedKind

FEED_LENGTH = 30  # entries a document holds, as most real ones do
_EPOCH = datetime.fromtimestamp(0, UTC)


# ---------------------------------------------------------------- the samples


@dataclass(frozen=True, slots=True)
class Text:
    """One text as the samples hold it, told word for word by one outlet or several."""

    told: Mapping[str, float]  # outlet → hours before the first start, or seconds after a start
    title: str
    summary: str
    story: str = ""  # tellings of one happening bear the same word; "" for a single one
    kazakhstan: bool = True  # False: the default pack should leave it alone


@dataclass(frozen=True, slots=True)
class Batch:
    """What one start releases. Its texts name slots; each round takes each slot's next value."""

    slots: Mapping[str, Sequence[Any]]  # name → numbers, or tables of a value's spellings
    texts: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Samples:
    """All that the newsroom can publish."""

    outlets: Mapping[str, Outlet]
    backlog: tuple[Text, ...]
    batches: tuple[Batch, ...]
    slots: Mapping[str, Sequence[Any]]  # for all batches; each begins at another value


def load_samples() -> Samples:
    """Read the samples that the package ships."""
    folder = resources.files("bot.demo") / "samples"
    tables = {
        path.name: tomllib.loads(path.read_text(encoding="utf-8"))
        for path in sorted(folder.iterdir(), key=lambda path: path.name)
        if path.name.endswith(".toml")
    }
    return Samples(
        outlets={key: Outlet(id=key, **row) for key, row in tables["outlets.toml"].items()},
        backlog=_texts(tables["backlog.toml"]),
        batches=tuple(
            Batch(table["slots"], _texts(table))
            for name, table in tables.items()
            if name.startswith("batch")
        ),
        slots=tables["slots.toml"],
    )


def _texts(table: Mapping[str, Any]) -> tuple[Text, ...]:
    return tuple(Text(**row) for row in table["texts"])


def catalogue(samples: Samples, base: str) -> tuple[Feed, ...]:
    """The outlets as the pipeline's catalogue. ``base``: where the feeds are served, such as
    ``http://localhost:8000``; its host must not be that of the links."""
    return tuple(
        Feed(
            id=outlet.id,
            name=outlet.name,
            url=f"{base}/feeds/{outlet.id}.xml",
            language=outlet.language,
            country=outlet.country,
            kind=FeedKind(outlet.kind),
            owner=outlet.owner,
            domestic=outlet.domestic,
            timezone=outlet.timezone,
            terms="sample",
            enabled=True,
        )
        for outlet in samples.outlets.values()
    )


# ---------------------------------------------------------------- what is out, and when


@dataclass(frozen=True, slots=True)
class FeedDocument:
    """A feed as served. It changes only when something is released."""

    body: bytes
    content_type: str
    etag: str  # quoted, as in the header
    last_modified: datetime  # the newest entry's time


class Newsroom:
    """Which outlet has published what. ``links``: where the article pages are served, such as
    ``http://127.0.0.1:8000``. A batch goes on where a stop interrupted it, and beside the next.
    """

    def __init__(self, samples: Samples, started: Sequence[datetime] = (), *, links: str) -> None:
        self.samples = samples
        self._links = links
        self._started: list[datetime] = []
        self._releases: dict[str, Release] = {}  # by id, unordered, the coming ones included
        for at in started:
            self.start(at)

    def start(self, now: datetime) -> None:
        """Begin the next batch; the first start also brings the backlog."""
        now = now.replace(microsecond=0)
        if not self._started:
            self._add(_backlog(self.samples, now))
        self._add(_batch(self.samples, len(self._started), now))
        self._started.append(now)

    def _add(self, releases: Iterator[Release]) -> None:
        self._releases.update((release.id, release) for release in releases)

    @property
    def started(self) -> tuple[datetime, ...]:
        """The times of all starts, whole seconds: all that must be kept to go on later."""
        return tuple(self._started)

    def released(self, outlet_id: str, now: datetime) -> list[Release]:
        """What an outlet has published by now, newest first."""
        out = [r for r in self._releases.values() if r.outlet.id == outlet_id and r.at <= now]
        return sorted(out, key=lambda release: (release.at, release.id), reverse=True)

    def article(self, release_id: str, now: datetime) -> Release | None:
        """What is behind a link; None before it is published, or when there is nothing."""
        release = self._releases.get(release_id)
        return release if release is not None and release.at <= now else None

    def next_release(self, now: datetime) -> tuple[datetime, str] | None:
        """When the next headline comes, and the name of its outlet; None when all are out."""
        coming = [(r.at, r.outlet.name) for r in self._releases.values() if r.at > now]
        return min(coming, default=None)

    def feed(self, outlet_id: str, now: datetime) -> FeedDocument | None:
        """The outlet's feed; None where there is no such outlet."""
        outlet = self.samples.outlets.get(outlet_id)
        if outlet is None:
            return None
        releases = self.released(outlet_id, now)[:FEED_LENGTH]
        updated = releases[0].at if releases else _EPOCH
        body = documents.render(outlet, releases, updated, self._links)
        etag = f'"{sha256(body).hexdigest()[:24]}"'
        return FeedDocument(body, documents.content_type(outlet), etag, updated)


def _backlog(samples: Samples, first_start: datetime) -> Iterator[Release]:
    numbered = enumerate((text, told) for text in samples.backlog for told in text.told.items())
    for number, (text, (outlet_id, hours)) in numbered:
        yield Release(
            id=f"{int(first_start.timestamp())}-0-{number}",
            outlet=samples.outlets[outlet_id],
            title=text.title,
            summary=text.summary,
            at=first_start - timedelta(seconds=round(hours * 3600)),
            story=text.story,
            kazakhstan=text.kazakhstan,
        )


def _batch(samples: Samples, start_number: int, started: datetime) -> Iterator[Release]:
    """The releases of a start. Batches take turns; in each round a slot moves on by one value, so
    titles are new until the shortest list of values is used up (7 values: 28 starts)."""
    cycle, index = divmod(start_number, len(samples.batches))
    batch = samples.batches[index]
    values = {name: row[(cycle + index) % len(row)] for name, row in samples.slots.items()}
    values |= {name: row[cycle % len(row)] for name, row in batch.slots.items()}
    numbered = enumerate((text, told) for text in batch.texts for told in text.told.items())
    for number, (text, (outlet_id, seconds)) in numbered:
        yield Release(
            id=f"{int(started.timestamp())}-{start_number + 1}-{number}",
            outlet=samples.outlets[outlet_id],
            title=text.title.format_map(values),
            summary=text.summary.format_map(values),
            at=started + timedelta(seconds=seconds),
            story=text.story,
            kazakhstan=text.kazakhstan,
        )


# ---------------------------------------------------------------- over HTTP


def routes(newsroom: Newsroom, now: Callable[[], datetime], notice: str) -> list[Route]:
    """``/feeds/{outlet}.xml`` with conditional requests, and ``/news/{id}``. ``notice``: the
    sentence below each article that says what these pages are, translated by the caller."""

    async def feed(request: Request) -> Response:
        document = newsroom.feed(request.path_params["outlet"], now())
        if document is None:
            raise HTTPException(404)
        headers = {
            "ETag": document.etag,
            "Last-Modified": format_datetime(document.last_modified, usegmt=True),
        }
        if _unchanged(request, document):
            return Response(status_code=304, headers=headers)
        headers["Content-Type"] = document.content_type
        return Response(document.body, headers=headers)

    async def article(request: Request) -> Response:
        release = newsroom.article(request.path_params["id"], now())
        if release is None:
            raise HTTPException(404)
        return HTMLResponse(_page(release, notice))

    return [Route("/feeds/{outlet}.xml", feed), Route("/news/{id}", article)]


def _unchanged(request: Request, document: FeedDocument) -> bool:
    """If-None-Match decides where it is given, else If-Modified-Since (RFC 9110, 13.2.2)."""
    tags = request.headers.get("if-none-match")
    if tags is not None:
        given = {tag.strip().removeprefix("W/") for tag in tags.split(",")}
        return bool(given & {document.etag, "*"})
    try:
        since = parsedate_to_datetime(request.headers.get("if-modified-since", ""))
    except ValueError:
        return False
    if since.tzinfo is None:  # "-0000": UTC, says RFC 5322
        since = since.replace(tzinfo=UTC)
    return document.last_modified <= since


_PAGE = """<!doctype html>
<html lang="{language}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
body {{ max-width: 38em; margin: 2em auto; padding: 0 1em; font: 1.1em/1.5 Georgia, serif }}
.small {{ color: #666; font: .8em sans-serif }}
</style>
<p class="small">{outlet} · {host} · {at}</p>
<h1>{title}</h1>
<p>{summary}</p>
<p class="small">{notice}</p>
</html>
"""


def _page(release: Release, notice: str) -> str:
    outlet = release.outlet
    values = {
        "language": outlet.language,
        "title": release.title,
        "outlet": outlet.name,
        "host": outlet.host,
        "at": release.at.astimezone(ZoneInfo(outlet.timezone)).strftime("%d.%m.%Y %H:%M"),
        "summary": release.summary,
        "notice": notice,
    }
    return _PAGE.format_map({name: escape(value) for name, value in values.items()})
