"""Lane 2: UngroupedItem → GroupDecision → Plan."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.model.poll import Hit, Telling


@dataclass(frozen=True, slots=True)
class UngroupedItem:
    """An item that will be told, with its hits."""

    item_id: int
    outlet: str
    owner: str
    url: str
    title: str
    summary: str
    language: str
    published: datetime | None
    first_seen_at: datetime
    telling: Telling
    hits: tuple[Hit, ...]

    def in_story(self, story_id: int) -> Member:
        """As grouping sees it from then on."""
        return Member(
            item_id=self.item_id,
            story_id=story_id,
            outlet=self.outlet,
            title=self.title,
            summary=self.summary,
            language=self.language,
            first_seen_at=self.first_seen_at,
        )


@dataclass(frozen=True, slots=True)
class Member:
    """A recent item of a story, as grouping sees it."""

    item_id: int
    story_id: int
    outlet: str
    title: str
    summary: str
    language: str
    first_seen_at: datetime


@dataclass(frozen=True, slots=True)
class GroupDecision:
    """``story_id`` None: the item opens a story."""

    story_id: int | None
    score: float  # 1.0 for a copy
    why: str  # one word and its evidence, for `kazwatch story`
    copy: bool = False


class Mode(StrEnum):
    """How a subscription is told."""

    PACK = "pack"  # at once when breaking or told by three outlets, else gathered
    AT_ONCE = "at_once"
    GATHERED = "gathered"
    DIGEST = "digest"


class Kind(StrEnum):
    """What a delivery is; one delivery is one Telegram call."""

    ANSWER = "answer"
    ALERT = "alert"
    FOLLOW_UP = "follow_up"
    SUMMARY = "summary"
    BROADCAST = "broadcast"
    EDIT = "edit"


class Priority:
    """The order of deliveries; smaller goes first."""

    ANSWER = 0
    BREAKING = 10
    FRESH = 20
    OLDER = 30
    SUMMARY = 40
    BROADCAST = 50
    EDIT = 60


@dataclass(frozen=True, slots=True)
class StoryView:
    """A story as planning sees it after an item joined."""

    story_id: int
    version: int
    outlets: int  # independent ones: copies and outlets of one owner count once
    breaking: bool
    created_at: datetime
    copy: bool = False  # what joined is the text of another member
    earlier: tuple[str, ...] = ()  # titles of the members before it, in their order


@dataclass(frozen=True, slots=True)
class AlertView:
    """What a chat was told, or will be told, of a story."""

    alert_id: int
    pending_in_summary: bool  # carried by a summary that was not sent yet
    message_id: int | None  # of the single message that told it; None before, or in a summary
    edits: int
    last_told_at: datetime | None  # sent, edited or followed up
    pending_edit: bool
    told_by: int | None = None  # the message that told it, its own or a summary
    rang_at: datetime | None = None  # when that came, or the last follow-up
    follow_ups: int = 0  # sent or waiting
    pending_follow_up: bool = False


@dataclass(frozen=True, slots=True)
class Audience:
    """One chat's (and thread's) claim on a story: its subscriptions that were hit."""

    chat_id: int
    thread_id: int  # 0: no forum topic
    queries: tuple[int, ...]
    modes: tuple[Mode, ...]  # one for each query
    gather_minutes: tuple[int, ...]  # one for each query; used where the mode gathers
    outlets_wanted: tuple[int, ...]  # one for each query: independent ones, before it is told
    hourly_cap: int
    singles_this_hour: int  # single alerts planned since the clock hour began
    cap_told: bool  # was told in this clock hour that the rest is gathered
    alert: AlertView | None


@dataclass(frozen=True, slots=True)
class PlannedAlert:
    """A new alert. ``single``: a message of its own; else it goes into the chat's summary that is
    due at ``due_at`` (made when there is none)."""

    chat_id: int
    thread_id: int
    queries: tuple[int, ...]
    single: bool
    due_at: datetime
    priority: int
    tell_cap: bool = False  # the summary opens by saying why it gathers, with the button


@dataclass(frozen=True, slots=True)
class Promotion:
    """An alert that waits in a summary is told at once after all."""

    alert_id: int
    chat_id: int
    thread_id: int
    due_at: datetime
    priority: int


@dataclass(frozen=True, slots=True)
class PlannedEdit:
    """The message of an alert that grew is due to be edited."""

    alert_id: int
    chat_id: int
    thread_id: int
    message_id: int
    due_at: datetime


@dataclass(frozen=True, slots=True)
class PlannedFollowUp:
    """An important development of a story, told in a message that replies to the first one."""

    alert_id: int
    chat_id: int
    thread_id: int
    reply_to: int
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Plan:
    """What grouping one item changes for the chats."""

    alerts: tuple[PlannedAlert, ...] = ()
    promotions: tuple[Promotion, ...] = ()
    edits: tuple[PlannedEdit, ...] = ()
    follow_ups: tuple[PlannedFollowUp, ...] = ()
