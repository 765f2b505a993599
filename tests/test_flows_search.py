"""What a query would have found in the last seven days, on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from operator import itemgetter
from time import perf_counter
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from bot.flows import search
from bot.flows.search import ENOUGH, FEW, FOR_NOTHING, MOST, PATIENCE, SLICE
from bot.model import Headline, MatchText, Member, Preview, Span
from bot.store import feeds, schema
from bot.store.db import Database
from bot.store.found import hit_row
from bot.store.ids import COUNT_BITS
from bot.store.search import StoredItem, first_id
from bot.stories.group import group
from tests.databases import NOW
from tests.queries import query
from tests.queries import shared_matcher as matcher
from tests.store_rows import feed, hit

WEEK = timedelta(days=7)
_more = count()


async def store(db: Database, *texts: MatchText | str, **columns: Any) -> list[int]:
    """Items with their keys, as a poll stores them, each a second after the one before it."""
    begin = columns.pop("at", NOW - timedelta(days=1))
    rows, tokens = [], []
    for seconds, one in enumerate(texts):
        text = MatchText(one, "", "ru", "steppe") if isinstance(one, str) else one
        at = begin + timedelta(seconds=seconds)
        item_id = first_id(at) + (next(_more) % (1 << COUNT_BITS))
        rows.append({
            "id": item_id, "title": text.title, "summary": text.summary, "language": text.language,
            "outlet": text.source, "domestic": text.domestic, "first_seen_at": at,
            "telling": "alert", "published": None,
        } | columns)  # fmt: skip
        tokens += [{"token": key, "item_id": item_id} for key in matcher().keys(text)]
    async with db.write() as c:
        await c.execute(sa.insert(schema.items), rows)
        await c.execute(sa.insert(schema.item_tokens), tokens)
    return [row["id"] for row in rows]


async def preview(
    db: Database, text: str, now: datetime = NOW, timer: Callable[[], float] = lambda: 0.0
) -> Preview:
    return await search.preview(db, matcher(), query(text), now, timer)


def titles(found: Preview) -> list[str]:
    return [headline.title for headline in found.latest]


NEWS = (
    MatchText("Тоқаевтың Берлинге сапары", "", "kk", "dala"),
    MatchText("Токаев посетил Берлин", "Переговоры о нефти", "ru", "steppe"),
    MatchText("Tokayev's visit to Berlin", "Oil and gas", "en", "herald"),
    MatchText("Токарев стал тренером", "", "ru", "steppe"),
    MatchText("Нефть дорожает", "Цены на газ тоже", "ru", "steppe-2"),
    MatchText("АЭС построят у Балхаша", "", "ru", "steppe"),
    MatchText("Маэсен и аэс", "", "ru", "steppe"),
    MatchText("В Актау открыли новый завод", "", "ru", "steppe"),
    MatchText("Завод получил новый станок", "", "ru", "steppe"),
)


FOUND = {
    "Tokayev": ["Tokayev's visit to Berlin", "Токаев посетил Берлин", "Тоқаевтың Берлинге сапары"],
    "Токаев lang:kk": ["Тоқаевтың Берлинге сапары"],
    "Токаев нефть": ["Токаев посетил Берлин"],
    "title:нефть": ["Нефть дорожает"],
    "нефть -Токаев": ["Нефть дорожает"],
    "(нефть OR oil) -Токаев": ["Нефть дорожает"],
    "газ OR gas": ["Нефть дорожает", "Tokayev's visit to Berlin"],
    "АЭС": ["АЭС построят у Балхаша"],
    '"новый завод"': ["В Актау открыли новый завод"],
    "зав*": ["Завод получил новый станок", "В Актау открыли новый завод"],
    "нефть source:steppe": ["Нефть дорожает", "Токаев посетил Берлин"],
    "Актау Балхаш": [],
}


async def test_a_preview_is_what_the_matcher_would_have_found(db: Database) -> None:
    await store(db, *NEWS)
    previewed = {text: await preview(db, text) for text in FOUND}
    assert {text: titles(one) for text, one in previewed.items()} == FOUND
    for text, one in previewed.items():
        assert (one.count, one.exact, one.silent) == (len(FOUND[text]), True, ())


async def test_a_headline_shows_where_the_words_stand(db: Database) -> None:
    await feeds.sync_catalogue(db, [feed("steppe")], NOW)
    (item_id,) = await store(db, "Жители Семея ждут Тоқаевты", at=NOW - timedelta(hours=1), url="u")
    found = await preview(db, "Tokayev")
    assert found.latest == (
        Headline(item_id, "Жители Семея ждут Тоқаевты", "u", "Steppe", "ru",
                 NOW - timedelta(hours=1), (Span("title", 18, 26, "Тоқаевты"),)),
    )  # fmt: skip


async def test_an_outlet_of_the_country_is_the_second_sign(db: Database) -> None:
    await store(db, MatchText("Верный отметил праздник", "", "ru", "steppe", domestic=True))
    await store(db, MatchText("Верный отметил праздник дважды", "", "ru", "abroad"))
    assert (await preview(db, "Алматы")).count == 1


@pytest.mark.parametrize(
    ("seen", "published", "counts"),
    [
        (timedelta(days=6), None, True),
        (timedelta(days=8), None, False),
        (timedelta(days=1), timedelta(days=6), True),
        (timedelta(days=1), timedelta(days=30), False),  # old news of a feed that is new to us
    ],
)
async def test_seven_days_are_counted(
    db: Database, seen: timedelta, published: timedelta | None, counts: bool
) -> None:
    dated = None if published is None else NOW - published
    await store(db, "Нефть дорожает", at=NOW - seen, published=dated)
    assert (await preview(db, "нефть")).count == counts


async def test_the_latest_by_date_are_shown(db: Database) -> None:
    await store(db, "Нефть дорожает", "НЕФТЬ дорожает", "Нефть дешевеет", "Нефть кончилась")
    day = NOW - timedelta(days=3)
    await store(db, "Нефть нашли", published=day)
    found = await preview(db, "нефть")
    assert (found.count, titles(found)) == (
        5, ["Нефть кончилась", "Нефть дешевеет", "НЕФТЬ дорожает"]
    )  # fmt: skip


NEWS_OF_TWO = "В Актау открыли новый нефтяной завод"


async def test_copies_of_one_text_are_one_alert_in_number_and_list(db: Database) -> None:
    await store(db, *(MatchText(NEWS_OF_TWO, "", "ru", outlet) for outlet in ("one", "two")))
    hour = NOW - timedelta(hours=1)
    await store(db, MatchText(NEWS_OF_TWO.upper() + "!", "", "ru", "three"), at=hour)
    await store(db, MatchText("Нефть дорожает", "", "ru", "one"), at=NOW - timedelta(days=2))
    found = await preview(db, "нефть OR нефтяной")
    assert (found.count, titles(found)) == (2, [NEWS_OF_TWO.upper() + "!", "Нефть дорожает"])


async def test_of_topics_copies_are_one_alert_too(db: Database) -> None:
    ids = await store(db, *(MatchText(NEWS_OF_TWO, "", "ru", outlet) for outlet in ("one", "two")))
    async with db.write() as c:
        row = {"id": 1, "kind": "topic", "text": "topic:energy", "used_at": NOW}
        await c.execute(sa.insert(schema.queries).values(**row))
        for item_id in ids:
            await c.execute(sa.insert(schema.hits).values(**hit_row(item_id, hit(1), NOW)))
    found = await preview(db, "topic:energy")
    assert (found.count, titles(found)) == (1, [NEWS_OF_TWO])


published = st.tuples(
    st.sampled_from([NEWS_OF_TWO, f"{NEWS_OF_TWO}.", "Нефть дорожает", f"{NEWS_OF_TWO} опять"]),
    st.sampled_from(["one", "two", "three"]),
    st.integers(0, 7 * 24),  # hours
)


@given(st.lists(published, max_size=20))
def test_an_alert_is_a_story_as_far_as_copies_make_one(
    given_items: list[tuple[str, str, int]],
) -> None:
    begin = NOW - WEEK
    hits = [
        (StoredItem(number, at, at, MatchText(title, "", "ru", outlet)), ())
        for number, (title, outlet, hours) in enumerate(sorted(given_items, key=itemgetter(2)))
        for at in [begin + timedelta(hours=hours)]
    ]
    members: list[Member] = []
    for item, _ in hits:
        asked = search._ungrouped(item)
        known = group(asked, members).story_id
        members.append(asked.in_story(item.item_id if known is None else known))
    alerts = search._alerts(hits[::-1])
    assert len(alerts) == len({member.story_id for member in members})
    assert alerts == sorted(alerts, key=lambda hit: hit[0].item_id, reverse=True)


def test_many_copies_take_little_time() -> None:
    at = NOW - timedelta(hours=1)
    hits = [
        (StoredItem(n, at, at, MatchText(NEWS_OF_TWO, "", "ru", f"o{n}")), ()) for n in range(MOST)
    ]
    started = perf_counter()
    assert len(search._alerts(hits)) == 1
    assert perf_counter() - started < 2


# ------------------------------------------------------------------ words that never occur


SILENT = {
    "Зыряновскит": ("Зыряновскит",),
    "нефть Зыряновскит": ("Зыряновскит",),
    "нефть OR Зыряновскит": ("Зыряновскит",),
    '"Нефтяной зыряновскит" OR уран*': ("Нефтяной", "зыряновскит", "уран*"),
    "нефть -Зыряновскит": (),
    "Тренерр": ("Тренерр",),  # another word has its key
    "NEFT": ("NEFT",),
    "нефть lang:zh": ("lang:zh",),
    "нефть lang:kk,zh": ("lang:zh",),
    "нефть -source:nosuch": ("source:nosuch",),
    "нефть source:steppe": (),
}


async def test_words_that_occur_in_no_item_are_named(db: Database) -> None:
    await store(db, *NEWS)
    assert {text: (await preview(db, text)).silent for text in SILENT} == SILENT


async def test_a_word_that_occurred_before_these_days_is_silent(db: Database) -> None:
    await store(db, "Нефть дорожает", at=NOW - timedelta(days=8))
    assert await preview(db, "нефть") == Preview(0, True, (), ("нефть",))


async def test_nothing_is_stored_yet(db: Database) -> None:
    assert await preview(db, "нефть OR oil") == Preview(0, True, (), ("нефть", "oil"))


# ------------------------------------------------------------------ many candidates


async def test_what_was_not_looked_at_is_taken_to_be_like_the_rest(db: Database) -> None:
    some = [f"Новый завод {n}" if n % 4 == 0 else f"Завод новый {n}" for n in range(ENOUGH * 2)]
    await store(db, *some)
    found = await preview(db, '"новый завод"')
    assert (found.count, found.exact, len(found.latest)) == (ENOUGH // 2, False, 3)


async def test_all_are_counted_when_no_more_than_enough(db: Database) -> None:
    await store(db, *(f"Завод {n}" for n in range(ENOUGH)))
    found = await preview(db, "завод")
    assert (found.count, found.exact) == (ENOUGH, True)


async def test_rare_matches_are_sought_further_back(db: Database) -> None:
    rare = [f"Новый завод {n}" for n in range(3)]
    await store(db, *rare, *(f"Завод новый {n}" for n in range(ENOUGH + SLICE)), *rare[:1])
    found = await preview(db, '"новый завод"')
    assert (titles(found), found.exact) == ([rare[0], rare[2], rare[1]], True)


async def test_the_search_for_rare_matches_has_an_end(db: Database) -> None:
    await store(db, "Новый завод", *(f"Завод новый {n}" for n in range(MOST)))
    assert await preview(db, '"новый завод"') == Preview(0, False, (), ())


async def test_a_slow_machine_answers_from_the_first_ones(db: Database) -> None:
    await store(db, *(f"Завод {n}" for n in range(ENOUGH)))
    clock = count()
    found = await preview(db, "завод", timer=lambda: next(clock) * PATIENCE)
    assert (found.count, found.exact) == (ENOUGH, False)
    await store(db, *(f"Фабрика {n}" for n in range(FEW)))
    found = await preview(db, "фабрика", timer=lambda: next(clock) * PATIENCE)
    assert (found.count, found.exact) == (FEW, True)


async def test_it_takes_longer_to_say_that_there_is_nothing(db: Database) -> None:
    await store(
        db, *(f"Новый завод {n}" for n in range(3)), *(f"Завод новый {n}" for n in range(60))
    )
    found = await preview(db, '"новый завод"', timer=iter([0.0, *[PATIENCE] * 9]).__next__)
    assert (found.count, found.exact) == (3, True)
    found = await preview(db, '"новый завод"', timer=iter([0.0, *[FOR_NOTHING] * 9]).__next__)
    assert (found.count, found.exact) == (0, False)


# ------------------------------------------------------------------ the matcher, topics


async def test_previews_at_once_do_not_meet(db: Database) -> None:
    await store(db, *NEWS)
    found = await asyncio.gather(*(preview(db, text) for text in ("нефть", "завод", "Tokayev")))
    assert [one.count for one in found] == [2, 2, 3]


async def test_the_matcher_is_left_without_the_query(db: Database) -> None:
    await store(db, *NEWS)
    await preview(db, "нефть")
    assert matcher().match(NEWS[4]) == ()


async def test_a_failure_leaves_the_matcher_without_the_query(db: Database) -> None:
    await store(db, *NEWS)
    calls = count()

    def broken() -> float:
        if next(calls):
            raise RuntimeError("the timer broke")
        return 0.0

    await store(db, *(f"Нефть {n}" for n in range(FEW)))
    with pytest.raises(RuntimeError, match="the timer broke"):
        await preview(db, "нефть", timer=broken)
    assert matcher().match(NEWS[4]) == ()


async def test_a_topic_shows_what_polls_found(db: Database) -> None:
    ids = await store(db, "Байконур", "Запуск", "Старт", "Союз")
    async with db.write() as c:
        row = {"id": 1, "kind": "topic", "text": "topic:space", "used_at": NOW}
        await c.execute(sa.insert(schema.queries).values(**row))
        for place, item_id in enumerate(ids):
            at = NOW - timedelta(days=6 - place)
            await c.execute(sa.insert(schema.hits).values(**hit_row(item_id, hit(1), at)))
    found = await preview(db, "topic:space")
    assert (found.count, found.exact, titles(found)) == (4, True, ["Союз", "Старт", "Запуск"])
    assert found.latest[0].spans[0].entity == "almaty"
    assert await preview(db, "topic:energy") == Preview(0, True, (), ())
