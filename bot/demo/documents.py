"""The feed documents of the demo's outlets, in the forms that real feeds have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from html import escape
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Outlet:
    """An invented outlet. Fields that ``model.Feed`` has too mean the same."""

    id: str
    name: str
    host: str  # below .example; only seen, never asked
    language: str
    country: str
    kind: str
    owner: str
    domestic: bool
    timezone: str
    format: str  # rss, rss-cdata, atom
    encoding: str = "utf-8"


@dataclass(frozen=True, slots=True)
class Release:
    """One text at one outlet, published at ``at`` (UTC, whole seconds)."""

    id: str
    outlet: Outlet
    title: str
    summary: str
    at: datetime
    story: str
    kazakhstan: bool


def content_type(outlet: Outlet) -> str:
    """The header that goes with the outlet's document."""
    kind = "atom" if outlet.format == "atom" else "rss"
    return f"application/{kind}+xml; charset={outlet.encoding}"


def render(outlet: Outlet, releases: Sequence[Release], updated: datetime, links: str) -> bytes:
    """The document of these releases, in their order. ``links``: base of the article pages.
    What the encoding lacks becomes a character reference."""
    document = _atom if outlet.format == "atom" else _rss
    declaration = f'<?xml version="1.0" encoding="{outlet.encoding}"?>\n'
    text = declaration + document(outlet, releases, updated, links)
    return text.encode(outlet.encoding, errors="xmlcharrefreplace")


def _rss(outlet: Outlet, releases: Sequence[Release], updated: datetime, links: str) -> str:
    text = _cdata if outlet.format == "rss-cdata" else escape
    zone = ZoneInfo(outlet.timezone)
    items = "".join(
        f"""<item>
<title>{text(release.title)}</title>
<link>{escape(links)}/news/{release.id}</link>
<guid isPermaLink="false">https://{outlet.host}/?p={release.id}</guid>
<pubDate>{format_datetime(release.at.astimezone(zone))}</pubDate>
<description>{text(f"<p>{escape(release.summary)}</p>")}</description>
</item>
"""
        for release in releases
    )
    language = f"<language>{outlet.language}</language>\n" if outlet.language else ""
    return f"""<rss version="2.0">
<channel>
<title>{text(outlet.name)}</title>
<link>https://{outlet.host}/</link>
<description>{text(outlet.name)}</description>
{language}<lastBuildDate>{format_datetime(updated.astimezone(zone))}</lastBuildDate>
{items}</channel>
</rss>
"""


def _cdata(text: str) -> str:
    return f"<![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]>"


def _atom(outlet: Outlet, releases: Sequence[Release], updated: datetime, links: str) -> str:
    zone = ZoneInfo(outlet.timezone)
    entries = "".join(
        f"""<entry>
<id>tag:{outlet.host},{release.at.year}:{release.id}</id>
<title>{escape(release.title)}</title>
<link rel="alternate" href="{escape(links)}/news/{release.id}"/>
<published>{release.at.astimezone(zone).isoformat()}</published>
<updated>{release.at.astimezone(zone).isoformat()}</updated>
<summary>{escape(release.summary)}</summary>
</entry>
"""
        for release in releases
    )
    language = f' xml:lang="{outlet.language}"' if outlet.language else ""
    return f"""<feed xmlns="http://www.w3.org/2005/Atom"{language}>
<id>https://{outlet.host}/</id>
<title>{escape(outlet.name)}</title>
<link href="https://{outlet.host}/"/>
<author><name>{escape(outlet.name)}</name></author>
<updated>{updated.astimezone(zone).isoformat()}</updated>
{entries}</feed>
"""
