"""Request + what was read → changes and an answer.

Every answer is Telegram HTML in the chat's language. ``parts`` escapes and cuts what is data.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from html import escape

from bot.locale import Texts
from bot.matching.query import Query, QueryRefused, is_topic
from bot.model import (
    Button,
    Change,
    ChatState,
    Facts,
    Headline,
    KeepQuery,
    Keyboard,
    Mode,
    MoveChat,
    OweLatest,
    Reply,
    Request,
    SetChatState,
    SetHourlyCap,
    Subscribe,
    Subscription,
    TextContent,
    Unsubscribe,
)
from bot.telegram.parts import (
    PACK_QUERY,
    PAGE_SIZE,
    commands,
    headline_lines,
    marked,
    number_in,
    query_name,
    refusal,
    shortened,
    status_lines,
    subscriptions_page,
)

HIGHEST_CAP = 60  # single messages an hour that a button may ask for

Parse = Callable[[str], Query | QueryRefused]

_NEEDS = {
    "start": frozenset({"latest"}),
    "add": frozenset({"kept_as"}),
    "text": frozenset({"kept_as"}),
    "save": frozenset({"pending_query"}),
    "status": frozenset({"status"}),
}


def needs(verb: str) -> frozenset[str]:
    """The fields of Facts, beside ``chat``, that an answer to this verb reads."""
    return _NEEDS.get(verb, frozenset())


def wanted_query(request: Request, parse: Parse) -> str:
    """The normalised query that the request would keep (for Facts.kept_as); "" when none."""
    if request.verb not in {"add", "text"}:
        return ""
    parsed = parse(request.argument)
    return parsed.normal if isinstance(parsed, Query) else ""


@dataclass(frozen=True, slots=True)
class _Case:
    """One request with everything that its answer is made from."""

    request: Request
    facts: Facts
    texts: Texts
    now: datetime
    new_id: int
    parse: Parse
    hourly_cap: int

    @property
    def subscriptions(self) -> tuple[Subscription, ...]:
        return self.facts.chat.subscriptions if self.facts.chat else ()

    @property
    def state(self) -> ChatState:
        return self.facts.chat.state if self.facts.chat else ChatState.ACTIVE

    def watching(self, query: str) -> Subscription | None:
        """The subscription that means the same, however it was typed."""
        return next((s for s in self.subscriptions if self._same(s.query, query)), None)

    def _same(self, one: str, other: str) -> bool:
        a, b = self.parse(one), self.parse(other)
        return one == other or (isinstance(a, Query) and isinstance(b, Query) and a.root == b.root)


def reply(
    request: Request,
    facts: Facts,
    texts: Texts,
    *,
    now: datetime,
    new_id: int,
    parse: Parse,
    hourly_cap: int,
) -> Reply:
    """What becomes of a request.

    ``new_id``: for a query that is not stored yet. ``hourly_cap``: what chats without one of their
    own have.
    """
    case = _Case(request, facts, texts, now, new_id, parse, hourly_cap)
    answered = _ANSWERS.get(request.verb, _unknown)(case)
    if request.verb in {"left", "moved"} or case.state in {ChatState.ACTIVE, ChatState.PAUSED}:
        return answered
    # Whoever writes to us has not blocked us (any more), and may be answered.
    return replace(answered, changes=(SetChatState(ChatState.ACTIVE), *answered.changes))


def latest_reply(headlines: Sequence[Headline], texts: Texts, now: datetime) -> Reply:
    """Pays what /start owed: the latest headlines, or after the wait that there are none yet."""
    if headlines:
        title = texts.gettext("The latest news about Kazakhstan")
        html = f"<b>{title}</b>\n\n{headline_lines(headlines, texts, now)}"
    else:
        html = texts.gettext(
            "There is no news about Kazakhstan yet. It will come by itself as soon as there is."
        )
    return Reply((OweLatest(owed=False),), TextContent(html))


# ---------------------------------------------------------------- the verbs


def _start(case: _Case) -> Reply:
    texts, latest = case.texts, case.facts.latest
    changes: list[Change] = []
    if case.watching(PACK_QUERY):
        greeting = texts.gettext("This chat follows the news about Kazakhstan.")
    else:
        changes.append(Subscribe(PACK_QUERY, Mode.PACK))
        greeting = texts.gettext(
            "<b>Hello! From now on the news about Kazakhstan comes here.</b>\n"
            "What is breaking or told by several outlets comes at once, the rest is gathered."
        )
    if case.state is ChatState.PAUSED:
        changes.append(SetChatState(ChatState.ACTIVE))
        greeting += "\n" + texts.gettext("Alerts are on again.")
    changes.append(OweLatest(owed=not latest))
    hint = texts.gettext(
        "Words of your own: <code>/add Tokayev</code>. Everything else is in /help."
    )
    if latest:
        heading = texts.gettext("Latest")
        news = f"<b>{heading}</b>\n{headline_lines(latest, texts, case.now)}"
    else:
        news = texts.gettext(
            "No news has been fetched yet: the latest headlines follow within two minutes."
        )
    return Reply(tuple(changes), TextContent(f"{greeting}\n{hint}\n\n{news}"))


def _help(case: _Case) -> Reply:
    texts = case.texts
    lines = "\n".join(f"/{name} – {meaning}" for name, meaning in commands(texts))
    private = texts.gettext("In this chat any words that you send are taken as words to watch.")
    html = "\n\n".join(
        [
            texts.gettext("I read the world's news and tell you what concerns Kazakhstan."),
            lines,
            texts.gettext(
                "For example: <code>/add Tokayev</code>, <code>/add uranium</code>, "
                "<code>/add &quot;human rights&quot;</code>"
            ),
            *([private] if case.request.chat_kind == "private" else []),
        ]
    )
    return Reply(answer=TextContent(html))


def _add(case: _Case) -> Reply:
    texts, asked = case.texts, case.request.argument
    if not asked.strip():
        example = texts.gettext(
            "Write the words after the command, for example <code>/add Tokayev</code>"
        )
        return Reply(answer=TextContent(example))
    parsed = case.parse(asked)
    if isinstance(parsed, QueryRefused):
        return Reply(answer=TextContent(refusal(parsed, asked, texts)))
    if case.watching(parsed.normal):
        return _answer(case, texts.gettext("{query} is already watched here."), parsed.normal)
    query_id = case.facts.kept_as or case.new_id
    keyboard = (
        (
            Button(texts.gettext("Save"), data=f"save:{query_id}"),
            Button(texts.gettext("Cancel"), data="cancel"),
        ),
    )
    question = (
        texts.gettext("Follow {query}? What matters most comes at once, the rest is gathered.")
        if is_topic(parsed.normal)
        else texts.gettext("Watch for {query}? Every headline with it will come here at once.")
    )
    keep = KeepQuery(query_id, parsed.normal)
    return _answer(case, question, parsed.normal, keyboard, changes=(keep,))


def _save(case: _Case) -> Reply:
    texts, query = case.texts, case.facts.pending_query
    if not query:
        return _panel(case, texts.gettext("This took too long: please send the words once more."))
    if case.watching(query):
        return _answer(case, texts.gettext("{query} is already watched here."), query)
    saved = texts.gettext("Saved: {query}. What is watched here: /keywords")
    if case.state is ChatState.PAUSED:
        saved += "\n" + texts.gettext("Alerts are paused; /resume lets them come again.")
    mode = Mode.PACK if is_topic(query) else Mode.AT_ONCE
    return _answer(case, saved, query, changes=(Subscribe(query, mode),))


def _cancel(case: _Case) -> Reply:
    return _panel(case, case.texts.gettext("Cancelled; nothing was saved."))


def _remove(case: _Case) -> Reply:
    asked = case.request.argument.strip()
    if not asked:
        return _keywords(case)
    meant = case.watching(asked)
    for subscription in case.subscriptions:
        topic = query_name(subscription.query, case.texts) if is_topic(subscription.query) else ""
        if subscription == meant or topic.casefold() == asked.casefold():
            removed = case.texts.gettext("{query} is no longer watched here.")
            change = Unsubscribe(subscription.subscription_id)
            return _answer(case, removed, subscription.query, changes=(change,))
    heading = case.texts.gettext("{query} is not watched here.").format(query=marked(asked))
    html, keyboard = subscriptions_page(case.subscriptions, 1, case.texts)
    return _panel(case, f"{heading}\n\n{html}", keyboard)


def _keywords(case: _Case) -> Reply:
    return _panel(
        case,
        *subscriptions_page(case.subscriptions, number_in(case.request.argument) or 1, case.texts),
    )


def _rm(case: _Case) -> Reply:
    wanted = number_in(case.request.argument)
    ids = [subscription.subscription_id for subscription in case.subscriptions]
    left = tuple(s for s in case.subscriptions if s.subscription_id != wanted)
    if wanted not in ids:
        listed = _panel(case, *subscriptions_page(left, 1, case.texts))
        return _also(listed, toast=case.texts.gettext("It was removed before."))
    page = ids.index(wanted) // PAGE_SIZE + 1
    listed = _panel(case, *subscriptions_page(left, page, case.texts))
    return _also(listed, Unsubscribe(wanted), toast=case.texts.gettext("Removed."))


def _pause(case: _Case) -> Reply:
    texts = case.texts
    keyboard = ((Button(texts.gettext("Resume"), data="resume"),),)
    if case.state is ChatState.PAUSED:
        return _panel(case, texts.gettext("Alerts are paused already."), keyboard)
    paused = texts.gettext("Alerts are paused; /resume lets them come again.")
    return _also(_panel(case, paused, keyboard), SetChatState(ChatState.PAUSED))


def _resume(case: _Case) -> Reply:
    if case.state is ChatState.ACTIVE:
        return _panel(case, case.texts.gettext("Alerts are on."))
    changes = (SetChatState(ChatState.ACTIVE),) if case.state is ChatState.PAUSED else ()
    return _also(_panel(case, case.texts.gettext("Alerts are on again.")), *changes)


def _status(case: _Case) -> Reply:
    texts, status = case.texts, case.facts.status
    cap = (case.facts.chat.hourly_cap if case.facts.chat else None) or case.hourly_cap
    watched = len(case.subscriptions)
    lines = [
        texts.gettext("Alerts are paused; /resume lets them come again.")
        if case.state is ChatState.PAUSED
        else texts.gettext("Alerts are on."),
        texts.ngettext(
            "{n} subscription here: /keywords",
            "{n} subscriptions here: /keywords",
            watched,
        ).format(n=watched),
        texts.ngettext(
            "At most {n} single message an hour, the rest is gathered.",
            "At most {n} single messages an hour, the rest is gathered.",
            cap,
        ).format(n=cap),
    ]
    if status:
        lines += status_lines(status, texts, case.now)
    return Reply(answer=TextContent("\n".join(lines)))


def _cap(case: _Case) -> Reply:
    """The button stands below an alert, which stays as it is: a toast says what changed."""
    cap = number_in(case.request.argument)
    if cap is None or not 1 <= cap <= HIGHEST_CAP:
        return _unknown(case)
    toast = case.texts.ngettext(
        "From now on up to {n} single message an hour.",
        "From now on up to {n} single messages an hour.",
        cap,
    ).format(n=cap)
    return Reply((SetHourlyCap(cap),), toast=toast)


def _joined(case: _Case) -> Reply:
    """A greeting where a group is new to us; whoever let us back in gets the alerts back."""
    if case.facts.chat is None and case.request.chat_kind in {"group", "supergroup"}:
        return Reply(
            answer=TextContent(
                case.texts.gettext("Hello! /start lets the news about Kazakhstan come here.")
            )
        )
    return Reply(ensure_chat=False)


def _left(case: _Case) -> Reply:
    changes = (SetChatState(ChatState.GONE, case.request.argument),) if case.facts.chat else ()
    return Reply(changes, ensure_chat=False)


def _moved(case: _Case) -> Reply:
    new = number_in(case.request.argument)
    return Reply((MoveChat(new),) if new and case.facts.chat else (), ensure_chat=False)


def _page(_: _Case) -> Reply:
    return Reply(ensure_chat=False)


def _unknown(case: _Case) -> Reply:
    if case.request.callback_id:
        outdated = case.texts.gettext("This button does nothing any more.")
        return Reply(toast=outdated, ensure_chat=False)
    unknown = case.texts.gettext("I do not know {command}; /help says what I can do.")
    command = shortened(case.request.argument, 64)
    return Reply(answer=TextContent(unknown.format(command=escape(command, quote=False))))


_ANSWERS: dict[str, Callable[[_Case], Reply]] = {
    "start": _start,
    "help": _help,
    "add": _add,
    "text": _add,
    "save": _save,
    "cancel": _cancel,
    "remove": _remove,
    "keywords": _keywords,
    "rm": _rm,
    "pause": _pause,
    "resume": _resume,
    "status": _status,
    "cap": _cap,
    "joined": _joined,
    "left": _left,
    "moved": _moved,
    "page": _page,
}


# ---------------------------------------------------------------- shapes of answers


def _panel(case: _Case, html: str, keyboard: Keyboard = ()) -> Reply:
    """An answer that takes the place of the tapped message, or is a new one."""
    return Reply(answer=TextContent(html, keyboard), edits_message=case.request.message_id)


def _answer(
    case: _Case,
    sentence: str,
    query: str,
    keyboard: Keyboard = (),
    changes: tuple[Change, ...] = (),
) -> Reply:
    """A panel whose sentence has a place for the query."""
    html = sentence.format(query=marked(query_name(query, case.texts)))
    return _also(_panel(case, html, keyboard), *changes)


def _also(answered: Reply, *changes: Change, toast: str = "") -> Reply:
    return replace(answered, changes=(*answered.changes, *changes), toast=toast)
