"""Parts of answers: lists, headlines, names; here data becomes Telegram HTML.

Data (titles, queries) is escaped once and cut, so that a message keeps below 4096 code points and
100 entities whatever it holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
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
    subscriptions: Sequence[Subscription], page: int, texts: Texts, gather: timedelta
) -> tuple[str, Keyboard]:
    """One page of what is watched, each line with a button that removes it, and one that says how
    many outlets it waits for, and leads to the choice. ``gather``: how long the pack gathers, and
    what has no length of its own."""
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
        lines.append(f"{number}. {marked(name)} – {how(subscription, texts, gather)}")
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


def how(subscription: Subscription, texts: Texts, gather: timedelta) -> str:
    """How a subscription is told. The pack gathers by the settings, whatever a chat wishes."""
    minutes = subscription.gather_minutes
    own = gather if minutes is None else timedelta(minutes=minutes)
    told = {
        Mode.AT_ONCE: texts.gettext("at once"),
        Mode.PACK: texts.gettext("what matters most at once, the rest {gathered}").format(
            gathered=_gathered(gather, texts)
        ),
        Mode.GATHERED: _gathered(own, texts),
        Mode.DIGEST: texts.gettext("in the digest"),
    }[subscription.mode]
    wanted = subscription.outlets_wanted
    if wanted <= 1:
        return told
    return texts.ngettext(
        "{how}, when {n} outlet tells it", "{how}, when {n} outlets tell it", wanted
    ).format(how=told, n=wanted)


def _gathered(length: timedelta, texts: Texts) -> str:
    """In whole minutes; what is gathered for less is told by the minute."""
    minutes = max(round(length / timedelta(minutes=1)), 1)
    if minutes == 1:
        return texts.gettext("gathered every minute")
    if minutes == 60:
        return texts.gettext("gathered every hour")
    if minutes % 60:
        every = texts.ngettext("gathered every {n} minute", "gathered every {n} minutes", minutes)
        return every.format(n=minutes)
    hours = minutes // 60
    return texts.ngettext("gathered every {n} hour", "gathered every {n} hours", hours).format(
        n=hours
    )


def refusal(refused: QueryRefused, asked: str, texts: Texts) -> str:
    """One sentence that says what was not understood, and shows where in what was asked: the place
    in bold, underlined, since bold alone hardly shows on a parenthesis."""
    before, place, after = (escape(part, quote=False) for part in _around(refused, asked))
    return _refusal(refused, f"{before}<b><u>{place or '[?]'}</u></b>{after}", texts)


def plain_refusal(refused: QueryRefused, asked: str, texts: Texts) -> str:
    """As `refusal`, without markup: the place in brackets."""
    before, place, after = _around(refused, asked)
    return _refusal(refused, f"{before}[{place or '?'}]{after}", texts)


def _refusal(refused: QueryRefused, place: str, texts: Texts) -> str:
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
        Reason.STAR_PHRASE: texts.gettext("A star has no meaning among words in quotes: {place}"),
        Reason.FILTER_EMPTY: texts.gettext("Something has to follow the colon: {place}"),
        Reason.FILTER_VALUE: texts.gettext(
            "A language is named by its code, such as kk, ru or en: {place}"
        ),
        Reason.TOPIC_UNKNOWN: texts.gettext(
            "A topic stands alone, and is one of {topics}: {place}"
        ),
    }
    sentence = sentences[refused.reason]
    return sentence.format(place=" ".join(place.split()), topics=", ".join(TOPICS))


def _around(refused: QueryRefused, asked: str) -> tuple[str, str, str]:
    """Some of what comes before the place, the place ("" where something lacks), some after it."""
    start, end = refused.position, refused.position + len(refused.fragment)
    before, after = asked[max(0, start - 20) : start], asked[end : end + 20]
    return (
        f"{'…' if start > 20 else ''}{before}",
        asked[start:end].strip(),
        f"{after}{'…' if end + 20 < len(asked) else ''}",
    )


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
        *(
            []
            if status.by_meaning
            else [
                texts.gettext(
                    "One event in several headlines is told by names and numbers alone: "
                    "the language model is not at work."
                )
            ]
        ),
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
