"""Lane 2, group: items become stories, and stories become alerts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from bot.alerts.breaking import HISTORY, WITHIN, breaking_from
from bot.alerts.plan import plan
from bot.flows.lanes import Clock
from bot.flows.recent import Recent
from bot.model import AlertSettings, Audience, Plan, StoryView, UngroupedItem
from bot.ops import logs
from bot.store import history, stories
from bot.store.db import Database
from bot.stories.group import WINDOW, group
from bot.stories.identity import title_value
from bot.stories.vectors import to_bytes

BATCH = 50
REST = timedelta(minutes=1)  # of an item that could not be grouped
RENEWED = timedelta(minutes=10)  # how often it is reckoned what pace is unusual

log = logs.get(__name__)


class Grouping:
    """marked items, in order → what is like them → story → plan → record, 500 chats at a time."""

    def __init__(
        self,
        *,
        db: Database,
        recent: Recent,
        settings: AlertSettings,
        clock: Clock,
        on_planned: Callable[[], None],
    ) -> None:
        self._db = db
        self._recent = recent
        self._settings = settings
        self._clock = clock
        self._on_planned = on_planned
        self._rests_until: dict[int, datetime] = {}  # items that failed, by id
        self._breaking_from: int | None = None
        self._renew_at: datetime | None = None

    async def work(self) -> None:
        """The lane's work: every item that was promised and is not grouped."""
        if not await self._db.hold("group"):
            self._recent.forget()
            return
        while waiting := await self._waiting():
            for place, item in enumerate(waiting):
                self._recent.expect(waiting[place:])
                try:
                    await self._group(item)
                except Exception:
                    # It is still marked. The others must not wait for it.
                    log.exception("item not grouped", item=item.item_id)
                    self._rests_until[item.item_id] = self._clock() + REST
            self._on_planned()

    async def _waiting(self) -> list[UngroupedItem]:
        """Marked items, without those that failed just now."""
        now = self._clock()
        self._rests_until = {item: at for item, at in self._rests_until.items() if at > now}
        found = await stories.next_ungrouped(self._db, BATCH + len(self._rests_until))
        return [item for item in found if item.item_id not in self._rests_until]

    async def unusual_pace(self, now: datetime) -> int | None:
        """The pace from which a story is breaking, by those that are old enough to have had one."""
        if self._renew_at is None or now >= self._renew_at:
            paces = await history.paces(self._db, now - HISTORY, now - WITHIN)
            self._breaking_from = breaking_from(paces)
            self._renew_at = now + RENEWED
        return self._breaking_from

    async def _group(self, item: UngroupedItem) -> None:
        now = self._clock()
        since = item.first_seen_at - WINDOW
        members = await stories.title_members(self._db, title_value(item.title), since)
        seen = await self._recent.compare(item, now)
        decision = group(item, members, seen.evidence)
        log.debug("item grouped", item=item.item_id, why=decision.why)
        told = 0

        def plan_for(story: StoryView, audiences: Sequence[Audience]) -> Plan:
            nonlocal told
            planned = plan(item, story, audiences, now, self._settings)
            told += len(planned.alerts) + len(planned.promotions) + len(planned.follow_ups)
            return planned

        story = await stories.record_story(
            self._db,
            item,
            decision,
            plan_for,
            now,
            defaults=self._settings,
            vector=None if seen.vector is None else to_bytes(seen.vector),
            breaking_from=await self.unusual_pace(now),
        )
        self._recent.keep(item, story.story_id, seen)
        log.info(
            "item matched",
            item=item.item_id,
            story=story.story_id,
            outlet=item.outlet,
            title=item.title,
            queries=len(item.hits),
            why=decision.why,
            breaking=story.breaking,
            alerts=told,
        )
        log.debug("story recorded", story=story.story_id)
