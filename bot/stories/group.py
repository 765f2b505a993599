"""Which story an item belongs to, and how many outlets tell a story.

Evidence is gathered by methods that each look at recent members; the strongest decides. Copies are
one such method (the same title at another outlet); sentence vectors or skeletons come beside it as
further evidence, with scores below that of a copy.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.model import GroupDecision, Member, UngroupedItem
from bot.stories.contradict import contradicts
from bot.stories.identity import TITLE_WORDS, normal_title, title_words
from bot.stories.traits import traits_of
from bot.stories.weigh import WINDOW

__all__ = ["JOIN", "TOGETHER", "WINDOW", "Evidence", "beside", "group", "outlets"]

TOGETHER = 0.5  # from this score on a story is shown beside the item
JOIN = 0.75  # from this score on the item joins, and raises no alert of its own
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

    A wrong merge costs somebody an alert, a wrong split costs a repeat: below `JOIN` the item opens
    a story. ``members``: of recent stories; for copies those with the item's normal title are
    enough. ``further``: of `Window.evidence`.
    """
    evidence = (*_copies(item, members), *further)
    if not evidence:
        return GroupDecision(None, 0.0, "new")
    best = max(evidence, key=lambda found: (found.score, found.at, -found.story_id))
    if best.score < JOIN:
        return GroupDecision(None, 0.0, f"new; beside it {best.why}")
    return GroupDecision(best.story_id, best.score, best.why, best.copy)


def beside(evidence: Sequence[Evidence], story_id: int | None) -> list[int]:
    """Stories to be shown together with the one that an item joined or opened, nearest first."""
    near = sorted(evidence, key=lambda found: (-found.score, found.story_id))
    return [
        found.story_id for found in near if found.story_id != story_id and found.score >= TOGETHER
    ]


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
        and not _another_note(item, member)
    ]
    own = {member.story_id for member in same if member.outlet == item.outlet}
    return [
        Evidence(
            member.story_id, _COPY, f"copy of {member.outlet}", member.first_seen_at, copy=True
        )
        for member in same
        if member.story_id not in own
    ]


def _another_note(item: UngroupedItem, member: Member) -> bool:
    """One title, but the summaries tell of different days, places or numbers."""
    if item.summary == member.summary:
        return False
    mine = traits_of(item.title, item.summary, item.language)
    theirs = traits_of(member.title, member.summary, member.language)
    gap = item.first_seen_at - member.first_seen_at
    return bool(contradicts(mine, theirs, gap))
