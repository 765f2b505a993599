"""The pool of worker processes, and documents that cost a worker its life."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

from bot.feeds.readers import Readers
from bot.feeds.readers.document import parse_document
from bot.feeds.readers.wire import pack_question
from bot.model import ParsedFeed, ParseFailed, ParseSettings

CORPUS = Path(__file__).parent / "corpora" / "feeds"
FEED = (CORPUS / "rss20.xml").read_bytes()
# One element with very many attributes: feedparser takes minutes for it.
BOMB = (
    b"<rss version='2.0'><channel><item "
    + b" ".join(b'a%d="x"' % number for number in range(60_000))
    + b"><title>x</title></item></channel></rss>"
)
SETTINGS = ParseSettings(deadline=timedelta(seconds=10), processes=1)
HASTY = ParseSettings(deadline=timedelta(seconds=0.7), processes=1)


@pytest.fixture
async def readers() -> AsyncIterator[Readers]:
    async with Readers(SETTINGS) as pool:
        yield pool


def children() -> list[psutil.Process]:
    return [
        process
        for process in psutil.Process().children(recursive=True)
        if process.status() != psutil.STATUS_ZOMBIE
        and "bot.feeds.readers.worker" in process.cmdline()
    ]


async def test_a_worker_reads_what_the_reader_reads(readers: Readers) -> None:
    for name in ("rss20", "atom10", "page", "broken-entry", "no-guid-no-date", "windows-1251"):
        body = (CORPUS / f"{name}.xml").read_bytes()
        found = await readers.parse(body, "text/xml", "https://a.example/rss")
        assert found == parse_document(body, "text/xml", "https://a.example/rss"), name


@pytest.mark.parametrize(
    "name",
    ["json-feed-11.jsonfeed", "sitemap-news.xml", "sitemap-index.xml", "telegram-channel.html"],
)
async def test_a_worker_reads_every_kind_of_document(readers: Readers, name: str) -> None:
    body = (CORPUS / name).read_bytes()
    assert await readers.parse(body) == parse_document(body)


async def test_a_worker_is_told_the_newsrooms_zone(readers: Readers) -> None:
    dated = b"<pubDate>Mon, 02 Mar 2026 14:00:00</pubDate>"
    body = b"<rss version='2.0'><channel><item><title>t</title>%b</item></channel></rss>" % dated
    found = await readers.parse(body, timezone="Asia/Almaty")
    assert isinstance(found, ParsedFeed)
    assert found.entries[0].published == datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


async def test_a_worker_is_kept_for_the_next_document(readers: Readers) -> None:
    assert children() == []
    pids = set()
    for _ in range(5):
        assert isinstance(await readers.parse(FEED), ParsedFeed)
        pids |= {process.pid for process in children()}
    assert len(pids) == 1


async def test_no_more_workers_than_processes_are_set() -> None:
    async with Readers(ParseSettings(processes=2)) as pool:
        outcomes = await asyncio.gather(*(pool.parse(FEED) for _ in range(12)))
        assert len(children()) == 2
    assert all(isinstance(outcome, ParsedFeed) for outcome in outcomes)
    assert children() == []


async def test_a_document_that_takes_too_long_is_a_timeout_and_the_next_is_read() -> None:
    async with Readers(HASTY) as pool:
        outcome = await pool.parse(BOMB)
        assert outcome == ParseFailed("timeout", "reading it took more than 0.7 s")
        assert children() == []
    async with Readers(SETTINGS) as pool:
        assert isinstance(await pool.parse(FEED), ParsedFeed)


async def test_a_document_that_takes_too_much_memory_says_so_and_the_next_is_read() -> None:
    text = "сөз ".encode() * 1_200_000
    large = b"<rss version='2.0'><channel><item><title>" + text + b"</title></item>"
    async with Readers(ParseSettings(max_memory=96 * 2**20, processes=1)) as pool:
        outcome = await pool.parse(large + b"</channel></rss>")
        assert outcome == ParseFailed("memory", "reading it took more than 96 MB of memory")
        assert isinstance(await pool.parse(FEED), ParsedFeed)


async def test_one_document_that_hangs_holds_up_no_other() -> None:
    settings = ParseSettings(deadline=timedelta(seconds=5), processes=2)
    async with Readers(settings) as pool:
        hanging = asyncio.create_task(pool.parse(BOMB))
        for _ in range(10):
            assert isinstance(await pool.parse(FEED), ParsedFeed)
        assert not hanging.done()
        hanging.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await hanging
        assert len(children()) == 1  # a worker in the middle of a document is of no more use


async def test_a_worker_that_dies_over_a_document_is_named(readers: Readers) -> None:
    assert isinstance(await readers.parse(FEED), ParsedFeed)
    (worker,) = children()
    dying = asyncio.create_task(readers.parse(BOMB))
    await asyncio.sleep(0)  # it has been given the document
    worker.send_signal(signal.SIGSEGV)
    assert await dying == ParseFailed("crashed", "the reader process was killed by SIGSEGV over it")
    assert isinstance(await readers.parse(FEED), ParsedFeed)


async def test_a_worker_that_died_while_idle_costs_no_document(readers: Readers) -> None:
    assert isinstance(await readers.parse(FEED), ParsedFeed)
    (worker,) = children()
    worker.kill()
    (kept,) = readers._idle
    await kept.wait()  # the pool's own process object has seen the end
    assert isinstance(await readers.parse(FEED), ParsedFeed)


async def test_a_large_document_passes_the_pipe(readers: Readers) -> None:
    comment = b"<!--" + b"x" * (4 * 2**20) + b"-->"
    outcome = await readers.parse(FEED.replace(b"</channel>", comment + b"</channel>"))
    assert isinstance(outcome, ParsedFeed)
    assert len(outcome.entries) == 3


async def test_a_worker_has_none_of_our_secrets_and_its_own_session(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TELEGRAM_TOKEN", "123:abc")
    monkeypatch.setenv("KAZWATCH_SECRET", "secret")
    async with Readers(SETTINGS) as pool:
        await pool.parse(FEED)
        (worker,) = children()
        environment = worker.environ()
        assert not {name for name in environment if "TOKEN" in name or "SECRET" in name}
        assert os.getsid(worker.pid) != os.getsid(0)
        worker.send_signal(signal.SIGINT)
        assert isinstance(await pool.parse(FEED), ParsedFeed)
        assert children() == [worker]


def test_workers_end_with_the_process_that_started_them() -> None:
    """Also where that was killed without a chance to clean up."""
    program = """
        import asyncio, sys
        from bot.feeds.readers import Readers
        from bot.model import ParseSettings

        async def main() -> None:
            async with Readers(ParseSettings()) as pool:
                await pool.parse(b"<rss/>")
                print("ready", flush=True)
                await asyncio.sleep(60)

        asyncio.run(main())
    """
    parent = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    with parent:
        assert parent.stdout.readline() == "ready\n"
        workers = psutil.Process(parent.pid).children()
        assert len(workers) == 1
        parent.kill()
    _, alive = psutil.wait_procs(workers, timeout=5)
    assert alive == []


def test_a_worker_that_nobody_watches_ends_in_the_middle_of_a_document() -> None:
    worker = subprocess.Popen(
        [sys.executable, "-m", "bot.feeds.readers.worker", str(512 * 2**20), "1"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with worker:
        assert worker.stdin is not None
        worker.stdin.write(pack_question(BOMB, "", "", "UTC"))
        worker.stdin.flush()
        assert worker.wait(timeout=10) == -signal.SIGALRM
