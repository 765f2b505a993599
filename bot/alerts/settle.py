"""What an answer of Telegram, or the lack of one, makes of a delivery and its chat."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.model import (
    AlertSettings,
    ChatGone,
    ChatMoved,
    ChatMuted,
    ChatState,
    DeliveryState,
    DueDelivery,
    Kind,
    Rejected,
    RetryLater,
    SendOutcome,
    Sent,
    Settlement,
    TokenRefused,
    Uncertain,
)

_FIRST_RETRY = timedelta(seconds=2)
_LONGEST_RETRY = timedelta(minutes=2)


def settle(
    delivery: DueDelivery,
    outcome: SendOutcome,
    now: datetime,
    settings: AlertSettings,
    *,
    jitter: float,
) -> Settlement:
    """What is written of one attempt.

    ``jitter``: 0 to 1, spreads retries. A PENDING settlement has the time of its next try in
    ``due_at``. Attempts that a crash left without an outcome are counted by the store.
    """
    same = _unsettled(delivery, now)
    ended, pending = replace(same, due_at=None), same
    match outcome:
        case Sent(message_id):
            settled = replace(
                ended,
                state=DeliveryState.SENT,
                outcome="sent",
                message_id=message_id,
                edit_at=_next_edit(delivery, now, settings),
            )
        case RetryLater(reason, after):
            wait = _backoff(delivery.attempts, jitter) if after is None else after
            settled = replace(
                pending,
                outcome="retry",
                detail=reason,
                due_at=now + wait,
                chat_wait_until=None if after is None else now + wait,
            )
        case Uncertain(reason):
            settled = _uncertain(same, reason, delivery.ambiguous + 1, settings, jitter)
        case ChatMoved(telegram_id):
            settled = replace(pending, outcome="moved", new_telegram_id=telegram_id)
        case ChatGone(reason):
            settled = replace(
                ended,
                state=DeliveryState.CHAT_GONE,
                outcome="gone",
                detail=reason,
                chat_state=ChatState.GONE,
            )
        case ChatMuted(reason):
            settled = replace(pending, outcome="muted", detail=reason, chat_state=ChatState.MUTED)
        case Rejected(reason, message_gone):
            # The message that an edit is for was deleted: a person's choice, nobody's bug.
            state = DeliveryState.DROPPED if message_gone else DeliveryState.REJECTED
            settled = replace(ended, state=state, outcome="rejected", detail=reason)
        case TokenRefused(reason):
            # The lane itself pauses until the token works again; then this one is next in line.
            settled = replace(pending, outcome="token", detail=reason)
    return settled


def _next_edit(delivery: DueDelivery, now: datetime, settings: AlertSettings) -> datetime | None:
    """When the message is edited if its story grew while this call was under way; None: never, it
    is no message of one story, or was edited often enough."""
    if not isinstance(delivery.content, tuple) or len(delivery.content) != 1:
        return None
    edits = delivery.content[0].edits + (delivery.kind is Kind.EDIT)
    return now + settings.edit_delays[edits] if edits < len(settings.edit_delays) else None


def stale(delivery: DueDelivery, now: datetime, settings: AlertSettings) -> bool:
    """Whether an edit of a grown alert is overdue for so long that nobody needs it any more.

    Retries move ``due_at``; so an edit is also stale when it is too old since it was planned.
    """
    longest = max(settings.edit_delays, default=timedelta(0))
    return delivery.kind is Kind.EDIT and (
        now - delivery.due_at > settings.edit_overdue
        or now - delivery.created_at > settings.edit_overdue + longest
    )


def exhausted(delivery: DueDelivery, now: datetime, settings: AlertSettings) -> Settlement | None:
    """The end of a delivery whose last allowed attempt a crash cut off; None: it may be tried."""
    if delivery.ambiguous < settings.ambiguous_limit:
        return None
    same = _unsettled(delivery, now)
    return _uncertain(
        same, "the process ended during the last attempt", delivery.ambiguous, settings, 0.0
    )


def dropped(delivery: DueDelivery, now: datetime, reason: str) -> Settlement:
    """A delivery that is given up without an attempt."""
    same = _unsettled(delivery, now)
    return replace(same, state=DeliveryState.DROPPED, outcome="dropped", detail=reason, due_at=None)


def _unsettled(delivery: DueDelivery, now: datetime) -> Settlement:
    """Still pending, to be tried again at once."""
    return Settlement(
        delivery_id=delivery.delivery_id,
        fence=delivery.fence,
        chat_id=delivery.chat.chat_id,
        at=now,
        state=DeliveryState.PENDING,
        outcome="",
        due_at=now,
        ambiguous=delivery.ambiguous,
    )


def _uncertain(
    same: Settlement, reason: str, ambiguous: int, settings: AlertSettings, jitter: float
) -> Settlement:
    """Repeated until an answer comes, or until nobody believes in one any more."""
    uncertain = replace(same, outcome="uncertain", detail=reason, ambiguous=ambiguous)
    if ambiguous >= settings.ambiguous_limit:
        return replace(uncertain, state=DeliveryState.UNCERTAIN, due_at=None)
    return replace(uncertain, due_at=same.at + _backoff(ambiguous, jitter))


def _backoff(tries: int, jitter: float) -> timedelta:
    """Doubles from 2 s to 2 min; half of it is left to chance, so that chats do not retry at once
    when Telegram is back."""
    longest = min(_FIRST_RETRY * (1 << min(tries, 10)), _LONGEST_RETRY)
    return longest * (0.5 + 0.5 * jitter)
