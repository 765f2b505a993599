"""Outside news through the whole process to messages, by what Telegram's record holds."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path
from typing import Any

from bot.demo.telegram_values import Chat
from bot.feeds.readers.document import parse_document
from bot.model import ParsedFeed
from tests.peers import missing
from tests.scenarios.house import PATIENCE, House, house

DATE = re.compile(rb"(<(pubDate|published|updated|dc:date|lastBuildDate)>\s*)([^<]+?)(\s*</\2>)")
ENTRY = re.compile(rb"<(item|entry)[ >].*?</\1>\s*", re.DOTALL)
KINDS = {".txt", ".xml"}
DOCUMENTS = 6
NEWEST = 3  # entries of each that the first poll does not see


def outside(folder: str) -> list[Path]:
    """The files of a folder beside or in the outside data, by name."""
    data = os.environ.get("KAZWATCH_TEST_DATA")
    if data is None:
        missing("outside data", "set KAZWATCH_TEST_DATA to its folder")
    found = sorted(path for path in (Path(data) / folder).glob("*.*") if path.suffix in KINDS)
    if not found:
        missing("outside data", f"{folder} is not in KAZWATCH_TEST_DATA")
    return found


# ---------------------------------------------------------------- excerpts


def excerpts() -> list[str]:
    """The lines that are news: whole sentences, unlike the page's navigation above them."""
    lines = [line for path in outside("../seed") for line in path.read_text("utf-8").splitlines()]
    return [line for line in lines if line.rstrip().endswith((".", "?", "!"))]


async def test_every_excerpt_is_told_to_a_chat_that_only_said_start(tmp_path: Path) -> None:
    news = excerpts()
    assert len(news) >= 5
    assert any("Kazakh" not in text for text in news), "one names no country"
    async with house(tmp_path) as h:
        h.environment["KAZWATCH_PACK__FILE"] = "config/kazakhstan.toml"
        h.environment["KAZWATCH_ALERTS__GATHER_MINUTES"] = "0.05"
        # Real feeds put such a text into the title, or have no title at all.
        titles, summaries = h.feed("titles"), h.feed("summaries")
        for feed in (titles, summaries):
            for number in range(len(news) + 1):
                feed.add(f"Kazakhstan: {feed.path} note {number}")
        await h.start()
        await h.until_polled("titles", "summaries")
        chat = await h.subscribed("/start")
        for number, text in enumerate(news):
            titles.add(text, link=f"https://titles.example/{number}/")
            summaries.add("", summary=text, link=f"https://summaries.example/{number}/")
        links = [
            f"https://{feed}.example/{number}/"
            for feed in ("titles", "summaries")
            for number in range(len(news))
        ]
        matched = await matched_items(h, len(links))
        assert all(item["queries"] for item in matched), "an excerpt that is nobody's"
        # A text at both outlets is one story, and so are excerpts of one event.
        stories = {item["story"] for item in matched}
        await until_linked(h, chat, links, len(stories))
        assert max(linked(h, chat, link) for link in links) == 1


def linked(h: House, chat: Chat, link: str) -> int:
    """How many messages of a chat lead to a page."""
    return sum(f'href="{link}"' in message.html for message in h.telegram.sent(chat))


async def until_linked(h: House, chat: Chat, links: list[str], stories: int) -> None:
    """Wait until each story was told by one link."""
    try:
        await h.telegram.until(
            lambda: sum(linked(h, chat, link) for link in links) == stories, PATIENCE
        )
    except TimeoutError:
        told = [link for link in links if linked(h, chat, link)]
        raise AssertionError(f"of {stories} stories these were told: {told}") from None


async def matched_items(h: House, count: int) -> list[dict[str, Any]]:
    """What the log says of items that were grouped, once there are so many."""
    await h.until_logged("item matched", count)
    return h.logged("item matched")


# ---------------------------------------------------------------- documents


@dataclass(frozen=True)
class Document:
    """A real document at the test's time; ``before``: as it was without its newest entries."""

    body: bytes
    before: bytes
    newest: list[str]  # titles
    older: list[str]
    words: list[set[str]]  # of each of the newest


