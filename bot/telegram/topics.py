"""Topics by button: a panel of toggles, edited in place.

Everything includes the narrower topics: whoever follows everything is offered the switch to one of
them, and who turns to everything is rid of the others.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from bot.alerts.names import EVERYTHING, query_name
from bot.locale import Texts
from bot.matching.query import is_topic
from bot.model import Button, Change, ChatState, Mode, Reply, Subscribe, TextContent, Unsubscribe
from bot.telegram.case import Case, also, panel
from bot.telegram.parts import marked


def show(case: Case) -> Reply:
    """The panel as a new message: what is tapped (/start's answer) stays as it is."""
    return Reply(answer=_board(case, _followed(case)))


def toggle(case: Case) -> Reply | None:
    """``+energy`` follows, ``-energy`` leaves: a second tap on the same button changes nothing.

    None: no button of ours carries that.
    """
    sign, topic = case.request.argument[:1], f"topic:{case.request.argument[1:]}"
    if sign not in {"+", "-"} or not is_topic(topic):
        return None
    followed = _followed(case)
    if sign == "-":
        return _panel(case, followed - {topic}, _leave(case, topic))
    return included(case, topic) or _panel(case, _with(followed, topic), follow(case, topic))


def switch(case: Case) -> Reply | None:
    """``energy``: that topic in the place of everything. None: no button of ours carries that."""
    topic = f"topic:{case.request.argument}"
    if not is_topic(topic):
        return None
    left = _leave(case, EVERYTHING) if topic != EVERYTHING else ()
    return _panel(case, (_followed(case) - {EVERYTHING}) | {topic}, (*left, *follow(case, topic)))


def included(case: Case, topic: str) -> Reply | None:
    """Where everything is followed: why a narrower topic adds nothing, and the switch to it."""
    followed = _followed(case)
    if EVERYTHING not in followed or topic in followed:
        return None
    sentence = case.texts.gettext(
        "{everything} includes {topic}. Shall only that topic come instead?"
    ).format(
        everything=marked(query_name(EVERYTHING, case.texts)),
        topic=marked(query_name(topic, case.texts)),
    )
    board = _board(case, followed, sentence, topic)
    return panel(case, board.html, board.keyboard)


def follow(case: Case, topic: str) -> tuple[Change, ...]:
    """The changes that follow a topic; everything takes the place of those that it includes."""
    others = [s for s in case.subscriptions if is_topic(s.query) and s.query != topic]
    rid = [Unsubscribe(s.subscription_id) for s in others if topic == EVERYTHING]
    known = any(s.query == topic for s in case.subscriptions)
    return (*rid, *([] if known else [Subscribe(topic, Mode.PACK)]))


def _leave(case: Case, topic: str) -> tuple[Change, ...]:
    return tuple(Unsubscribe(s.subscription_id) for s in case.subscriptions if s.query == topic)


def _with(followed: AbstractSet[str], topic: str) -> AbstractSet[str]:
    return {EVERYTHING} if topic == EVERYTHING else followed | {topic}


def _followed(case: Case) -> AbstractSet[str]:
    return {s.query for s in case.subscriptions if is_topic(s.query)}


def _panel(case: Case, followed: AbstractSet[str], changes: tuple[Change, ...]) -> Reply:
    board = _board(case, followed)
    return also(panel(case, board.html, board.keyboard), *changes)


def _board(
    case: Case, followed: AbstractSet[str], sentence: str = "", offered: str = ""
) -> TextContent:
    """What the panel says, and its buttons; ``offered``: a topic to switch to."""
    texts = case.texts
    heading = texts.gettext("Topics")
    lines = [
        f"<b>{heading}</b>",
        sentence
        or texts.gettext(
            "Tap a topic to follow it here, and again to leave it. "
            "What matters most comes at once, the rest is gathered."
        ),
    ]
    if case.state is ChatState.PAUSED:
        lines.append(texts.gettext("Alerts are paused; /resume lets them come again."))
    rows = []
    if offered:
        only = offered.removeprefix("topic:")
        rows.append((Button(texts.gettext("Only this topic"), data=f"only:{only}"),))
    for name, label in _labels(texts).items():
        on = f"topic:{name}" in followed
        text, sign = (f"✓ {label}", "-") if on else (label, "+")
        rows.append((Button(text, data=f"topic:{sign}{name}"),))
    return TextContent("\n".join(lines), tuple(rows))


def _labels(texts: Texts) -> dict[str, str]:
    """The topics in the order of their buttons, short enough for one with its ✓."""
    return {
        "everything": texts.gettext("All about Kazakhstan"),
        "politics": texts.gettext("Politics"),
        "economy": texts.gettext("Economy and money"),
        "energy": texts.gettext("Energy and uranium"),
        "rights": texts.gettext("Rights and protest"),
        "disasters": texts.gettext("Disasters, accidents"),
        "space": texts.gettext("Baikonur and space"),
    }
