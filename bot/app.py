"""Puts the house together, starts the lanes, and stops them in order."""

from __future__ import annotations

import asyncio
import random
import signal
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import telegram
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot import __version__, locale
from bot.errors import SettingsError, StoreError
from bot.feeds import files
from bot.feeds.fetch import Fetcher
from bot.feeds.readers import Readers
from bot.flows.answer import Answering
from bot.flows.deliver import Delivering
from bot.flows.group import Grouping
from bot.flows.lanes import Clock, Lane
from bot.flows.listen import Listening
from bot.flows.poll import Polling
from bot.flows.queries import LiveMatcher
from bot.flows.recent import Recent
from bot.flows.search import preview
from bot.flows.session import Session
from bot.flows.upkeep import ALIVE, Upkeep
from bot.matching.matcher import Matcher
from bot.matching.pack import Pack
from bot.matching.query import TOPICS
from bot.model import Feed, ParseSettings
from bot.ops import logs
from bot.settings import Settings
from bot.store import chats, feeds
from bot.store.db import Database
from bot.store.upkeep import last_heartbeat
from bot.stories import vectors
from bot.stories.identity import outlet_hosts
from bot.telegram.connection import TokenRequest, connect
from bot.telegram.menus import command_menus
from bot.telegram.sender import Sender
from bot.telegram.updates import get_updates
from bot.web.health import application
from bot.web.serving import serve

TICK = 1.0  # seconds: the safety net below the lanes' waking each other
HEARTBEAT = 15.0
SWEEP = 3600.0
LAST_SENDS = 4.0  # seconds that sends in flight are awaited at the end

log = logs.get(__name__)


def utc_now() -> datetime:
    """The clock of the house."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What is read from files before anything starts, so that nothing starts by halves."""

    catalogue: Sequence[Feed]
    pack: Pack
    catalogues: locale.Catalogues


def load(settings: Settings, catalogue: Sequence[Feed] | None = None) -> Loaded:
    """Read and check every file; raises SettingsError in one sentence."""
    return Loaded(
        catalogue=files.load_polled(settings.feeds_file) if catalogue is None else catalogue,
        pack=files.read_pack(settings.pack_file),
        catalogues=locale.load(Path(locale.__file__).parent),
    )


