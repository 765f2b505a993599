"""Lane 1, poll: documents become items with hits."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from bot.feeds import rhythm
from bot.feeds.fetch import Fetcher
from bot.feeds.readers import Readers
from bot.flows.lanes import Clock, Crew
from bot.flows.queries import LiveMatcher
from bot.model import (
    Candidate,
    DueFeed,
    Feed,
    Fetched,
    FetchFailed,
    FetchSettings,
    ItemDraft,
    MatchText,
    NotModified,
    ParsedFeed,
    ParseFailed,
    PollRecord,
    PollResult,
    Telling,
)
from bot.ops import logs
from bot.store import feeds, items
from bot.store.db import Database
from bot.stories import identity

LEASE = timedelta(seconds=60)

log = logs.get(__name__)


class Polling:
    """Claims due feeds and polls them beside each other.

    claim → fetch → parse → identity → match → record; new items with hits wake the next lane.
    """

    def __init__(
        self,
        *,
        db: Database,
        fetcher: Fetcher,
        readers: Readers,
        queries: LiveMatcher,
        settings: FetchSettings,
        clock: Clock,
        jitter: Callable[[], float],
        on_marked: Callable[[], None],
        on_done: Callable[[], None],
    ) -> None:
        self._db = db
        self._fetcher = fetcher
        self._readers = readers
        self._queries = queries
        self._settings = settings
        self._clock = clock
        self._jitter = jitter
        self._on_marked = on_marked
        self._crew = Crew(settings.concurrency, on_done)
        self._catalogue: Mapping[str, Feed] = {}
        self._hosts: Mapping[str, str] = {}
        self.stopping = False

    def use(self, catalogue: Mapping[str, Feed], hosts: Mapping[str, str]) -> None:
        """The feeds by id, and which outlet a host is."""
        self._catalogue, self._hosts = catalogue, hosts

    async def claim(self) -> None:
        """The lane's work: start a poll for each due feed that there is room for."""
        if self.stopping or not self._crew.free:
            return
        for due in await feeds.claim_due_feeds(self._db, self._clock(), self._crew.free, LEASE):
            self._crew.start(self.poll(due), f"poll {due.feed.id}")

    async def finish(self, seconds: float) -> None:
        """No new claims; what runs may end."""
        self.stopping = True
        await self._crew.finish(seconds)

    async def poll(self, due: DueFeed) -> None:
        """One feed, from its address to the store."""
        log.debug("feed claimed", feed=due.feed.id)
        fetched = await self._fetcher.fetch(due.feed.url, due.validators)
        log.debug("feed fetched", feed=due.feed.id, outcome=type(fetched).__name__)
        if not isinstance(fetched, Fetched):
            await self._record(due, fetched)
            return
        parsed = await self._readers.parse(
            fetched.body, fetched.content_type, fetched.url, due.feed.timezone
        )
        log.debug("feed parsed", feed=due.feed.id, outcome=type(parsed).__name__)
        if isinstance(parsed, ParseFailed):
            await self._record(due, parsed)
            return
        candidates, news = await self._candidates(due, parsed)
        log.debug("feed matched", feed=due.feed.id, candidates=len(candidates), new=len(news))
        await self._record(due, fetched, candidates, parsed, news)

    async def _candidates(
        self, due: DueFeed, parsed: ParsedFeed
    ) -> tuple[tuple[Candidate, ...], list[ItemDraft]]:
        """Entries → drafts, with what was found in those that nobody has seen; and these."""
        now = self._clock()
        drafts = identity.drafts(due.feed, parsed, self._hosts, self._catalogue, now)
        keys = [key for draft in drafts for key in draft.keys]
        known = await items.known_items(self._db, keys, now)
        decided = [(draft, identity.decide(draft, known)) for draft in drafts]
        news = [draft for draft, decision in decided if isinstance(decision, identity.New)]
        facts = identity.PollFacts(
            first_poll=due.first_polled_at is None,
            last_ok_at=due.last_ok_at,
            entries=len(drafts),
            new=len(news),
        )
        if facts.moved(now) and not facts.first_poll:
            log.warning("feed renewed itself", feed=due.feed.id, new=facts.new, of=facts.entries)
        await self._queries.follow()
        candidates = tuple(
            self._matched(draft, identity.telling(draft, facts, now))
            if isinstance(decision, identity.New) or decision.rematch
            else Candidate(draft, (), identity.telling(draft, facts, now))
            for draft, decision in decided
        )
        return candidates, news

    def _matched(self, draft: ItemDraft, telling: Telling) -> Candidate:
        matcher = self._queries.matcher
        text = MatchText(draft.title, draft.summary, draft.language, draft.outlet, draft.domestic)
        return Candidate(draft, matcher.match(text), telling, matcher.keys(text))

    async def _record(
        self,
        due: DueFeed,
        outcome: Fetched | NotModified | FetchFailed | ParseFailed,
        candidates: tuple[Candidate, ...] = (),
        parsed: ParsedFeed | None = None,
        news: Sequence[ItemDraft] = (),
    ) -> None:
        """The poll's one transaction, its log line, and the next lane's wake."""
        now = self._clock()
        failure = outcome if isinstance(outcome, FetchFailed | ParseFailed) else None
        validators = (
            due.validators if isinstance(outcome, FetchFailed | ParseFailed) else outcome.validators
        )
        known, text = learned(due, candidates, news, self._settings, now)
        result = await items.record_poll(
            self._db,
            PollRecord(
                feed_id=due.feed.id,
                fence=due.fence,
                at=now,
                next_poll_at=self._next_poll(due, outcome, known, now),
                validators=validators,
                candidates=candidates,
                failure=failure,
                entry_hashes=due.entry_hashes,
                past_first_poll=due.first_polled_at is not None,
                rhythm=text,
            ),
        )
        log.debug("poll recorded", feed=due.feed.id)
        if result.marked:
            self._on_marked()
        _tell(due, outcome, parsed, result)

    def _next_poll(
        self,
        due: DueFeed,
        outcome: Fetched | NotModified | FetchFailed | ParseFailed,
        known: rhythm.Rhythm,
        now: datetime,
    ) -> datetime:
        if isinstance(outcome, FetchFailed | ParseFailed):
            return rhythm.next_try(
                now,
                self._settings,
                failures=due.failures + 1,
                retry_after=outcome.retry_after if isinstance(outcome, FetchFailed) else None,
                jitter=self._jitter(),
            )
        return rhythm.next_poll(
            now,
            self._settings,
            known,
            fresh_for=outcome.fresh_for,
            jitter=self._jitter(),
        )


