"""Sentence vectors of the window: raw in one matrix, compared as they stand around their
language's mean.

The model puts all texts of a language close together, so a raw cosine says more of the language
than of the event. What counts is the direction away from the mean of the language, which is taken
from the window, and from the seed while the window is young.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float32]

SIZE = 384
_PRIOR = 200  # vectors of the window that weigh as much as the seed


class Nearness:
    """Rows grow by one an item; a row is freed when its item ages. Cost of a comparison: one
    product of the matrix with a few vectors."""

    def __init__(self, seeds: Mapping[str, Vector]) -> None:
        """``seeds``: mean vector by language, with the key of `language_of`."""
        self._seeds = {language: mean.astype(np.float32) for language, mean in seeds.items()}
        whole = [mean for _, mean in sorted(self._seeds.items())]
        self._any: Vector = np.zeros(SIZE, np.float32)
        if whole:
            self._any = np.mean(np.stack(whole), axis=0).astype(np.float32)
        self._rows = np.zeros((64, SIZE), np.float32)
        self._languages = np.zeros(64, np.int16)
        self._names: list[str] = []
        self._sums: list[npt.NDArray[np.float64]] = []
        self._counts: list[int] = []
        self._at: dict[int, int] = {}  # item → row
        self._items: dict[int, int] = {}  # row → item
        self._free: list[int] = []
        self._used = 0

    def __contains__(self, item_id: int) -> bool:
        return item_id in self._at

    def add(self, item_id: int, language: str, vector: Vector) -> None:
        """Keep an item's raw vector; one that is kept already stays."""
        if item_id in self._at:
            return
        row = self._free.pop() if self._free else self._next_row()
        number = self._number(language)
        self._rows[row] = vector
        self._languages[row] = number
        self._sums[number] += vector
        self._counts[number] += 1
        self._at[item_id], self._items[row] = row, item_id

    def discard(self, item_id: int) -> None:
        row = self._at.pop(item_id, None)
        if row is None:
            return
        del self._items[row]
        number = int(self._languages[row])
        self._sums[number] -= self._rows[row]
        self._counts[number] -= 1
        self._rows[row] = 0.0
        self._free.append(row)

    def nearest(self, language: str, vector: Vector, most: int) -> list[tuple[int, float]]:
        """The items whose vectors point most alike, with their cosines, nearest first."""
        if not self._at:
            return []
        cosines = self._cosines(language, vector)
        most = min(most, len(cosines))
        best = np.argpartition(-cosines, most - 1)[:most]
        ordered = best[np.argsort(-cosines[best], kind="stable")]
        return [
            (self._items[int(row)], float(cosines[row]))
            for row in ordered
            if int(row) in self._items
        ]

    def cosines(self, language: str, vector: Vector, items: Sequence[int]) -> dict[int, float]:
        """Cosine with each of the items that has a vector."""
        known = [item for item in items if item in self._at]
        if not known:
            return {}
        rows = np.array([self._at[item] for item in known])
        found = self._around(self._rows[rows], self._languages[rows], language, vector)
        return dict(zip(known, map(float, found), strict=True))

    def _cosines(self, language: str, vector: Vector) -> Vector:
        used = self._used
        return self._around(self._rows[:used], self._languages[:used], language, vector)

    def _around(
        self, rows: Vector, languages: npt.NDArray[np.int16], language: str, vector: Vector
    ) -> Vector:
        """Cosines of rows, each minus its language's mean, with the vector minus its own. Written
        out, so that no centred copy of the matrix is made."""
        own = vector - self.mean(language)
        own /= max(float(np.linalg.norm(own)), 1e-6)
        means = np.stack([self.mean(name) for name in self._names])
        products = rows @ np.concatenate([means, own[None]]).T
        along = products[:, -1] - (means @ own)[languages]
        to_mean = np.take_along_axis(products, languages[:, None].astype(np.int64), axis=1)[:, 0]
        lengths = np.einsum("ij,ij->i", rows, rows)
        around = lengths - 2.0 * to_mean + np.einsum("ij,ij->i", means, means)[languages]
        found = along / np.sqrt(np.maximum(around, 1e-6))
        found[lengths == 0.0] = -1.0  # freed rows
        return np.asarray(found, np.float32)

    def mean(self, language: str) -> Vector:
        """The seed's mean, moved to the window's as that fills."""
        seed: Vector = self._seeds.get(language, self._any)
        if language not in self._names:
            return seed
        number = self._names.index(language)
        mean = (seed * _PRIOR + self._sums[number]) / (_PRIOR + self._counts[number])
        return np.asarray(mean, np.float32)

    def _number(self, language: str) -> int:
        if language not in self._names:
            self._names.append(language)
            self._sums.append(np.zeros(SIZE, np.float64))
            self._counts.append(0)
        return self._names.index(language)

    def _next_row(self) -> int:
        if self._used == len(self._rows):
            more = max(64, len(self._rows) // 4)
            self._rows = np.concatenate([self._rows, np.zeros((more, SIZE), np.float32)])
            self._languages = np.concatenate([self._languages, np.zeros(more, np.int16)])
        self._used += 1
        return self._used - 1
