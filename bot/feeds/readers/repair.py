"""Mends in documents, before they are parsed, what XML forbids and everybody understands.

A bare "&" ("S&P 500") makes the strict parser refuse the document, and feedparser's loose one take
it for a reference whose end was forgotten ("S&P; 500").
"""

from __future__ import annotations

import re
from html.entities import html5

# Where a "&" is only a sign, and the signs themselves. What never ends reaches to the document's
# end, so that each character is passed once, however many beginnings there are.
_LITERAL = r"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)|<\?.*?(?:\?>|\Z)"
_REFERENCE = r"&(?:#(?P<decimal>[0-9]+)|#x(?P<hex>[0-9a-fA-F]+)|(?P<name>[^\W\d][\w.:-]*));"
_PLACES = re.compile(f"{_LITERAL}|{_REFERENCE}|(?P<bare>&)", re.DOTALL)
# Names that a document may use without saying what they mean, for everybody knows it.
_KNOWN = frozenset(name[:-1] for name in html5 if name.endswith(";"))
_DECLARES = re.compile(r"<!ENTITY\s")
# What XML 1.0 allows of characters.
_CHARACTER = re.compile("[\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def mend_references(document: str) -> str:
    """Writes "&amp;" for each "&" that begins no reference, and nothing for a reference to what is
    no character; of a well-formed document nothing changes.

    "R&D;" is no reference either, unless the document declares entities of its own.
    """
    if "&" not in document:
        return document
    declares = _DECLARES.search(document) is not None

    def mended(found: re.Match[str]) -> str:
        text, name = found[0], found["name"]
        if found["bare"] or (name is not None and not declares and name not in _KNOWN):
            return f"&amp;{text[1:]}"
        if digits := found["decimal"] or found["hex"]:
            return text if _is_character(digits, 10 if found["decimal"] else 16) else ""
        return text

    return _PLACES.sub(mended, document)


def _is_character(digits: str, base: int) -> bool:
    digits = digits.lstrip("0")
    if not digits or len(digits) > 7:  # longer numbers take Python their time, too
        return False
    number = int(digits, base)
    return number <= 0x10FFFF and _CHARACTER.fullmatch(chr(number)) is not None
