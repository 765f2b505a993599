"""How many independent outlets must tell a story before a subscription does: a panel of buttons."""

from __future__ import annotations

from dataclasses import replace

from bot.alerts.names import query_name
from bot.model import Button, Reply, SetOutlets, Subscription
from bot.telegram.case import Case, also, panel
from bot.telegram.parts import PAGE_SIZE, how, marked, number_in, subscriptions_page

CHOICES = (1, 2, 3, 5)


def choose(case: Case) -> Reply | None:
    """``7`` shows the panel of subscription 7, ``7:3`` has it wait for three outlets.

    None: no button of ours carries that.
    """
    which, colon, wanted = case.request.argument.partition(":")
    outlets = number_in(wanted) if colon else None
    if colon and outlets not in CHOICES:
        return None
    ids = [subscription.subscription_id for subscription in case.subscriptions]
    if (chosen := number_in(which)) not in ids:
        listed = panel(
            case, *subscriptions_page(case.subscriptions, 1, case.texts, case.alerts.gather)
        )
        return also(listed, toast=case.texts.gettext("It was removed before."))
    place = ids.index(chosen)
    subscription = case.subscriptions[place]
    if outlets is None:
        return _panel(case, subscription, place)
    changed = replace(subscription, outlets_wanted=outlets)
    change = SetOutlets(subscription.subscription_id, outlets)
    return also(_panel(case, changed, place), change)


def _panel(case: Case, subscription: Subscription, place: int) -> Reply:
    texts, number = case.texts, subscription.subscription_id
    explained = texts.gettext(
        "How many independent outlets must tell a story before it comes? "
        "Outlets of one owner count once, and so do copies of one text."
    )
    choices = tuple(
        Button(
            f"✓ {n}" if n == subscription.outlets_wanted else f"{n}", data=f"outlets:{number}:{n}"
        )
        for n in CHOICES
    )
    back = texts.gettext("Watched here")
    keyboard = (choices, (Button(f"‹ {back}", data=f"keywords:{place // PAGE_SIZE + 1}"),))
    name = marked(query_name(subscription.query, texts))
    return panel(
        case, f"{name} – {how(subscription, texts, case.alerts.gather)}\n\n{explained}", keyboard
    )
