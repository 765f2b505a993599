"""The demo's sample news: what is published when, and the documents and pages that carry it."""

import io
import re
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from itertools import pairwise
from time import struct_time
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import feedparser
import httpx
import pytest
from starlette.applications import Starlette

from bot.demo.documents import Release
from bot.demo.newsroom import FEED_LENGTH, Newsroom, Samples, Text, catalogue, load_samples, routes
from bot.model import FeedKind

START = datetime(2026, 3, 4, 9, 0, 0, 700_000, tzinfo=UTC)
SECOND = timedelta(seconds=1)
LINKS = "http://127.0.0.1:8000"
FEEDS = "http://localhost:8000"
OUTLETS = ["saiga", "northlight", "polyn", "svod", "dala", "resmi"]
LATER = START + timedelta(days=30)


@pytest.fixture(scope="module")
def samples() -> Samples:
    return load_samples()


@pytest.fixture
def newsroom(samples: Samples) -> Newsroom:
    return Newsroom(samples, [START], links=LINKS)


def everything(newsroom: Newsroom, now: datetime) -> list[Release]:
    return [release for outlet in OUTLETS for release in newsroom.released(outlet, now)]


def batch_of(newsroom: Newsroom, number: int) -> list[Release]:
    """What the start of this number (from 1) releases, oldest first."""
    return sorted(
        (r for r in everything(newsroom, LATER) if r.id.split("-")[1] == str(number)),
        key=lambda release: release.at,
    )


def parsed(newsroom: Newsroom, outlet: str, now: datetime) -> Any:
    document = newsroom.feed(outlet, now)
    assert document is not None
    headers = {"content-type": document.content_type}
    return feedparser.parse(io.BytesIO(document.body), response_headers=headers)


def moment(parsed_date: struct_time) -> datetime:
    return datetime(*parsed_date[:6], tzinfo=UTC)


# ---------------------------------------------------------------- what is published when


def test_a_backlog_of_four_days_is_there_at_the_first_poll(newsroom: Newsroom) -> None:
    backlog = everything(newsroom, START)
    assert len(backlog) == 45
    assert min(Counter(release.outlet.id for release in backlog).values()) >= 5
    ages = [START - release.at for release in backlog]
    assert min(ages) > timedelta(minutes=10)
    assert timedelta(days=3) < max(ages) < timedelta(days=4)


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_a_start_releases_a_batch_over_a_few_minutes(samples: Samples, number: int) -> None:
    starts = [START + k * timedelta(hours=1) for k in range(4)]
    batch = batch_of(Newsroom(samples, starts, links=LINKS), number)
    assert len(batch) == 17
    start = starts[number - 1].replace(microsecond=0)
    assert batch[0].at - start == 20 * SECOND
    gaps = [b.at - a.at for a, b in pairwise(batch)]
    assert min(gaps) >= 5 * SECOND
    assert max(gaps) <= 30 * SECOND
    assert {release.outlet.id for release in batch} == set(OUTLETS)


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_one_event_of_a_batch_is_told_in_three_languages_and_copied(
    samples: Samples, number: int
) -> None:
    starts = [START + k * timedelta(hours=1) for k in range(4)]
    batch = batch_of(Newsroom(samples, starts, links=LINKS), number)
    stories = Counter(release.story for release in batch if release.story)
    event = [r for r in batch if r.story == stories.most_common(1)[0][0]]
    assert batch[0] in event
    copies = Counter(release.title for release in event)
    assert max(copies.values()) == 3
    assert len(copies) >= 4  # tellings in words of their own
    assert {release.outlet.language for release in event} >= {"en", "ru", "kk"}


def test_an_entry_is_out_from_its_own_second_on(newsroom: Newsroom) -> None:
    first = batch_of(newsroom, 1)[0]
    assert first not in newsroom.released(first.outlet.id, first.at - SECOND)
    assert newsroom.released(first.outlet.id, first.at)[0] == first
    assert newsroom.article(first.id, first.at - SECOND) is None
    assert newsroom.article(first.id, first.at) == first


def test_the_countdown_names_each_next_headline_and_ends(newsroom: Newsroom) -> None:
    now, told = START, []
    while (coming := newsroom.next_release(now)) is not None:
        told.append(coming)
        now = coming[0]
    assert told == [(release.at, release.outlet.name) for release in batch_of(newsroom, 1)]


