"""Which stored keys a search means, and which of its words are the rarest."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping

from bot.matching.candidates import (
    ANYTHING,
    MANY_ITEMS,
    MANY_KEYS,
    MOST_PARTS,
    Either,
    Every,
    Form,
    Holds,
    Keys,
    KeyTree,
    OneOf,
    either,
    every,
)
from bot.matching.nodes import Filter


class Vocabulary:
    """Keys that are stored, with how many items hold each."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        self._counts = counts
        self._sorted = sorted(counts)

    def resolve(self, tree: KeyTree) -> KeyTree | None:
        """A tree with the stored keys of each word. None: no item can answer it.

        Words of too many keys are left out, and of a conjunction the rarest parts are kept.
        """
        match tree:
            case OneOf(forms):
                keys = frozenset(self._of(forms))
                return self._telling(Keys(keys)) if keys else None
            case Every(parts):
                resolved = [self.resolve(part) for part in parts]
                needed = [part for part in resolved if part is not None]
                if len(needed) < len(resolved):
                    return None
                return every(*self._rarest(needed))
            case Either(parts):
                found = [part for part in map(self.resolve, parts) if part is not None]
                return self._telling(either(*found)) if found else None
            case Keys() | Holds() | Filter():
                return tree

    def _telling(self, tree: KeyTree) -> KeyTree:
        """The tree, unless it is keys that say next to nothing."""
        if not isinstance(tree, Keys):
            return tree
        many = len(tree.keys) > MANY_KEYS or self._weight(tree) > MANY_ITEMS
        return ANYTHING if many else tree

    def _of(self, forms: Iterable[Form]) -> Iterator[str]:
        for form in forms:
            place = bisect_left(self._sorted, form.head)
            while place < len(self._sorted) and self._sorted[place].startswith(form.head):
                if form.goes_on(self._sorted[place][len(form.head) :]):
                    yield self._sorted[place]
                place += 1

    def _rarest(self, parts: list[KeyTree]) -> list[KeyTree]:
        words = [part for part in parts if not isinstance(part, Holds | Filter)]
        rarest = sorted(words, key=self._weight)[:MOST_PARTS]
        return rarest + [part for part in parts if isinstance(part, Holds | Filter)]

    def _weight(self, tree: KeyTree) -> float:
        """At most how many items a part leaves."""
        match tree:
            case Keys(keys):
                return sum(self._counts[key_] for key_ in keys)
            case Either(parts):
                return sum(map(self._weight, parts))
            case Every(parts):
                return min(map(self._weight, parts), default=float("inf"))
            case OneOf() | Holds() | Filter():
                return float("inf")
