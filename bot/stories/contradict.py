"""What says that two items are notes of two days, places or persons, however alike they are.

Each rule is symmetric and is about something that one event has once: its day, its rate or score,
its place, its country, its names. On the tuned half of the project's own stream the rules speak
against 1 of 262 pairs that tell one event, and against most pairs of one template.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

from bot.stories.numbers import AMOUNTS, DAYS, compare
from bot.stories.traits import Traits, within

NOTICE = timedelta(hours=12)  # a daily notice that comes later is the next day's
GROUPS = ("currency", "round", "company", "team")  # of concepts, of which a note names its own


def contradicts(left: Traits, right: Traits, gap: timedelta) -> str:
    """The first thing that speaks against one event, "" for nothing."""
    return next((told for rule in _RULES if (told := rule(left, right, gap))), "")


def common_names(left: Traits, right: Traits) -> set[str]:
    """Names of either that the other says too."""
    names = {name for name in left.names if name in right.heads}
    return names | {name for name in right.names if name in left.heads}


def near_places(left: Traits, right: Traits) -> Iterator[tuple[str, str]]:
    """Pairs of places that are one, or one of them inside the other."""
    for one in left.places:
        for other in right.places:
            if one == other or within(one) == other or within(other) == one:
                yield one, other


def _digest(left: Traits, right: Traits, _: timedelta) -> str:
    """A digest mentions several events, and is none of them."""
    return "a digest" if "digest" in left.stages or "digest" in right.stages else ""


def _numbers(left: Traits, right: Traits, _: timedelta) -> str:
    against = compare(left.numbers, right.numbers).against
    return "another day" if against & DAYS else "other numbers" if against & AMOUNTS else ""


def _notice(left: Traits, right: Traits, gap: timedelta) -> str:
    """Weather, rates: what comes every day is another day's half a day later."""
    return "the next day's notice" if left.daily and right.daily and abs(gap) >= NOTICE else ""


def _country(left: Traits, right: Traits, _: timedelta) -> str:
    apart = left.countries and right.countries and not set(left.countries) & set(right.countries)
    return "another country" if apart or _only_abroad(left, right) else ""


def _only_abroad(left: Traits, right: Traits) -> bool:
    """One is of Kazakhstan and names no other country, the other the reverse: what a neighbour
    decides is not what is decided here."""
    here, there = (left, right) if left.home else (right, left)
    return bool(here.home and not here.countries and there.countries and not there.home)


def _group(left: Traits, right: Traits, _: timedelta) -> str:
    for group in GROUPS:
        mine, theirs = _of_group(left, group), _of_group(right, group)
        if mine and theirs and not mine & theirs:
            return f"another {group}"
    return ""


def _of_group(traits: Traits, group: str) -> set[str]:
    return {concept for concept in traits.concepts if concept.startswith(f"{group}:")}


def _place(left: Traits, right: Traits, _: timedelta) -> str:
    """Two places are two events, unless a name says otherwise: a court sits elsewhere."""
    apart = left.places and right.places and next(near_places(left, right), None) is None
    return "another place" if apart and not common_names(left, right) else ""


def _name(left: Traits, right: Traits, _: timedelta) -> str:
    """Both say whom or what they mean, and mean different ones. Across languages only a name in
    quotation marks is sure to be one; a capital may be a translation's."""
    quoted = left.quoted and right.quoted
    full = left.language == right.language and min(len(left.names), len(right.names)) > 1
    return "another name" if (quoted or full) and not common_names(left, right) else ""


def _replaced(left: Traits, right: Traits, _: timedelta) -> str:
    """One sentence with a word or two replaced, such as the charge or the office."""
    if left.language != right.language:
        return ""
    mine, theirs = set(left.concepts + left.heads), set(right.concepts + right.heads)
    my_roots, their_roots = {one[:3] for one in left.heads}, {one[:3] for one in right.heads}
    only = {one for one in mine - theirs if one[:3] not in their_roots}
    other = {one for one in theirs - mine if one[:3] not in my_roots}
    replaced = only and other and len(mine & theirs) >= 2 * max(len(only), len(other))
    return "one template" if replaced else ""


_RULES: tuple[Callable[[Traits, Traits, timedelta], str], ...] = (
    _digest, _numbers, _notice, _country, _group, _place, _name, _replaced,
)  # fmt: skip
