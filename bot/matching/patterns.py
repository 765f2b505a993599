"""Runs of words to look for side by side in a text, found by the word that they wait for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.matching.view import View

Pattern = tuple[tuple[int, ...], int]  # the words' numbers, which of them is the anchor


def anchor_of(pattern: Pattern) -> int:
    """The word that a pattern waits for."""
    return pattern[0][pattern[1]]


def runs_of(pattern: Pattern, view: View) -> list[tuple[int, int]]:
    """Where a pattern's words stand side by side."""
    numbers, anchor = pattern
    places = view.at.get(numbers[anchor])
    if places is None:
        return []
    if len(numbers) == 1:
        return [(place, place) for place in places]
    found = []
    for place in places:
        first = place - anchor
        last = first + len(numbers) - 1
        if (
            first >= 0
            and view.side_by_side(first, last)
            and all(first + step in view.at.get(number, ()) for step, number in enumerate(numbers))
        ):
            found.append((first, last))
    return found


class Patterns:
    """Patterns by the word that each waits for."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        self._waiting: dict[int, list[Pattern]] = {}
        for pattern in patterns:
            self._waiting.setdefault(anchor_of(pattern), []).append(pattern)

    def runs(self, view: View) -> Iterator[tuple[int, int]]:
        """Where any of them stands."""
        at, waiting = view.at, self._waiting
        few, many = (waiting, at) if len(waiting) < len(at) else (at, waiting)
        for anchor in few:
            if anchor in many:
                for pattern in waiting[anchor]:
                    yield from runs_of(pattern, view)

    def cover(self, view: View) -> set[int]:
        """The words that stand in any of them."""
        return {word for first, last in self.runs(view) for word in range(first, last + 1)}
