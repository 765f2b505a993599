"""Lane 3, deliver: due deliveries become messages."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from bot import locale
from bot.alerts.limits import Limiter
from bot.alerts.render import render
from bot.alerts.settle import dropped, exhausted, settle, stale
from bot.flows.lanes import Clock, Crew
from bot.flows.session import Session
from bot.locale import Catalogues
from bot.model import (
    AlertSettings,
    ChatGone,
    ChatMoved,
    ChatMuted,
    DeliveryState,
    DueDelivery,
    Message,
    Rejected,
    SendOutcome,
    Sent,
    Settlement,
    TokenRefused,
    Uncertain,
)
from bot.ops import logs
from bot.store import outbox
from bot.store.db import Database
from bot.telegram.sender import Sender

LEASE = timedelta(seconds=60)  # longer than any call to Telegram takes
AT_ONCE = 30  # calls beside each other

log = logs.get(__name__)


class Delivering:
    """limits → claim → render → attempts are recorded → send → settle → record.

    One delivery of a chat is under way at a time, so a chat's order is kept.
    """

    def __init__(
        self,
        *,
        db: Database,
        sender: Sender,
        session: Session,
        catalogues: Catalogues,
        settings: AlertSettings,
        clock: Clock,
        jitter: Callable[[], float],
        wake: Callable[[], None],
    ) -> None:
        self._db = db
        self._sender = sender
        self._session = session
        self._catalogues = catalogues
        self._settings = settings
        self._clock = clock
        self._jitter = jitter
        self._wake = wake
        self._limiter = Limiter()
        self._crew = Crew(AT_ONCE, wake)
        self._timer = asyncio.get_running_loop().call_later(0, wake)
        self.stopping = False

    async def claim(self) -> None:
        """The lane's work: send what is due, as far as the limits allow."""
        if self.stopping or not self._session.usable or not self._crew.free:
            return
        if not await self._db.hold("deliver"):
            return
        now = self._clock()
        self._wake_when_there_is_room(now)
        room = min(self._crew.free, self._limiter.room(now))
        if room <= 0:
            return
        claimed = await outbox.claim_due(
            self._db, now, room, LEASE, excluding=self._limiter.resting(now)
        )
        ready = await self._without_those_given_up(claimed, now)
        if not ready:
            return
        log.debug("deliveries claimed", count=len(ready))
        messages = [(delivery, await self._rendered(delivery)) for delivery in ready]
        sendable = [(delivery, message) for delivery, message in messages if message is not None]
        if not sendable:
            return
        await outbox.record_attempts(self._db, [delivery for delivery, _ in sendable], now)
        log.debug("attempts recorded", count=len(sendable))
        for delivery, message in sendable:
            self._limiter.sent(delivery.chat.chat_id, delivery.chat.kind, self._clock())
            self._crew.start(self._deliver(delivery, message), f"deliver {delivery.delivery_id}")
        self._wake()  # there may be more than fitted

    async def _without_those_given_up(
        self, claimed: list[DueDelivery], now: datetime
    ) -> list[DueDelivery]:
        """What is to be sent; edits that come too late, and what crashed too often, end here."""
        ready: list[DueDelivery] = []
        for delivery in claimed:
            if stale(delivery, now, self._settings):
                await outbox.record_send(self._db, [dropped(delivery, now, "overdue")])
            elif (given_up := exhausted(delivery, now, self._settings)) is not None:
                await outbox.record_send(self._db, [given_up])
                log.error(
                    "message uncertain",
                    chat=delivery.chat.telegram_id,
                    delivery=delivery.delivery_id,
                    reason=given_up.detail,
                    attempts=given_up.ambiguous,
                )
            else:
                ready.append(delivery)
        return ready

    def _wake_when_there_is_room(self, now: datetime) -> None:
        """Chats that rest are left out of claims; somebody must come back for them."""
        self._timer.cancel()
        if (opens_at := self._limiter.opens_at(now)) is not None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later((opens_at - now).total_seconds(), self._wake)

    async def _rendered(self, delivery: DueDelivery) -> Message | None:
        """The message; what a summary has no room for is put off before anything is sent.

        None: rendering failed, which is a bug of ours and must not hold up the queue.
        """
        now = self._clock()
        try:
            texts = locale.texts(self._catalogues, delivery.chat.language, delivery.chat.timezone)
            message = render(delivery, texts, now)
        except Exception as error:
            log.exception("message not rendered", delivery=delivery.delivery_id)
            await self._settle(delivery, Rejected(f"not rendered: {error}"), now)
            return None
        if message.left_over:
            await outbox.put_off(self._db, delivery, message.left_over, now)
        return message

    async def _deliver(self, delivery: DueDelivery, message: Message) -> None:
        outcome = await self._sender.send(message)
        now = self._clock()
        self._limiter.answered(delivery.chat.chat_id, now)
        log.debug("message answered", delivery=delivery.delivery_id, outcome=type(outcome).__name__)
        if isinstance(outcome, TokenRefused) and await self._session.refused(outcome.reason):
            outcome = Rejected(outcome.reason)
        await self._settle(delivery, outcome, now)

    async def _settle(self, delivery: DueDelivery, outcome: SendOutcome, now: datetime) -> None:
        settlement = settle(
            delivery,
            outcome,
            now,
            self._settings,
            jitter=self._jitter(),
        )
        await outbox.record_send(self._db, [settlement])
        _tell(delivery, outcome, settlement)

    async def finish(self, seconds: float) -> None:
        """No new claims; sends in flight are awaited."""
        self.stopping = True
        self._timer.cancel()
        await self._crew.finish(seconds)


def _tell(delivery: DueDelivery, outcome: SendOutcome, settlement: Settlement) -> None:
    """One line per outcome."""
    line = log.bind(
        chat=delivery.chat.telegram_id, kind=delivery.kind.value, delivery=delivery.delivery_id
    )
    if not isinstance(delivery.content, tuple):
        pass
    elif len(delivery.content) == 1:
        line = line.bind(story=delivery.content[0].story_id, alert=delivery.content[0].alert_id)
    else:
        line = line.bind(alerts=len(delivery.content))
    match outcome:
        case Sent(message_id):
            line.info("message sent", message=message_id)
        case ChatMoved(telegram_id):
            line.info("chat moved", to=telegram_id)
        case ChatGone(reason):
            line.info("chat gone", reason=reason)
        case ChatMuted(reason):
            line.warning("chat muted", reason=reason)
        case Rejected(reason, message_gone):
            (line.info if message_gone else line.error)("message rejected", reason=reason)
        case Uncertain(reason) if settlement.state is DeliveryState.UNCERTAIN:
            line.error("message uncertain", reason=reason, attempts=settlement.ambiguous)
        case Uncertain(reason):
            line.warning("message repeats", reason=reason, due=settlement.due_at)
        case _:
            line.warning("message waits", reason=settlement.detail, due=settlement.due_at)
