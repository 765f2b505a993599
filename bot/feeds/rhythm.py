"""When to look again.

The interval follows what the feed does: halved by a poll that brought something, a quarter longer
after one that did not. So after any silence the next look comes within a quarter of that silence,
whatever the feed's own pace is, and a feed that is busy is looked at ever more often.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.model import FetchSettings

_SHORTER, _LONGER = 0.5, 1.25
_MAX_BACKOFF = timedelta(hours=6)
_AWAY = 1.5  # times the longest interval: nobody looked for so long, so the gap says nothing


def next_poll(
    now: datetime,
    settings: FetchSettings,
    *,
    since_last: timedelta | None,
    brought_new: bool,
    fresh_for: timedelta | None,
    jitter: float,
) -> datetime:
    """When a feed that has just answered is due again.

    ``since_last``: since the poll before that succeeded, ``None`` after the first. ``brought_new``:
    it held entries that nobody had seen. ``fresh_for``: how long the server asks us to wait.
    ``jitter``: a random number in 0…1, so that feeds do not march in step.
    """
    if since_last is None or since_last > settings.max_interval * _AWAY:
        interval = settings.min_interval
    else:
        interval = since_last * (_SHORTER if brought_new else _LONGER)
    interval *= 0.95 + jitter / 10
    interval = min(max(interval, settings.min_interval), settings.max_interval)
    return now + max(interval, fresh_for or timedelta(0))


def next_try(
    now: datetime,
    settings: FetchSettings,
    *,
    failures: int,
    retry_after: timedelta | None,
    jitter: float,
) -> datetime:
    """When a feed that has just failed is due again: twice as late each time, up to 6 hours.

    ``failures``: in a row, this one included. ``retry_after``: the server's order, which is
    obeyed also beyond the 6 hours. ``jitter``: a random number in 0…1, which takes up to a quarter
    away, so that the feeds of one dead server come back one by one.
    """
    doubled = settings.min_interval.total_seconds() * 2 ** min(max(failures, 1), 30)
    backoff = min(timedelta(seconds=doubled), _MAX_BACKOFF) * (1 - jitter / 4)
    return now + max(backoff, retry_after or timedelta(0))