def learned(
    due: DueFeed,
    candidates: Sequence[Candidate],
    news: Sequence[ItemDraft],
    settings: FetchSettings,
    now: datetime,
) -> tuple[rhythm.Rhythm, str | None]:
    """The feed's rhythm after this poll, and its text where there is something to store.

    What has no date came when it was first seen, if somebody looked not long before; and
    whatever its date says, nothing came before the last poll, which did not have it.
    """
    known = rhythm.read(due.rhythm, due.feed.timezone)
    if known is None:
        dates = [c.draft.published for c in candidates if c.draft.published]
        known = rhythm.begin(due.feed.timezone, now, dates)
        return known, rhythm.write(known)
    last = due.last_ok_at or now
    seen = now if now - last <= 2 * settings.max_interval else None
    times = [max(at, last) for draft in news if (at := draft.published or seen)]
    if not times:
        return known, None
    known = rhythm.learn(known, times, now)
    return known, rhythm.write(known)


def _tell(
    due: DueFeed,
    outcome: Fetched | NotModified | FetchFailed | ParseFailed,
    parsed: ParsedFeed | None,
    result: PollResult,
) -> None:
    """One line per outcome."""
    line = log.bind(feed=due.feed.id)
    if not result.held:
        line.warning("poll came late", meaning="another worker has polled this feed since")
    elif isinstance(outcome, FetchFailed | ParseFailed):
        line.warning(
            "feed failed", cause=outcome.cause, detail=outcome.detail, failures=due.failures + 1
        )
    elif isinstance(outcome, NotModified):
        line.info("feed polled", unchanged=True)
    else:
        line.info(
            "feed polled",
            entries=len(parsed.entries) if parsed else 0,
            new=result.new,
            matched=result.marked,
            skipped=parsed.skipped if parsed else 0,
            first=due.first_polled_at is None,
        )
