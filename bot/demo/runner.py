"""`kazwatch demo`: the whole pipeline on sample feeds, with a Telegram and a chat page of its own.

One process serves the feeds, the Bot API and the page on loopback, and runs the same lanes as
`kazwatch run` against them. What Telegram and the newsroom know lives beside the demo's database,
so that the next start goes on where this one ended.
"""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import datetime
from pathlib import Path

from starlette.applications import Starlette

from bot import locale
from bot.demo import newsroom, page, telegram_dump
from bot.demo.newsroom import Newsroom, Samples
from bot.demo.telegram_http import bot_api_routes
from bot.demo.telegram_server import TelegramServer
from bot.errors import SettingsError, StoreBusyError, StoreError
from bot.model import Feed
from bot.ops import logs
from bot.store.db import FileLock
from bot.web.serving import serve

TOKEN = "1:demo"  # noqa: S105 - of a Telegram that only this process serves
STATE = Path("state")
DATABASE = STATE / "demo.db"
MEMORY = STATE / "demo.json"  # what the demo's Telegram and newsroom know
PORTS = 10  # that are tried from the given one on
SAVE_EVERY = 0.5  # seconds, while something changes
UNSAVED = 100  # ids, more than are given in that time

log = logs.get(__name__)

# Given the catalogue, the Bot API's address and when to stop: run the lanes.
Lanes = Callable[[tuple[Feed, ...], str, asyncio.Event], Awaitable[None]]


async def run(
    port: int, lanes: Lanes, now: Callable[[], datetime], samples: Samples | None = None
) -> None:
    """Until Ctrl-C; "start over" on the page forgets everything and begins again.

    ``samples``: other news than the package ships. Raises SettingsError where there is no such
    port or none is free, state/ cannot be written, or another demo uses it.
    """
    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()

    def end() -> None:
        ended.set()
        over.set()

    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, end)
    if not 0 <= port < 65536:
        raise SettingsError(f"--port: should be a number from 0 to 65535 (it is {port})")
    news = samples or newsroom.load_samples()
    with _alone():
        while True:
            # The page that asked to start over waits at the same address.
            port = await _once(port, lanes, now, news, over)
            if ended.is_set():
                return
            _forget()
            over.clear()


async def _once(
    port: int,
    lanes: Lanes,
    now: Callable[[], datetime],
    samples: Samples,
    over: asyncio.Event,
) -> int:
    """From a start to its end, or to starting over; returns the port that was taken."""
    telegram, started = _recalled(now)
    routes = Starlette()
    async with _served(routes, port) as base:
        number = base.rpartition(":")[2]
        room = Newsroom(samples, started, links=base)
        room.start(now())
        catalogues = locale.load(Path(locale.__file__).parent)

        async def start_over() -> None:
            asyncio.get_running_loop().call_later(0.2, over.set)  # the page has its answer first

        notice = locale.texts(catalogues, locale.SOURCE_LANGUAGE, "UTC").gettext(
            "This news is invented: it comes with the demo of kazwatch."
        )
        routes.router.routes.extend(
            [
                *page.routes(telegram, room, catalogues, start_over),
                *newsroom.routes(room, now, notice),
                *bot_api_routes(telegram),
            ]
        )
        print(f"kazwatch demo: open {base}/ in a browser (Ctrl-C ends it)", flush=True)
        saving = asyncio.create_task(_keep(telegram, room))
        try:
            feeds = newsroom.catalogue(samples, f"http://localhost:{number}")
            await lanes(feeds, base, over)
        finally:
            saving.cancel()
            _save(telegram, room)
    return int(number)


@asynccontextmanager
async def _served(app: Starlette, port: int) -> AsyncIterator[str]:
    """On the given port, or the next that is free."""
    last = min(port + PORTS, 65536) - 1 if port else 0
    for candidate in range(port, last + 1):
        serving = serve(app, "127.0.0.1", candidate)
        try:
            base = await serving.__aenter__()
        except OSError:
            continue
        try:
            yield base
        finally:
            await serving.__aexit__(None, None, None)
        return
    taken = f"{port} is" if port == last else f"the ports from {port} to {last} are"
    raise SettingsError(f"--port: {taken} taken; name another, or 0 for any")


# ---------------------------------------------------------------- what is kept between starts


@contextmanager
def _alone() -> Iterator[None]:
    """Two demos on one state would tell things twice, or delete what the other uses."""
    try:
        STATE.mkdir(exist_ok=True)
        lock = FileLock(MEMORY)
    except StoreBusyError:
        raise SettingsError(
            f"another demo runs on {STATE.resolve()}: use that one, or start this one elsewhere"
        ) from None
    except (OSError, StoreError):
        raise SettingsError(
            f"{STATE.resolve()} cannot be written: start the demo in a folder of your own"
        ) from None
    try:
        yield
    finally:
        lock.release()


def _recalled(now: Callable[[], datetime]) -> tuple[TelegramServer, tuple[datetime, ...]]:
    """Telegram as it was left, and the earlier starts; both empty where nothing is known."""
    if MEMORY.exists() and DATABASE.exists():
        telegram = TelegramServer(TOKEN, now=now)
        try:
            kept = json.loads(MEMORY.read_text(encoding="utf-8"))
            telegram_dump.load(telegram, kept["telegram"])
            started = tuple(datetime.fromisoformat(at) for at in kept["started"])
        except (OSError, ValueError, LookupError, TypeError, AttributeError):
            print(f"kazwatch demo: {MEMORY} is damaged, so the demo begins anew", flush=True)
        else:
            _skip_ids(telegram)
            return telegram, started
    _forget()  # one without the other would tell things twice
    return TelegramServer(TOKEN, now=now), ()


def _skip_ids(telegram: TelegramServer) -> None:
    """After a kill the database may know ids that were given since the last saving; no other
    message or update may bear them."""
    telegram.updates.next_id += UNSAVED
    telegram.last_message_id[0] = telegram.last_message_id.get(0, 0) + UNSAVED


def _save(telegram: TelegramServer, room: Newsroom) -> None:
    kept = {
        "started": [at.isoformat() for at in room.started],
        "telegram": telegram_dump.dump(telegram),
    }
    draft = MEMORY.with_suffix(".new")
    try:
        draft.write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")
        draft.replace(MEMORY)
    except OSError as error:
        log.warning("demo not saved", file=str(MEMORY), reason=error.strerror)


async def _keep(telegram: TelegramServer, room: Newsroom) -> None:
    version = -1
    while True:
        version = await telegram.changed(version)
        _save(telegram, room)
        await asyncio.sleep(SAVE_EVERY)


def _forget() -> None:
    for path in (MEMORY, *STATE.glob(f"{DATABASE.name}*")):
        with suppress(FileNotFoundError):
            path.unlink()
