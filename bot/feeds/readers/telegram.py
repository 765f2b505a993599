"""Web previews of public Telegram channels (t.me/s/NAME) → entries, after the page's markup.

A message is ``div.tgme_widget_message`` with ``data-post="name/123"``; its text stands in
``.tgme_widget_message_text``, its time and link in ``a.tgme_widget_message_date``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from bot.feeds.readers.dates import read_date
from bot.feeds.readers.fields import MAX_SUMMARY, MAX_TITLE, address, cut
from bot.feeds.readers.text import Markup, clean
from bot.model import Entry, ParsedFeed, ParseFailed, ParseOutcome

_HEADLINE = 200  # characters; a first line that is longer is a paragraph
_DEEPEST = 200  # elements within each other: Telegram's pages have some twenty
_HERE = re.compile(
    r"""<\w+\s+class\s*=\s*["'][^"'<>]{0,200}?\btgme_(?:channel_(?:history|info)|page)\b"""
)
_POST = re.compile(r"[A-Za-z]\w{1,63}/\d{1,12}")
_VOID_NAMES = "area base br col embed hr img input link meta source track wbr"
_INLINE_NAMES = "a b code del em i ins mark s span strike strong tg-emoji tg-spoiler u wbr"
_VOID = frozenset(_VOID_NAMES.split())
_INLINE = frozenset(_INLINE_NAMES.split())
_UNREAD = frozenset({"script", "style", "template"})

_HISTORY = "tgme_channel_history"
_MESSAGE = "tgme_widget_message"


@dataclass(slots=True)
class _Element:
    tag: str
    attributes: dict[str, str]
    classes: frozenset[str] = frozenset()
    children: list[_Element | str] = field(default_factory=list)


def is_channel(page: str) -> bool:
    """Whether an HTML page is one of Telegram's about a channel."""
    return _HERE.search(page) is not None


def read_channel(text: str, url: str, zone: tzinfo) -> ParseOutcome:
    """The messages of a page in its order, which is the oldest first.

    A message's first line is its title, cut at a word's end, the rest its summary; a forwarded one
    counts as the channel's own. Messages without a word (pictures alone, service messages) are
    skipped and counted. A page without a channel's messages is a ``ParseFailed`` that says so.
    Raises ``MemoryError`` only.
    """
    tree = _Tree()
    try:
        tree.feed(text)
        tree.close()
    except _TooDeep:
        return ParseFailed("html", "a web page that is nested deeper than any of Telegram's")
    if next(_found(tree.root, _HISTORY), None) is None:
        why = "the channel is private, shows no preview, or does not exist"
        return ParseFailed("html", f"a Telegram page without messages: {why}")
    found = [_entry(message, url, zone) for message in _found(tree.root, _MESSAGE)]
    entries = tuple(entry for entry in found if entry is not None)
    named = next(_found(tree.root, "tgme_channel_info_header_title"), None)
    title = " ".join(_lines(named)) if named else ""
    return ParsedFeed(title[:MAX_TITLE], "", entries, len(found) - len(entries))


def _entry(message: _Element, base: str, zone: tzinfo) -> Entry | None:
    """``None``: it says nothing, or is no post."""
    post = message.attributes.get("data-post", "")
    if not _POST.fullmatch(post) or "service_message" in message.classes:
        return None
    lines = _lines(next(_texts(message), None))
    while lines and not any(map(str.isalnum, lines[0])):
        del lines[0]  # signs and emoji alone are no title
    if not lines:
        return None
    title = cut(lines[0], _HEADLINE)
    rest = lines[0][len(title) :]
    link = next(_found(message, "tgme_widget_message_date"), None)
    return Entry(
        guid=post,
        url=(address(link.attributes.get("href", ""), base) if link else "")
        or f"https://t.me/{post}",
        title=title,
        summary=cut(" ".join([rest, *lines[1:]]).strip(), MAX_SUMMARY),
        published=_published(link, zone) if link else None,
    )


def _published(link: _Element, zone: tzinfo) -> datetime | None:
    # Within the link: the length of a video is a <time>, too.
    times = [child for child in _all(link) if child.tag == "time"]
    return read_date(times[0].attributes.get("datetime", ""), zone) if times else None


def _texts(message: _Element) -> Iterator[_Element]:
    """Its text; what a message replies to is quoted with the same class."""
    for found in _found(message, "tgme_widget_message_text", but="tgme_widget_message_reply"):
        if "js-message_reply_text" not in found.classes:
            yield found


def _lines(element: _Element | None) -> list[str]:
    """Its text, clean, without empty lines; elements that break the line do so."""
    text = "".join(_pieces(element)) if element else ""
    return [line for raw in text.split("\n") if (line := clean(raw))]


def _pieces(element: _Element) -> Iterator[str]:
    breaks = element.tag not in _INLINE
    if breaks:
        yield "\n"
    for child in element.children:
        if isinstance(child, _Element):
            yield from _pieces(child)
        elif element.tag not in _UNREAD:
            # Line ends in the source are blanks, but in <pre>, where it does not matter.
            yield child.replace("\n", " ")
    if breaks and element.tag != "br":
        yield "\n"


# ---------------------------------------------------------------- the tree


class _TooDeep(Exception):  # noqa: N818 - it stops the parser, no more
    """Walks over the tree are recursive."""


class _Tree(Markup):
    """An HTML page as elements. Ends that nothing began are dropped."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = _Element("", {})
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        element = _Element(tag, attributes, frozenset(attributes.get("class", "").split()))
        self._open[-1].children.append(element)
        if tag not in _VOID:
            self._open.append(element)
            if len(self._open) > _DEEPEST:
                raise _TooDeep

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)  # of drawings; in HTML there are none

    def handle_endtag(self, tag: str) -> None:
        for place in range(len(self._open) - 1, 0, -1):
            if self._open[place].tag == tag:
                del self._open[place:]
                return

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)


def _found(element: _Element, name: str, but: str = "") -> Iterator[_Element]:
    """The elements of a class, the outermost alone; none within one of class ``but``."""
    for child in element.children:
        if not isinstance(child, _Element) or but in child.classes:
            continue
        if name in child.classes:
            yield child
        else:
            yield from _found(child, name, but)


def _all(element: _Element) -> Iterator[_Element]:
    for child in element.children:
        if isinstance(child, _Element):
            yield child
            yield from _all(child)