def test_each_start_brings_new_ids_and_another_event(samples: Samples) -> None:
    newsroom = Newsroom(samples, [START + k * timedelta(minutes=10) for k in range(4)], links=LINKS)
    batches = [batch_of(newsroom, number) for number in (1, 2, 3, 4)]
    assert len({r.id for r in everything(newsroom, LATER)}) == 45 + 4 * 17
    assert len({batch[0].story for batch in batches}) == 4


def test_a_batch_goes_on_where_it_was_stopped_beside_the_next(samples: Samples) -> None:
    newsroom = Newsroom(samples, [START], links=LINKS)
    again = Newsroom(samples, newsroom.started, links=LINKS)
    again.start(START + 60 * SECOND)
    assert batch_of(again, 1) == batch_of(newsroom, 1)
    assert len(batch_of(again, 2)) == 17


def test_a_newsroom_that_starts_over_uses_no_id_of_its_former_life(samples: Samples) -> None:
    former = Newsroom(samples, [START], links=LINKS)
    anew = Newsroom(samples, [START + SECOND], links=LINKS)
    ids = [{release.id for release in everything(room, LATER)} for room in (former, anew)]
    assert not ids[0] & ids[1]


@pytest.mark.parametrize("starts", [12, 28])
def test_no_title_comes_twice_in_an_outlet(samples: Samples, starts: int) -> None:
    times = [START + k * timedelta(minutes=50) for k in range(starts)]
    newsroom = Newsroom(samples, times, links=LINKS)
    told = Counter((r.outlet.id, r.title.casefold()) for r in everything(newsroom, LATER))
    assert len(told) == 45 + starts * 17
    assert max(told.values()) == 1


def test_an_outlet_without_a_start_has_an_empty_feed(samples: Samples) -> None:
    newsroom = Newsroom(samples, links=LINKS)
    assert newsroom.next_release(START) is None
    for outlet in OUTLETS:
        assert parsed(newsroom, outlet, START).entries == []


# ---------------------------------------------------------------- the texts


def test_every_slot_is_filled(samples: Samples) -> None:
    newsroom = Newsroom(samples, [START + k * SECOND for k in range(28)], links=LINKS)
    for release in everything(newsroom, LATER):
        assert not re.search(r"[{}\[\]]", release.title + release.summary), release


def test_stories_are_told_in_all_three_languages_and_also_in_latin_kazakh(
    newsroom: Newsroom, samples: Samples
) -> None:
    titles = [text.title for text in samples.backlog]
    latin = [title for title in titles if re.search(r"\b[Qq]azaq", title)]
    kazakh = [title for title in titles if re.search(r"[әғқңөұүһі]", title)]
    russian = [title for title in titles if re.search(r"[а-я]", title) and title not in kazakh]
    english = [title for title in titles if title.isascii() and title not in latin]
    assert len(latin) == 2
    assert min(len(kazakh), len(russian), len(english)) >= 10


def test_a_fifth_of_the_texts_leaves_the_matcher_something_to_leave_alone(samples: Samples) -> None:
    texts = [*samples.backlog, *(text for batch in samples.batches for text in batch.texts)]
    alien = [text for text in texts if not text.kazakhstan]
    assert 0.15 < len(alien) / len(texts) < 0.3
    # What a domestic outlet tells is about Kazakhstan by its source.
    assert not any(samples.outlets[outlet].domestic for text in alien for outlet in text.told)


def test_every_batch_speaks_of_tokayev_in_three_languages(samples: Samples) -> None:
    for batch in samples.batches:
        titles = " | ".join(text.title for text in batch.texts)
        for name in (r"Tokayev", r"Токаев(а|у|ым)?\b", r"Тоқаев|Toqaev"):
            assert re.search(name, titles), titles


def test_every_slot_is_used_and_has_seven_values(samples: Samples) -> None:
    everywhere = ""
    for batch in samples.batches:
        texts = " ".join(text.title + text.summary for text in batch.texts)
        everywhere += texts
        for name, values in batch.slots.items():
            assert f"{{{name}" in texts
            assert len({str(value) for value in values}) == len(values) == 7
    for name, values in samples.slots.items():
        assert f"{{{name}" in everywhere
        assert len(values) == 7


