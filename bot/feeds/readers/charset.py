"""Bytes → text, in the character set the bytes are in rather than the one somebody claims.

Headers are set once for a whole server, declarations are copied from examples, and both are wrong
often enough: what reads as UTF-8 is UTF-8, whoever says otherwise.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_UNMARKED = (
    (b"<\x00\x00\x00", "utf-32-le"),
    (b"\x00\x00\x00<", "utf-32-be"),
    (b"<\x00", "utf-16-le"),
    (b"\x00<", "utf-16-be"),
)
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})["']""")
_HEADER = re.compile(r"""charset\s*=\s*["']?([\w.:-]{1,40})""", re.IGNORECASE)
# Codecs that read text. The others of Python (punycode, idna, undefined, unicode_escape, utf-7 …)
# are no character sets of documents; given the chance they raise, or make text of anything.
_CODECS = re.compile(
    r"cp\d+|iso8859-\d+|koi8-[rtu]|kz1048|ptcp154|mac-\w+|tis-620|gbk|gb18030|big5(?:hkscs)?"
    r"|euc_\w+|shift_jis\w*|iso2022_(?:jp|kr)\w*|hz|utf-8|utf-16(?:-[bl]e)?|ascii"
)
# What servers claim by default, whatever they serve.
_CARELESS = frozenset({"ascii", "iso8859-1", "cp1252", "utf-8"})
_RUN = re.compile(rb"[\xc0-\xff]{2,}")
_ASCII = bytes(range(0x80))
_SHIFTED = ("iso2022", "hz")  # seven bits a byte: reads as ASCII, and is not


def to_text(body: bytes, content_type: str) -> str:
    """The document as text. Bytes that mean nothing become U+FFFD, which cleaning drops.

    Order: byte order mark, UTF-8 where it reads as such, the declaration that is no server's
    default, the declared ones, UTF-8 with a few broken bytes, and last Windows-1251 or 1252 by
    whether the bytes beyond ASCII stand together.
    """
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    for mark, name in _UNMARKED:
        if body.startswith(mark):
            return body.decode(name, "replace")
    declared = list(_declared(body, content_type))
    if not any(name.startswith(_SHIFTED) for name in declared):
        try:
            return body.decode("utf-8")
        except UnicodeDecodeError:
            pass
    for name in sorted(declared, key=_CARELESS.__contains__):
        try:
            return body.decode(name)
        except UnicodeError:
            continue
    return _guess(body)


def _declared(body: bytes, content_type: str) -> Iterator[str]:
    """Names of codecs: the header's first, then the document's own."""
    if in_header := _HEADER.search(content_type):
        yield from _codec(in_header[1])
    if in_body := _DECLARED.match(body[:400]):
        yield from _codec(in_body[1].decode("latin-1"))


def _codec(label: str) -> Iterator[str]:
    try:
        name = codecs.lookup(label).name
    except (LookupError, ValueError):
        return
    if name == "gb2312":
        name = "gb18030"  # its superset, as browsers take it
    if _CODECS.fullmatch(name):
        yield name


def _guess(body: bytes) -> str:
    text = body.decode("utf-8", "replace")
    beyond = sum(1 for char in text if char > "\x7f")
    if text.count("\ufffd") * 2 < beyond:
        return text  # of another character set, hardly a byte would read as UTF-8
    # Cyrillic words are runs of bytes beyond ASCII; in Western text these stand alone.
    runs = sum(map(len, _RUN.findall(body)))
    high = len(body.translate(None, _ASCII))
    return body.decode("cp1251" if runs * 2 > high else "cp1252", "replace")
