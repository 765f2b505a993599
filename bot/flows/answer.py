"""Lane 0, answer: what people send becomes changes and answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta

from bot import locale
from bot.alerts.names import EVERYTHING
from bot.flows.lanes import Clock, Crew
from bot.flows.session import Session
from bot.locale import Catalogues, Texts
from bot.matching.query import Query, is_topic, parse_query
from bot.model import (
    AlertSettings,
    ChatFacts,
    Facts,
    Headline,
    Preview,
    Request,
    Update,
)
from bot.ops import logs
from bot.store import chats, items, updates
from bot.store.db import Database
from bot.store.ids import new_id
from bot.telegram import adding, replies
from bot.telegram.commands import request_of
from bot.telegram.parts import number_in
from bot.telegram.sender import Sender

LATEST = 3  # headlines that /start shows
LATEST_WAIT = timedelta(seconds=100)  # what is owed comes within two minutes, even if it is nothing
BATCH = 50
TAPS_AT_ONCE = 8

log = logs.get(__name__)


class Answering:
    """Updates from the table → request → facts → reply → one transaction.

    A tap's answerCallbackQuery is sent beside it, at once, and never stored.
    """

    def __init__(
        self,
        *,
        db: Database,
        sender: Sender,
        session: Session,
        catalogues: Catalogues,
        language: str,
        timezone: str,
        alerts: AlertSettings,
        by_meaning: bool,
        clock: Clock,
        preview: Callable[[Query, datetime], Awaitable[Preview]],
        on_answer: Callable[[], None],
    ) -> None:
        self._db = db
        self._sender = sender
        self._session = session
        self._catalogues = catalogues
        self._language = language
        self._timezone = timezone
        self._alerts = alerts
        self._by_meaning = by_meaning
        self._clock = clock
        self._preview = preview
        self._on_answer = on_answer
        self._taps = Crew(TAPS_AT_ONCE, lambda: None)
        self._failed: set[int] = set()  # updates that failed once

    async def work(self) -> None:
        """The lane's work: answer what was asked, then pay what was promised."""
        if self._session.usable:  # only then do we know which commands are ours
            await self.handle()
        await self.pay_debts()

    async def handle(self) -> None:
        """Everything that is stored and not handled, in the order it came."""
        while waiting := await updates.unhandled(self._db, BATCH):
            for update in waiting:
                await self._handle_or_give_up(update)
            self._on_answer()

    async def _handle_or_give_up(self, update: Update) -> None:
        """An update that fails twice is a bug of ours; it must not hold up all that follow."""
        try:
            await self._handle(update)
        except Exception:
            log.exception("update not answered", update=update.update_id)
            if update.update_id not in self._failed:
                self._failed.add(update.update_id)
                raise
            nobody = (self._language, self._timezone)
            now = self._clock()
            await updates.record_update(self._db, update.update_id, None, None, now, nobody)

    async def _handle(self, update: Update) -> None:
        now = self._clock()
        request = request_of(update.payload, self._session.username)
        if request is None:
            nobody = (self._language, self._timezone)
            await updates.record_update(self._db, update.update_id, None, None, now, nobody)
            return
        log.debug("update understood", update=update.update_id, verb=request.verb)
        chat = await chats.chat_facts(self._db, request.telegram_id, request.thread_id)
        texts = self._texts(chat, request.language)
        facts = await self._facts(request, chat, now)
        reply = replies.reply(
            request,
            facts,
            texts,
            now=now,
            new_id=new_id(),
            parse=parse_query,
            alerts=self._alerts,
        )
        new_chat = (texts.language, self._timezone)
        await updates.record_update(self._db, update.update_id, request, reply, now, new_chat)
        log.info(
            "update answered",
            update=update.update_id,
            chat=request.telegram_id,
            verb=request.verb,
            changes=[type(change).__name__ for change in reply.changes],
        )
        if request.callback_id and self._taps.free:
            self._taps.start(self._end_tap(request.callback_id, reply.toast), "tap")

    async def pay_debts(self) -> None:
        """Chats that began before anything was fetched get the latest headlines, once."""
        now = self._clock()
        for chat, owed_since in await chats.chats_owed_latest(self._db):
            latest = await self._latest(chat)
            if not latest and now - owed_since < LATEST_WAIT:
                continue
            reply = replies.latest_reply(latest, self._texts(chat, ""), now)
            await chats.record_latest(self._db, chat.chat_id, reply, now)
            log.info("latest sent", chat=chat.telegram_id, headlines=len(latest))
            self._on_answer()

    async def _latest(self, chat: ChatFacts | None) -> tuple[Headline, ...]:
        """Of the topics that the chat chose; of everything where it chose none."""
        chosen = [s.query for s in chat.subscriptions if is_topic(s.query)] if chat else []
        if not chosen or EVERYTHING in chosen:
            chosen = [EVERYTHING]
        found = [
            headline
            for topic in chosen
            for headline in await items.latest_headlines(self._db, topic, LATEST)
        ]
        found.sort(key=_at)
        once = {headline.title.casefold(): headline for headline in found}  # the newest of each
        return tuple(sorted(once.values(), key=_at, reverse=True)[:LATEST])

    async def _facts(self, request: Request, chat: ChatFacts | None, now: datetime) -> Facts:
        """What the answer needs, and no more."""
        needs = replies.needs(request.verb)
        facts = Facts(chat)
        if "latest" in needs:
            facts = replace(facts, latest=await self._latest(chat))
        if "status" in needs:
            status = await chats.status_facts(self._db, chat.chat_id if chat else None, now)
            facts = replace(facts, status=replace(status, by_meaning=self._by_meaning))
        if "pending_query" in needs and (kept := number_in(request.argument)):
            text = await chats.query_text(self._db, kept)
            facts = replace(facts, pending_query=text)
        if "preview" in needs and (query := adding.wanted(request, chat, parse_query)):
            kept_as = await chats.query_id(self._db, query.normal)
            facts = replace(facts, kept_as=kept_as, preview=await self._previewed(query, now))
        return facts

    async def _previewed(self, query: Query, now: datetime) -> Preview | None:
        """A question is answered without its preview rather than not at all."""
        try:
            return await self._preview(query, now)
        except Exception:
            log.exception("query not previewed", query=query.normal)
            return None

    def _texts(self, chat: ChatFacts | None, language: str) -> Texts:
        """The chat's language and zone; a new chat's from its person's Telegram."""
        if chat is not None:
            return locale.texts(self._catalogues, chat.language, chat.timezone)
        known = language if language in self._catalogues else self._language
        return locale.texts(self._catalogues, known, self._timezone)

    async def _end_tap(self, callback_id: str, toast: str) -> None:
        if reason := await self._sender.answer_tap(callback_id, toast):
            log.info("tap not answered", reason=reason)

    async def finish(self, seconds: float) -> None:
        """Taps that are being answered may end."""
        await self._taps.finish(seconds)


def _at(headline: Headline) -> datetime:
    return headline.at
