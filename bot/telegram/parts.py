"""Parts of answers: lists, headlines, names; here data becomes Telegram HTML.

Data (titles, queries) is escaped once and cut, so that a message keeps below 4096 code points and
100 entities whatever it holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape
from itertools import groupby
from operator import itemgetter

from bot.alerts.names import query_name
from bot.locale import Texts
from bot.matching.query import TOPICS, QueryRefused, Reason
from bot.model import Button, Headline, Keyboard, Mode, StatusFacts, Subscription

PAGE_SIZE = 8  # subscriptions on a page of the list
MAX_TITLE = 250
MARKS = 5  # matched words that a headline shows


def commands(texts: Texts) -> tuple[tuple[str, str], ...]:
    """Each command with what it does, in the order of the menu."""
    return (
        ("start", texts.gettext("follow the news about Kazakhstan")),
        ("add", texts.gettext("watch words of your own")),
        ("topics", texts.gettext("choose topics")),
        ("remove", texts.gettext("stop watching something")),
        ("keywords", texts.gettext("show what is watched here")),
        ("pause", texts.gettext("stop all alerts for now")),
        ("resume", texts.gettext("let alerts come again")),
        ("status", texts.gettext("show how things stand")),
        ("help", texts.gettext("explain what I can do")),
    )


def subscriptions_page(
    subscriptions: Sequence[Subscription], page: int, texts: Texts
) -> tuple[str, Keyboard]:
    """One page of what is watched, each line with a button that removes it, and one that says how
    many outlets it waits for, and leads to the choice."""
    if not subscriptions:
        return texts.gettext(
            "Nothing is watched here. /start follows the news about Kazakhstan, "
            "<code>/add Tokayev</code> words of your own."
        ), ()
    pages = -(-len(subscriptions) // PAGE_SIZE)
    page = min(max(page, 1), pages)
    first = (page - 1) * PAGE_SIZE
    shown = list(enumerate(subscriptions, 1))[first : first + PAGE_SIZE]
    heading = texts.gettext("Watched here")
    lines = [f"<b>{heading}</b>"]
    rows: list[tuple[Button, ...]] = []
    for number, subscription in shown:
        name = query_name(subscription.query, texts)
        lines.append(f"{number}. {marked(name)} – {how(subscription, texts)}")
        label = shortened(f"✕ {number}. {name}", 14)
        wanted = subscription.outlets_wanted
        outlets = texts.ngettext("{n} outlet", "{n} outlets", wanted).format(n=wanted)
        rows.append(
            (
                Button(label, data=f"rm:{subscription.subscription_id}"),
                Button(outlets, data=f"outlets:{subscription.subscription_id}"),
            )
        )
    if pages > 1:
        before, after = (page - 2) % pages + 1, page % pages + 1
        rows.append(
            (
                Button("‹", data=f"keywords:{before}"),
                Button(f"{page}/{pages}", data="page"),
                Button("›", data=f"keywords:{after}"),
            )
        )
    return "\n".join(lines), tuple(rows)


def how(subscription: Subscription, texts: Texts) -> str:
    """How a subscription is told."""
    minutes = subscription.gather_minutes
    every = {1: texts.gettext("gathered every minute"), 60: texts.gettext("gathered every hour")}
    gathered = every.get(minutes) or texts.ngettext(
        "gathered every {n} minute", "gathered every {n} minutes", minutes
    ).format(n=minutes)
    told = {
        Mode.AT_ONCE: texts.gettext("at once"),
        Mode.PACK: texts.gettext("what matters most at once, the rest {gathered}").format(
            gathered=gathered
        ),
        Mode.GATHERED: gathered,
        Mode.DIGEST: texts.gettext("in the digest"),
    }[subscription.mode]
    wanted = subscription.outlets_wanted
    if wanted <= 1:
        return told
    return texts.ngettext(
        "{how}, when {n} outlet tells it", "{how}, when {n} outlets tell it", wanted
    ).format(how=told, n=wanted)


def refusal(refused: QueryRefused, asked: str, texts: Texts) -> str:
    """One sentence that says what was not understood, and shows where in what was asked."""
    sentences = {
        Reason.EMPTY: texts.gettext("There is no word in it: {place}"),
        Reason.TOO_LONG: texts.gettext("This is too long; all from here on is too much: {place}"),
        Reason.TOO_MANY_TERMS: texts.gettext(
            "These are too many words; all from here on is too much: {place}"
        ),
        Reason.TOO_DEEP: texts.gettext("Too many parentheses inside of each other: {place}"),
        Reason.NOTHING_WANTED: texts.gettext(
            "Something has to be found, exclusions and filters alone are not enough: {place}"
        ),
        Reason.QUOTE_OPEN: texts.gettext("This quotation mark is not closed: {place}"),
        Reason.QUOTE_EMPTY: texts.gettext("There is no word between the quotation marks: {place}"),
        Reason.PAREN_OPEN: texts.gettext("This parenthesis is not closed: {place}"),
        Reason.PAREN_UNEXPECTED: texts.gettext("This parenthesis closes nothing: {place}"),
        Reason.PAREN_EMPTY: texts.gettext("There is no word between the parentheses: {place}"),
        Reason.OR_ALONE: texts.gettext("OR needs words on both sides: {place}"),
        Reason.MINUS_ALONE: texts.gettext("A minus needs a word right after it: {place}"),
        Reason.STAR_SHORT: texts.gettext("A star needs at least three letters before it: {place}"),
        Reason.STAR_PLACE: texts.gettext("A star may only stand at the end of a word: {place}"),
        Reason.FILTER_EMPTY: texts.gettext("Something has to follow the colon: {place}"),
        Reason.FILTER_VALUE: texts.gettext(
            "A language is named by its code, such as kk, ru or en: {place}"
        ),
        Reason.TOPIC_UNKNOWN: texts.gettext(
            "A topic stands alone, and is one of {topics}: {place}"
        ),
    }
    place = _pointed(asked, refused.position, refused.position + len(refused.fragment))
    return sentences[refused.reason].format(place=place, topics=", ".join(TOPICS))


def _pointed(text: str, start: int, end: int) -> str:
    """The part from ``start`` to ``end`` in bold, underlined, since bold alone hardly shows on a
    parenthesis, with some of what surrounds it. Nothing there: a mark where something lacks."""
    before, after = text[max(0, start - 20) : start], text[end : end + 20]
    html = escape(f"{'…' if start > 20 else ''}{before}", quote=False)
    place = escape(text[start:end].strip(), quote=False) or "[?]"
    html += f"<b><u>{place}</u></b>"
    html += escape(f"{after}{'…' if end + 20 < len(text) else ''}", quote=False)
    return " ".join(html.split())


def status_lines(status: StatusFacts, texts: Texts, now: datetime) -> list[str]:
    """How the feeds do, and what is on its way to the chat."""
    last_poll = (
        texts.gettext("Last read: {time}").format(time=texts.moment(status.last_poll_at, now))
        if status.last_poll_at
        else texts.gettext("Nothing has been read yet.")
    )
    return [
        texts.ngettext(
            "{n} alert is on its way here.", "{n} alerts are on their way here.", status.pending
        ).format(n=status.pending),
        "",
        texts.ngettext("{n} feed is read.", "{n} feeds are read.", status.feeds).format(
            n=status.feeds
        ),
        texts.ngettext("{n} feed fails now.", "{n} feeds fail now.", status.feeds_failing).format(
            n=status.feeds_failing
        ),
        texts.ngettext(
            "{n} headline came in the last 24 hours.",
            "{n} headlines came in the last 24 hours.",
            status.items_day,
        ).format(n=status.items_day),
        last_poll,
    ]


def headline_lines(headlines: Sequence[Headline], texts: Texts, now: datetime) -> str:
    """A line for each of the first ten."""
    return "\n".join(f"• {_headline_line(headline, texts, now)}" for headline in headlines[:10])


def matched_lines(headlines: Sequence[Headline], texts: Texts, now: datetime) -> str:
    """As `headline_lines`, with what was matched: in bold in the title, and below it the words
    that only the summary has."""
    lines = []
    for headline in headlines[:10]:
        line = f"• {_headline_line(headline, texts, now, marks=True)}"
        in_title = {span.text.casefold() for span in headline.spans if span.field == "title"}
        beyond = dict.fromkeys(
            shortened(span.text, 60)
            for span in headline.spans
            if span.field == "summary" and span.text.casefold() not in in_title
        )
        if words := ", ".join([word for word in beyond if word][:MARKS]):
            matched = texts.gettext("matched: {words}").format(words=escape(words, quote=False))
            line += f"\n   {matched}"
        lines.append(line)
    return "\n".join(lines)


def _headline_line(headline: Headline, texts: Texts, now: datetime, marks: bool = False) -> str:
    """The title as a link to its page (without one where Telegram would drop it), outlet, time."""
    title = (
        _marked_title(headline)
        if marks
        else escape(shortened(headline.title, MAX_TITLE), quote=False)
    )
    if headline.url.startswith(("http://", "https://")) and len(headline.url) <= 2000:
        title = f'<a href="{escape(headline.url)}">{title}</a>'
    outlet = escape(shortened(headline.outlet, 60), quote=False)
    return f"{title} – {outlet}, {texts.moment(headline.at, now)}"


def _marked_title(headline: Headline) -> str:
    """The title on one line, cut, with the first matched words in bold."""
    title = headline.title
    bold = [False] * len(title)
    for span in [span for span in headline.spans if span.field == "title"][:MARKS]:
        for place in range(max(span.start, 0), min(span.end, len(title))):
            bold[place] = True
    letters: list[tuple[bool, str]] = []  # as `shortened` leaves them
    for place, letter in enumerate(title):
        if not letter.isspace():
            letters.append((bold[place], letter))
        elif letters and letters[-1][1] != " ":
            letters.append((bold[place], " "))
    if letters and letters[-1][1] == " ":
        letters.pop()
    if len(letters) > MAX_TITLE:
        letters = [*letters[: MAX_TITLE - 1], (False, "…")]
    html = ""
    for is_bold, run in groupby(letters, key=itemgetter(0)):
        text = escape("".join(letter for _, letter in run), quote=False)
        html += f"<b>{text}</b>" if is_bold and text.strip() else text
    return html


def marked(text: str) -> str:
    """A query or what a person typed, in bold."""
    return f"<b>{escape(shortened(text, 200), quote=False)}</b>"


def shortened(text: str, limit: int) -> str:
    """At most ``limit`` code points, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def number_in(text: str) -> int | None:
    """What a button or an argument carries as a 63-bit number, or None."""
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 19):
        return None
    number = int(text)
    return number if abs(number) < 2**63 else None
