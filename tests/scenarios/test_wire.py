"""The whole process between feeds and Telegram: what people see, and what goes wrong around it."""

from __future__ import annotations

import asyncio
import re
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

from starlette.applications import Starlette

from bot import locale
from bot.demo.telegram_http import bot_api_routes
from bot.demo.telegram_server import TelegramServer
from bot.demo.telegram_values import (
    BAD_GATEWAY,
    BLOCKED,
    UNAUTHORIZED,
    Chat,
    Fault,
    Message,
    flood_wait,
)
from bot.web.serving import serve
from tests.feed_server import hang, trickle
from tests.scenarios.house import PATIENCE, House, SampleFeed, free_port, house

CATALOGUES = locale.load(Path(locale.__file__).parent)


def current(telegram: TelegramServer, message: Message) -> Message:
    """The message as the chat shows it now."""
    return telegram.messages[message.chat_id][message.id]


async def tap(h: House, message: Message, label: str) -> Message:
    """Press a button of a message; the message once it was edited and the tap was answered."""
    before = current(h.telegram, message)
    data = next(b["callback_data"] for b in before.buttons if label in b["text"])
    pressed = h.telegram.tap(message, data)
    await h.telegram.until(
        lambda: pressed.answered and current(h.telegram, message) != before, PATIENCE
    )
    return current(h.telegram, message)


# ---------------------------------------------------------------- what people see


