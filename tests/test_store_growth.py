"""From an item that joins to the message that tells it: stories that grow, by the real rules."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.alerts.plan import plan
from bot.alerts.settle import settle
from bot.model import (
    AlertContent,
    AlertSettings,
    DeliveryState,
    DueDelivery,
    FeedKind,
    GroupDecision,
    Kind,
    Mode,
    Plan,
    Priority,
    Rejected,
    SendOutcome,
    Sent,
    StoryView,
)
from bot.store import feeds, outbox, schema, stories
from bot.store.db import Database
from tests.databases import NOW
from tests.store_rows import TITLES, candidate, draft, feed, poll, rows, subscribe

SETTINGS = AlertSettings()
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
THREE, SEVEN, NINE = ("Blast in a mine kills " + toll for toll in ("3", "seven", "9"))
OUTLETS = ("steppe", "caspian", "almaty", "search", "ministry")


@pytest.fixture(autouse=True)
async def catalogue(db: Database) -> None:
    """Steppe and caspian on their own; almaty belongs to caspian."""
    await feeds.sync_catalogue(
        db,
        [
            feed("steppe"),
            feed("caspian"),
            feed("almaty", owner="caspian"),
            feed("search", kind=FeedKind.SEARCH),
            feed("ministry", kind=FeedKind.OFFICIAL),
        ],
        NOW,
    )


@dataclass
class Newsroom:
    """One event that outlets tell, one after the other."""

    db: Database
    query: int = 0
    view: StoryView | None = None
    messages: int = field(default=40)

    async def tells(
        self, outlet: str, title: str, *, at: datetime = NOW, copy: bool = False, **changes: Any
    ) -> StoryView:
        """An outlet's item joins the story, and is planned for."""
        query = changes.pop("query", self.query)
        kept = {key: changes.pop(key) for key in ("breaking_from",) if key in changes}
        text = draft(title, outlet, **changes)
        await poll(self.db, outlet, candidate(text, query), at=at)
        (item,) = await stories.next_ungrouped(self.db, 10)
        story_id = self.view.story_id if self.view else None

        def plan_for(view: StoryView, found: Any) -> Plan:
            return plan(item, view, found, at, SETTINGS)

        self.view = await stories.record_story(
            self.db, item, GroupDecision(story_id, 0.8, "close", copy), plan_for, at,
            defaults=SETTINGS, **kept,
        )  # fmt: skip
        return self.view

    async def claim(self, at: datetime = NOW) -> DueDelivery:
        """The one delivery that is due, under way."""
        (due,) = await outbox.claim_due(self.db, at, 10, MINUTE)
        return due

    async def answered(
        self, due: DueDelivery, at: datetime = NOW, outcome: SendOutcome | None = None
    ) -> int:
        """Telegram answered; returns the id of the message."""
        self.messages += 1
        message = due.edits_message or self.messages
        await outbox.record_attempts(self.db, [due], at)
        settlement = settle(due, outcome or Sent(message), at, SETTINGS, jitter=0.5)
        await outbox.record_send(self.db, [settlement])
        return message

    async def nothing_is_due(self, at: datetime) -> None:
        assert await outbox.claim_due(self.db, at, 10, MINUTE) == []


@pytest.fixture
async def room(db: Database) -> Newsroom:
    """A chat, in Russian, that is told of its words at once."""
    _, query = await subscribe(db, query="mine", mode=Mode.AT_ONCE)
    return Newsroom(db, query)


def content(due: DueDelivery) -> AlertContent:
    assert isinstance(due.content, tuple)
    (told,) = due.content
    return told


async def alert_row(db: Database) -> Any:
    (alert,) = await rows(db, schema.alerts)
    return alert


# ---------------------------------------------------------------- who speaks


async def test_the_headline_is_in_the_language_of_the_chat(db: Database, room: Newsroom) -> None:
    await room.tells("steppe", THREE)
    await room.tells("caspian", "Взрыв на шахте: трое погибших", language="ru")
    told = content(await room.claim())
    assert (told.headline.outlet, told.headline.language) == ("Caspian", "ru")
    assert told.others == ("Steppe",)