def document(path: Path, now: datetime) -> Document:
    """Its dates are shifted by one amount, so that the newest entries are all of now (a
    publisher's clock that is ahead is none of our business)."""
    body = path.read_bytes()
    entries = [match[0] for match in ENTRY.finditer(body)]
    by_date = sorted(entries, key=lambda entry: moment(DATE.findall(entry)[0][2]), reverse=True)
    newest = by_date[:NEWEST]
    shift = now - moment(DATE.findall(newest[-1])[0][2])
    before = body
    for entry in newest:
        before = before.replace(entry, b"", 1)
    read = parse_document(shifted(body, shift), "text/xml", "http://127.0.0.1/feed")
    left = parse_document(shifted(before, shift), "text/xml", "http://127.0.0.1/feed")
    assert isinstance(read, ParsedFeed)
    assert isinstance(left, ParsedFeed)
    older = [entry.title for entry in left.entries]
    new = [entry for entry in read.entries if entry.title not in older]
    assert len(new) == NEWEST
    assert len(older) == len(entries) - NEWEST
    words = [set(re.findall(r"[a-z]{3,}", f"{e.title} {e.summary}".lower())) for e in new]
    titles = [entry.title for entry in new]
    return Document(shifted(body, shift), shifted(before, shift), titles, older, words)


def moment(text: bytes) -> datetime:
    """A date as feeds write it."""
    date = text.decode()
    return datetime.fromisoformat(date) if date[:4].isdigit() else parsedate_to_datetime(date)


def shifted(body: bytes, shift: timedelta) -> bytes:
    """The document with every date moved."""

    def move(match: re.Match[bytes]) -> bytes:
        moved = moment(match[3]) + shift
        iso = match[3][:4].isdigit()
        text = moved.isoformat(timespec="seconds") if iso else format_datetime(moved)
        return match[1] + text.encode() + match[4]

    return DATE.sub(move, body)


def keyword(documents: list[Document]) -> str:
    """Words joined by OR, as few as possible, of which one occurs in each of the newest entries."""
    untold = [words for document in documents for words in document.words]
    chosen = []
    while untold:
        words = sorted(set[str]().union(*untold))
        chosen.append(max(words, key=lambda word: sum(word in entry for entry in untold)))
        untold = [entry for entry in untold if chosen[-1] not in entry]
    return " OR ".join(chosen)


async def test_what_is_new_in_real_feeds_is_told_once_and_nothing_old(tmp_path: Path) -> None:
    now = datetime.now(UTC) - timedelta(minutes=5)
    documents = [document(path, now) for path in outside("real-feeds")[:DOCUMENTS]]
    async with house(tmp_path) as h:
        h.environment["KAZWATCH_ALERTS__HOURLY_CAP"] = "100"
        names = [f"real-{number}" for number in range(DOCUMENTS)]
        for name, content in zip(names, documents, strict=True):
            h.address(name, h.feeds.url(f"/{name}"))
            h.feeds.serve(f"/{name}", content.before)
        # In a group: a private chat is written to once a second.
        chat = h.telegram.group("Readers", h.telegram.person("Dana"))
        await h.start()
        await h.until_polled(*names)
        await h.ask(chat, f"/add {keyword(documents)}")
        for name, content in zip(names, documents, strict=True):
            h.feeds.serve(f"/{name}", content.body)
        newest = [title for content in documents for title in content.newest]
        assert len(newest) == DOCUMENTS * NEWEST
        matched = await matched_items(h, len(newest))
        assert sorted(item["title"] for item in matched) == sorted(newest)
        # Two posts of one blog may be taken for one story; each story is told once.
        first = {item["story"]: item["title"] for item in reversed(matched)}
        assert len(first) > 0.8 * len(newest)
        await h.until_told(chat, *first.values())
        assert await h.stop() == 0
        # Each is a message of its own, which begins with its title; the first is the question.
        told = sorted(text.split("\n")[0] for text in h.texts(chat)[1:])
        assert told == sorted(first.values())
        assert not set(told) & {title for content in documents for title in content.older}
        for name, content in zip(names, documents, strict=True):
            assert h.logged("feed polled", feed=name, first=True, entries=len(content.older))
