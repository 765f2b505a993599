"""News sitemaps → entries, for sites without feeds.

The sitemap protocol (https://www.sitemaps.org/protocol.html) with the extension for news, read by
expat. Entities of a document's own are refused, so none is ever expanded, inside or outside.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import tzinfo
from html import unescape
from xml.parsers import expat

from bot.feeds.readers.dates import read_date
from bot.feeds.readers.fields import MAX_TITLE, address, cut, language_of
from bot.feeds.readers.repair import mend_references
from bot.feeds.readers.text import plain_text
from bot.model import Entry, ParsedFeed, ParseFailed, ParseOutcome

MAX_ENTRIES = 1_000  # the protocol allows no more of news in one sitemap
_NEWS = "sitemap-news"  # in the address of the extension's name space, of whatever version
_NAMED = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)[A-Za-z]\w*;")
# Elements that are kept; those of the extension have "news:" before them, whatever the prefix.
_FIELDS = frozenset(
    {"loc", "news:name", "news:language", "news:publication_date", "news:title"},
)


class _Enough(Exception):  # noqa: N818 - it stops expat, no more
    """As many entries are read as are taken."""


class _Refused(Exception):  # noqa: N818 - it stops expat, no more
    """It declares entities."""


@dataclass(slots=True)
class _Sitemap:
    """What expat has told so far."""

    pages: list[dict[str, str]] = field(default_factory=list)  # with news; by the names above
    others: int = 0  # pages without news
    space: str | None = None  # the name space of its root, which is the protocol's
    is_index: bool = False
    listed: str = ""  # a sitemap that an index lists
    page: dict[str, str] = field(default_factory=dict)
    is_news: bool = False  # the page being read
    text: list[str] | None = None  # of the field being read


def read_sitemap(text: str, url: str, zone: tzinfo) -> ParseOutcome:
    """The first MAX_ENTRIES pages with news. Those without a title are skipped and counted; pages
    without news are left out. What a broken end has cut is dropped. Raises ``MemoryError`` only.

    An index, and a sitemap of pages alone, is a ``ParseFailed`` that says so.
    """
    read = _Sitemap()
    try:
        error = _parse(text, read)
    except _Refused:
        return ParseFailed("not_a_feed", "a sitemap that declares entities, which none needs")
    if read.is_index:
        named = address(read.listed, url)
        hint = f"; one of them is {named}" if named else ""
        return ParseFailed("not_a_feed", f"a sitemap index, which only lists sitemaps{hint}")
    if not read.pages and (error or read.others):
        why = f"it is broken ({error})" if error else "it lists pages only"
        return ParseFailed("not_a_feed", f"a sitemap without news: {why}")
    found = [_entry(page, url, zone) for page in read.pages]
    entries = tuple(entry for entry in found if entry is not None)
    title = plain_text(read.pages[0].get("news:name", "")) if read.pages else ""
    return ParsedFeed(title[:MAX_TITLE], "", entries, len(found) - len(entries))


def _entry(page: dict[str, str], base: str, zone: tzinfo) -> Entry | None:
    title = plain_text(page.get("news:title", ""))
    if not title:
        return None
    return Entry(
        guid="",
        url=address(page.get("loc", ""), base),
        title=cut(title, MAX_TITLE),
        summary="",
        published=read_date(page.get("news:publication_date", ""), zone),
        language=language_of(page.get("news:language")),
    )


def _parse(text: str, read: _Sitemap) -> str:
    """Fills ``read``. → what ended it before the document's end, or ""."""
    parser = expat.ParserCreate("utf-8", " ")
    parser.buffer_text = True
    parser.StartElementHandler = lambda name, _: _start(read, name)
    parser.EndElementHandler = lambda name: _end(read, _local(read, name))
    parser.CharacterDataHandler = lambda data: None if read.text is None else read.text.append(data)
    parser.EntityDeclHandler = _refuse
    # Names of HTML, which XML does not know, become numbers, which it does.
    document = _NAMED.sub(_numbers, mend_references(text))
    try:
        parser.Parse(document.encode("utf-8"), True)
    except _Enough:
        pass
    except expat.ExpatError as error:
        if error.code == expat.errors.codes[expat.errors.XML_ERROR_NO_MEMORY]:
            raise MemoryError from error
        return str(error)
    return ""


def _local(read: _Sitemap, name: str) -> str:
    """ "http://www.sitemaps.org/schemas/sitemap/0.9 loc" → "loc"; of the extension, "news:title".

    Elements of other extensions (pictures have titles too) keep their name space, as no field has.
    """
    space, _, local = name.rpartition(" ")
    if _NEWS in space:
        return f"news:{local}"
    return local if space == read.space else name


def _start(read: _Sitemap, name: str) -> None:
    if read.space is None:
        read.space = name.rpartition(" ")[0]
    name = _local(read, name)
    if name == "url":
        read.page, read.is_news = {}, False
    elif name == "news:news":
        read.is_news = True
    elif name == "sitemapindex":
        read.is_index = True
    if name in _FIELDS:
        read.text = []


def _end(read: _Sitemap, name: str) -> None:
    if name in _FIELDS and read.text is not None:
        read.page.setdefault(name, "".join(read.text))
        read.text = None
    elif name == "sitemap":
        read.listed = read.page.get("loc", "")
        raise _Enough
    elif name == "url" and not read.is_news:
        read.others += 1
    elif name == "url":
        read.pages.append(read.page)
        if len(read.pages) == MAX_ENTRIES:
            raise _Enough


def _refuse(*_: object) -> None:
    raise _Refused


def _numbers(name: re.Match[str]) -> str:
    return "".join(f"&#{ord(char)};" for char in unescape(name[0]))