# ---------------------------------------------------------------- the documents


@pytest.mark.parametrize("outlet", OUTLETS)
def test_a_feed_parses_and_says_what_was_released(newsroom: Newsroom, outlet: str) -> None:
    now = START + timedelta(minutes=2)
    document = parsed(newsroom, outlet, now)
    assert not document.bozo, document.bozo_exception
    expected = newsroom.released(outlet, now)
    assert [unescape(entry.title) for entry in document.entries] == [
        release.title for release in expected
    ]
    assert [entry.link for entry in document.entries] == [f"{LINKS}/news/{r.id}" for r in expected]
    assert [moment(entry.published_parsed) for entry in document.entries] == [
        release.at for release in expected
    ]
    assert [unescape(re.sub("<.*?>", "", entry.summary)) for entry in document.entries] == [
        release.summary for release in expected
    ]
    assert len({entry.id for entry in document.entries}) == len(expected)
    assert document.feed.get("language", "") == expected[0].outlet.language
    assert document.feed.title == expected[0].outlet.name


def test_outlets_write_different_formats(newsroom: Newsroom) -> None:
    found = {}
    for outlet in OUTLETS:
        document = newsroom.feed(outlet, START)
        assert document is not None
        version = parsed(newsroom, outlet, START).version
        found[outlet] = (version, b"CDATA" in document.body, document.content_type)
    assert found == {
        "saiga": ("rss20", False, "application/rss+xml; charset=utf-8"),
        "northlight": ("atom10", False, "application/atom+xml; charset=utf-8"),
        "polyn": ("rss20", False, "application/rss+xml; charset=windows-1251"),
        "svod": ("rss20", True, "application/rss+xml; charset=utf-8"),
        "dala": ("rss20", True, "application/rss+xml; charset=utf-8"),
        "resmi": ("atom10", False, "application/atom+xml; charset=utf-8"),
    }
    polyn = newsroom.feed("polyn", START)
    assert polyn is not None
    assert "Казахстан".encode("cp1251") in polyn.body


def test_a_feed_keeps_its_newest_thirty_entries(samples: Samples) -> None:
    newsroom = Newsroom(samples, [START + k * timedelta(hours=1) for k in range(12)], links=LINKS)
    entries = parsed(newsroom, "polyn", LATER).entries
    dates = [moment(entry.published_parsed) for entry in entries]
    assert len(entries) == FEED_LENGTH
    assert dates == sorted(dates, reverse=True)
    assert dates[0] == newsroom.released("polyn", LATER)[0].at


@pytest.mark.parametrize("outlet", OUTLETS)
def test_markup_in_a_text_stays_text(samples: Samples, outlet: str) -> None:
    title, summary = 'A <b>&</b> "B" ]]> Ғ €', "1 < 2 && ]]> Ә"
    nasty = Text(told={outlet: 1.0}, title=title, summary=summary)
    newsroom = Newsroom(replace(samples, backlog=(nasty,)), [START], links=LINKS)
    document = newsroom.feed(outlet, START)
    assert document is not None
    root = ElementTree.fromstring(document.body)
    titles = [e.text for e in root.iter() if e.tag.rpartition("}")[2] == "title"]
    assert titles[1:] == [title]
    summaries = [
        e.text for e in root.iter() if e.tag.rpartition("}")[2] in ("description", "summary")
    ]
    assert summaries[-1] in (summary, "<p>1 &lt; 2 &amp;&amp; ]]&gt; Ә</p>")


# ---------------------------------------------------------------- the catalogue


def test_the_catalogue_names_six_outlets_in_three_languages(samples: Samples) -> None:
    feeds = catalogue(samples, FEEDS)
    assert [feed.id for feed in feeds] == OUTLETS
    assert Counter(feed.language for feed in feeds) == {"en": 2, "kk": 2, "ru": 1, "": 1}
    assert {feed.kind for feed in feeds} == {
        FeedKind.NEWS,
        FeedKind.AGENCY,
        FeedKind.OFFICIAL,
        FeedKind.AGGREGATOR,
    }
    assert [feed.id for feed in feeds if feed.domestic] == ["saiga", "resmi"]
    assert feeds[0].url == "http://localhost:8000/feeds/saiga.xml"
    assert all(feed.enabled for feed in feeds)
    assert len({feed.owner for feed in feeds}) == 6


