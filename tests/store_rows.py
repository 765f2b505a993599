"""Short names for the rows that the store's tests begin with."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.model import (
    Candidate,
    DeliveryState,
    DueDelivery,
    DueFeed,
    Feed,
    FeedKind,
    Hit,
    ItemDraft,
    ItemKey,
    Kind,
    Mode,
    PollRecord,
    PollResult,
    Priority,
    Reply,
    Request,
    Settlement,
    Span,
    Subscribe,
    Telling,
    Update,
    Validators,
)
from bot.store import chats, feeds, items, outbox, schema, updates
from bot.store.db import Database
from bot.store.ids import new_id
from tests.databases import NOW

LEASE = timedelta(minutes=1)
PACK = "topic:everything"
TITLES = (
    "Almaty opens a new tram line to the mountains",
    "Astana hosts talks on the Caspian shore",
    "Wheat harvest in Kostanay beats last year",
)


def feed(feed_id: str = "steppe", **changes: Any) -> Feed:
    """A feed of the catalogue."""
    usual = Feed(
        id=feed_id,
        name=feed_id.title(),
        url=f"https://{feed_id}.example/rss",
        language="en",
        country="kz",
        kind=FeedKind.NEWS,
        owner=feed_id,
        domestic=False,
        timezone="Asia/Almaty",
        terms="unknown",
        enabled=True,
    )
    return replace(usual, **changes)


def draft(title: str = TITLES[0], feed_id: str = "steppe", **changes: Any) -> ItemDraft:
    """A text of a feed, with the keys that identity gives it."""
    slug = title.casefold().replace(" ", "-")
    url = f"https://{feed_id}.example/{slug}"
    usual = ItemDraft(
        outlet=feed_id,
        url=url,
        guid=slug,
        title=title,
        summary="",
        language="en",
        published=None,
        domestic=False,
        keys=(
            ItemKey("guid", feed_id, slug),
            ItemKey("url", feed_id, url),
            ItemKey("url", "", url),
            ItemKey("title", feed_id, title.casefold()),
        ),
    )
    return replace(usual, **changes)


def hit(query_id: int) -> Hit:
    """A query found in the title's first word."""
    return Hit(query_id, (Span("title", 0, 6, "Almaty", "almaty", ("cities",)),))


def candidate(
    text: ItemDraft, *query_ids: int, telling: Telling = Telling.ALERT, tokens: Iterable[str] = ()
) -> Candidate:
    """A draft in which these queries were found."""
    return Candidate(text, tuple(hit(i) for i in query_ids), telling, frozenset(tokens))


async def claim(db: Database, now: datetime = NOW) -> dict[str, DueFeed]:
    """Every feed that is due, leased, by id."""
    return {due.feed.id: due for due in await feeds.claim_due_feeds(db, now, 1000, LEASE)}


def record(due: DueFeed, *found: Candidate, at: datetime = NOW, **changes: Any) -> PollRecord:
    """A good poll of a feed that is past its first one."""
    usual = PollRecord(
        feed_id=due.feed.id,
        fence=due.fence,
        at=at,
        next_poll_at=at + timedelta(minutes=5),
        validators=Validators("etag", "date", "hash"),
        candidates=found,
        entry_hashes=frozenset({"a", "b"}),
        past_first_poll=True,
    )
    return replace(usual, **changes)


async def poll(
    db: Database, feed_id: str, *found: Candidate, at: datetime = NOW, **changes: Any
) -> PollResult:
    """Claim a feed, whether it is due or not, and record this poll of it."""
    async with db.write() as c:
        await c.execute(sa.text("UPDATE feeds SET next_poll_at = 0, lease_until = NULL"))
    due = (await claim(db, at))[feed_id]
    return await items.record_poll(db, record(due, *found, at=at, **changes))


def request(telegram_id: int = 100, **changes: Any) -> Request:
    """What a person in a private chat asked for."""
    return replace(Request("start", "", telegram_id, "private", "Aru", "ru"), **changes)


_update_ids = iter(range(1, 1_000_000))


async def subscribe(
    db: Database,
    telegram_id: int = 100,
    query: str = PACK,
    mode: Mode = Mode.PACK,
    *,
    thread_id: int = 0,
    now: datetime = NOW,
) -> tuple[int, int]:
    """A chat that watches a query; returns the ids of both."""
    update_id = next(_update_ids)
    await updates.store_updates(db, [Update(update_id, {})], now)
    asked = request(telegram_id, thread_id=thread_id)
    reply = Reply(changes=(Subscribe(query, mode),))
    await updates.record_update(db, update_id, asked, reply, now, ("ru", "Asia/Almaty"))
    facts = await chats.chat_facts(db, telegram_id, thread_id)
    assert facts is not None
    query_id = next(s.query_id for s in facts.subscriptions if s.query == query)
    return facts.chat_id, query_id


async def rows(db: Database, table: sa.Table) -> list[Any]:
    """All rows of a table, in the order of its key."""
    async with db.read() as c:
        return list((await c.execute(sa.select(table).order_by(*table.primary_key))).all())


async def answer_of(
    db: Database, chat_id: int, html: str = "Hello", *, at: datetime = NOW, **columns: Any
) -> int:
    """Put a delivery that is not about a story into the outbox; returns its id."""
    delivery_id = new_id()
    usual: dict[str, Any] = {
        "id": delivery_id,
        "chat_id": chat_id,
        "kind": Kind.ANSWER,
        "priority": Priority.ANSWER,
        "created_at": at,
        "due_at": at,
        "payload": {"html": html, "keyboard": [], "preview": False},
    }
    async with db.write() as c:
        await c.execute(sa.insert(schema.deliveries).values(**(usual | columns)))
    return delivery_id


def settled(due: DueDelivery, *, at: datetime = NOW, **changes: Any) -> Settlement:
    """Telegram took a delivery, unless the changes say otherwise."""
    usual = Settlement(
        delivery_id=due.delivery_id,
        fence=due.fence,
        chat_id=due.chat.chat_id,
        at=at,
        state=DeliveryState.SENT,
        outcome="sent",
        ambiguous=due.ambiguous,
    )
    return replace(usual, **changes)


async def send(db: Database, due: DueDelivery, *, at: datetime = NOW, **changes: Any) -> None:
    """Attempt a delivery and record what came of it."""
    await outbox.record_attempts(db, [due], at)
    await outbox.record_send(db, [settled(due, at=at, **changes)])
