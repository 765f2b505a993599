"""A delivery as Telegram HTML, in the chat's language and time zone.

Here data becomes markup: each title, name and word is cleaned, cut at a word's end and escaped,
once. Whatever comes in, the message is one that Telegram takes: below 4,096 units of text, at most
100 entities, links that it keeps.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape
from urllib.parse import urlsplit

from bot.alerts.names import EVERYTHING, query_name
from bot.locale import Texts
from bot.matching.query import is_topic
from bot.model import (
    AlertContent,
    Button,
    DueDelivery,
    Headline,
    Keyboard,
    Matched,
    Message,
    TextContent,
)
from bot.stories.urls import canonical_url

# All lengths are UTF-16 code units, as Telegram counts entities; never fewer than code points.
MAX_TEXT = 4096
_TITLE = 600
_TITLE_IN_SUMMARY = 250
_NAME = 60
_NAMES = 3  # further outlets that are named, the others are counted
_WORDS = 5  # matched words, and queries, that are shown
_SUMMARY = 3900  # leaves room for the heading
_SUMMARY_LINES = 45  # one entity each; what Telegram marks by itself fits beside them
_URL = 2000
_URL_IN_SUMMARY = 500
_CAPS = (24, 60)  # single messages an hour that the button offers

_WORD = re.compile(r"\w+")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\s]+")


def render(delivery: DueDelivery, texts: Texts, now: datetime) -> Message:
    """The one call that a delivery stands for.

    ``texts``: of the chat's language and time zone; ``now``: its day needs no naming in times.
    """
    content = delivery.content
    keyboard: Keyboard = ()
    left_over: tuple[int, ...] = ()
    if isinstance(content, TextContent):
        html, keyboard, preview = content.html, content.keyboard, content.preview
    elif len(content) == 1 and not delivery.tell_cap:
        html, preview = _alert(content[0], texts, now), True
    else:
        html, shown = _summary(content, texts, now, delivery.tell_cap)
        preview, left_over = False, tuple(alert.alert_id for alert in content[shown:])
        keyboard = _cap_buttons(texts) if delivery.tell_cap else ()
    return Message(
        telegram_id=delivery.chat.telegram_id,
        thread_id=delivery.thread_id,
        html=html,
        keyboard=keyboard,
        preview=preview,
        edits_message=delivery.edits_message,
        reply_to=delivery.reply_to,
        left_over=left_over,
    )


# ---------------------------------------------------------------- an alert


def _alert(alert: AlertContent, texts: Texts, now: datetime) -> str:
    lines = [_breaking(texts)] if alert.breaking else []
    lines.append(_headline(alert.headline, _TITLE, _URL))
    lines.append(_source(alert.headline, texts, now))
    if why := _why(alert.matched, texts):
        lines.append(why)
    if others := _others(alert):
        lines.append(texts.gettext("also: {outlets}").format(outlets=others))
    if alert.latest:
        title = _headline(alert.latest, _TITLE_IN_SUMMARY, _URL)
        source = _source(alert.latest, texts, now)
        lines.append(texts.gettext("latest: {headline}").format(headline=f"{title} – {source}"))
    if alert.updated_at:
        time = texts.moment(alert.updated_at, max(now, alert.updated_at))
        lines.append(texts.gettext("updated {time}").format(time=time))
    return "\n".join(lines)


def _breaking(texts: Texts) -> str:
    mark = texts.gettext("Breaking")
    return f"<b>⚡ {mark}</b>"


def _headline(headline: Headline, length: int, url_length: int) -> str:
    """The title as a link; without a link that Telegram keeps it stands out in bold."""
    title = _text(headline.title, length) or "…"
    if url := _link(headline.url, url_length):
        return f'<a href="{escape(url)}">{title}</a>'
    return f"<b>{title}</b>"


def _source(headline: Headline, texts: Texts, now: datetime) -> str:
    time = texts.moment(headline.at, max(now, headline.at))
    return f"{_text(headline.outlet, _NAME)}, {time}"


def _why(matched: Sequence[Matched], texts: Texts) -> str:
    """Why the chat is told: its own words with what they were found as; else its topics by name.

    For a chat that follows everything the headline itself says why, unless only the summary does.
    """
    if own := [each for each in matched if not is_topic(each.query)]:
        words = _own_words(own)
        return texts.gettext("matched: {words}").format(words=words) if words else ""
    topics = [query_name(each.query, texts) for each in matched if each.query != EVERYTHING]
    if topics:
        named = ", ".join(topics[:_WORDS])
        return texts.ngettext("topic: {topics}", "topics: {topics}", len(topics)).format(
            topics=named
        )
    spans = [span for each in matched for span in each.spans if span.field != "source"]
    words = _few(span.text for span in spans)
    if not words or any(span.field == "title" for span in spans):
        return ""
    return texts.gettext("matched: {words}").format(words=words)


def _own_words(matched: Sequence[Matched]) -> str:
    """«Tokayev (Тоқаевтың), uranium»: in brackets what differs from what was asked for."""
    shown: list[str] = []
    told: set[str] = set()  # words that need no more telling
    for each in matched:
        told |= _words_of(each.query)
        asked = _text(each.query, _NAME)
        if len(shown) == _WORDS or not asked:
            continue
        texts = [span.text for span in each.spans if span.field != "source"]
        forms = _few(text for text in texts if not _words_of(text) <= told)
        told.update(*map(_words_of, texts))
        shown.append(f"{asked} ({forms})" if forms else asked)
    return ", ".join(shown)


def _words_of(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.casefold()))


def _few(words: Iterable[str]) -> str:
    """The first words, each once, whatever its case."""
    once = {_plain(word).casefold(): word for word in reversed(list(words))}
    shown = [text for word in reversed(once.values()) if (text := _text(word, _NAME))]
    return ", ".join(shown[:_WORDS])


def _others(alert: AlertContent) -> str:
    """«Vlast, Reuters, Egemen +2»"""
    names = [name for name in dict.fromkeys(alert.others) if name != alert.headline.outlet]
    named = ", ".join(_text(name, _NAME) for name in names[:_NAMES])
    return f"{named} +{len(names) - _NAMES}" if len(names) > _NAMES else named


# ---------------------------------------------------------------- a summary


def _summary(
    alerts: Sequence[AlertContent], texts: Texts, now: datetime, tell_cap: bool
) -> tuple[str, int]:
    """As many alerts as one message holds, two lines each; and how many these are."""
    opening = [
        texts.gettext(
            "So much came in that the rest of the hour was gathered here. "
            "The buttons below let more of it come at once."
        )
    ]
    blocks = opening if tell_cap else []
    length = sum(_units(block) + 2 for block in blocks)
    shown = 0
    for alert in alerts[:_SUMMARY_LINES]:
        block = _summary_block(alert, texts, now)
        length += _read_units(block) + 2
        if length > _SUMMARY:
            break
        blocks.append(block)
        shown += 1
    heading = texts.ngettext("{n} headline", "{n} headlines", shown).format(n=shown)
    return "\n\n".join([f"<b>{heading}</b>", *blocks]), shown


def _summary_block(alert: AlertContent, texts: Texts, now: datetime) -> str:
    mark = "⚡ " if alert.breaking else ""
    source = _source(alert.headline, texts, now)
    others = _others(alert)
    also = texts.gettext("also: {outlets}").format(outlets=others) if others else ""
    title = _headline(alert.headline, _TITLE_IN_SUMMARY, _URL_IN_SUMMARY)
    return f"{mark}{title}\n{source}{' · ' if also else ''}{also}"


def _cap_buttons(texts: Texts) -> Keyboard:
    return (
        tuple(
            Button(
                texts.ngettext("Up to {n} an hour", "Up to {n} an hour", cap).format(n=cap),
                data=f"cap:{cap}",
            )
            for cap in _CAPS
        ),
    )


# ---------------------------------------------------------------- data → markup


def _text(data: str, length: int) -> str:
    """Data as it stands between tags: "" when there is nothing to see in it."""
    plain = _plain(data)
    seen = any(unicodedata.category(character)[0] in "LNPS" for character in plain)
    return escape(_cut(plain, length), quote=False) if seen else ""


def _plain(data: str) -> str:
    """On one line, without what no message can hold."""
    return _UNSEEN.sub(" ", data).strip()


def _cut(text: str, length: int) -> str:
    """At a word's end; a text of one endless word between two characters that people see."""
    if _units(text) <= length:
        return text
    end = _fitting(text, length - 1)
    space = text.rfind(" ", 0, end + 1)
    if space > end // 2:
        return text[:space].rstrip() + "…"
    start = next((n for n in range(end, end // 2, -1) if not _continues(text, n)), end)
    return text[:start] + "…"


_REGIONAL = re.compile("[\U0001f1e6-\U0001f1ff]+$")


def _continues(text: str, n: int) -> bool:
    """Whether the character at ``n`` is one picture or letter with those before it."""
    here, before = text[n : n + 1], text[n - 1]
    if "\u200d" in {here, before} or "\U0001f3fb" <= here <= "\U0001f3ff":
        return True
    if "\U0001f1e6" <= here <= "\U0001f1ff":  # a flag is two of these
        run = _REGIONAL.search(text, 0, n)
        return run is not None and len(run[0]) % 2 == 1
    return here != "" and unicodedata.category(here) in {"Mn", "Me", "Mc", "Cf"}


def _fitting(text: str, length: int) -> int:
    """How many code points of ``text`` are at most ``length`` units."""
    units = 0
    for n, character in enumerate(text):
        units += 2 if character > "\uffff" else 1
        if units > length:
            return n
    return len(text)


def _units(text: str) -> int:
    return len(text) + sum(character > "\uffff" for character in text)


_TAG = re.compile(r"<[^>]*>")
_ENTITY = re.compile(r"&(?:lt|gt|amp);")


def _read_units(html: str) -> int:
    """The units that people read of markup that this module made."""
    return _units(_ENTITY.sub("&", _TAG.sub("", html)))


_PLACE = re.compile(r"(?:\[[0-9a-f:.]+\]|[\w-]*(?:\.[\w-]*)+)(?::0*[1-9]\d{0,4})?", re.IGNORECASE)


def _link(url: str, length: int) -> str:
    """An address that Telegram keeps, or "". One that names a user (`https://bank@evil.example`)
    is none of ours."""
    url = _UNSEEN.sub("%20", url.strip())
    kept = len(url) <= length and canonical_url(url) and _PLACE.fullmatch(urlsplit(url).netloc)
    return url if kept else ""
