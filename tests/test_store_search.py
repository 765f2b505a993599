"""The search over stored keys, on both databases."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.matching.candidates import ANYTHING, Either, Every, Holds, Keys, KeyTree
from bot.matching.nodes import Filter
from bot.model import MatchText, Span
from bot.store import feeds, schema, search
from bot.store.db import Database
from bot.store.found import hit_row
from bot.store.ids import IdMaker, new_id
from bot.store.search import first_id
from tests.databases import NOW
from tests.store_rows import feed, hit

WEEK_AGO = NOW - timedelta(days=7)
_more = iter(range(1_000_000))


async def store(
    db: Database, keys: Iterable[str] = (), *, at: datetime = NOW, **columns: Any
) -> int:
    """An item that holds these keys, first seen at a moment."""
    item_id = first_id(at) + next(_more)
    usual = {
        "id": item_id, "outlet": "steppe", "title": "Wheat", "language": "en",
        "first_seen_at": at, "telling": "alert",
    }  # fmt: skip
    async with db.write() as c:
        await c.execute(sa.insert(schema.items).values(**(usual | columns)))
        for key in keys:
            await c.execute(sa.insert(schema.item_tokens).values(token=key, item_id=item_id))
    return item_id


def keys(*wanted: str) -> Keys:
    return Keys(frozenset(wanted))


def test_ids_made_since_a_moment_are_not_smaller() -> None:
    before = datetime.now(NOW.tzinfo)
    made = IdMaker()()
    assert first_id(before) <= made < first_id(before + timedelta(minutes=1))
    assert first_id(datetime(2020, 1, 1, tzinfo=NOW.tzinfo)) == 0


# ------------------------------------------------------------------ which keys are stored


async def test_keys_are_counted_in_items_of_the_window(db: Database) -> None:
    await store(db, ["neft", "gaz"])
    await store(db, ["neft"], at=WEEK_AGO + timedelta(hours=1))
    await store(db, ["neft", "uran"], at=WEEK_AGO - timedelta(hours=1))
    found = await search.stored_keys(db, ["neft", "gaz", "uran", "never"], [], WEEK_AGO)
    assert found == {"neft": 2, "gaz": 1}


@pytest.mark.parametrize(
    ("head", "found"),
    [
        ("tok", {"tok", "tokaev", "tokaevtin", "tokS", "tokzz", "tokкириллица"}),
        ("tokS", {"tokS"}),
        ("tokaevt", {"tokaevtin"}),
        ("tz", set()),
    ],
)
async def test_all_that_begins_with_a_head_is_found(
    db: Database, head: str, found: set[str]
) -> None:
    stored = ("to", "tok", "tokaev", "tokaevtin", "tokS", "tokzz", "tokкириллица", "toj", "tol")
    await store(db, stored)
    await store(db, ["tokaev"])
    counts = await search.stored_keys(db, [], [head, "zzz"], WEEK_AGO)
    assert set(counts) == found
    assert counts.get("tokaev", 2) == 2


async def test_more_heads_and_keys_than_a_statement_takes_are_all_looked_up(db: Database) -> None:
    await store(db, ["h1500x", "k40000"])
    heads = [f"h{number}" for number in range(10_000)]
    wanted = [f"k{number}" for number in range(50_000)]
    assert await search.stored_keys(db, wanted, heads[:1600], WEEK_AGO) == {
        "h1500x": 1,
        "k40000": 1,
    }


# ------------------------------------------------------------------ candidates


@pytest.fixture
async def five(db: Database) -> list[int]:
    """Items from the oldest to the newest, the last of them within the week."""
    return [
        await store(db, ["neft", "gaz"], at=WEEK_AGO - timedelta(days=1)),
        await store(db, ["neft"], at=WEEK_AGO + timedelta(days=1), language="kk", title="АЭС"),
        await store(db, ["neft", "gaz"], outlet="Steppe.kz", summary="АЭС", language="kk-Cyrl"),
        await store(db, ["gaz", "uran"], language="ru", title="аэс"),
        await store(db, ["uran", "nefti", "neft"], outlet="step"),
    ]


TREES: list[tuple[KeyTree, list[int]]] = [
    (keys("neft"), [4, 2, 1]),
    (keys("neft", "nefti"), [4, 2, 1]),  # an item counts once
    (keys("never"), []),
    (Every((keys("neft"), keys("gaz"))), [2]),
    (Either((keys("gaz"), Every((keys("neft"), keys("uran"))))), [4, 3, 2]),
    (Every((keys("uran"), Either((keys("gaz"), keys("nefti"))))), [4, 3]),
    (Every((Every((keys("uran"),)), Either((Either((keys("gaz"),)), keys("never"))))), [3]),
    (ANYTHING, [4, 3, 2, 1]),
    (Filter("lang", "kk"), [2, 1]),
    (Every((keys("neft"), Filter("lang", "kk"))), [2, 1]),
    (Every((keys("neft"), Filter("source", "steppe"))), [2, 1]),
    (Every((keys("uran"), Filter("source", "st_p"))), []),  # _ stands for itself
    (Every((keys("uran"), Filter("source", "степь"))), [4, 3]),  # left to the matcher
    (Every((keys("uran"), Filter("source", "\0"))), [4, 3]),
    (Either((Filter("lang", "ru"), keys("nefti"))), [4, 3]),
    (Holds("АЭС"), [2, 1]),
    (Every((keys("gaz", "neft"), Holds("АЭС"), Filter("source", "steppe.kz"))), [2]),
    (Holds("'); --"), []),
]


async def test_items_that_fulfil_a_tree_are_found_newest_first(
    db: Database, five: list[int]
) -> None:
    for tree, places in TREES:
        found = await search.candidates(db, tree, WEEK_AGO, 10)
        assert found == (len(places), [five[place] for place in places]), tree


async def test_all_are_counted_where_only_the_newest_are_wanted(
    db: Database, five: list[int]
) -> None:
    assert await search.candidates(db, keys("neft"), WEEK_AGO, 1) == (3, [five[4]])


async def test_a_tree_of_too_many_parts_finds_any_item(db: Database, five: list[int]) -> None:
    pairs = [Every((keys("gaz"), keys(f"k{number}"))) for number in range(1000)]
    assert await search.candidates(db, Either(tuple(pairs)), WEEK_AGO, 1) == (4, [five[4]])
    few = Either(tuple(pairs[: search.MOST_SELECTS // 3 - 1]))
    assert await search.candidates(db, few, WEEK_AGO, 1) == (0, [])


async def test_a_statement_takes_any_number_of_keys(db: Database, five: list[int]) -> None:
    many = [f"k{number}" for number in range(50_000)]
    assert await search.candidates(db, keys(*many, "gaz"), WEEK_AGO, 1) == (2, [five[3]])


# ------------------------------------------------------------------ items and headlines


async def test_an_item_is_read_as_the_poll_matched_it(db: Database) -> None:
    published = NOW - timedelta(days=2)
    first = await store(db, title="Дождь", summary="В Семее", language="ru", domestic=True)
    second = await store(db, published=published)
    found = await search.stored_items(db, [first, second, new_id()])
    assert found == [
        search.StoredItem(second, published, NOW, MatchText("Wheat", "", "en", "steppe")),
        search.StoredItem(first, NOW, NOW, MatchText("Дождь", "В Семее", "ru", "steppe", True)),
    ]


async def test_headlines_bear_the_names_of_outlets(db: Database) -> None:
    await feeds.sync_catalogue(db, [feed("steppe")], NOW)
    known, unknown = await store(db, url="https://x.example"), await store(db, outlet="gone")
    found = await search.headlines(db, [known, unknown, new_id()])
    assert {item_id: (told.outlet, told.url) for item_id, told in found.items()} == {
        known: ("Steppe", "https://x.example"), unknown: ("gone", "")
    }  # fmt: skip
    assert await search.headlines(db, []) == {}


async def test_hits_of_a_stored_query_are_counted_and_the_newest_shown(db: Database) -> None:
    async with db.write() as c:
        for query_id, text in ((1, "topic:space"), (2, "topic:energy")):
            row = {"id": query_id, "kind": "topic", "text": text, "used_at": NOW}
            await c.execute(sa.insert(schema.queries).values(**row))
    days = {"Launch": 1, "launch": 2, "Landing": 3, "Delay": 4, "Old": 8}
    for title, ago in days.items():
        at = NOW - timedelta(days=ago)
        item_id = await store(db, title=title, at=at)
        async with db.write() as c:
            await c.execute(sa.insert(schema.hits).values(**hit_row(item_id, hit(1), at)))
    total, shown = await search.hits_since(db, "topic:space", WEEK_AGO, 2)
    assert (total, [item.text.title for item, _ in shown]) == (4, ["Launch", "launch"])
    assert shown[0][0].at == NOW - timedelta(days=1)
    assert shown[0][1] == (Span("title", 0, 6, "Almaty", "almaty", ("cities",)),)
    assert await search.hits_since(db, "topic:energy", WEEK_AGO, 2) == (0, [])
    assert await search.hits_since(db, "topic:unknown", WEEK_AGO, 2) == (0, [])
