"""`kazwatch doctor`: what is wrong, and what to do about it. Safe beside a running process."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from bot import app, settings
from bot.errors import KazwatchError
from bot.flows.upkeep import ALIVE
from bot.settings import Settings
from bot.store.db import Database
from bot.store.feeds import feed_rows
from bot.store.upkeep import last_heartbeat

NEVER = "Nothing runs on this database: start it with `kazwatch run`."


async def alive(found: Settings) -> list[str]:
    """For health checks: complaints, [] when the process works."""
    now = datetime.now(UTC)
    try:
        db = await Database.open(found.store.url, now=now, read_only=True)
    except KazwatchError as error:
        return [str(error)]
    try:
        beat = await last_heartbeat(db)
    finally:
        await db.close()
    if beat is None:
        return [NEVER]
    age = now - beat
    if age < ALIVE:
        return []
    return [f"The last sign of life is {age.total_seconds():.0f} s old: see its log, restart it."]


async def everything(found: Settings, say: Callable[[str], None]) -> list[str]:
    """Files, token, database, process, feeds: what is well is said, what failed is returned.

    Raises SettingsError: while settings are wrong nothing else can be judged.
    """
    complaints: list[str] = []
    loaded, token = app.load(found), settings.read_token()
    off = [feed for feed in loaded.catalogue if not feed.enabled]
    say(f"settings    good; {len(loaded.catalogue)} feeds, {len(off)} of them not enabled")
    if token is None:
        complaints.append("token       TELEGRAM_TOKEN is not set: @BotFather gives one")
    else:
        say("token       set")
    if dead := await alive(found):
        return [*complaints, f"process     {dead[0]}"]
    say("process     works")
    db = await Database.open(found.store.url, now=datetime.now(UTC), read_only=True)
    try:
        rows = await feed_rows(db)
    finally:
        await db.close()
    failing = [row for row in rows if row.feed.enabled and row.failures]
    say(f"feeds       {sum(row.feed.enabled for row in rows) - len(failing)} well")
    return complaints + [
        f"feed        {row.feed.id}: {row.last_error} ({row.failures} times in a row); it is tried "
        f"again at {row.next_poll_at:%H:%M} UTC"
        for row in failing
    ]
