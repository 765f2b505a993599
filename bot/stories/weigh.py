"""Do two items tell one event? The evidence of a pair, weighed to a probability.

Every piece of evidence is symmetric and says something a reader could check. The weights are those
of a logistic regression on the tuned halves of the project's streams, learned while parts of the
tables were hidden, so that they do not lean on them (`tools/fit_stories.py`; `docs/stories.md`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import timedelta

from bot.stories.contradict import common_names, near_places
from bot.stories.numbers import AMOUNTS, Unit, compare
from bot.stories.traits import Traits

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
    country: float = 0.0  # of the country, where no place is common
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
    meaning=11.95,
    concepts=4.75,
    words_across=0.87,
    names=1.20,
    names_apart=-0.54,
    place=1.95,
    places_apart=-0.62,
    country=1.87,
    numbers=0.97,
    stages_apart=-0.38,
    stages=0.28,
    gap=-3.28,
    same_outlet=-2.11,
    across=1.65,
)
WITHOUT_VECTORS = Signs(
    concepts=9.15,
    words=1.06,
    words_across=1.78,
    names=3.13,
    names_apart=-0.47,
    place=3.54,
    places_apart=-0.97,
    country=3.16,
    numbers=4.53,
    stages_apart=-0.52,
    stages=0.52,
    gap=-3.75,
    same_outlet=-1.81,
    across=1.02,
)
BIAS_WITH, BIAS_WITHOUT = -5.73, -3.60

_NAMES = tuple(field.name for field in fields(Signs))


class Rarity:
    """How rare what items say is among the stories of the window, from 0 (all say it) to 1. A story
    counts once, however many tell it: a great event must not make its own words common."""

    __slots__ = ("_count", "_log", "counts")

    KINDS = ("concepts", "places", "heads", "words")
    _PRIOR = 30  # stories of which nothing is known, so that a first day begins calmly
    # In how many of those stand who and where is in the news every day, as items are read.
    _DAILY: Mapping[tuple[str, str], int] = dict.fromkeys(
        (("heads", name) for name in ("tkv", "ksm", "jmrt", "bktn", "ptn", "trmp")), 6
    ) | dict.fromkeys((("places", place) for place in ("astana", "almaty_city", "russia")), 5)

    def __init__(self) -> None:
        self.counts: dict[str, dict[str, int]] = {kind: {} for kind in self.KINDS}
        self._count = 0
        self._log = math.log(self._PRIOR + 1)

    def add(self, traits: Traits, others: Iterable[Traits] = (), by: int = 1) -> None:
        """Count in what an item says and the ``others`` of its story do not; with -1 out again."""
        others = tuple(others)
        self._count += 0 if others else by
        self._log = math.log(self._count + self._PRIOR + 1)
        known: dict[str, set[str]] = {kind: set() for kind in self.KINDS}
        for other in others:
            for kind, told in said(other):
                known[kind].update(told)
        for kind, told in said(traits):
            counts = self.counts[kind]
            for one in told:
                if one in known[kind]:
                    continue
                count = counts.get(one, 0) + by
                if count > 0:
                    counts[one] = count
                else:
                    counts.pop(one, None)

    def of(self, kind: str, one: str) -> float:
        count = self.counts[kind].get(one, 0) + self._DAILY.get((kind, one), 0)
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
    names = common_names(left, right)
    place = max(
        (
            min(rarity.of("places", one), rarity.of("places", other))
            for one, other in near_places(left, right)
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
        country=0.0 if place else country or 0.0,
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


def _overlap(left: tuple[str, ...], right: tuple[str, ...], kind: str, rarity: Rarity) -> float:
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
    weights, bias = (WITH_VECTORS, BIAS_WITH) if with_vectors else (WITHOUT_VECTORS, BIAS_WITHOUT)
    total = bias + sum(getattr(shown, name) * getattr(weights, name) for name in _NAMES)
    return 1.0 / (1.0 + math.exp(-max(-40.0, min(40.0, total))))


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
