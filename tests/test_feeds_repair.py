"""Bare ampersands, which XML forbids and publishers write."""

from __future__ import annotations

import time
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.feeds.readers.document import parse_document
from bot.feeds.readers.repair import mend_references
from bot.model import ParsedFeed

MENDED = {
    "S&P 500": "S&amp;P 500",
    "R&D; AT&T": "R&amp;D; AT&amp;T",
    "?a=1&copy=2&amp;b=3": "?a=1&amp;copy=2&amp;b=3",
    "&&;&#;&#x;": "&amp;&amp;;&amp;#;&amp;#x;",
    "&amp; &lt; &nbsp; &laquo; &#1178; &#x49A;": "&amp; &lt; &nbsp; &laquo; &#1178; &#x49A;",
    "<![CDATA[S&P]]>&<!-- S&P --><?php a&b ?>&": (
        "<![CDATA[S&P]]>&amp;<!-- S&P --><?php a&b ?>&amp;"
    ),
    "& <![CDATA[ S&P": "&amp; <![CDATA[ S&P",
    "a&#99999999;&#xD800;&#0;&#x1F600;": "a&#x1F600;",
    '<!DOCTYPE rss [<!ENTITY qz "Qazaqstan">]>&qz; & co': (
        '<!DOCTYPE rss [<!ENTITY qz "Qazaqstan">]>&qz; &amp; co'
    ),
}


@pytest.mark.parametrize(("text", "mended"), MENDED.items())
def test_only_what_is_no_reference_is_escaped(text: str, mended: str) -> None:
    assert mend_references(text) == mended


# Pieces of a title, as published and as XML wants it.
pieces = st.lists(
    st.sampled_from(["S&P", "&", " & ", "R&D; ", "?a=1&b=2", "&#;", "Қ&Ұ"]).map(
        lambda text: (text, text.replace("&", "&amp;"))
    )
    | st.sampled_from(
        ["text ", "&amp;", "&#1178;", "&#x49A;", "<![CDATA[Q&A &amp; ]]>", "<!-- x & y -->", "<b/>"]
    ).map(lambda text: (text, text)),
    min_size=1,
    max_size=8,
)
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030"]


def document(title: str) -> str:
    return (
        "<rss version='2.0'><channel><title>Банк</title><item><title>.</title>"
        f"<description>{title}</description></item></channel></rss>"
    )


@settings(deadline=None)
@given(pieces, st.sampled_from(ENCODINGS))
def test_a_bare_ampersand_reads_as_an_escaped_one(
    found: list[tuple[str, str]], encoding: str
) -> None:
    head = "<?xml version='1.0' encoding='gb18030'?>" if encoding == "gb18030" else ""
    bare, escaped = (document("".join(part)) for part in zip(*found, strict=True))
    ElementTree.fromstring(escaped)  # well-formed
    read = parse_document((head + bare).encode(encoding))
    assert isinstance(read, ParsedFeed)
    assert read == parse_document((head + escaped).encode(encoding))


@given(st.text(st.sampled_from("&#;xa1<>![]-CDAT? '\"="), max_size=60))
def test_a_well_formed_document_is_left_as_it_is(text: str) -> None:
    for whole in (f"<a>{text}</a>", f"<a b='{text}'/>"):
        try:
            ElementTree.fromstring(whole)
        except ElementTree.ParseError:
            continue
        assert mend_references(whole) == whole
    assert mend_references(mend_references(text)) == mend_references(text)


@pytest.mark.parametrize("piece", ["&", "&a", "&#", "<!--", "<![CDATA[", "<?", "<!ENTITY"])
def test_mending_takes_linear_time(piece: str) -> None:
    short, long = (_seconds(piece * (length // len(piece)) + "&") for length in (50_000, 400_000))
    assert long < 30 * short + 0.05


def _seconds(text: str) -> float:
    """Of this process, the least of three: others share the machine."""
    found = []
    for _ in range(3):
        started = time.process_time()
        mend_references(text)
        found.append(time.process_time() - started)
    return min(found)


def test_a_long_number_is_no_character() -> None:
    assert mend_references(f"&#{'1' * 100_000};") == ""
