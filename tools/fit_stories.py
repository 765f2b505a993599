"""Learn the weights of bot/stories/weigh.py anew: `python -m tools.fit_stories`.

A logistic regression over all pairs of the tuned halves of the project's streams that lie
within the window, in time order, and that nothing contradicts. It is learned on copies of the
stream in which parts of the tables of concepts and places are hidden, a language at a time: the
tables know the words of this stream better than those of next year's news, and weights learned on
what they know now would trust them too much.
Prints the two tables.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import fields, replace

import numpy as np

from bot.stories.contradict import contradicts
from bot.stories.nearness import Nearness
from bot.stories.traits import Traits
from bot.stories.vectors import Unavailable, load, seeds
from bot.stories.weigh import WINDOW, Signs, signs
from bot.stories.window import Read, Window, read_item
from tests.bench.stories import HARD, OWN, Row, halves, member, rows_of

HIDDEN = (0.0, 0.25, 0.5, 0.5)  # share of the tables in each copy of the stream
RIDGE = 1.0
NAMES = [field.name for field in fields(Signs)]
AGAINST = {"gap", "same_outlet"}
FOR = [-1 if name in AGAINST or name.endswith("_apart") else 1 for name in NAMES]


def hiding(share: float, seed: int) -> Callable[[Traits], Traits]:
    """Traits without a share of the concepts and places, the same ones throughout a language."""
    chance = random.Random(seed)  # noqa: S311
    hidden: dict[tuple[str, str], bool] = {}

    def known(language: str, told: Sequence[str]) -> tuple[str, ...]:
        for one in told:
            if (one, language) not in hidden:
                hidden[one, language] = chance.random() < share
        return tuple(one for one in told if not hidden[one, language])

    def hide(traits: Traits) -> Traits:
        return replace(
            traits,
            concepts=known(traits.language, traits.concepts),
            stages=known(traits.language, traits.stages),
            places=known(traits.language, traits.places),
            countries=known(traits.language, traits.countries),
        )

    return hide


def pairs(
    rows: Sequence[Row], vectors: Sequence[np.ndarray], hide: Callable[[Traits], Traits]
) -> tuple[list[list[float]], list[float]]:
    """Signs and label of every pair, as the window shows them when the later item comes."""
    nearness = Nearness(seeds())
    window, kept = Window(nearness), []
    shown, labels = [], []
    stories: dict[str, int] = {}
    for number, row in enumerate(rows):
        read = read_item(row.title, row.summary, row.language)
        read = Read(hide(read.traits), read.language)
        cosines = nearness.cosines(read.language, vectors[number], range(number))
        for earlier, other in kept:
            gap = row.seen - rows[earlier].seen
            if gap > WINDOW or contradicts(read.traits, other.traits, gap):
                continue  # no weight has a say there
            found = signs(
                read.traits, other.traits, window.rarity, gap=gap,
                same_outlet=row.source == rows[earlier].source, cosine=cosines.get(earlier),
            )  # fmt: skip
            shown.append([getattr(found, name) for name in NAMES])
            labels.append(float(row.story == rows[earlier].story))
        kept.append((number, read))
        story = stories.setdefault(row.story, number)
        window.add(member(row, number, story), vectors[number], read=read)
    return shown, labels


def fit(shown: np.ndarray, labels: np.ndarray, used: Sequence[int], copies: int) -> np.ndarray:
    """Newton's method; a ridge on all but the bias."""
    data = np.c_[shown[:, used], np.ones(len(shown))]
    ridge = np.diag([RIDGE] * len(used) + [1e-6])
    weights = np.zeros(data.shape[1])
    for _ in range(40):
        likely = 1 / (1 + np.exp(-data @ weights))
        slope = data.T @ (likely - labels) / copies + ridge @ weights
        curve = (data * (likely * (1 - likely))[:, None]).T @ data / copies + ridge
        weights -= np.linalg.solve(curve, slope)
    return weights


def main() -> int:
    embedder = load()
    if isinstance(embedder, Unavailable):
        print(embedder.reason, file=sys.stderr)
        return 1
    shown: list[list[float]] = []
    labels: list[float] = []
    for stream in (OWN, HARD):
        rows = [row for row, tuned in halves(rows_of(stream)) if tuned]
        vectors = [embedder.embed(row.title, row.summary) for row in rows]
        for seed, share in enumerate(HIDDEN):
            more, their = pairs(rows, vectors, hiding(share, seed))
            shown += more
            labels += their
    for title, left_out in (("WITH_VECTORS", set()), ("WITHOUT_VECTORS", {"meaning"})):
        used = [at for at, name in enumerate(NAMES) if name not in left_out]
        weights = fit(np.array(shown), np.array(labels), used, len(HIDDEN))
        # Evidence for counts for, evidence against counts against, or it is left out.
        used = [at for at, weight in zip(used, weights, strict=False) if weight * FOR[at] > 0]
        weights = fit(np.array(shown), np.array(labels), used, len(HIDDEN))
        print(f"{title} = Signs(")
        for at, weight in zip(used, weights, strict=False):
            print(f"    {NAMES[at]}={weight:.2f},")
        print(f")\n# bias {weights[-1]:.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
