"""Who is told of a story now that an item joined it, and when.

The pack is told at once of breaking stories and of those that several independent outlets tell;
the rest is gathered. Words that a person added are told at once. Past its hourly cap a chat gets
the rest of the clock hour gathered. A message that told of a story is edited as the story grows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.model import (
    AlertSettings,
    AlertView,
    Audience,
    Mode,
    Plan,
    PlannedAlert,
    PlannedEdit,
    Priority,
    Promotion,
    StoryView,
    Telling,
    UngroupedItem,
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HOUR = timedelta(hours=1)
_FRESH = timedelta(minutes=10)  # items that waited longer in a backlog come after fresh ones


def plan(
    item: UngroupedItem,
    story: StoryView,
    audiences: Sequence[Audience],
    now: datetime,
    settings: AlertSettings,
) -> Plan:
    """What an item that joined a story changes for each chat (and thread) that it concerns.

    ``settings.gather`` and the minutes of gathered subscriptions are at least a second.
    """
    singles: Counter[int] = Counter()  # of this plan, by chat: threads of a chat share its cap
    told: set[int] = set()  # chats that this plan tells of their cap
    steps: list[PlannedAlert | Promotion | PlannedEdit] = []
    for audience in audiences if item.telling is not Telling.SILENT else ():
        so_far = audience.singles_this_hour + singles[audience.chat_id]
        step = _step(item, story, audience, now, settings, capped=so_far >= audience.hourly_cap)
        if step is None:
            continue
        if isinstance(step, PlannedAlert) and step.tell_cap:
            step = replace(step, tell_cap=audience.chat_id not in told)
            told.add(audience.chat_id)
        singles[audience.chat_id] += isinstance(step, Promotion) or (
            isinstance(step, PlannedAlert) and step.single
        )
        steps.append(step)
    return Plan(
        alerts=tuple(step for step in steps if isinstance(step, PlannedAlert)),
        promotions=tuple(step for step in steps if isinstance(step, Promotion)),
        edits=tuple(step for step in steps if isinstance(step, PlannedEdit)),
    )


def next_multiple(now: datetime, length: timedelta) -> datetime:
    """The next time after ``now`` that is a multiple of ``length``, counted from 1970 in UTC."""
    return _EPOCH + ((now - _EPOCH) // length + 1) * length


def _step(
    item: UngroupedItem,
    story: StoryView,
    audience: Audience,
    now: datetime,
    settings: AlertSettings,
    *,
    capped: bool,
) -> PlannedAlert | Promotion | PlannedEdit | None:
    """What one audience gets: a first alert, one that no longer waits, an edit, or nothing."""
    alert = audience.alert
    at_once = _at_once(item, story, audience, settings)
    if alert is None:
        if story.outlets < audience.outlets_wanted:
            return None
        return _first(item, story, audience, now, settings, at_once=at_once, capped=capped)
    if alert.pending_in_summary:
        if capped or not at_once:
            return None
        return Promotion(
            alert_id=alert.alert_id,
            chat_id=audience.chat_id,
            thread_id=audience.thread_id,
            due_at=now,
            priority=_priority(item, story, now),
        )
    return _edit(audience, alert, now, settings)


def _at_once(
    item: UngroupedItem, story: StoryView, audience: Audience, settings: AlertSettings
) -> bool:
    """Whether one of the subscriptions wants a message of its own; what a feed brings on its return
    after hours is no news of this minute."""
    if item.telling is not Telling.ALERT:
        return False
    matters = story.breaking or story.outlets >= settings.outlets_at_once
    return Mode.AT_ONCE in audience.modes or (matters and Mode.PACK in audience.modes)


def _first(
    item: UngroupedItem,
    story: StoryView,
    audience: Audience,
    now: datetime,
    settings: AlertSettings,
    *,
    at_once: bool,
    capped: bool,
) -> PlannedAlert:
    single = at_once and not capped
    if single:
        due_at, priority = now, _priority(item, story, now)
    else:
        length = _HOUR if at_once else _gather_length(audience, settings)
        due_at, priority = next_multiple(now, length), Priority.SUMMARY
    return PlannedAlert(
        chat_id=audience.chat_id,
        thread_id=audience.thread_id,
        queries=audience.queries,
        single=single,
        due_at=due_at,
        priority=priority,
        tell_cap=at_once and capped and not audience.cap_told,
    )


def _gather_length(audience: Audience, settings: AlertSettings) -> timedelta:
    """The shortest of what the subscriptions gather by; the pack, and what comes late, by the
    pack's rhythm."""
    return min(
        timedelta(minutes=minutes) if mode is Mode.GATHERED else settings.gather
        for mode, minutes in zip(audience.modes, audience.gather_minutes, strict=True)
    )


def _priority(item: UngroupedItem, story: StoryView, now: datetime) -> int:
    if story.breaking:
        return Priority.BREAKING
    return Priority.FRESH if now - item.first_seen_at <= _FRESH else Priority.OLDER


def _edit(
    audience: Audience, alert: AlertView, now: datetime, settings: AlertSettings
) -> PlannedEdit | None:
    """An edit of the message that told the story. One that is not sent yet needs none (it is
    rendered from the story as it is then), nor does one that waits: it will tell this item too."""
    if alert.message_id is None or alert.pending_edit or alert.edits >= len(settings.edit_delays):
        return None
    due_at = (alert.last_told_at or now) + settings.edit_delays[alert.edits]
    return PlannedEdit(
        alert_id=alert.alert_id,
        chat_id=audience.chat_id,
        thread_id=audience.thread_id,
        message_id=alert.message_id,
        due_at=max(now, due_at),
    )
