"""Which story an item belongs to, and how many outlets tell a story.

Evidence is gathered by methods that each look at recent members; the strongest decides. Copies are
one such method (the same title at another outlet); sentence vectors or skeletons come beside it as
further evidence, with scores below that of a copy.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.model import GroupDecision, Member, UngroupedItem
from bot.stories.identity import TITLE_WORDS, normal_title, title_words

WINDOW = timedelta(hours=72)
_COPY = 1.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """That an item belongs to a story: ``score`` up to 1.0, ``why`` for people, ``at`` when the
    member that speaks for it was first seen."""

    story_id: int
    score: float
    why: str
    at: datetime
    copy: bool = False


def group(
    item: UngroupedItem, members: Sequence[Member], further: Sequence[Evidence] = ()
) -> GroupDecision:
    """The story of the strongest evidence, among equals of the latest member; else a new one.

    ``members``: of recent stories; for copies those with the item's normal title are enough.
    """
    evidence = (*_copies(item, members), *further)
    if not evidence:
        return GroupDecision(None, 0.0, "new")
    best = max(evidence, key=lambda found: (found.score, found.at, -found.story_id))
    return GroupDecision(best.story_id, best.score, best.why, best.copy)


def outlets(members: Iterable[tuple[str, bool]]) -> int:
    """How many independent outlets tell a story, from (owner, is a copy) of each member.

    Outlets of one owner count once and copies do not count.
    """
    return len({owner for owner, copy in members if not copy})


def _copies(item: UngroupedItem, members: Sequence[Member]) -> list[Evidence]:
    """Stories in which another outlet has the same text. A story where the item's own outlet has it
    already is left out: what an outlet publishes anew under an old title is another day's note."""
    title = normal_title(item.title)
    if title_words(title) <= TITLE_WORDS:
        return []
    same = [
        member
        for member in members
        if abs(item.first_seen_at - member.first_seen_at) <= WINDOW
        and normal_title(member.title) == title
    ]
    own = {member.story_id for member in same if member.outlet == item.outlet}
    return [
        Evidence(
            member.story_id, _COPY, f"copy of {member.outlet}", member.first_seen_at, copy=True
        )
        for member in same
        if member.story_id not in own
    ]
