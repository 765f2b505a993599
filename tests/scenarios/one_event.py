"""``python -m tests.scenarios.one_event run``: as ``kazwatch``, but titles that begin with the same
two words tell one event, whatever else decides upon stories, and a message is edited within a
second instead of a minute, so that a test of what chats see need not wait for it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.cli import main
from bot.model import AlertSettings, GroupDecision, StoryView, UngroupedItem
from bot.settings import Settings
from bot.store import stories

_record, _alerts = stories.record_story, Settings.for_alerts
_events: dict[tuple[str, ...], int] = {}  # first words → story


async def record_story(
    db: Any, item: UngroupedItem, decision: GroupDecision, *args: Any, **more: Any
) -> StoryView:
    """The item joins the story of its event; a copy stays one."""
    event = tuple(item.title.split()[:2])
    known = _events.get(event)
    if not decision.copy:
        decision = GroupDecision(known, 1.0 if known else 0.0, "first words" if known else "new")
    view = await _record(db, item, decision, *args, **more)
    _events[event] = view.story_id
    return view


def for_alerts(settings: Settings) -> AlertSettings:
    """With edits that come soon."""
    return replace(_alerts(settings), edit_delays=(timedelta(seconds=1),) * 5)


if __name__ == "__main__":
    stories.record_story = record_story
    Settings.for_alerts = for_alerts  # type: ignore[method-assign, assignment]
    main()
