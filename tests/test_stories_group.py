"""Which story an item joins, and how many outlets tell it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.model import GroupDecision, Member, Telling, UngroupedItem
from bot.stories.group import Evidence, group, outlets

NOW = datetime(2026, 4, 6, 9, 0, tzinfo=UTC)
TITLE = "Взрыв на шахте в Карагандинской области"
ITEM = UngroupedItem(
    item_id=9,
    outlet="vlast",
    owner="vlast",
    url="https://vlast.kz/9",
    title=TITLE,
    summary="",
    language="ru",
    published=None,
    first_seen_at=NOW,
    telling=Telling.ALERT,
    hits=(),
)
FIRST = Member(
    item_id=1,
    story_id=71,
    outlet="tengri",
    title="ВЗРЫВ на шахте – в Карагандинской области",
    summary="",
    language="ru",
    first_seen_at=NOW - timedelta(hours=1),
)
OPENS = GroupDecision(None, 0.0, "new")
COPY = GroupDecision(71, 1.0, "copy of tengri", copy=True)

JOINS = {
    # name: (item, members, decision)
    "nobody told it": (ITEM, [], OPENS),
    "the same title at another outlet": (ITEM, [FIRST], COPY),
    "another title": (ITEM, [replace(FIRST, title="Пожар на шахте в Караганде")], OPENS),
    "four words are too few": (
        replace(ITEM, title="Курс доллара на сегодня"),
        [replace(FIRST, title="Курс доллара на сегодня")],
        OPENS,
    ),
    "72 hours ago": (ITEM, [replace(FIRST, first_seen_at=NOW - timedelta(hours=72))], COPY),
    "more than 72 hours ago": (
        ITEM,
        [replace(FIRST, first_seen_at=NOW - timedelta(hours=72, seconds=1))],
        OPENS,
    ),
    "its own outlet": (ITEM, [replace(FIRST, outlet="vlast")], OPENS),
    "a story where its own outlet has it already": (
        ITEM,
        [FIRST, replace(FIRST, item_id=2, outlet="vlast")],
        OPENS,
    ),
    "two stories: the latest": (
        ITEM,
        [
            replace(FIRST, item_id=0, story_id=70, first_seen_at=NOW - timedelta(hours=25)),
            FIRST,
            replace(FIRST, item_id=0, story_id=69, first_seen_at=NOW - timedelta(hours=49)),
        ],
        COPY,
    ),
}


@pytest.mark.parametrize(("item", "members", "decision"), JOINS.values(), ids=JOINS)
def test_a_copy_joins_the_story_of_what_it_copies(
    item: UngroupedItem, members: list[Member], decision: GroupDecision
) -> None:
    assert group(item, members) == decision


def test_further_evidence_decides_where_nothing_is_a_copy() -> None:
    close = Evidence(72, 0.8, "vector 0.80 to 5", NOW)
    far = Evidence(73, 0.6, "vector 0.60 to 6", NOW)
    assert group(ITEM, [], [far, close]) == GroupDecision(72, 0.8, "vector 0.80 to 5")
    assert group(ITEM, [FIRST], [far, close]) == COPY


@pytest.mark.parametrize(
    ("members", "count"),
    [
        ([], 0),
        ([("tengri", False)], 1),
        ([("tengri", False), ("vlast", False)], 2),
        ([("tengri", False), ("tengri", False)], 1),  # two outlets of one owner
        ([("tengri", False), ("kapital", True), ("zakon", True)], 1),  # agency text
        ([("tengri", False), ("kapital", True), ("kapital", False)], 2),  # and a text of its own
    ],
)
def test_copies_and_outlets_of_one_owner_count_once(
    members: list[tuple[str, bool]], count: int
) -> None:
    assert outlets(members) == count
