"""The items of the last 72 hours, as grouping compares a new one with them.

Loaded from stored rows at start, then grown by every grouped item. Candidates come from an inverted
index of what items say, and by their vectors where there are any; only these are weighed, so the
cost does not grow with the window. Plain values throughout: nothing here reads or writes.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.model import Member
from bot.stories.contradict import contradicts
from bot.stories.group import TOGETHER, Evidence
from bot.stories.traits import Traits, traits_of
from bot.stories.weigh import (
    WINDOW,
    Rarity,
    Signs,
    probability,
    reasons,
    said,
    signs,
)

if TYPE_CHECKING:
    from bot.stories.nearness import Nearness, Vector

AGE = timedelta(days=7)  # of a story that still grows, from its first item
MEMBERS = 200  # of a story that still grows
_CANDIDATES = 24  # weighed by what they say, and as many by their vectors
_SHORT = 16  # entries of the index that are not looked through for aged ones
_TOUCHED = 3000  # entries of the index that an item may look at


@dataclass(frozen=True, slots=True)
class Read:
    """An item as it is compared: what grouping made of it once, so that it is not read again."""

    traits: Traits
    language: str  # that of the vectors: Kazakh in Latin letters has a mean of its own


@dataclass(frozen=True, slots=True)
class _Kept:
    item_id: int
    story_id: int
    outlet: str
    title: str
    seen: datetime
    traits: Traits
    language: str


@dataclass(slots=True)
class _Story:
    opened_at: datetime
    members: list[int] = field(default_factory=list)  # in the window
    earlier: int = 0  # those that aged


@dataclass(slots=True)
class _Speaker:
    """The member that speaks most for a story, and how many speak for it and against."""

    score: float = 0.0
    kept: _Kept | None = None
    shown: Signs = field(default_factory=Signs)
    members: int = 0
    against: int = 0  # alike, but of another day, place or number

    def hear(self, score: float, kept: _Kept, shown: Signs) -> None:
        self.members += 1
        if self.kept is None or (score, kept.seen, -kept.item_id) > (
            self.score, self.kept.seen, -self.kept.item_id,
        ):  # fmt: skip
            self.score, self.kept, self.shown = score, kept, shown


class Window:
    """What a new item may belong to. One thread at a time."""

    def __init__(self, nearness: Nearness | None = None) -> None:
        """Without ``nearness`` (no model) what items say decides alone."""
        self._nearness = nearness
        self._kept: dict[int, _Kept] = {}
        self._order: deque[int] = deque()
        self._postings: dict[str, dict[str, list[int]]] = {kind: {} for kind in Rarity.KINDS}
        self.rarity = Rarity()
        self._stories: dict[int, _Story] = {}

    def __len__(self) -> int:
        return len(self._kept)

    # ------------------------------------------------------------ growing and ageing

    def add(
        self,
        member: Member,
        vector: Vector | None = None,
        *,
        read: Read | None = None,
        opened_at: datetime | None = None,
    ) -> None:
        """Keep a grouped item. ``read``: of `read_item`, where it was read already; ``opened_at``:
        when its story began, where the window did not see that."""
        if member.item_id in self._kept:
            return
        read = read or read_item(member.title, member.summary, member.language)
        kept = _Kept(
            member.item_id, member.story_id, member.outlet, member.title, member.first_seen_at,
            read.traits, read.language,
        )  # fmt: skip
        self._kept[kept.item_id] = kept
        self._order.append(kept.item_id)
        for kind, told in said(kept.traits):
            postings = self._postings[kind]
            for one in told:
                entries = postings.setdefault(one, [])
                if len(entries) > _SHORT and entries[len(entries) // 2] not in self._kept:
                    entries[:] = [item for item in entries if item in self._kept]
                entries.append(kept.item_id)
        story = self._stories.setdefault(kept.story_id, _Story(opened_at or kept.seen))
        story.opened_at = min(story.opened_at, opened_at or kept.seen)
        self.rarity.add(kept.traits, self._told(story))
        story.members.append(kept.item_id)
        if vector is not None:
            self.add_vector(kept.item_id, vector)

    def add_vector(self, item_id: int, vector: Vector) -> None:
        """A vector that came after its item was grouped: it serves those that follow."""
        kept = self._kept.get(item_id)
        if kept is not None and self._nearness is not None:
            self._nearness.add(item_id, kept.language, vector)

    def age(self, now: datetime) -> None:
        """Forget what was seen more than 72 hours before ``now``."""
        while self._order and now - self._kept[self._order[0]].seen > WINDOW:
            self._forget(self._kept.pop(self._order.popleft()))

    def _forget(self, kept: _Kept) -> None:
        story = self._stories[kept.story_id]
        story.members.remove(kept.item_id)
        story.earlier += 1
        self.rarity.add(kept.traits, self._told(story), by=-1)
        if not story.members:
            del self._stories[kept.story_id]
        for kind, told in said(kept.traits):
            counts, postings = self.rarity.counts[kind], self._postings[kind]
            for one in told:
                if one not in counts:
                    postings.pop(one, None)
        if self._nearness is not None:
            self._nearness.discard(kept.item_id)

    def _told(self, story: _Story) -> list[Traits]:
        return [self._kept[item].traits for item in story.members]

    # ------------------------------------------------------------ asking

    def evidence(
        self, item: Member, vector: Vector | None = None, *, read: Read | None = None
    ) -> list[Evidence]:
        """Stories that an item may belong to, each by the member that speaks most for it, strongest
        first; those below `TOGETHER` are left out. ``item.story_id`` means nothing."""
        read = read or read_item(item.title, item.summary, item.language)
        cosines = self._near(read, vector)
        best: dict[int, _Speaker] = {}
        candidates = self._candidates(read, cosines)
        if vector is not None and self._nearness is not None:
            far = [item for item in candidates if item not in cosines]
            cosines |= self._nearness.cosines(read.language, vector, far)
        for item_id in candidates:
            kept = self._kept[item_id]
            gap = item.first_seen_at - kept.seen
            if abs(gap) > WINDOW or not self._grows(kept.story_id, item.first_seen_at):
                continue
            cosine = cosines.get(item_id)
            shown = signs(
                read.traits,
                kept.traits,
                self.rarity,
                gap=gap,
                same_outlet=item.outlet == kept.outlet,
                cosine=cosine,
            )
            score = probability(shown, with_vectors=cosine is not None)
            if score < TOGETHER:
                continue
            speaker = best.setdefault(kept.story_id, _Speaker())
            if contradicts(read.traits, kept.traits, gap):
                speaker.against += 1
            else:
                speaker.hear(score, kept, shown)
        return sorted(
            (
                Evidence(story_id, found.score, _why(found), found.kept.seen)
                for story_id, found in best.items()
                if found.kept is not None and found.against <= found.members
            ),
            key=lambda found: (-found.score, found.story_id),
        )

    def _grows(self, story_id: int, now: datetime) -> bool:
        story = self._stories[story_id]
        return now - story.opened_at <= AGE and len(story.members) + story.earlier < MEMBERS

    def _near(self, read: Read, vector: Vector | None) -> dict[int, float]:
        if vector is None or self._nearness is None:
            return {}
        return dict(self._nearness.nearest(read.language, vector, _CANDIDATES))

    def _candidates(self, read: Read, cosines: dict[int, float]) -> list[int]:
        """Items that say most of the same, and those whose vectors are nearest."""
        rarity = self.rarity
        entries = sorted(
            (
                (len(self._postings[kind].get(one, ())), kind, one)
                for kind, told in said(read.traits)
                for one in told
            ),
        )
        scores: dict[int, float] = {}
        touched = 0
        for count, kind, one in entries:
            if not count:
                continue
            touched += count
            if touched > _TOUCHED:
                break
            weight = rarity.of(kind, one)
            for item_id in self._postings[kind][one]:
                scores[item_id] = scores.get(item_id, 0.0) + weight
        by_words = sorted(scores.items(), key=lambda found: (-found[1], -found[0]))
        chosen = [item for item, _ in by_words if item in self._kept][:_CANDIDATES]
        return list(dict.fromkeys([*chosen, *cosines]))


def _why(speaker: _Speaker) -> str:
    """For people: "0.71 like 'headline' of Vlast: same place and numbers"."""
    kept, shown = speaker.kept, speaker.shown
    assert kept is not None
    title = kept.title if len(kept.title) <= 60 else f"{kept.title[:57]}…"
    causes = reasons(shown)
    if shown.meaning >= 0.5:
        causes = f"close in meaning, {causes}" if causes else "close in meaning"
    return f"{speaker.score:.2f} like '{title}' of {kept.outlet}" + (
        f": {causes}" if causes else ""
    )


def read_item(title: str, summary: str, language: str) -> Read:
    """Read an item once, for `evidence` and `add`."""
    traits = traits_of(title, summary, language)
    latin = (language == "kk" and title.isascii()) or (_is_latin(title) and language == "kk")
    return Read(traits, "kk-latin" if latin else language or traits.language)


def _is_latin(title: str) -> bool:
    letters = [letter for letter in title if letter.isalpha()]
    return bool(letters) and sum(letter < "\u0250" for letter in letters) * 2 > len(letters)