def test_no_link_leads_to_the_host_of_the_feeds(newsroom: Newsroom, samples: Samples) -> None:
    # A link there would make every item the first outlet's.
    hosts = {urlsplit(feed.url).hostname for feed in catalogue(samples, FEEDS)}
    for outlet in OUTLETS:
        for entry in parsed(newsroom, outlet, START).entries:
            assert urlsplit(entry.link).hostname not in hosts


# ---------------------------------------------------------------- over HTTP


class Clock:
    """A clock that a test moves."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock(START)


@pytest.fixture
async def client(newsroom: Newsroom, clock: Clock) -> AsyncIterator[httpx.AsyncClient]:
    app = Starlette(routes=routes(newsroom, clock, "Sample <news>."))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url=FEEDS) as client:
        yield client


async def test_an_unchanged_feed_is_a_304_until_something_is_released(
    client: httpx.AsyncClient, clock: Clock, newsroom: Newsroom
) -> None:
    first = await client.get("/feeds/saiga.xml")
    assert first.status_code == 200
    newest = newsroom.released("saiga", START)[0].at
    assert first.headers["last-modified"] == newest.strftime("%a, %d %b %Y %H:%M:%S GMT")

    clock.now = START + 19 * SECOND
    by_tag = {"If-None-Match": first.headers["etag"]}
    by_date = {"If-Modified-Since": first.headers["last-modified"]}
    for conditions in (by_tag, by_date, by_tag | by_date):
        again = await client.get("/feeds/saiga.xml", headers=conditions)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]

    clock.now = START + 20 * SECOND
    for conditions in (by_tag, by_date, by_tag | by_date):
        changed = await client.get("/feeds/saiga.xml", headers=conditions)
        assert changed.status_code == 200
        assert changed.headers["etag"] != first.headers["etag"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({"If-None-Match": "*"}, 304, id="any tag"),
        pytest.param({"If-None-Match": '"other", W/{etag}'}, 304, id="a weak tag in a list"),
        pytest.param({"If-None-Match": '"other"'}, 200, id="another tag"),
        pytest.param(
            {"If-None-Match": '"other"', "If-Modified-Since": "{date}"}, 200, id="the tag decides"
        ),
        pytest.param({"If-Modified-Since": "Wed, 01 Jan 2020 00:00:00 GMT"}, 200, id="long ago"),
        pytest.param({"If-Modified-Since": "Thu, 05 Mar 2026 00:00:00 -0000"}, 304, id="no zone"),
        pytest.param({"If-Modified-Since": "yesterday"}, 200, id="no date"),
    ],
)
async def test_conditions_are_read_as_rfc_9110_says(
    client: httpx.AsyncClient, headers: dict[str, str], status: int
) -> None:
    first = await client.get("/feeds/dala.xml")
    known = {"etag": first.headers["etag"], "date": first.headers["last-modified"]}
    conditions = {name: value.format_map(known) for name, value in headers.items()}
    again = await client.get("/feeds/dala.xml", headers=conditions)
    assert again.status_code == status


async def test_a_link_opens_the_article_with_its_text_escaped(
    client: httpx.AsyncClient, newsroom: Newsroom
) -> None:
    (fair,) = (r for r in everything(newsroom, START) if r.title.startswith("Oil & gas"))
    page = await client.get(f"{LINKS}/news/{fair.id}")
    assert page.status_code == 200
    assert page.text.count("Oil &amp; gas fair in Atyrau") == 2
    assert "Oil & gas" not in page.text
    assert "Saiga Wire · saigawire.example · 01.03.2026 16:00" in page.text
    assert "Sample &lt;news&gt;." in page.text


async def test_what_is_not_there_is_a_404(client: httpx.AsyncClient, newsroom: Newsroom) -> None:
    coming = batch_of(newsroom, 1)[0]
    for path in ("/feeds/nobody.xml", "/news/nothing", f"/news/{coming.id}"):
        assert (await client.get(path)).status_code == 404
