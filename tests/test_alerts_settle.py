"""Every row of Telegram's errors, and what becomes of the delivery."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.alerts.settle import dropped, exhausted, settle, stale
from bot.model import (
    AlertContent,
    AlertSettings,
    ChatGone,
    ChatMoved,
    ChatMuted,
    ChatState,
    ChatView,
    DeliveryState,
    DueDelivery,
    Headline,
    Kind,
    Priority,
    Rejected,
    RetryLater,
    SendOutcome,
    Sent,
    Settlement,
    TextContent,
    TokenRefused,
    Uncertain,
)

NOW = datetime(2026, 4, 6, 9, 0, tzinfo=UTC)
SETTINGS = AlertSettings()
DELIVERY = DueDelivery(
    delivery_id=41,
    fence=3,
    kind=Kind.ALERT,
    priority=Priority.FRESH,
    created_at=NOW,
    due_at=NOW,
    chat=ChatView(7, 7007, "private", "ru", "Asia/Almaty"),
    thread_id=0,
    content=TextContent("…"),
    ambiguous=2,
)
EDIT = replace(DELIVERY, kind=Kind.EDIT, edits_message=55)
HOURS = timedelta(hours=1)


def settled(outcome: SendOutcome, delivery: DueDelivery = DELIVERY) -> Settlement:
    return settle(delivery, outcome, NOW, SETTINGS, jitter=1.0)


OUTCOMES: dict[str, tuple[SendOutcome, dict[str, Any]]] = {
    "accepted": (
        Sent(55),
        {"state": DeliveryState.SENT, "outcome": "sent", "message_id": 55},
    ),
    "429": (
        RetryLater("429", timedelta(seconds=10_500)),
        {
            "state": DeliveryState.PENDING,
            "outcome": "retry",
            "detail": "429",
            "due_at": NOW + timedelta(seconds=10_500),
            "chat_wait_until": NOW + timedelta(seconds=10_500),
        },
    ),
    "5xx, nothing was sent": (
        RetryLater("connect"),
        {
            "state": DeliveryState.PENDING,
            "outcome": "retry",
            "detail": "connect",
            "due_at": NOW + timedelta(seconds=2),
        },
    ),
    "a lost answer": (
        Uncertain("read timeout"),
        {
            "state": DeliveryState.PENDING,
            "outcome": "uncertain",
            "detail": "read timeout",
            "due_at": NOW + timedelta(seconds=16),
            "ambiguous": 3,
        },
    ),
    "the group became a supergroup": (
        ChatMoved(-1007),
        {
            "state": DeliveryState.PENDING,
            "outcome": "moved",
            "due_at": NOW,
            "new_telegram_id": -1007,
        },
    ),
    "blocked": (
        ChatGone("blocked"),
        {
            "state": DeliveryState.CHAT_GONE,
            "outcome": "gone",
            "detail": "blocked",
            "chat_state": ChatState.GONE,
        },
    ),
    "no right to write": (
        ChatMuted("TOPIC_CLOSED"),
        {
            "state": DeliveryState.PENDING,
            "outcome": "muted",
            "detail": "TOPIC_CLOSED",
            "due_at": NOW,
            "chat_state": ChatState.MUTED,
        },
    ),
    "our bug": (
        Rejected("can't parse entities"),
        {
            "state": DeliveryState.REJECTED,
            "outcome": "rejected",
            "detail": "can't parse entities",
        },
    ),
    "the token is refused": (
        TokenRefused("401"),
        {"state": DeliveryState.PENDING, "outcome": "token", "detail": "401", "due_at": NOW},
    ),
}


@pytest.mark.parametrize(("outcome", "becomes"), OUTCOMES.values(), ids=OUTCOMES)
def test_each_outcome_is_settled_as_the_table_says(
    outcome: SendOutcome, becomes: dict[str, Any]
) -> None:
    same: dict[str, Any] = {"delivery_id": 41, "fence": 3, "chat_id": 7, "at": NOW, "ambiguous": 2}
    assert settled(outcome) == Settlement(**(same | becomes))


def test_an_edit_whose_message_is_gone_is_dropped() -> None:
    gone = settled(Rejected("message to edit not found", message_gone=True), EDIT)
    assert (gone.state, gone.outcome) == (DeliveryState.DROPPED, "rejected")


def test_five_lost_answers_end_as_uncertain() -> None:
    delivery, states = replace(DELIVERY, ambiguous=0), []
    for _ in range(5):
        after = settled(Uncertain("reset"), delivery)
        delivery = replace(delivery, ambiguous=after.ambiguous)
        states.append((after.state, after.due_at is None))
    assert states == [(DeliveryState.PENDING, False)] * 4 + [(DeliveryState.UNCERTAIN, True)]


def test_what_was_cut_off_by_five_crashes_is_not_tried_again() -> None:
    assert exhausted(replace(DELIVERY, ambiguous=4), NOW, SETTINGS) is None
    ended = exhausted(replace(DELIVERY, ambiguous=5), NOW, SETTINGS)
    assert ended is not None
    assert (ended.state, ended.ambiguous, ended.due_at) == (DeliveryState.UNCERTAIN, 5, None)


@given(st.integers(0, 10_000), st.floats(0, 1))
def test_retries_double_up_to_two_minutes(attempts: int, jitter: float) -> None:
    delivery = replace(DELIVERY, attempts=attempts)
    due_at = settle(delivery, RetryLater("connect"), NOW, SETTINGS, jitter=jitter).due_at
    assert due_at is not None
    longest = min(2.0 * 2 ** min(attempts, 10), 120.0)
    assert longest / 2 <= (due_at - NOW).total_seconds() <= longest


@pytest.mark.parametrize(
    ("delivery", "due", "planned", "expected"),
    [
        (EDIT, 2.0, 2.0, False),
        (EDIT, 2.1, 2.1, True),
        (EDIT, 0.1, 3.1, True),  # its retries moved the due time
        (EDIT, 0.1, 3.0, False),
        (DELIVERY, 200.0, 200.0, False),
    ],
)
def test_only_an_edit_overdue_by_two_hours_is_stale(
    delivery: DueDelivery, due: float, planned: float, expected: bool
) -> None:
    late = replace(delivery, due_at=NOW - due * HOURS, created_at=NOW - planned * HOURS)
    assert stale(late, NOW, SETTINGS) == expected


def test_a_stale_edit_ends_as_dropped() -> None:
    given_up = dropped(EDIT, NOW, "overdue")
    assert (given_up.state, given_up.outcome, given_up.detail, given_up.due_at) == (
        DeliveryState.DROPPED,
        "dropped",
        "overdue",
        None,
    )


# ---------------------------------------------------------------- growth while a call is under way

TOLD = AlertContent(5, 71, Headline(1, "Title", "https://a.kz/", "Vlast", "ru", NOW), (), ())
NEXT_EDIT = {
    # name: (kind, what it tells, minutes until the edit)
    "a first message": (Kind.ALERT, (TOLD,), 1),
    "an edit, the next time": (Kind.EDIT, (replace(TOLD, edits=1),), 15),
    "a reply edits nothing": (Kind.FOLLOW_UP, (replace(TOLD, edits=1),), 5),
    "the last edit": (Kind.EDIT, (replace(TOLD, edits=4),), None),
    "a summary": (Kind.SUMMARY, (TOLD, TOLD), None),
    "an answer": (Kind.ANSWER, TextContent("…"), None),
}


@pytest.mark.parametrize(("kind", "content", "minutes"), NEXT_EDIT.values(), ids=NEXT_EDIT)
def test_what_was_sent_may_have_grown_meanwhile(
    kind: Kind, content: tuple[AlertContent, ...] | TextContent, minutes: int | None
) -> None:
    sent = settled(Sent(55), replace(DELIVERY, kind=kind, content=content))
    assert sent.edit_at == (None if minutes is None else NOW + timedelta(minutes=minutes))
    lost = settled(Uncertain("read timeout"), replace(DELIVERY, kind=kind, content=content))
    assert lost.edit_at is None
