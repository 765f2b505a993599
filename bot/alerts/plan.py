"""Who is told of a story now that an item joined it, and when.

The pack is told at once of breaking stories and of those that several independent outlets tell;
the rest is gathered. Words that a person added are told at once. Past its hourly cap a chat gets
the rest of the clock hour gathered. A message that told of a story is edited as the story grows; an
important development is a reply to it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.alerts.numbers import moved
from bot.model import (
    AlertSettings,
    AlertView,
    Audience,
    Mode,
    Plan,
    PlannedAlert,
    PlannedEdit,
    PlannedFollowUp,
    Priority,
    Promotion,
    StoryView,
    Telling,
    UngroupedItem,
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_FRESH = timedelta(minutes=10)  # items that waited longer in a backlog come after fresh ones

_Step = PlannedAlert | Promotion | PlannedEdit | PlannedFollowUp


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
    steps: list[_Step] = []
    develops = not story.copy and moved(item.title, story.earlier)
    for audience in audiences if item.telling is not Telling.SILENT else ():
        ready = _confirmed(audience, story)
        if ready is None:
            continue
        so_far = audience.singles_this_hour + singles[audience.chat_id]
        capped = so_far >= audience.hourly_cap
        step = _step(item, story, ready, now, settings, capped=capped, develops=develops)
        if step is None:
            continue
        if isinstance(step, PlannedAlert) and step.tell_cap:
            step = replace(step, tell_cap=audience.chat_id not in told)
            told.add(audience.chat_id)
        singles[audience.chat_id] += isinstance(step, Promotion | PlannedFollowUp) or (
            isinstance(step, PlannedAlert) and step.single
        )
        steps.append(step)
    return Plan(
        alerts=tuple(step for step in steps if isinstance(step, PlannedAlert)),
        promotions=tuple(step for step in steps if isinstance(step, Promotion)),
        edits=tuple(step for step in steps if isinstance(step, PlannedEdit)),
        follow_ups=tuple(step for step in steps if isinstance(step, PlannedFollowUp)),
    )


def next_multiple(now: datetime, length: timedelta) -> datetime:
    """The next time after ``now`` that is a multiple of ``length``, counted from 1970 in UTC."""
    return _EPOCH + ((now - _EPOCH) // length + 1) * length


def _confirmed(audience: Audience, story: StoryView) -> Audience | None:
    """The audience with those of its subscriptions alone that enough outlets tell the story for.

    None: there is none. What a chat was told once is told on, also when it raised its wish since.
    """
    ready = [n for n, wanted in enumerate(audience.outlets_wanted) if wanted <= story.outlets]
    if len(ready) == len(audience.queries):
        return audience
    if not ready:
        return None if audience.alert is None else replace(audience, modes=(), gather_minutes=())
    return replace(
        audience,
        queries=tuple(audience.queries[n] for n in ready),
        modes=tuple(audience.modes[n] for n in ready),
        gather_minutes=tuple(audience.gather_minutes[n] for n in ready),
    )


def _step(
    item: UngroupedItem,
    story: StoryView,
    audience: Audience,
    now: datetime,
    settings: AlertSettings,
    *,
    capped: bool,
    develops: bool,
) -> _Step | None:
    """What one audience gets: a first alert, one that no longer waits, a reply, an edit, or
    nothing."""
    alert = audience.alert
    at_once = _at_once(item, story, audience, settings)
    if alert is None:
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
    if at_once and not capped and (develops or _returns(story, alert, now)):
        follow_up = _follow_up(audience, alert, now, settings)
        if follow_up is not None:
            return follow_up
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


def _returns(story: StoryView, alert: AlertView, now: datetime) -> bool:
    """Whether a story that a chat heard of a day ago comes up again, other than by a copy."""
    return not story.copy and alert.rang_at is not None and now - alert.rang_at >= _DAY


def _follow_up(
    audience: Audience, alert: AlertView, now: datetime, settings: AlertSettings
) -> PlannedFollowUp | None:
    """A reply to the message that told the story, be it a summary; None where there is none yet, or
    enough was said."""
    if alert.told_by is None or alert.pending_follow_up or alert.follow_ups >= settings.follow_ups:
        return None
    return PlannedFollowUp(
        alert_id=alert.alert_id,
        chat_id=audience.chat_id,
        thread_id=audience.thread_id,
        reply_to=alert.told_by,
        due_at=now,
    )


def _edit(
    audience: Audience, alert: AlertView, now: datetime, settings: AlertSettings
) -> PlannedEdit | None:
    """An edit of the message that told the story. One that is not sent yet needs none (it is
    rendered from the story as it is then), nor does one that waits: it will tell this item too. A
    summary has many stories: it stays as it is."""
    waits = alert.pending_edit or alert.pending_follow_up
    if alert.message_id is None or waits or alert.edits >= len(settings.edit_delays):
        return None
    due_at = (alert.last_told_at or now) + settings.edit_delays[alert.edits]
    return PlannedEdit(
        alert_id=alert.alert_id,
        chat_id=audience.chat_id,
        thread_id=audience.thread_id,
        message_id=alert.message_id,
        due_at=max(now, due_at),
    )
