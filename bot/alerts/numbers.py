"""Whether the numbers of a story moved: three dead, then seven."""

from __future__ import annotations

from collections.abc import Sequence

from bot.stories.numbers import DAYS, Number, Unit, numbers_of

_NO_COUNT = DAYS | {Unit.TERM}  # when, and how long or how old: no news by themselves


def moved(title: str, earlier: Sequence[str]) -> bool:
    """Whether a headline has a number that none before it had, in the place of one of the same kind
    that was told last.

    ``earlier``: the story's headlines before it, in their order. A number more beside those of the
    last count is a detail, and the first count of a story moves nothing.
    """
    before = [_counts(each) for each in earlier]
    last = next((each for each in reversed(before) if each), [])
    now = _counts(title)
    told = [number for each in before for number in each]
    new = {number.unit for number in now if not _is_among(number, told)}
    gone = {number.unit for number in last if not _is_among(number, now)}
    return bool(new & gone)


def _counts(title: str) -> list[Number]:
    return [number for number in numbers_of(title) if number.unit not in _NO_COUNT]


def _is_among(number: Number, others: Sequence[Number]) -> bool:
    return any(number.near(other) for other in others)
