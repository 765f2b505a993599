"""Markup of strangers → one line of plain text. What comes out is text: ``<`` in it is a sign."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

# Elements of HTML (the living standard, and the old ones that feeds still use). Anything else in
# angle brackets is what somebody wrote: "List<String>", "<name@host>".
_ELEMENT_NAMES = """
    a abbr acronym address area article aside audio b base bdi bdo big blockquote body br button
    canvas caption center cite code col colgroup data datalist dd del details dfn dialog dir div dl
    dt em embed fieldset figcaption figure font footer form frame frameset h1 h2 h3 h4 h5 h6 head
    header hgroup hr html i iframe img input ins kbd label legend li link main map mark marquee math
    menu meta meter nav nobr noembed noframes noscript object ol optgroup option output p param
    picture pre progress q rp rt ruby s samp script search section select slot small source span
    strike strong style sub summary sup svg table tbody td template textarea tfoot th thead time
    title tr track tt u ul var video wbr path g use rect circle
"""
_INLINE_NAMES = """
    a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark nobr q s
    samp small span strike strong sub sup time tt u var wbr
"""
_ELEMENTS = frozenset(_ELEMENT_NAMES.split())
_INLINE = frozenset(_INLINE_NAMES.split())
_UNREAD = frozenset({"script", "style", "template", "noframes"})
_MARKUP = re.compile(r"</[a-z][a-z0-9]*\s*>|<(?:br|hr|img|p)\b", re.IGNORECASE)
_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
# Left after decoding, these are a second encoding and never what an editor meant to show. "&lt;"
# and "&gt;" are not among them: a headline may well speak of markup.
_TWICE = re.compile(
    r"&(?:amp|quot|apos|nbsp|laquo|raquo|[mn]dash|hellip|[lr][sd]quo|[bs]dquo|#\d{2,5}"
    r"|#x[0-9a-f]{2,4});",
    re.IGNORECASE,
)
# Control characters but blanks, soft hyphens and zero-width blanks inside words, overrides of the
# writing direction, byte order marks, surrogates, non-characters, the mark of a broken byte.
_DROPPED = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u200b\u2060\u202a-\u202e\u2066-\u2069\ufeff"
    "\ud800-\udfff\ufdd0-\ufdef\ufff9-\uffff]"
)


def clean(text: str) -> str:
    """One line: characters that are none are dropped, blanks folded."""
    return " ".join(_DROPPED.sub("", text).split())


def plain_text(markup: str) -> str:
    """HTML, or text that may hold some, as one line of plain text."""
    if "<" in markup:
        stripper = _Stripper()
        stripper.feed(_CDATA.sub(r"\1", markup))
        stripper.close()
        text = "".join(stripper.pieces)
    else:
        text = unescape(markup)
    return decode_twice(clean(text))


def said_plain(text: str) -> str:
    """What its document calls plain text, as one line: it may speak of tags. Only where it plainly
    is markup, as with careless publishers, it is read as such."""
    return plain_text(text) if _MARKUP.search(text) else decode_twice(clean(text))


def decode_twice(text: str) -> str:
    """Mends what a publisher encoded once too often: "Tom &amp; Jerry" as text."""
    if _TWICE.search(text):
        return clean(_TWICE.sub(lambda match: unescape(match[0]), text))
    return text


class Markup(HTMLParser):
    """The standard library's parser, without what makes it raise."""

    def parse_html_declaration(self, i: int) -> int:
        # "<![foo" makes the parser of Python 3.11 raise AssertionError; none of these is text.
        if self.rawdata.startswith("<![", i):
            end = self.rawdata.find(">", i)
            return end + 1 if end >= 0 else -1
        return super().parse_html_declaration(i)


class _Stripper(Markup):
    """Keeps the text between tags; an element that breaks the line leaves a blank."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._unread: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _ELEMENTS:
            self.handle_data(self.get_starttag_text() or "")
        elif tag in _UNREAD:
            self._unread.append(tag)
        elif tag not in _INLINE:
            self.pieces.append(" ")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _UNREAD:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag not in _ELEMENTS:
            self.handle_data(f"</{tag}>")
        elif tag in self._unread:
            del self._unread[self._unread.index(tag) :]
        elif tag not in _INLINE:
            self.pieces.append(" ")

    def handle_data(self, data: str) -> None:
        if not self._unread:
            self.pieces.append(data)
