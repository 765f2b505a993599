"""Do two items tell one event? The evidence of a pair, weighed to a probability.

Every piece of evidence is symmetric and says something a reader could check. The weights are those
of a logistic regression on the tuned half of the project's own stream, learned while parts of
the tables were hidden, so that they do not lean on them (`tools/fit_stories.py`; `docs/stories.md`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import timedelta

from bot.stories.numbers import AMOUNTS, DAYS, Unit, compare
from bot.stories.traits import Traits, within

WINDOW = timedelta(hours=72)


@dataclass(frozen=True, slots=True)
class Signs:
    """What a pair shows, each from 0 (nothing) to about 1 or 2."""

    meaning: float = 0.0  # cosine of the centred vectors; 0 without the model
    concepts: float = 0.0  # what is told: overlap, rarer concepts count more
    words: float = 0.0  # other words, by their consonants
    words_across: float = 0.0  # the same from language to language
    names: float = 0.0  # rarity of the names that both have, at most 2
    names_apart: float = 0.0  # both have names, none of them in common
    place: float = 0.0  # rarity of the place that both name, or one inside the other's
    places_apart: float = 0.0
    country: float = 0.0
    countries_apart: float = 0.0
    numbers: float = 0.0  # digits of equal numbers, as a share of 4
    numbers_apart: float = 0.0  # rates, amounts, magnitudes, scores: how many kinds disagree
    dates_apart: float = 0.0
    stages_apart: float = 0.0  # stages of an affair that one tells and the other does not
    stages: float = 0.0
    gap: float = 0.0  # logarithm of the hours between them, 1 for the whole window
    same_outlet: float = 0.0  # an outlet seldom tells one event twice
    across: float = 0.0  # two languages: fewer words can be equal


# The last digits mean nothing; they are what the regression gave.
WITH_VECTORS = Signs(
    meaning=10.51,
    concepts=5.31,
    words_across=0.79,
    names=1.96,
    names_apart=-0.41,
    place=2.26,
    places_apart=-1.85,
    country=0.93,
    countries_apart=-0.27,
    numbers=1.65,
    numbers_apart=-2.50,
    dates_apart=-1.60,
    stages_apart=-0.38,
    stages=0.44,
    gap=-2.78,
    same_outlet=-2.58,
    across=1.68,
)
WITHOUT_VECTORS = Signs(
    concepts=9.48,
    words=0.62,
    words_across=1.47,
    names=3.94,
    names_apart=-0.37,
    place=3.57,
    places_apart=-2.08,
    country=1.58,
    countries_apart=-0.18,
    numbers=4.91,
    numbers_apart=-1.70,
    dates_apart=-0.75,
    stages_apart=-0.57,
    stages=0.62,
    gap=-3.28,
    same_outlet=-1.99,
    across=1.05,
)
BIAS_WITH, BIAS_WITHOUT = -6.23, -4.23

_NAMES = tuple(field.name for field in fields(Signs))


class Rarity:
    """How rare what items say is among those of the window, from 0 (all say it) to 1."""

    __slots__ = ("_count", "_log", "counts")

    KINDS = ("concepts", "places", "heads", "words")
    _PRIOR = 30  # items of which nothing is known, so that a first day begins calmly

    def __init__(self) -> None:
        self.counts: dict[str, dict[str, int]] = {kind: {} for kind in self.KINDS}
        self._count = 0
        self._log = math.log(self._PRIOR + 1)

    def add(self, traits: Traits, by: int = 1) -> None:
        """Count an item in, or out again with -1."""
        self._count += by
        self._log = math.log(self._count + self._PRIOR + 1)
        for kind, told in said(traits):
            counts = self.counts[kind]
            for one in told:
                count = counts.get(one, 0) + by
                if count > 0:
                    counts[one] = count
                else:
                    counts.pop(one, None)

    def of(self, kind: str, one: str) -> float:
        count = self.counts[kind].get(one, 0)
        return max(0.0, math.log((self._count + self._PRIOR) / (count + 1)) / self._log)


def said(traits: Traits) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Kinds of what an item says, as `Rarity` counts them."""
    return (
        ("concepts", traits.concepts),
        ("places", (*traits.places, *traits.countries)),
        ("heads", traits.heads),
        ("words", traits.words),
    )