async def test_a_source_speaks_before_an_aggregator(db: Database, room: Newsroom) -> None:
    await room.tells("search", "3 die in a blast")
    await room.tells("ministry", THREE)
    told = content(await room.claim())
    assert (told.headline.outlet, told.others) == ("Ministry", ("Search",))


async def test_words_are_shown_as_the_item_that_speaks_has_them(
    db: Database, room: Newsroom
) -> None:
    _, coal = await subscribe(db, query="coal", mode=Mode.AT_ONCE)
    await room.tells("steppe", THREE)
    (due,) = await outbox.claim_due(db, NOW, 10, MINUTE)
    await room.answered(due)
    async with db.write() as c:  # both queries were hit when the alert was made
        await c.execute(sa.update(schema.alerts).values(queries=[room.query, coal]))
    await room.tells("caspian", "Взрыв", language="ru", query=coal)
    told = content(await room.claim(NOW + MINUTE))
    assert told.headline.outlet == "Caspian"
    mine, found_coal = told.matched
    assert [span.field for span in found_coal.spans] == ["title"]
    assert [span.field for span in mine.spans] == ["summary"], "the headline does not say it"
    assert told.headline.spans == found_coal.spans


# ---------------------------------------------------------------- growing


async def test_a_message_grows_by_outlets_and_the_latest_headline(
    db: Database, room: Newsroom
) -> None:
    await room.tells("steppe", THREE)
    message = await room.answered(await room.claim())
    await room.tells("caspian", "What is known about the blast", at=NOW + HOUR)
    edit = await room.claim(NOW + HOUR)
    told = content(edit)
    assert (edit.kind, edit.edits_message, edit.reply_to) == (Kind.EDIT, message, None)
    assert told.headline.title == THREE
    assert told.latest is not None
    assert (told.latest.title, told.latest.outlet) == ("What is known about the blast", "Caspian")
    assert (told.others, told.updated_at) == (("Caspian",), NOW + HOUR)


async def test_numbers_that_move_are_a_reply_twice_and_then_an_edit(
    db: Database, room: Newsroom
) -> None:
    await room.tells("steppe", THREE)
    first = await room.answered(await room.claim())
    for n, (outlet, title) in enumerate([("caspian", SEVEN), ("ministry", NINE)], start=1):
        at = NOW + n * HOUR
        await room.tells(outlet, title, at=at)
        reply = await room.claim(at)
        assert (reply.kind, reply.priority) == (Kind.FOLLOW_UP, Priority.OLDER)
        assert (reply.reply_to, reply.edits_message) == (first, None)
        assert content(reply).headline.title == title
        assert content(reply).updated_at is None
        await room.answered(reply, at)
        await room.nothing_is_due(at + HOUR - MINUTE)
        alert = await alert_row(db)
        assert (alert.follow_ups, alert.edits, alert.message_id) == (n, 0, first)
        assert (alert.told_version, alert.last_told_at, alert.single_at) == (n + 1, at, at)
    await room.tells("search", "Blast in a mine kills 12", at=NOW + 3 * HOUR)
    edit = await room.claim(NOW + 3 * HOUR)
    assert (edit.kind, edit.edits_message) == (Kind.EDIT, first)


async def test_a_reply_that_waits_tells_what_came_meanwhile(db: Database, room: Newsroom) -> None:
    await room.tells("steppe", THREE)
    await room.answered(await room.claim())
    await room.tells("caspian", SEVEN)
    await room.tells("ministry", NINE)
    reply = await room.claim()
    assert (reply.kind, content(reply).headline.title) == (Kind.FOLLOW_UP, NINE)
    await room.answered(reply)
    await room.nothing_is_due(NOW + HOUR)


async def test_a_copy_is_no_development(db: Database, room: Newsroom) -> None:
    await room.tells("steppe", THREE)
    await room.answered(await room.claim())
    await room.tells("caspian", SEVEN, copy=True, at=NOW + DAY)
    assert (await room.claim(NOW + DAY)).kind is Kind.EDIT


