"""A delivery as people read it; Telegram's own parser is the judge."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bot.locale
from bot.alerts.render import MAX_TEXT, render
from bot.model import (
    AlertContent,
    Button,
    ChatView,
    DueDelivery,
    Headline,
    Kind,
    Matched,
    Message,
    Priority,
    Span,
    TextContent,
)
from tests.oracle import ReadText, Refused, telegram_reads

NOW = datetime(2026, 4, 6, 9, 5, tzinfo=UTC)  # 14:05 in Almaty
CATALOGUES = bot.locale.load(Path(bot.locale.__file__).parent)
TEXTS = bot.locale.texts(CATALOGUES, "en", "Asia/Almaty")
URL = "https://tengrinews.kz/news/481?a=1&b=2"
HEADLINE = Headline(1, "Тоқаевтың <жаңа> жарлығы & т.б.", URL, "Tengrinews", "kk", NOW)
ALERT = AlertContent(5, 71, HEADLINE, (), ())
DELIVERY = DueDelivery(
    delivery_id=41,
    fence=3,
    kind=Kind.ALERT,
    priority=Priority.FRESH,
    created_at=NOW,
    due_at=NOW,
    chat=ChatView(7, 7007, "private", "en", "Asia/Almaty"),
    thread_id=9,
    content=(ALERT,),
)


def read(message: Message) -> ReadText:
    """What people read, once Telegram took it."""
    found = telegram_reads(message.html)
    assert not isinstance(found, Refused), (found, message.html)
    assert 0 < len(found.text.encode("utf-16-le")) // 2 <= MAX_TEXT
    assert found.text.strip()
    assert len(found.entities) <= 100
    return found


def alert(content: AlertContent) -> ReadText:
    return read(render(replace(DELIVERY, content=(content,)), TEXTS, NOW))


def titled(title: str, url: str = URL) -> AlertContent:
    return replace(ALERT, headline=replace(HEADLINE, title=title, url=url))


def links(found: ReadText) -> list[str]:
    return [entity.argument for entity in found.entities if entity.kind == "text_link"]


def found(query: str, *texts: str, field: str = "title") -> Matched:
    return Matched(query, tuple(Span(field, 0, len(text), text) for text in texts))


def why(*matched: Matched) -> dict[str, object]:
    return {"matched": matched}


# ---------------------------------------------------------------- an alert


def test_an_alert_is_a_link_its_outlet_and_its_time() -> None:
    found = alert(ALERT)
    assert found.text == "Тоқаевтың <жаңа> жарлығы & т.б.\nTengrinews, 14:05"
    assert links(found) == [URL]
    [link] = found.entities
    assert (link.offset, link.length) == (0, len(HEADLINE.title))


def test_the_message_goes_where_the_delivery_belongs() -> None:
    edit = replace(DELIVERY, kind=Kind.EDIT, edits_message=55, reply_to=54)
    message = render(edit, TEXTS, NOW)
    assert (message.telegram_id, message.thread_id, message.edits_message, message.reply_to) == (
        7007,
        9,
        55,
        54,
    )
    assert (message.preview, message.keyboard) == (True, ())


LINES = {
    # name: (what the alert has, its last line)
    "a word as it was asked": (why(found("Tokayev", "Tokayev")), "matched: Tokayev"),
    "a word in another form": (
        why(found("Tokayev", "Тоқаевтың")),
        "matched: Tokayev (Тоқаевтың)",
    ),
    "each form once": (why(found("oil", "Oil", "мұнай", "МҰНАЙ")), "matched: oil (мұнай)"),
    "two words, one in another form": (
        why(found("uranium exports", "Uranium", "export")),
        "matched: uranium exports (export)",
    ),
    "a phrase": (
        why(found('"human rights"', "Human Rights")),
        'matched: "human rights"',
    ),
    "a phrase in another form": (
        why(found('"права человека"', "прав человека")),
        'matched: "права человека" (прав человека)',
    ),
    "a name in another language": (
        why(found("Kazatomprom", "Қазатомөнеркәсіптің")),
        "matched: Kazatomprom (Қазатомөнеркәсіптің)",
    ),
    "the beginning of a word": (why(found("казах*", "казахский")), "matched: казах* (казахский)"),
    "several queries, each with its words": (
        why(found("Tokayev", "Тоқаевтың"), found("uranium", "уран", field="summary")),
        "matched: Tokayev (Тоқаевтың), uranium (уран)",
    ),
    "a word that answers two queries, once": (
        why(found("Tokayev", "Тоқаевтың"), found("Tokayev -Xi", "Тоқаевтың")),
        "matched: Tokayev (Тоқаевтың), Tokayev -Xi",
    ),
    "a query that only another outlet's item answers": (
        why(found("Tokayev", "Тоқаевтың"), found("Xi")),
        "matched: Tokayev (Тоқаевтың), Xi",
    ),
    "words of one's own beside the pack": (
        why(found("topic:energy", "уран", "Астане"), found("uranium", "уран")),
        "matched: uranium (уран)",
    ),
    "at a domestic outlet": (
        why(found("oil source:vlast", "", field="source")),
        "matched: oil source:vlast",
    ),
    "everything, as the headline says": (
        why(found("topic:everything", "Астане", "Казахстана")),
        "Tengrinews, 14:05",
    ),
    "everything, as only the summary says": (
        why(found("topic:everything", "Астане", "Казахстана", field="summary")),
        "matched: Астане, Казахстана",
    ),
    "everything, at a domestic outlet": (
        why(found("topic:everything", "", field="source")),
        "Tengrinews, 14:05",
    ),
    "a topic": (
        why(found("topic:energy", "уран", "Астане", "Казатомпром")),
        "topic: Energy and uranium",
    ),
    "two topics": (
        why(found("topic:energy", "уран"), found("topic:economy", "")),
        "topics: Energy and uranium, Economy and money",
    ),
    "a topic beside everything": (
        why(found("topic:everything", "Астане"), found("topic:space", "")),
        "topic: Baikonur and space",
    ),
    "markup in a query": (why(found("<b> & </b>")), "matched: <b> & </b>"),
    "one more outlet": ({"others": ("Vlast",)}, "also: Vlast"),
    "its own outlet is no other": ({"others": ("Tengrinews", "Vlast", "Vlast")}, "also: Vlast"),
    "three more": ({"others": ("Vlast", "Reuters", "Egemen")}, "also: Vlast, Reuters, Egemen"),
    "five more": (
        {"others": ("Vlast", "Reuters", "Egemen", "BBC", "AP")},
        "also: Vlast, Reuters, Egemen +2",
    ),
    "its latest headline": (
        {"latest": replace(HEADLINE, title="Жеті <адам>", outlet="Vlast", url="https://v.kz/7")},
        "latest: Жеті <адам> – Vlast, 14:05",
    ),
    "it grew": ({"updated_at": NOW + timedelta(minutes=4)}, "updated 14:09"),
}


@pytest.mark.parametrize(("changes", "line"), LINES.values(), ids=LINES)
def test_the_last_line_says(changes: dict[str, object], line: str) -> None:
    shown = alert(replace(ALERT, **changes))  # type: ignore[arg-type]
    assert shown.text.splitlines()[-1] == line


def test_a_breaking_story_is_marked_first() -> None:
    assert alert(replace(ALERT, breaking=True)).text.splitlines()[0] == "⚡ Breaking"


def test_yesterdays_news_has_its_day() -> None:
    old = replace(ALERT, headline=replace(HEADLINE, at=NOW - timedelta(hours=24)))
    assert alert(old).text.splitlines()[1] == "Tengrinews, 5 April, 14:05"


# ---------------------------------------------------------------- addresses

LINKED = {
    "plain": URL,
    "cyrillic": "https://пример.қаз/жаңа?сөз=1",
    "address": "http://127.0.0.1:8081/a",
    "IPv6": "https://[::1]/a",
    "quotes and brackets": "https://a.kz/\"'<b>&amp;",
    "white space inside": "https://a.kz/a b\nc",
}


@pytest.mark.parametrize("url", LINKED.values(), ids=LINKED)
def test_a_web_address_is_a_link(url: str) -> None:
    [link] = links(alert(titled("Title", url)))
    assert link == url.replace(" ", "%20").replace("\n", "%20")


LEFT_OFF = {
    "none": "",
    "script": "javascript:alert(1)",
    "telegram": "tg://user?id=5",
    "mail": "mailto:a@b.kz",
    "no domain": "http://localhost/a",
    "a user's name": "https://bank.kz@evil.example/",
    "a port that is none": "https://a.kz:99999/",
    "white space in the host": "https://a b.kz/",
    "endless": "https://a.kz/" + "x" * 2000,
    "half a surrogate pair": "https://\ud800.kz/",
}


@pytest.mark.parametrize("url", LEFT_OFF.values(), ids=LEFT_OFF)
def test_an_address_that_telegram_would_drop_is_left_off(url: str) -> None:
    found = alert(titled("Title", url))
    assert links(found) == []
    assert found.text.startswith("Title\n")


HOSTS = st.text(max_size=30) | st.text("aж.:@[]%_-~;\\\u200b\u3002 1", max_size=12)


@settings(max_examples=300)
@given(HOSTS, st.text(max_size=30))
def test_any_address_is_a_link_that_telegram_keeps_or_none(host: str, path: str) -> None:
    message = render(
        replace(DELIVERY, content=(titled("Title", f"https://{host}/{path}"),)), TEXTS, NOW
    )
    assert len(links(read(message))) == message.html.count("<a ")


# ---------------------------------------------------------------- titles

HOSTILE = {
    "markup": "</a><b>x</b><script>alert(1)</script>",
    "entities": "&lt;b&gt; &amp;amp; &#60; &#x41; &bogus; &",
    "broken markup": '<a href="x"><<< "\' >',
    "right to left": "الرئيس توقاييف يزور مصر",
    "both directions": "Қазақстан النفط oil",
    "emoji": "🇰🇿👨‍👩‍👧‍👦🏳️‍🌈👍🏽 жарлық",
    "combining characters": "Z͑ͫ̓a͛lͪg̀o " * 8 + "е́̂",
    "telegram's own marks": "*bold* _it_ `code` [x](https://a.kz) @durov #tag /start",
    "a link": "https://evil.example/<b>",
    "chinese": "哈萨克斯坦总统访问北京",
    "zero width": "нефть\u200b\u200dгаз\ufeff",
    "tags block": "x\U000e0041\U000e007f",
}


@pytest.mark.parametrize("title", HOSTILE.values(), ids=HOSTILE)
def test_people_read_the_title_as_it_was(title: str) -> None:
    found = alert(titled(title))
    assert found.text.split("\n")[0] == title
    assert found.entities[0].length == len(title.encode("utf-16-le")) // 2


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("  a \n\t b\u2028c\x00d ", "a b c d"),
        ("half \ud83d a pair", "half a pair"),
        ("\u200b \ufeff", "…"),
        ("", "…"),
        ("слово " * 100 + "конец", "слово " * 99 + "слово…"),
        ("ж" * 700, "ж" * 599 + "…"),
        ("👨‍👩‍👧‍👦" * 60, "👨‍👩‍👧‍👦" * 54 + "…"),
        ("🇰🇿" * 200, "🇰🇿" * 149 + "…"),
        ("а" + "\u0301" * 700, "а" + "\u0301" * 598 + "…"),
    ],
    ids=["lines", "surrogate", "invisible", "empty", "long", "endless", "family", "flags", "zalgo"],
)
def test_a_title_is_cleaned_and_cut_between_words(title: str, shown: str) -> None:
    assert alert(titled(title)).text.split("\n")[0] == shown


PIECES = ["<", ">", "&", '"', "'", "</a>", "<b>", "&amp;", "&#", "\u202e", "\u2066", "\u0301"]
PIECES += ["🇰🇿", "👍🏽", "\u200d", "ا", "қ", " ", "\n", "\x00", "\ud800", "https://a.kz ", "word "]
TITLES = st.text(max_size=80) | st.lists(st.sampled_from(PIECES), max_size=600).map("".join)


@settings(max_examples=400)
@given(TITLES)
def test_telegram_takes_any_title_and_people_read_it(title: str) -> None:
    shown = alert(titled(title)).text.split("\n")[0]
    plain = re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\s]+", " ", title).strip()
    assert shown == plain or shown == "…" or plain.startswith(shown.removesuffix("…"))


# ---------------------------------------------------------------- a summary


def summary(count: int, title: str = "Title", url: str = URL, tell_cap: bool = False) -> Message:
    alerts = tuple(
        replace(titled(f"{n} {title}", url), alert_id=n, others=("Vlast",)) for n in range(count)
    )
    gathered = replace(DELIVERY, kind=Kind.SUMMARY, content=alerts, tell_cap=tell_cap)
    return render(gathered, TEXTS, NOW)


def test_a_summary_lists_its_alerts() -> None:
    message = summary(2)
    found = read(message)
    assert found.text == (
        "2 headlines\n\n"
        "0 Title\nTengrinews, 14:05 · also: Vlast\n\n"
        "1 Title\nTengrinews, 14:05 · also: Vlast"
    )
    assert links(found) == [URL, URL]
    assert (message.preview, message.keyboard) == (False, ())


def test_a_summary_of_one_reads_like_an_alert() -> None:
    assert read(summary(1)).text == "0 Title\nTengrinews, 14:05\nalso: Vlast"


def test_a_chat_that_got_many_is_told_why_it_is_gathered_with_a_button() -> None:
    message = summary(1, tell_cap=True)
    told = read(message).text.split("\n\n")
    assert told[0] == "1 headline"
    assert "gathered" in told[1]
    assert message.keyboard == (
        (Button("Up to 24 an hour", data="cap:24"), Button("Up to 60 an hour", data="cap:60")),
    )


@pytest.mark.parametrize(
    ("count", "title"),
    [(46, "x"), (500, "x"), (40, "слово " * 60), (300, "🇰🇿" * 500), (10_000, "<&>" * 100)],
)
def test_a_summary_with_too_many_alerts_leaves_the_rest_for_another(count: int, title: str) -> None:
    message = summary(count, title)
    found = read(message)
    assert len(links(found)) + len(message.left_over) == count
    assert len(links(found)) >= 12
    assert found.text.startswith(f"{len(links(found))} headlines")


@given(st.lists(TITLES, min_size=2, max_size=60), st.booleans())
def test_telegram_takes_any_summary(titles: list[str], tell_cap: bool) -> None:
    alerts = tuple(replace(titled(title), others=(title,), breaking=True) for title in titles)
    read(
        render(replace(DELIVERY, kind=Kind.SUMMARY, content=alerts, tell_cap=tell_cap), TEXTS, NOW)
    )


@given(TITLES, st.lists(TITLES, max_size=8), st.lists(TITLES, max_size=8))
def test_telegram_takes_any_names_and_words(
    outlet: str, others: list[str], words: list[str]
) -> None:
    headline = replace(HEADLINE, outlet=outlet)
    matched = tuple(found(word, *words) for word in words)
    latest = replace(headline, title=outlet)
    content = replace(
        ALERT, headline=headline, others=tuple(others), matched=matched, latest=latest
    )
    read(render(replace(DELIVERY, content=(replace(content, updated_at=NOW),)), TEXTS, NOW))


# ---------------------------------------------------------------- answers, languages


def test_an_answer_is_sent_as_it_is() -> None:
    keyboard = ((Button("Save", data="save:1"),),)
    answer = TextContent("<b>ready</b> &amp; done", keyboard, preview=False)
    message = render(replace(DELIVERY, kind=Kind.ANSWER, content=answer), TEXTS, NOW)
    assert (message.html, message.keyboard, message.preview) == (answer.html, keyboard, False)


@pytest.mark.parametrize("language", bot.locale.LANGUAGES)
def test_every_language_renders(language: str) -> None:
    texts = bot.locale.texts(CATALOGUES, language, "Europe/Berlin")
    content = replace(
        ALERT, breaking=True, matched=(found("oil"),), others=("a", "b", "c", "d"), updated_at=NOW
    )
    many = replace(DELIVERY, kind=Kind.SUMMARY, content=(content,) * 100, tell_cap=True)
    for delivery in (replace(DELIVERY, content=(content,)), many):
        assert "11:05" in read(render(delivery, texts, NOW)).text