async def test_news_arrives_as_headlines_alerts_and_summaries(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        h.environment["KAZWATCH_ALERTS__GATHER_MINUTES"] = "0.05"
        steppe, caspian = h.feed("steppe"), h.feed("caspian")
        for feed in (steppe, caspian):
            h.feeds.answer(feed.path, status=503)
        await h.start()
        early = h.telegram.private_chat()
        answer = await h.ask(early, "/start")
        assert "No news has been fetched yet" in answer.text

        now = datetime.now(UTC)
        names = ["Aktau widens its port", "Almaty opens a tram line", "Astana hosts a summit",
                 "Semey restores a theatre"]  # fmt: skip
        old = [
            steppe.add(f"Kazakhstan: {name}", at=now - timedelta(hours=4 - n))
            for n, name in enumerate(names)
        ]
        caspian.add("A ferry crosses the sea in the night")
        await h.until_told(early, *old[1:])
        assert not h.told(early, old[0])
        assert len(h.texts(early)) == 2, "the debt is one message"
        late = h.telegram.private_chat(language_code="kk")
        answer = await h.ask(late, "/start")
        assert all(title in answer.text for title in old[1:])
        assert old[0] not in answer.text

        # A keyword: one message with link, outlet and words; a copy elsewhere is no second one.
        await h.until_polled("steppe", "caspian")
        reader = await h.subscribed("/add uranium")
        told = steppe.add(
            "Uranium leaves port & pier 7 again", link="https://steppe.example/u?a=1&b=2"
        )
        await h.until_told(reader, told)
        alert = next(message for message in h.telegram.sent(reader) if told in message.text)
        title, source, *rest = alert.text.split("\n")
        assert (title, rest) == (told, ["matched: uranium"])
        assert re.fullmatch(r"Steppe, \d\d:\d\d", source)
        assert '<a href="https://steppe.example/u?a=1&amp;b=2">' in alert.html
        caspian.add(told)
        await h.until_logged("item matched", outlet="caspian", title=told, alerts=0)

        # The pack: what is not urgent is gathered.
        gathered = [steppe.add(f"Kazakhstan plants {n} million trees") for n in range(2, 6)]
        for chat in (early, late):
            await h.until_told(chat, *gathered)
            summaries = [t for t in h.texts(chat) if any(title in t for title in gathered)]
            assert len(summaries) < len(gathered), "they came singly"
            assert [h.told(chat, title) for title in gathered] == [1] * 4
        assert any("headlines" in text for text in h.texts(early))
        assert not any("headline" in text for text in h.texts(late)), "that chat is Kazakh"
        assert h.told(reader, told) == 1
        assert current(h.telegram, alert) == alert, "nothing new, so nothing to edit"
        assert len(h.texts(reader)) == 2, "the question of /add, and the alert"
        assert not h.told(early, old[0])

        # An operator can follow it all.
        assert await h.stop() == 0
        assert [line for line in h.output if not line.startswith("{")] == []
        story = h.logged("item matched", outlet="steppe", title=told)[0]
        assert {"item", "story", "queries", "why"} <= story.keys()
        assert h.logged("message sent", chat=reader.id, story=story["story"], kind="alert")
        assert h.logged("feed polled", feed="steppe", first=True, entries=4, new=4)
        assert h.logged("feed polled", feed="steppe", unchanged=True)
        assert h.logged("update answered", chat=reader.id, verb="save")


async def test_a_chat_says_what_it_wants(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        h.environment["KAZWATCH_ALERTS__HOURLY_CAP"] = "2"
        steppe = h.feed("steppe")
        await _well_within_the_hour()
        await h.start()
        await h.until_polled("steppe")
        # Beside each other: a private chat is written to once a second.
        people = (_cancels, _removes, _pauses, _is_not_flooded)
        await asyncio.gather(_speak_their_languages(h), *(one(h, steppe) for one in people))


async def _cancels(h: House, feed: SampleFeed) -> None:
    chat = h.telegram.private_chat()
    question = await _said(h, chat, "/add uranium")
    assert [button["text"] for button in question.buttons] == ["Save", "Edit", "Cancel"]
    cancelled = await tap(h, question, "Cancel")
    assert (cancelled.text, cancelled.buttons) == ("Cancelled; nothing was saved.", [])
    title = feed.add("Kazakhstan: uranium news that nobody asked for")
    await h.until_logged("item matched", title=title)
    assert "Nothing is watched here" in (await h.ask(chat, "/keywords")).text
    assert not h.told(chat, title)


async def _removes(h: House, feed: SampleFeed) -> None:
    chat = await h.subscribed("/add copper", "/add wheat")
    listed = await h.ask(chat, "/keywords")
    assert [button["text"] for button in listed.buttons] == [
        *("✕ 1. copper", "1 outlet", "✕ 2. wheat", "1 outlet")
    ]
    left = await tap(h, listed, "copper")
    assert [button["text"] for button in left.buttons] == ["✕ 1. wheat", "1 outlet"]
    assert "copper" not in left.text
    assert next(t for t in h.telegram.taps if t.message.id == listed.id).text == "Removed."
    unwanted = feed.add("Copper grows dearer in Kazakhstan")
    await h.until_logged("item matched", title=unwanted)
    wanted = feed.add("Wheat grows cheaper in Kazakhstan")
    await h.until_told(chat, wanted)
    assert not h.told(chat, unwanted)
    assert "is no longer watched here" in (await h.ask(chat, "/remove wheat")).text


async def _pauses(h: House, feed: SampleFeed) -> None:
    chat, witness = await asyncio.gather(h.subscribed("/add silver"), h.subscribed("/add silver"))
    assert "Alerts are paused" in (await h.ask(chat, "/pause")).text
    meanwhile = feed.add("Silver is found in a mountain")
    await h.until_told(witness, meanwhile)
    status = (await h.ask(chat, "/status")).text
    assert "Alerts are paused" in status
    assert "1 subscription here" in status
    assert "/add" in (await h.ask(chat, "/help")).text
    assert not h.told(chat, meanwhile)
    assert (await h.ask(chat, "/resume")).text == "Alerts are on again."
    later = feed.add("Silver is found in a river")
    await h.until_told(chat, later)


async def _said(h: House, chat: Chat, text: str) -> Message:
    """The answer to what is said, as it was sent."""
    before = len(h.telegram.sent(chat))
    h.telegram.say(chat, text)
    await h.telegram.until(lambda: len(h.telegram.sent(chat)) > before, PATIENCE)
    return h.telegram.sent(chat)[before]


async def _speak_their_languages(h: House) -> None:
    intro = "I read the world's news and tell you what concerns Kazakhstan."
    for language in ("en", "ru", "kk", "de"):
        said = locale.texts(CATALOGUES, language, "UTC").gettext(intro)
        asked = h.telegram.private_chat(language_code=language)
        assert said in (await h.ask(asked, "/help")).text
        assert (said == intro) == (language in {"en", "de"}), "the house's own for the rest"
    menus = list(h.telegram.commands.values())
    assert len(menus) == 4, "one for each language, and one for all others"
    verbs = ["start", "add", "topics", "remove", "keywords", "pause", "resume", "status", "help"]
    assert all([command["command"] for command in menu] == verbs for menu in menus)
    spoken = {texts.gettext("stop all alerts for now") for texts in CATALOGUES.values()}
    assert {menu[5]["description"] for menu in menus} == spoken


async def _is_not_flooded(h: House, feed: SampleFeed) -> None:
    """Two messages an hour; what is above is gathered to the hour's end."""
    chat = await h.subscribed("/add granite")
    titles = [feed.add(f"Granite sample {n} reaches laboratory {n}") for n in range(1, 6)]
    await h.telegram.until(lambda: sum(h.told(chat, t) for t in titles) == 2, PATIENCE)
    for title in titles:
        await h.until_logged("item matched", title=title)
    await h.until_logged("message sent", chat=chat.id, kind="alert", count=2)
    assert "3 alerts are on their way here." in (await h.ask(chat, "/status")).text
    assert sum(h.told(chat, title) for title in titles) == 2


async def _well_within_the_hour() -> None:
    """Not in its last half minute: the cap counts by the hours of the clock."""
    now = datetime.now(UTC)
    left = 3600 - (now.minute * 60 + now.second)
    if left < 30:
        await asyncio.sleep(left + 0.1)


# ---------------------------------------------------------------- bad feeds


async def test_a_bad_feed_costs_nobody_else_anything(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        h.environment["KAZWATCH_FETCH__DEADLINE"] = "1.5"
        fine = h.feed("fine")
        fine.entries += [
            "<item></item>",
            "<item><title>No address at all</title><pubDate>32 May</pubDate></item>",
            "<item><link>https://[fine.example/2</link><pubDate>yesterday</pubDate></item>",
        ]
        fine.publish()
        page = (
            "<!DOCTYPE html><html><head><title>News</title></head><body><p>News</p></body></html>"
        )
        causes = {"down": "connect", "slow": "timeout", "page": "html", "broken": "not_a_feed",
                  "ill": "status"}  # fmt: skip
        h.address("down", f"http://127.0.0.1:{free_port()}/rss")
        for name in ("slow", "page", "broken", "ill"):
            h.address(name, h.feeds.url(f"/{name}"))
        h.feeds.behave("/slow", trickle(b"<rss>", every=0.05))
        h.feeds.serve("/page", page, content_type="text/html")
        h.feeds.serve("/broken", "<?xml version='1.0'?><<rss & <chan", validators=False)
        h.feeds.answer("/ill", b"no", status=500)
        await h.start()
        await h.until_polled("fine")
        chat = await h.subscribed("/add uranium")
        title = fine.add("Uranium news from the only feed that works")
        await h.until_told(chat, title)
        for name, cause in causes.items():
            await h.until_logged("feed failed", feed=name, cause=cause, count=2)
        assert await h.stop() == 0
        for name in causes:
            lines = h.logged("feed failed", feed=name)
            assert [line["failures"] for line in lines] == list(range(1, len(lines) + 1))
            assert {line["level"] for line in lines} == {"warning"}
        polled = [line for line in h.logged("feed polled", feed="fine") if "skipped" in line]
        assert all(line["skipped"] >= 1 for line in polled)
        assert polled[-1]["entries"] == 2, "the broken entries are left out, and no others"
        slow, meanwhile = False, 0
        for line in h.lines:
            if line.get("feed") == "slow":
                slow = line["event"] == "feed claimed"
            meanwhile += slow and line["event"] == "feed polled" and line["feed"] == "fine"
        assert meanwhile, "the slow feed held up the fine one"
        assert not h.logged("lane failed")


# ---------------------------------------------------------------- Telegram away, or cross


async def test_what_waits_for_telegram_is_not_lost_and_not_repeated(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        h.environment["KAZWATCH_FETCH__DEADLINE"] = "30"
        steppe = h.feed("steppe")
        h.feed("stuck")
        h.feeds.behave("/stuck", hang())
        await h.start()
        await h.until_polled("steppe")
        chat = await h.subscribed("/add uranium")
        titles = [steppe.add("Uranium is told before the trouble")]
        await h.until_told(chat, *titles)

        # The token is refused: alerts wait, polling goes on.
        h.telegram.faults += [
            Fault(method, times=None, error=UNAUTHORIZED) for method in ("sendMessage", "getMe")
        ]
        titles.append(steppe.add("Uranium is found when the token is refused"))
        await h.until_logged("token refused", level="error")
        titles.append(steppe.add("Uranium is found a little later"))
        await h.until_logged("item matched", title=titles[-1])
        await h.next_poll("steppe")
        assert len(h.logged("token refused")) == 1
        assert "TELEGRAM_TOKEN" in h.logged("token refused")[0]["mend"]
        await h.until_logged("feed claimed", feed="stuck")
        async with asyncio.timeout(5):  # a fetch hangs, and Telegram holds a getUpdates
            assert await h.stop(signal.SIGINT) == 0
        assert [h.told(chat, title) for title in titles] == [1, 0, 0]
        h.telegram.faults.clear()

        # Nobody watches, then Telegram is away.
        titles.append(steppe.add("Uranium is found while nobody watches"))
        h.telegram.say(chat, "/add copper")
        port = free_port()
        h.environment["KAZWATCH_TELEGRAM__API_URL"] = f"http://127.0.0.1:{port}"
        await h.start()
        await h.until_logged("telegram away")
        await h.until_logged("item matched", title=titles[-1])
        titles.append(steppe.add("Uranium is found while Telegram is away"))
        await h.until_logged("item matched", title=titles[-1])
        async with serve(Starlette(routes=bot_api_routes(h.telegram)), port=port):
            await h.until_told(chat, *titles, "Watch for copper?")
            assert len(h.logged("telegram away", level="warning")) == 1
            async with asyncio.timeout(5):
                assert await h.stop(signal.SIGTERM) == 0
        assert [h.told(chat, title) for title in titles] == [1] * len(titles)


async def test_one_chats_trouble_is_not_anothers(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        steppe = h.feed("steppe")
        await h.start()
        await h.until_polled("steppe")
        chats = await asyncio.gather(*(h.subscribed("/add uranium") for _ in range(6)))
        plain, gateway, dropped, doubtful, flooded, blocked = chats
        h.telegram.faults += [
            Fault("sendMessage", gateway.id, error=BAD_GATEWAY),
            Fault("sendMessage", dropped.id, drop=True),
            Fault("sendMessage", doubtful.id, accepted=True, drop=True),
            Fault("sendMessage", flooded.id, error=flood_wait(3)),
        ]
        blocked.refusal = BLOCKED
        title = steppe.add("Uranium goes to six chats at once")
        await h.until_told(plain, title)
        assert not h.told(flooded, title)
        await h.until_logged("chat gone", chat=blocked.id)
        for chat in (gateway, dropped, doubtful, flooded):
            await h.until_told(chat, title)
        ordered = next(refused for refused in h.telegram.rejected if refused.error.retry_after)
        came = next(message for message in h.telegram.sent(flooded) if title in message.text)
        assert came.at - ordered.at >= timedelta(seconds=3)

        blocked.refusal = None
        assert "follows the news" not in (await h.ask(blocked, "/start")).text
        later = steppe.add("Uranium goes to the chat that came back")
        for chat in chats:
            await h.until_told(chat, later)
        await h.until_logged("message sent", chat=doubtful.id, kind="alert", count=2)
        assert [h.told(chat, title) for chat in chats] == [1, 1, 1, 2, 1, 0]
        assert [h.told(chat, later) for chat in chats] == [1] * 6
        assert len(h.logged("message repeats", chat=doubtful.id)) == 1, "a repeat is announced"
        assert len(h.logged("message repeats", chat=dropped.id)) == 1
        assert len(h.logged("message waits")) == 2