async def test_a_story_that_comes_up_a_day_later_is_a_reply(db: Database, room: Newsroom) -> None:
    await room.tells("steppe", THREE)
    first = await room.answered(await room.claim())
    await room.tells("caspian", "What is known", at=NOW + DAY - HOUR)
    await room.answered(await room.claim(NOW + DAY - HOUR), NOW + DAY - HOUR)
    later = NOW + DAY  # since the phone rang; the edit was silent
    await room.tells("ministry", "An inquiry begins", at=later)
    reply = await room.claim(later)
    assert (reply.kind, reply.reply_to) == (Kind.FOLLOW_UP, first)
    assert content(reply).headline.title == "An inquiry begins"
    await room.answered(reply, later)
    await room.tells("search", "The inquiry goes on", at=later + HOUR)
    assert (await room.claim(later + HOUR)).kind is Kind.EDIT, "it rang an hour ago"


async def test_a_reply_that_is_refused_leaves_the_first_message_to_grow(
    db: Database, room: Newsroom
) -> None:
    await room.tells("steppe", THREE)
    first = await room.answered(await room.claim())
    await room.tells("caspian", SEVEN)
    await room.answered(await room.claim(), outcome=Rejected("message is too long"))
    alert = await alert_row(db)
    assert (alert.message_id, alert.follow_ups, alert.told_version) == (first, 0, 1)


async def test_what_a_summary_told_is_not_edited_but_its_development_replies_to_it(
    db: Database, room: Newsroom
) -> None:
    _, query = await subscribe(db)  # the pack, in the same chat
    for title in TITLES[:2]:
        await Newsroom(db, query).tells("steppe", title)
    story = Newsroom(db, query)
    await story.tells("steppe", THREE)
    summary = await room.claim(NOW + HOUR)
    message = await room.answered(summary, NOW + HOUR)
    assert summary.kind is Kind.SUMMARY
    await story.tells("caspian", "What is known", at=NOW + 2 * HOUR)
    await story.tells("ministry", "An inquiry begins", at=NOW + 2 * HOUR)
    await room.nothing_is_due(NOW + 5 * HOUR)
    await story.tells("search", SEVEN, at=NOW + 5 * HOUR)  # the third independent one was here
    reply = await room.claim(NOW + 5 * HOUR)
    assert (reply.kind, reply.reply_to) == (Kind.FOLLOW_UP, message)
    assert content(reply).headline.title == SEVEN


# ---------------------------------------------------------------- growth while a call is under way


async def test_what_joins_while_a_message_is_on_its_way_is_told_by_an_edit(
    db: Database, room: Newsroom
) -> None:
    await room.tells("steppe", THREE)
    due = await room.claim()
    await room.tells("caspian", "What is known")
    message = await room.answered(due)
    await room.nothing_is_due(NOW)
    edit = await room.claim(NOW + MINUTE)
    assert (edit.kind, edit.edits_message) == (Kind.EDIT, message)
    assert content(edit).others == ("Caspian",)
    await room.tells("ministry", "An inquiry begins", at=NOW + MINUTE)
    await room.answered(edit, NOW + MINUTE)
    again = await room.claim(NOW + 6 * MINUTE)
    assert content(again).others == ("Caspian", "Ministry")
    await room.answered(again, NOW + 6 * MINUTE)
    await room.nothing_is_due(NOW + DAY)
    assert (await alert_row(db)).edits == 2


async def test_what_joined_before_a_message_was_claimed_needs_no_edit(
    db: Database, room: Newsroom
) -> None:
    await room.tells("steppe", THREE)
    await room.tells("caspian", "What is known")
    await room.answered(await room.claim())
    await room.nothing_is_due(NOW + DAY)


