"""What is one item, and how loudly it may be told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Entry, Feed, FeedKind, ItemDraft, ItemKey, ParsedFeed
from bot.stories.identity import drafts, normal_title, outlet_hosts, title_words

NOW = datetime(2026, 4, 6, 9, 0, tzinfo=UTC)
LONG = "Взрыв на шахте в Карагандинской области"
OTHER = "Тоқаев Астанада шетелдік инвесторлармен кездесті"


def feed(name: str, url: str, **changes: object) -> Feed:
    plain = Feed(
        id=name,
        name=name.title(),
        url=url,
        language="",
        country="kz",
        kind=FeedKind.NEWS,
        owner=name,
        domestic=False,
        timezone="Asia/Almaty",
        terms="unknown",
        enabled=True,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


TENGRI = feed("tengri", "https://tengrinews.kz/news.rss", language="ru", domestic=True)
TENGRI_KK = feed(
    "tengri-kk", "https://tengrinews.kz/kk.rss", owner="tengri", language="kk", domestic=True
)
REUTERS = feed("reuters", "https://www.reuters.com/world.rss", language="en")
NEWS = feed("gnews", "https://news.google.com/rss/search?q=1", kind=FeedKind.SEARCH)
FEEDS = {f.id: f for f in (TENGRI, TENGRI_KK, REUTERS, NEWS)}
HOSTS = outlet_hosts(FEEDS.values())


def entry(title: str = LONG, **changes: object) -> Entry:
    plain = Entry(guid="", url="", title=title, summary="", published=None)
    return replace(plain, **changes)  # type: ignore[arg-type]


def read(*entries: Entry, of: Feed = TENGRI, language: str = "") -> tuple[ItemDraft, ...]:
    return drafts(of, ParsedFeed("", language, entries), HOSTS, FEEDS, NOW)


# ---------------------------------------------------------------- titles


@pytest.mark.parametrize(
    ("title", "normal"),
    [
        ("Взрыв на шахте: «Погибли» 5 человек!", "взрыв на шахте погибли 5 человек"),
        ("  ВЗРЫВ   на шахте — погибли 5 человек", "взрыв на шахте погибли 5 человек"),
        ("Самолёт сел", "самолет сел"),
        ("Kazakhstan’s oil, Kazakhstan's gas", "kazakhstans oil kazakhstans gas"),
        ("＋5 и –5 градусов", "+5 и −5 градусов"),
        ("Алматы: -5", "алматы −5"),
        ("Счёт 2-1, рост 1,5%", "счет 2 1 рост 1 5"),
        ("Өзен, Ұлытау — ҚАЗАҚСТАН", "өзен ұлытау қазақстан"),
        ("C++ и __init__ + 1", "c и init 1"),
        ("🔥🔥", ""),
    ],
)
def test_a_title_is_a_key_by_its_words(title: str, normal: str) -> None:
    assert normal_title(title) == normal


@given(st.text())
def test_a_normal_title_stays_as_it_is(title: str) -> None:
    normal = normal_title(title)
    assert normal_title(normal) == normal
    assert title_words(normal) == len(normal.split(" ")) - (normal == "")


# ---------------------------------------------------------------- entries → drafts


def test_an_entry_has_its_keys_strongest_first() -> None:
    [draft] = read(entry(guid=" 481 ", url="http://www.tengrinews.kz/n/481/?utm_source=rss"))
    url = "https://tengrinews.kz/n/481"
    assert [(key.kind, key.scope, key.value) for key in draft.keys[:4]] == [
        ("guid", "tengri", "481"),
        ("url", "tengri", url),
        ("url", "", url),
        ("title", "tengri", "взрыв на шахте в карагандинской области"),
    ]
    assert [(key.kind, key.scope) for key in draft.keys[4:]] == [("entry", "tengri")]
    assert draft.void_keys == ()


def test_a_title_of_four_words_and_a_front_page_are_no_keys() -> None:
    [draft] = read(entry("Курс доллара на сегодня", url="https://tengrinews.kz/?utm_source=rss"))
    assert [key.kind for key in draft.keys] == ["entry"]


def test_a_very_long_key_is_hashed() -> None:
    [draft] = read(entry(guid="ж" * 300, url=f"https://tengrinews.kz/{'x' * 600}"))
    assert all(len(key.value.encode()) <= 512 for key in draft.keys)
    assert draft.keys[0].value.startswith("sha256:")


OUTLETS = {
    "its own page": (TENGRI, "https://tengrinews.kz/1", "tengri", True, True),
    "the outlet's other feed": (TENGRI_KK, "https://tengrinews.kz/1", "tengri", True, True),
    "an aggregator with a redirect": (
        NEWS,
        "https://www.google.com/url?url=https://m.tengrinews.kz/1",
        "tengri",
        True,
        True,
    ),
    "an aggregator, a foreign outlet": (NEWS, "https://reuters.com/1", "reuters", False, True),
    "an aggregator, an unknown host": (NEWS, "https://unknown.kz/1", "gnews", False, False),
    "an aggregator's own page": (NEWS, "https://news.google.com/x", "gnews", False, False),
    "an outlet, an unknown host": (REUTERS, "https://reut.rs/1", "reuters", False, True),
    "no address": (REUTERS, "", "reuters", False, True),
}


@pytest.mark.parametrize(("of", "url", "outlet", "domestic", "firm"), OUTLETS.values(), ids=OUTLETS)
def test_the_outlet_is_whose_host_serves_the_page(
    of: Feed, url: str, outlet: str, domestic: bool, firm: bool
) -> None:
    [draft] = read(entry(url=url), of=of)
    assert (draft.outlet, draft.domestic, draft.outlet_firm) == (outlet, domestic, firm)


def test_world_news_of_a_domestic_outlet_is_not_domestic() -> None:
    world = replace(TENGRI, id="tengri-world", domestic=False)
    [draft] = read(entry(url="https://tengrinews.kz/1"), of=world)
    assert (draft.outlet, draft.domestic) == ("tengri", False)


def test_a_host_that_owners_share_is_nobodys() -> None:
    here = [
        feed("polyn", "http://127.0.0.1:8081/polyn"),
        feed("svod", "http://127.0.0.1:8081/svod"),
    ]
    assert outlet_hosts(here) == {}
    assert outlet_hosts(here[:1]) == {"127.0.0.1:8081": "polyn"}
    assert outlet_hosts([TENGRI, TENGRI_KK, NEWS]) == {"tengrinews.kz": "tengri"}


def test_a_date_in_the_future_is_capped_at_now() -> None:
    late, early = NOW + timedelta(days=300), NOW - timedelta(hours=3)
    found = read(entry(published=late), entry(OTHER, published=early), entry("Без даты"))
    assert [draft.published for draft in found] == [NOW, early, None]


def test_the_entrys_language_comes_before_the_feeds_and_the_documents() -> None:
    kz = "Токаев Астанада саммитке барады"
    assert read(entry(kz, language="kk"))[0].language == "kk"
    assert read(entry(kz), of=TENGRI_KK, language="en")[0].language == "kk"
    assert read(entry(kz), of=NEWS, language="kk")[0].language == "kk"


def test_an_entry_without_a_title_takes_the_summarys_first_words() -> None:
    words = [f"слово{n}" for n in range(15)]
    long, short, empty = entry("", summary=" ".join(words)), entry(" ", summary="Да"), entry("\n")
    assert [draft.title for draft in read(long, short, empty)] == [
        " ".join(words[:12]) + " …",
        "Да",
    ]


ONE_TEXT = {
    # name: (guid, url) of the one entry and of the other
    "same guid": (("1", "https://a.kz/1"), ("1", "https://a.kz/2")),
    "same address": (("1", "https://a.kz/1"), ("2", "http://a.kz/1")),
    "same outlet": (("1", "https://a.kz/1"), ("2", "https://a.kz/2")),
}


@pytest.mark.parametrize(("one", "other"), ONE_TEXT.values(), ids=ONE_TEXT)
def test_entries_of_one_document_with_the_same_title_are_one(
    one: tuple[str, str], other: tuple[str, str]
) -> None:
    entries = (
        entry(guid=one[0], url=one[1]),
        entry(LONG.upper(), guid=other[0], url=other[1], summary="Подробности"),
    )
    [draft] = read(*entries)
    assert (draft.title, draft.summary, draft.void_keys) == (LONG, "Подробности", ())
    assert {key for key in draft.keys if key.kind == "guid"} == {
        ItemKey("guid", "tengri", e.guid) for e in entries
    }


def test_short_titles_with_other_guids_are_two() -> None:
    found = read(entry("Погода", guid="1"), entry("Погода", guid="2"))
    assert len(found) == 2


def test_a_guid_and_an_address_that_titles_share_are_void() -> None:
    same = {"guid": "live", "url": "https://tengrinews.kz/live"}
    one, other, third = read(entry(**same), entry(OTHER, **same), entry("Третья новость", guid="3"))
    void = {
        ItemKey("guid", "tengri", "live"),
        ItemKey("url", "tengri", "https://tengrinews.kz/live"),
    }
    assert set(one.void_keys) == set(other.void_keys) == void
    assert third.void_keys == ()