class App:
    """One process: four lanes, their ticks, /healthz. `run` returns when ``stop`` is set."""

    def __init__(
        self,
        settings: Settings,
        loaded: Loaded,
        token: str,
        stop: asyncio.Event,
        *,
        clock: Clock = utc_now,
        request_class: type[TokenRequest] = TokenRequest,
    ) -> None:
        self._settings = settings
        self._loaded = loaded
        self._token = token
        self._stop = stop
        self._clock = clock
        self._request_class = request_class

    async def run(self) -> None:
        """Open everything, run the lanes until told to stop, close everything in order.

        Raises StoreError, SettingsError (an address that is taken), TokenError, OtherInstanceError.
        """
        async with AsyncExitStack() as stack:
            try:
                db = await Database.open(self._settings.store.url, now=self._clock())
            except StoreError as error:
                place = self._settings.place("store", "url")
                raise type(error)(f"{place}: {error}") from error
            stack.push_async_callback(db.close)
            await self._serve_health(stack, db)
            await feeds.sync_catalogue(db, self._loaded.catalogue, self._clock())
            await feeds.spread_first_polls(db, self._clock())
            await chats.keep_topics(db, [f"topic:{name}" for name in TOPICS], self._clock())
            fetcher = await stack.enter_async_context(Fetcher(self._settings.for_fetch()))
            readers = await stack.enter_async_context(Readers(ParseSettings()))
            api_url = self._settings.telegram.api_url
            connecting = connect(self._token, api_url, self._request_class)
            client = await stack.enter_async_context(connecting)
            await self._work(db, fetcher, readers, client)

    async def _work(
        self, db: Database, fetcher: Fetcher, readers: Readers, client: telegram.Bot
    ) -> None:
        """Build the lanes, each with the way to wake the next, and keep them at work."""
        settings, loaded, clock = self._settings, self._loaded, self._clock
        alerts, sender = settings.for_alerts(), Sender(client)
        poll, group, deliver, answer = map(Lane, ("poll", "group", "deliver", "answer"))
        menus = command_menus(loaded.catalogues, settings.chats.language)
        session = Session(sender, menus, on_usable=deliver.wake)
        polling = Polling(
            db=db,
            fetcher=fetcher,
            readers=readers,
            queries=LiveMatcher(db, Matcher(loaded.pack)),
            settings=settings.for_fetch(),
            clock=clock,
            jitter=random.random,
            on_marked=group.wake,
            on_done=poll.wake,
        )
        polling.use({f.id: f for f in loaded.catalogue}, outlet_hosts(loaded.catalogue))
        embedder = _embedder(settings.stories.model)
        recent = Recent(db, embedder)
        grouping = Grouping(
            db=db, recent=recent, settings=alerts, clock=clock, on_planned=deliver.wake
        )
        delivering = Delivering(
            db=db,
            sender=sender,
            session=session,
            catalogues=loaded.catalogues,
            settings=alerts,
            clock=clock,
            jitter=random.random,
            wake=deliver.wake,
        )
        answering = Answering(
            db=db,
            sender=sender,
            session=session,
            catalogues=loaded.catalogues,
            language=settings.chats.language,
            timezone=settings.chats.timezone,
            alerts=alerts,
            by_meaning=embedder is not None,
            clock=clock,
            preview=partial(preview, db, Matcher(loaded.pack)),
            on_answer=deliver.wake,
        )
        listening = Listening(
            db=db,
            receive=partial(get_updates, client),
            session=session,
            clock=clock,
            on_updates=answer.wake,
        )
        upkeep = Upkeep(db, clock)
        lanes = (poll, group, deliver, answer)
        scheduler = _scheduler(
            {
                "tick": (TICK, _waker(lanes)),
                "heartbeat": (HEARTBEAT, upkeep.heartbeat),
                "sweep": (SWEEP, upkeep.sweep),
            }
        )
        log.info(
            "started",
            version=__version__,
            feeds=sum(feed.enabled for feed in loaded.catalogue),
            store=db.name,
        )
        await upkeep.heartbeat()
        scheduler.start()
        forever = [
            poll.run(polling.claim),
            group.run(grouping.work),
            deliver.run(delivering.claim),
            answer.run(answering.work),
            session.open(),
            session.recover(),
            listening.run(),
        ]
        try:
            await _until(self._stop, forever)
        finally:
            # No new claims first; then sends in flight; what else runs is taken up again later.
            scheduler.pause()
            polling.stopping = delivering.stopping = True
            await delivering.finish(LAST_SENDS)
            await polling.finish(0)
            await answering.finish(0)
            recent.finish()
            scheduler.shutdown(wait=False)
            log.info("stopped")
        await upkeep.farewell()

    async def _serve_health(self, stack: AsyncExitStack, db: Database) -> None:
        listen = self._settings.web.listen
        host, _, port = listen.rpartition(":")
        if not host:
            return

        async def health() -> Mapping[str, object]:
            beat = await last_heartbeat(db)
            age = (self._clock() - beat).total_seconds() if beat else None
            return {"ok": age is not None and age < ALIVE.total_seconds(), "heartbeat_age": age}

        try:
            page = serve(application(health), host.strip("[]"), int(port))
            await stack.enter_async_context(page)
        except (OSError, UnicodeError) as error:  # UnicodeError: of a name that can be no host's
            why = error.strerror if isinstance(error, OSError) else "no host is called so"
            raise SettingsError(
                f"{self._settings.place('web', 'listen')}: {listen} cannot be used ({why}): "
                'name another address and port, or "" for none'
            ) from error


def _embedder(wanted: bool) -> vectors.Embedder | None:
    """The language model, and a line that says whether there is one."""
    found = vectors.load() if wanted else vectors.Unavailable("stories.model is false")
    if isinstance(found, vectors.Embedder):
        log.info("stories by meaning", model=vectors.MODEL)
        return found
    tell = log.warning if wanted else log.info
    tell("stories by names and numbers alone", reason=found.reason)
    return None


async def _until(stop: asyncio.Event, forever: Sequence[Coroutine[None, None, None]]) -> None:
    """Run all until ``stop``; the first that raises ends all, with what it raised."""
    tasks = [asyncio.create_task(work) for work in forever]
    stopped = asyncio.create_task(stop.wait())
    try:
        waiting: set[asyncio.Task[Any]] = {stopped, *tasks}
        while not stopped.done():
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
    finally:
        for task in (stopped, *tasks):
            task.cancel()
        await asyncio.gather(stopped, *tasks, return_exceptions=True)


def _waker(lanes: Sequence[Lane]) -> Callable[[], Awaitable[None]]:
    async def wake_all() -> None:
        for lane in lanes:
            lane.wake()

    return wake_all


def _scheduler(jobs: Mapping[str, tuple[float, Callable[[], Awaitable[None]]]]) -> AsyncIOScheduler:
    """One scheduler, few ticks: due times live in rows."""
    scheduler = AsyncIOScheduler(
        timezone=UTC,
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    for name, (seconds, work) in jobs.items():
        scheduler.add_job(work, "interval", seconds=seconds, id=name)
    return scheduler


async def run(
    settings: Settings,
    loaded: Loaded,
    token: str,
    request_class: type[TokenRequest] = TokenRequest,
) -> None:
    """The whole process: until SIGINT or SIGTERM. ``request_class``: see ``connect``."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    await App(settings, loaded, token, stop, request_class=request_class).run()