async def test_a_message_that_ended_badly_is_not_edited(db: Database, room: Newsroom) -> None:
    await room.tells("steppe", THREE)
    due = await room.claim()
    await room.tells("caspian", "What is known")
    await room.answered(due, outcome=Rejected("can't parse entities"))
    await room.nothing_is_due(NOW + DAY)
    assert (await alert_row(db)).state == DeliveryState.REJECTED


# ---------------------------------------------------------------- confirmation


async def wants(db: Database, outlets: int) -> None:
    async with db.write() as c:
        await c.execute(sa.update(schema.subscriptions).values(outlets_wanted=outlets))


async def test_an_alert_comes_when_the_last_needed_outlet_joins(
    db: Database, room: Newsroom
) -> None:
    await wants(db, 3)
    await room.tells("steppe", THREE)
    await room.tells("search", THREE, copy=True)
    await room.tells("caspian", "3 die in a blast")
    await room.tells("almaty", "Blast in the mine of our owner")
    assert await rows(db, schema.deliveries) == []
    await room.tells("ministry", "Ministry: 3 dead")
    due = await room.claim()
    assert due.kind is Kind.ALERT
    assert len(content(due).others) == 4


async def test_the_last_needed_outlet_need_not_say_the_words(db: Database, room: Newsroom) -> None:
    await wants(db, 2)
    _, other = await subscribe(db, 200, query="blast", mode=Mode.AT_ONCE)
    await room.tells("steppe", THREE)
    await room.tells("caspian", "Взрыв", query=other, language="ru")
    due = next(d for d in await outbox.claim_due(db, NOW, 10, MINUTE) if d.chat.telegram_id == 100)
    (matched,) = content(due).matched
    assert (matched.query, [span.text for span in matched.spans]) == ("mine", ["Almaty"])


async def test_the_words_may_come_with_a_later_item_alone(db: Database, room: Newsroom) -> None:
    await wants(db, 2)
    _, other = await subscribe(db, 200, query="blast", mode=Mode.AT_ONCE)
    await room.tells("steppe", THREE, query=other)
    await room.tells("caspian", "A mine blast")
    told = {d.chat.telegram_id for d in await outbox.claim_due(db, NOW, 10, MINUTE)}
    assert told == {100, 200}


# ---------------------------------------------------------------- breaking


async def test_a_story_that_gathers_outlets_fast_is_breaking_and_no_longer_waits(
    db: Database, room: Newsroom
) -> None:
    _, pack = await subscribe(db, 200)
    story = Newsroom(db, pack)
    first = await story.tells("steppe", THREE, breaking_from=2)
    assert not first.breaking
    view = await story.tells("caspian", "3 die in a blast", breaking_from=2)
    assert (view.breaking, view.outlets) == (True, 2)
    due = await story.claim()
    assert (due.kind, due.priority) == (Kind.ALERT, Priority.BREAKING)
    assert content(due).breaking
    await story.answered(due)
    for hours, title in [(1, "An inquiry"), (6, "What is known")]:
        view = await story.tells("ministry", title, at=NOW + hours * HOUR, breaking_from=9)
        edit = await story.claim(NOW + hours * HOUR)
        assert content(edit).breaking is view.breaking is (hours < 6), "it does not stay so"
        await story.answered(edit, NOW + hours * HOUR)


SLOW: dict[str, dict[str, Any]] = {
    "too slowly": {"at": NOW + HOUR},
    "by a copy": {"copy": True},
    "nobody knows what is usual": {"breaking_from": None},
}


@pytest.mark.parametrize("changes", SLOW.values(), ids=SLOW)
async def test_a_story_that_gathers_outlets_otherwise_is_not(
    room: Newsroom, changes: dict[str, Any]
) -> None:
    await room.tells("steppe", THREE, breaking_from=2)
    view = await room.tells("caspian", THREE, **({"breaking_from": 2} | changes))
    assert not view.breaking


async def test_outlets_of_one_owner_are_one_also_in_haste(room: Newsroom) -> None:
    await room.tells("caspian", THREE, breaking_from=2)
    view = await room.tells("almaty", "3 die in a blast", breaking_from=2)
    assert not view.breaking
