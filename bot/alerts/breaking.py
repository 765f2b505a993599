"""Whether a story gathers outlets unusually fast: measured by the stories of the last two weeks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

HISTORY = timedelta(days=14)
WITHIN = timedelta(hours=1)  # a story's pace: how many outlets begin to tell it in this time
LASTS = timedelta(hours=6)  # from the last time that the story was so fast
_UNUSUAL = 0.01  # the share of stories that may be as fast
_ENOUGH = 100  # stories; of fewer nobody knows what is usual
_FEWEST = 3  # outlets; two that are quick are no rush, however quiet the weeks were


def pace(first_told: Iterable[datetime], at: datetime) -> int:
    """How many outlets began to tell a story in the hour up to ``at``, from when each began."""
    return sum(at - WITHIN < began <= at for began in first_told)


def is_breaking(fast_at: datetime | None, now: datetime) -> bool:
    """Whether a story that was fast at that time (None: never) still counts as breaking."""
    return fast_at is not None and now - fast_at < LASTS


def breaking_from(stories: Mapping[int, int]) -> int | None:
    """The pace from which a story is breaking; None while too few stories are known.

    ``stories``: highest pace → how many stories of the last two weeks had it.
    """
    total = sum(stories.values())
    if total < _ENOUGH:
        return None
    faster, usual = total, 0
    while faster > _UNUSUAL * total:
        usual += 1
        faster -= stories.get(usual, 0)
    return max(usual + 1, _FEWEST)
