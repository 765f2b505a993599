"""Request + what was read → changes and an answer.

Every answer is Telegram HTML in the chat's language. ``parts`` escapes and cuts what is data.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from html import escape

from bot.alerts.names import EVERYTHING, query_name
from bot.locale import Texts
from bot.matching.query import is_topic
from bot.model import (
    AlertSettings,
    Ask,
    Button,
    Change,
    ChatState,
    Facts,
    Headline,
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
from bot.telegram import adding, confirming, topics
from bot.telegram.case import Case, Parse, about, also, panel
from bot.telegram.commands import COMMANDS
from bot.telegram.parts import (
    PAGE_SIZE,
    commands,
    headline_lines,
    marked,
    number_in,
    shortened,
    status_lines,
    subscriptions_page,
)

HIGHEST_CAP = 60  # single messages an hour that a button may ask for

_WORDS = frozenset({"kept_as", "preview"})
_NEEDS = {
    "start": frozenset({"latest"}),
    "add": _WORDS,
    "text": _WORDS,
    "reply": _WORDS,
    "save": frozenset({"pending_query"}),
    "edit": frozenset({"pending_query"}),
    "status": frozenset({"status"}),
}


def needs(verb: str) -> frozenset[str]:
    """The fields of Facts, beside ``chat``, that an answer to this verb reads."""
    return _NEEDS.get(verb, frozenset())


def reply(
    request: Request,
    facts: Facts,
    texts: Texts,
    *,
    now: datetime,
    new_id: int,
    parse: Parse,
    alerts: AlertSettings,
) -> Reply:
    """What becomes of a request.

    ``new_id``: for a query that is not stored yet. ``alerts``: how chats are told that wish for
    nothing else.
    """
    case = Case(request, facts, texts, now, new_id, parse, alerts)
    answered = _ANSWERS.get(request.verb, _unknown)(case)
    if case.asking and not request.callback_id and request.verb in {*COMMANDS, "unknown"}:
        answered = replace(answered, changes=(*answered.changes, Ask(None)))
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


def _start(case: Case) -> Reply:
    texts, latest = case.texts, case.facts.latest
    changes: list[Change] = []
    followed = [s.query for s in case.subscriptions if is_topic(s.query)]
    if EVERYTHING in followed:
        greeting = texts.gettext("This chat follows the news about Kazakhstan.")
    elif followed:  # who chose topics is not to be flooded by all
        named = ", ".join(query_name(query, texts) for query in followed)
        greeting = texts.gettext("This chat follows: {topics}").format(topics=marked(named))
    else:
        changes.append(Subscribe(EVERYTHING, Mode.PACK))
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
    keyboard = ((Button(texts.gettext("Choose topics"), data="topics"),),)
    return Reply(tuple(changes), TextContent(f"{greeting}\n{hint}\n\n{news}", keyboard))


def _help(case: Case) -> Reply:
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


def _remove(case: Case) -> Reply:
    asked = case.request.argument.strip()
    if not asked:
        return _keywords(case)
    meant = case.watching(asked)
    for subscription in case.subscriptions:
        topic = query_name(subscription.query, case.texts) if is_topic(subscription.query) else ""
        if subscription == meant or topic.casefold() == asked.casefold():
            removed = case.texts.gettext("{query} is no longer watched here.")
            change = Unsubscribe(subscription.subscription_id)
            return also(about(case, removed, subscription.query), change)
    heading = case.texts.gettext("{query} is not watched here.").format(query=marked(asked))
    html, keyboard = _listed(case, case.subscriptions, 1)
    return panel(case, f"{heading}\n\n{html}", keyboard)


def _keywords(case: Case) -> Reply:
    page = number_in(case.request.argument) or 1
    return panel(case, *_listed(case, case.subscriptions, page))


def _listed(case: Case, subscriptions: Sequence[Subscription], page: int) -> tuple[str, Keyboard]:
    return subscriptions_page(subscriptions, page, case.texts, case.alerts.gather)


def _rm(case: Case) -> Reply:
    wanted = number_in(case.request.argument)
    ids = [subscription.subscription_id for subscription in case.subscriptions]
    left = tuple(s for s in case.subscriptions if s.subscription_id != wanted)
    if wanted not in ids:
        listed = panel(case, *_listed(case, left, 1))
        return also(listed, toast=case.texts.gettext("It was removed before."))
    page = ids.index(wanted) // PAGE_SIZE + 1
    listed = panel(case, *_listed(case, left, page))
    return also(listed, Unsubscribe(wanted), toast=case.texts.gettext("Removed."))


def _pause(case: Case) -> Reply:
    texts = case.texts
    keyboard = ((Button(texts.gettext("Resume"), data="resume"),),)
    if case.state is ChatState.PAUSED:
        return panel(case, texts.gettext("Alerts are paused already."), keyboard)
    paused = texts.gettext("Alerts are paused; /resume lets them come again.")
    return also(panel(case, paused, keyboard), SetChatState(ChatState.PAUSED))


def _resume(case: Case) -> Reply:
    if case.state is ChatState.ACTIVE:
        return panel(case, case.texts.gettext("Alerts are on."))
    changes = (SetChatState(ChatState.ACTIVE),) if case.state is ChatState.PAUSED else ()
    return also(panel(case, case.texts.gettext("Alerts are on again.")), *changes)


def _status(case: Case) -> Reply:
    texts, status = case.texts, case.facts.status
    cap = (case.facts.chat.hourly_cap if case.facts.chat else None) or case.alerts.hourly_cap
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


def _cap(case: Case) -> Reply:
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


def _joined(case: Case) -> Reply:
    """A greeting where a group is new to us; whoever let us back in gets the alerts back."""
    if case.facts.chat is None and case.request.chat_kind in {"group", "supergroup"}:
        return Reply(
            answer=TextContent(
                case.texts.gettext("Hello! /start lets the news about Kazakhstan come here.")
            )
        )
    return Reply(ensure_chat=False)


def _left(case: Case) -> Reply:
    changes = (SetChatState(ChatState.GONE, case.request.argument),) if case.facts.chat else ()
    return Reply(changes, ensure_chat=False)


def _moved(case: Case) -> Reply:
    new = number_in(case.request.argument)
    return Reply((MoveChat(new),) if new and case.facts.chat else (), ensure_chat=False)


def _topic(case: Case) -> Reply:
    return topics.toggle(case) or _unknown(case)


def _only(case: Case) -> Reply:
    return topics.switch(case) or _unknown(case)


def _outlets(case: Case) -> Reply:
    return confirming.choose(case) or _unknown(case)


def _page(_: Case) -> Reply:
    return Reply(ensure_chat=False)


def _unknown(case: Case) -> Reply:
    if case.request.callback_id:
        outdated = case.texts.gettext("This button does nothing any more.")
        return Reply(toast=outdated, ensure_chat=False)
    unknown = case.texts.gettext("I do not know {command}; /help says what I can do.")
    command = shortened(case.request.argument, 64)
    return Reply(answer=TextContent(unknown.format(command=escape(command, quote=False))))


_ANSWERS: dict[str, Callable[[Case], Reply]] = {
    "start": _start,
    "help": _help,
    "add": adding.add,
    "text": adding.add,
    "reply": adding.answer_question,
    "save": adding.save,
    "edit": adding.edit,
    "cancel": adding.cancel,
    "topics": topics.show,
    "topic": _topic,
    "only": _only,
    "remove": _remove,
    "keywords": _keywords,
    "rm": _rm,
    "outlets": _outlets,
    "pause": _pause,
    "resume": _resume,
    "status": _status,
    "cap": _cap,
    "joined": _joined,
    "left": _left,
    "moved": _moved,
    "page": _page,
}
