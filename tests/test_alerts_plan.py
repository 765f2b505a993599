"""Who is told of a story, and when."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.alerts.plan import next_multiple, plan
from bot.model import (
    AlertSettings,
    AlertView,
    Audience,
    Mode,
    Plan,
    PlannedAlert,
    PlannedEdit,
    PlannedFollowUp,
    Priority,
    Promotion,
    StoryView,
    Telling,
    UngroupedItem,
)

NOW = datetime(2026, 4, 6, 9, 20, tzinfo=UTC)
HOURS_END = datetime(2026, 4, 6, 10, 0, tzinfo=UTC)
SETTINGS = AlertSettings()
MINUTE = timedelta(minutes=1)
ITEM = UngroupedItem(
    item_id=9,
    outlet="vlast",
    owner="vlast",
    url="https://vlast.kz/9",
    title="Взрыв на шахте в Карагандинской области",
    summary="",
    language="ru",
    published=None,
    first_seen_at=NOW,
    telling=Telling.ALERT,
    hits=(),
)
STORY = StoryView(story_id=71, version=1, outlets=1, breaking=False, created_at=NOW)
THREE = replace(STORY, outlets=3)
BREAKING = replace(STORY, breaking=True)
WAITS = AlertView(5, True, None, 0, None, False)
TOLD = AlertView(5, False, 55, 0, NOW - 30 * MINUTE, False, told_by=55, rang_at=NOW - 30 * MINUTE)


def audience(*modes: Mode, **changes: object) -> Audience:
    plain = Audience(
        chat_id=7,
        thread_id=0,
        queries=tuple(range(len(modes))),
        modes=modes,
        gather_minutes=(15,) * len(modes),
        outlets_wanted=(1,) * len(modes),
        hourly_cap=12,
        singles_this_hour=0,
        cap_told=False,
        alert=None,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


PACK = audience(Mode.PACK)
WORDS = audience(Mode.AT_ONCE)


Step = PlannedAlert | Promotion | PlannedEdit | PlannedFollowUp


def planned(
    audience: Audience, story: StoryView = STORY, item: UngroupedItem = ITEM
) -> Step | None:
    found = plan(item, story, [audience], NOW, SETTINGS)
    steps: list[Step] = [*found.alerts, *found.promotions, *found.edits, *found.follow_ups]
    assert len(steps) <= 1
    return steps[0] if steps else None


SINGLE, SUMMARY = True, False
FIRST_ALERTS = {
    # name: (audience, story, item, single, due, priority)
    "the pack, one outlet": (PACK, STORY, ITEM, SUMMARY, HOURS_END, Priority.SUMMARY),
    "the pack, two outlets": (
        PACK,
        replace(STORY, outlets=2),
        ITEM,
        SUMMARY,
        HOURS_END,
        Priority.SUMMARY,
    ),
    "the pack, three outlets": (PACK, THREE, ITEM, SINGLE, NOW, Priority.FRESH),
    "the pack, breaking": (PACK, BREAKING, ITEM, SINGLE, NOW, Priority.BREAKING),
    "a person's words": (WORDS, STORY, ITEM, SINGLE, NOW, Priority.FRESH),
    "a person's words beside the pack": (
        audience(Mode.PACK, Mode.AT_ONCE),
        STORY,
        ITEM,
        SINGLE,
        NOW,
        Priority.FRESH,
    ),
    "words that are gathered": (
        audience(Mode.GATHERED),
        THREE,
        ITEM,
        SUMMARY,
        NOW + 10 * MINUTE,
        Priority.SUMMARY,
    ),
    "gathered words beside the pack": (
        audience(Mode.PACK, Mode.GATHERED),
        STORY,
        ITEM,
        SUMMARY,
        NOW + 10 * MINUTE,
        Priority.SUMMARY,
    ),
    "what came in while we were away": (
        WORDS,
        BREAKING,
        replace(ITEM, telling=Telling.SUMMARY),
        SUMMARY,
        HOURS_END,
        Priority.SUMMARY,
    ),
    "a backlog of ten minutes": (
        WORDS,
        STORY,
        replace(ITEM, first_seen_at=NOW - 10 * MINUTE),
        SINGLE,
        NOW,
        Priority.FRESH,
    ),
    "a backlog of more": (
        WORDS,
        STORY,
        replace(ITEM, first_seen_at=NOW - 11 * MINUTE),
        SINGLE,
        NOW,
        Priority.OLDER,
    ),
}


@pytest.mark.parametrize(
    ("who", "story", "item", "single", "due_at", "priority"),
    FIRST_ALERTS.values(),
    ids=FIRST_ALERTS,
)
def test_a_first_alert_is_a_message_of_its_own_or_part_of_a_summary(
    who: Audience,
    story: StoryView,
    item: UngroupedItem,
    single: bool,
    due_at: datetime,
    priority: int,
) -> None:
    expected = PlannedAlert(7, 0, who.queries, single, due_at, priority)
    assert planned(who, story, item) == expected


def test_the_pack_gathers_by_its_own_setting() -> None:
    demo = replace(SETTINGS, gather=MINUTE)
    [alert] = plan(ITEM, STORY, [PACK], NOW + timedelta(seconds=7), demo).alerts
    assert alert.due_at == NOW + MINUTE


@pytest.mark.parametrize("story", [STORY, replace(STORY, outlets=2)])
def test_who_wants_three_outlets_is_not_told_before(story: StoryView) -> None:
    assert planned(replace(WORDS, outlets_wanted=(3,)), story) is None
    assert isinstance(planned(replace(WORDS, outlets_wanted=(3,)), THREE), PlannedAlert)


def test_a_subscription_that_waits_for_more_outlets_has_no_say_yet() -> None:
    both = replace(audience(Mode.PACK, Mode.AT_ONCE), outlets_wanted=(1, 3), queries=(40, 41))
    assert planned(both) == replace(planned(PACK), queries=(40,))  # type: ignore[type-var]
    waits = replace(both, alert=WAITS)
    assert planned(waits, replace(STORY, outlets=2)) is None
    assert planned(waits, THREE) == PROMOTED
    assert planned(both, THREE) == PlannedAlert(7, 0, (40, 41), True, NOW, Priority.FRESH)


def test_what_was_told_is_told_on_when_the_chat_wishes_for_more_outlets_since() -> None:
    raised = replace(WORDS, outlets_wanted=(5,), alert=TOLD)
    assert isinstance(planned(raised), PlannedEdit)
    assert isinstance(planned(raised, MOVED, SEVEN), PlannedEdit)


def test_a_silent_item_is_told_to_nobody() -> None:
    silent = replace(ITEM, telling=Telling.SILENT)
    assert plan(silent, THREE, [WORDS, PACK], NOW, SETTINGS) == Plan()


# ---------------------------------------------------------------- the hourly cap


def test_past_the_cap_the_rest_of_the_hour_is_gathered_and_told_once() -> None:
    full = replace(WORDS, singles_this_hour=12)
    into = PlannedAlert(7, 0, (0,), False, HOURS_END, Priority.SUMMARY, tell_cap=True)
    assert planned(full) == into
    assert planned(full, BREAKING) == into
    assert planned(replace(full, cap_told=True)) == replace(into, tell_cap=False)
    assert planned(replace(full, hourly_cap=13)) == planned(WORDS)


def test_who_is_gathered_anyway_is_told_of_no_cap() -> None:
    assert planned(replace(PACK, singles_this_hour=12)) == planned(PACK)


def test_threads_of_a_chat_share_its_cap() -> None:
    threads = [replace(WORDS, thread_id=n, singles_this_hour=10) for n in range(4)]
    other = replace(WORDS, chat_id=8)
    found = plan(ITEM, STORY, [*threads, other], NOW, SETTINGS).alerts
    assert [(alert.single, alert.tell_cap) for alert in found] == [
        (True, False),
        (True, False),
        (False, True),
        (False, False),
        (True, False),
    ]


# ---------------------------------------------------------------- a story that grows


PROMOTED = Promotion(5, 7, 0, NOW, Priority.FRESH)
WAITING = {
    # name: (audience, story, item, expected)
    "the second outlet joins": (PACK, replace(STORY, outlets=2), ITEM, None),
    "the third outlet joins": (PACK, THREE, ITEM, PROMOTED),
    "it becomes breaking": (PACK, BREAKING, ITEM, replace(PROMOTED, priority=Priority.BREAKING)),
    "it now has a person's words": (audience(Mode.PACK, Mode.AT_ONCE), STORY, ITEM, PROMOTED),
    "it is gathered by wish": (audience(Mode.GATHERED), THREE, ITEM, None),
    "the cap is reached": (replace(PACK, singles_this_hour=12), THREE, ITEM, None),
    "a feed came back with it": (PACK, THREE, replace(ITEM, telling=Telling.SUMMARY), None),
}


@pytest.mark.parametrize(("who", "story", "item", "expected"), WAITING.values(), ids=WAITING)
def test_an_alert_that_waits_is_told_at_once_when_the_story_matters(
    who: Audience, story: StoryView, item: UngroupedItem, expected: Promotion | None
) -> None:
    assert planned(replace(who, alert=WAITS), story, item) == expected


EDITS = {
    # name: (alert, minutes from now until the edit is due, or None)
    "a minute after it was told": (replace(TOLD, last_told_at=NOW), 1),
    "five after the first edit": (replace(TOLD, last_told_at=NOW, edits=1), 5),
    "fifteen after the second": (replace(TOLD, last_told_at=NOW, edits=2), 15),
    "sixty after the third": (replace(TOLD, last_told_at=NOW, edits=3), 60),
    "sixty after the fourth": (replace(TOLD, last_told_at=NOW - 20 * MINUTE, edits=4), 40),
    "five in all": (replace(TOLD, edits=5), None),
    "at once where the time is over": (TOLD, 0),
    "one that waits tells this item too": (replace(TOLD, pending_edit=True), None),
    "not sent yet": (AlertView(5, False, None, 0, None, False), None),
    "told in a summary": (AlertView(5, False, None, 0, NOW, False), None),
}


@pytest.mark.parametrize(("alert", "minutes"), EDITS.values(), ids=EDITS)
def test_a_message_that_told_of_a_story_is_edited_as_it_grows(
    alert: AlertView, minutes: int | None
) -> None:
    expected = None if minutes is None else PlannedEdit(5, 7, 0, 55, NOW + minutes * MINUTE)
    assert planned(replace(WORDS, alert=alert)) == expected


SEVEN = replace(ITEM, title="Взрыв на шахте: семеро погибших")
MOVED = replace(STORY, earlier=("Взрыв на шахте: 3 погибших",))
AGAIN = replace(STORY, earlier=("Взрыв на шахте",))
YESTERDAY = replace(TOLD, rang_at=NOW - timedelta(days=1))
IN_A_SUMMARY = replace(TOLD, message_id=None, told_by=60)
REPLY = PlannedFollowUp(5, 7, 0, 55, NOW)
EDIT = PlannedEdit(5, 7, 0, 55, NOW)
FOLLOW_UPS = {
    # name: (audience, what it was told, story, item, what it gets)
    "the numbers moved": (WORDS, TOLD, MOVED, SEVEN, REPLY),
    "a second time": (WORDS, replace(TOLD, follow_ups=1), MOVED, SEVEN, REPLY),
    "a third time": (WORDS, replace(TOLD, follow_ups=2), MOVED, SEVEN, EDIT),
    "a copy": (WORDS, TOLD, replace(MOVED, copy=True), SEVEN, EDIT),
    "other words": (WORDS, TOLD, MOVED, ITEM, EDIT),
    "a day later": (WORDS, YESTERDAY, AGAIN, ITEM, REPLY),
    "a copy a day later": (WORDS, YESTERDAY, replace(AGAIN, copy=True), ITEM, EDIT),
    "not quite a day": (WORDS, replace(YESTERDAY, rang_at=NOW - timedelta(hours=23)), AGAIN, ITEM,
                        EDIT),
    "told in a summary": (WORDS, IN_A_SUMMARY, MOVED, SEVEN, replace(REPLY, reply_to=60)),
    "told in a summary, nothing moved": (WORDS, IN_A_SUMMARY, MOVED, ITEM, None),
    "not sent yet": (WORDS, AlertView(5, False, None, 0, None, False), MOVED, SEVEN, None),
    "an edit waits": (WORDS, replace(TOLD, pending_edit=True), MOVED, SEVEN, REPLY),
    "a reply waits, and will tell this too": (
        WORDS, replace(TOLD, pending_follow_up=True, follow_ups=1), MOVED, SEVEN, None),
    "the cap is reached": (replace(WORDS, singles_this_hour=12), TOLD, MOVED, SEVEN, EDIT),
    "the pack, one outlet": (PACK, TOLD, MOVED, SEVEN, EDIT),
    "the pack, three outlets": (PACK, TOLD, replace(MOVED, outlets=3), SEVEN, REPLY),
    "gathered": (audience(Mode.GATHERED), TOLD, MOVED, SEVEN, EDIT),
    "a feed came back with it": (WORDS, TOLD, MOVED, replace(SEVEN, telling=Telling.SUMMARY), EDIT),
}  # fmt: skip


@pytest.mark.parametrize(
    ("who", "alert", "story", "item", "expected"), FOLLOW_UPS.values(), ids=FOLLOW_UPS
)
def test_an_important_development_is_a_reply(
    who: Audience, alert: AlertView, story: StoryView, item: UngroupedItem, expected: Step | None
) -> None:
    assert planned(replace(who, alert=alert), story, item) == expected


# ---------------------------------------------------------------- in general


@pytest.mark.parametrize(
    ("at", "minutes", "expected"),
    [("09:20", 60, "10:00"), ("10:00", 60, "11:00"), ("09:20", 15, "09:30"), ("23:59", 5, "00:00")],
)
def test_gathering_ends_at_a_multiple_of_its_length(at: str, minutes: int, expected: str) -> None:
    now = datetime.fromisoformat(f"2026-04-06T{at}:00+00:00")
    assert f"{next_multiple(now, minutes * MINUTE):%H:%M}" == expected


ALERTS = st.none() | st.builds(
    AlertView,
    alert_id=st.integers(1, 9),
    pending_in_summary=st.booleans(),
    message_id=st.none() | st.just(55),
    edits=st.integers(0, 6),
    last_told_at=st.none() | st.just(NOW - MINUTE),
    pending_edit=st.booleans(),
    told_by=st.none() | st.just(55),
    rang_at=st.none() | st.just(NOW - timedelta(days=2)),
    follow_ups=st.integers(0, 3),
)
AUDIENCES = st.builds(
    lambda modes, wanted, **changes: audience(
        *modes, outlets_wanted=tuple(wanted[: len(modes)]), **changes
    ),
    modes=st.lists(st.sampled_from(Mode), min_size=1, max_size=3),
    wanted=st.lists(st.integers(1, 3), min_size=3, max_size=3),
    chat_id=st.integers(1, 3),
    thread_id=st.integers(0, 9),
    hourly_cap=st.integers(0, 3),
    cap_told=st.booleans(),
    alert=ALERTS,
)


@given(
    st.lists(AUDIENCES, max_size=12),
    st.sampled_from([STORY, THREE, BREAKING, MOVED]),
    st.sampled_from(Telling),
)
def test_no_plan_goes_past_a_cap_or_into_the_past(
    audiences: list[Audience], story: StoryView, telling: Telling
) -> None:
    cap = {a.chat_id: a.hourly_cap for a in audiences}
    audiences = [replace(a, hourly_cap=cap[a.chat_id]) for a in audiences]
    found = plan(replace(SEVEN, telling=telling), story, audiences, NOW, SETTINGS)
    singles = [a.chat_id for a in found.alerts if a.single]
    singles += [p.chat_id for p in found.promotions] + [f.chat_id for f in found.follow_ups]
    assert all(count <= cap[chat] for chat, count in Counter(singles).items())
    due = [a.due_at for a in found.alerts] + [e.due_at for e in found.edits]
    assert all(at >= NOW for at in due)
    assert max(Counter(a.chat_id for a in found.alerts if a.tell_cap).values(), default=0) <= 1
    assert len(found.alerts) <= sum(a.alert is None for a in audiences)