def signs(
    left: Traits,
    right: Traits,
    rarity: Rarity,
    *,
    gap: timedelta,
    same_outlet: bool,
    cosine: float | None,
) -> Signs:
    """What a pair shows; the same for (right, left)."""
    across = left.language != right.language
    words = _overlap(left.words, right.words, "words", rarity)
    names = _known_names(left, right)
    place = max(
        (
            min(rarity.of("places", one), rarity.of("places", other))
            for one in left.places
            for other in right.places
            if one == other or within(one) == other or within(other) == one
        ),
        default=None,
    )
    country = max(
        (rarity.of("places", one) for one in left.countries if one in right.countries),
        default=None,
    )
    numerals = compare(left.numbers, right.numbers)
    hours = abs(gap) / timedelta(hours=1)
    return Signs(
        meaning=cosine or 0.0,
        concepts=_overlap(left.concepts, right.concepts, "concepts", rarity),
        words=0.0 if across else words,
        words_across=words if across else 0.0,
        names=min(2.0, sum(rarity.of("heads", name) for name in sorted(names))),
        names_apart=float(bool(left.names and right.names and not names)),
        place=place or 0.0,
        places_apart=float(bool(left.places and right.places) and place is None),
        country=country or 0.0,
        countries_apart=float(bool(left.countries and right.countries) and country is None),
        numbers=min(4.0, numerals.shared) / 4,
        numbers_apart=float(len(numerals.against & AMOUNTS)),
        dates_apart=float(Unit.DATE in numerals.against),
        stages_apart=float(min(2, len(set(left.stages) ^ set(right.stages)))),
        stages=float(bool(set(left.stages) & set(right.stages))),
        gap=math.log1p(hours) / math.log1p(WINDOW / timedelta(hours=1)),
        same_outlet=float(same_outlet),
        across=float(across),
    )


def _overlap(
    left: tuple[str, ...], right: tuple[str, ...], kind: str, rarity: Rarity
) -> float:
    """The share of what both say in what either says, by rarity; a little less where both say
    little."""
    if not left or not right:
        return 0.0
    shared = sum(rarity.of(kind, one) for one in left if one in right)
    if not shared:
        return 0.0
    mine = sum(rarity.of(kind, one) for one in left)
    theirs = sum(rarity.of(kind, one) for one in right)
    return shared / (math.sqrt(mine * theirs) + 1.0)


def probability(shown: Signs, *, with_vectors: bool) -> float:
    """How likely it is that the pair tells one event."""
    weights, bias = (
        (WITH_VECTORS, BIAS_WITH) if with_vectors else (WITHOUT_VECTORS, BIAS_WITHOUT)
    )
    total = bias + sum(getattr(shown, name) * getattr(weights, name) for name in _NAMES)
    return 1.0 / (1.0 + math.exp(-max(-40.0, min(40.0, total))))


def contradicts(left: Traits, right: Traits) -> str:
    """What says that two items are notes of two days, places or persons, "" for nothing. Symmetric.

    Seen in one of sixty pairs that tell one event, and in most pairs of one template.
    """
    numerals = compare(left.numbers, right.numbers)
    for units, told in ((DAYS, "another day"), (AMOUNTS, "other numbers")):
        if numerals.against & units:
            return told
    if left.countries and right.countries and not set(left.countries) & set(right.countries):
        return "another country"
    for group in GROUPS:
        mine, theirs = _of_group(left, group), _of_group(right, group)
        if mine and theirs and not mine & theirs:
            return f"another {group}"
    if left.places and right.places and not _together(left.places, right.places):
        return "" if _known_names(left, right) else "another place"
    if _substituted(left, right):
        return "one template"
    return ""


GROUPS = ("currency", "round", "company")


def _of_group(traits: Traits, group: str) -> set[str]:
    return {concept for concept in traits.concepts if concept.startswith(f"{group}:")}


def _known_names(left: Traits, right: Traits) -> set[str]:
    names = {name for name in left.names if name in right.heads}
    return names | {name for name in right.names if name in left.heads}


def _substituted(left: Traits, right: Traits) -> bool:
    """One sentence with a word or two replaced, such as the charge or the office."""
    if left.language != right.language:
        return False
    mine, theirs = set(left.concepts + left.heads), set(right.concepts + right.heads)
    roots = {head[:3] for head in theirs}, {head[:3] for head in mine}
    shared = mine & theirs
    only = {one for one in mine - theirs if one[:3] not in roots[0]}
    other = {one for one in theirs - mine if one[:3] not in roots[1]}
    return bool(only and other) and len(shared) >= 2 * max(len(only), len(other))


def _together(left: Iterable[str], right: Iterable[str]) -> bool:
    places = list(right)
    return any(
        one == other or within(one) == other or within(other) == one
        for one in left
        for other in places
    )


def reasons(shown: Signs) -> str:
    """What speaks most for a pair, for people: "same names and numbers"."""
    told: Mapping[str, float] = {
        "names": shown.names / 2,
        "numbers": shown.numbers,
        "place": shown.place,
        "country": shown.country,
        "words": max(shown.words, shown.words_across) * 2,
        "subject": shown.concepts,
    }
    best = [name for name, value in sorted(told.items(), key=lambda n: -n[1]) if value > 0.25][:2]
    return "same " + " and ".join(best) if best else ""
