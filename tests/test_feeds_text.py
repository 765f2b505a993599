"""Markup → plain text, bytes → text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.feeds.readers.charset import to_text
from bot.feeds.readers.text import clean, decode_twice, plain_text

MARKUP = {
    "nothing": ("", ""),
    "plain words": ("Токаев приехал в Лондон", "Токаев приехал в Лондон"),
    "inline tags part no word": ("Қаз<b>ақ</b>стан", "Қазақстан"),
    "a line break parts words": ("one<br>two<br/>three", "one two three"),
    "paragraphs part words": ("<p>one</p><p>two</p>", "one two"),
    "lists": ("<ul><li>one<li>two</ul>", "one two"),
    "entities": ("Tom &amp; Aigul&nbsp;&laquo;2&raquo; &#8212; &#x416;", "Tom & Aigul «2» — Ж"),
    "entities encoded twice": ("&amp;quot;Дала&amp;quot; &amp;mdash; R&amp;amp;D", '"Дала" — R&D'),
    "a headline about markup": ("The &amp;lt;b&amp;gt; tag", "The &lt;b&gt; tag"),
    "an escaped tag is text": ("Use &lt;b&gt; for bold", "Use <b> for bold"),
    "an ampersand that begins nothing": ("AT&T & Co", "AT&T & Co"),
    "a comparison": ("5 < 6 and 7 > 3, x<3", "5 < 6 and 7 > 3, x<3"),
    "a type": ("Map<String, List<Int>> explained", "Map<String, List<Int>> explained"),
    "an address": ("Name <name@host.example> wrote", "Name <name@host.example> wrote"),
    "an unknown end tag": ("a</foo>b", "a</foo>b"),
    "a tag without end": ("one <b", "one <b"),
    "a script": ("one<script>alert('x')</script> two", "one two"),
    "a style": ("<style>b{color:red}</style>one", "one"),
    "an event handler": ('<img src="x" onerror="alert(1)">one', "one"),
    "a drawing": ("<svg/onload=alert(1)>one", "one"),
    "a comment": ("one <!-- two --> three", "one three"),
    "a CDATA in a text": ("<![CDATA[Title & co]]> x", "Title & co x"),
    "a condition": ("<![if !mso]>one<![endif]>", "one"),
    "a marked section that is none": ("one<![foo bar]> two", "one two"),
    "a document type": ("<!DOCTYPE html>one", "one"),
    "an instruction": ("<?php echo 1 ?>one", "one"),
    "capitals": ("<P>one</P><BR>two", "one two"),
}


@pytest.mark.parametrize("name", MARKUP)
def test_markup_becomes_plain_text(name: str) -> None:
    markup, text = MARKUP[name]
    assert plain_text(markup) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  one \n\t two\u00a0three\u2028four ", "one two three four"),
        ("Қаз\u00adақ\u200bстан\ufeff", "Қазақстан"),
        ("a\x00b\x07c\x1bd\x7fe\x9ff", "abcdef"),
        ("\u202egnirts\u202c \u2066x\u2069", "gnirts x"),
        ("a\ud800b\udfffc\ufffdd\uffffe", "abcde"),
        ("👩\u200d🚀 ⭐\ufe0f", "👩\u200d🚀 ⭐\ufe0f"),
    ],
)
def test_what_is_no_character_is_dropped_and_blanks_are_folded(text: str, expected: str) -> None:
    assert clean(text) == expected


@given(st.text(st.characters() | st.sampled_from("<>&;![]-/")))
def test_plain_text_is_one_clean_line(markup: str) -> None:
    text = plain_text(markup)
    assert text == clean(text)
    assert text == text.strip()
    text.encode("utf-8")


@given(st.text())
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(st.text(st.characters(exclude_characters="&")))
def test_a_text_without_ampersands_is_never_decoded(text: str) -> None:
    assert decode_twice(text) == text


RUSSIAN = "Премьер открыл «Алатау»: ещё не всё, сказал он на площади."
KAZAKH = "Қазақстан Президенті Ақтөбеде жаңа зауыттың ашылуына қатысты."
FRENCH = "Le président a été reçu à l'Élysée, où la cérémonie a duré près d'une heure; " * 3
DECLARE = '<?xml version="1.0" encoding="{}"?>'


@pytest.mark.parametrize(
    ("text", "codec", "declared", "header"),
    [
        (KAZAKH, "utf-8", "", ""),
        (KAZAKH, "utf-8", "utf-8", "text/xml; charset=utf-8"),
        (KAZAKH, "utf-8", "windows-1251", "text/xml; charset=iso-8859-1"),
        (KAZAKH, "utf-8-sig", "", ""),
        (KAZAKH, "utf-16", "UTF-16", ""),
        (KAZAKH, "utf-16-le", "UTF-16", ""),
        (KAZAKH, "utf-16-be", "", ""),
        (KAZAKH, "utf-32", "", ""),
        (KAZAKH, "kz1048", "kz1048", ""),
        (KAZAKH, "ptcp154", "", "text/xml; charset='ptcp154'"),
        (RUSSIAN, "cp1251", "windows-1251", ""),
        (RUSSIAN, "cp1251", "", "text/xml;charset=windows-1251"),
        (RUSSIAN, "cp1251", "windows-1251", "text/xml; charset=utf-8"),
        (RUSSIAN, "cp1251", "windows-1251", "text/xml; charset=iso-8859-1"),
        (RUSSIAN, "cp1251", "utf-8", "text/xml; charset=UTF-8"),
        (RUSSIAN, "cp1251", "", ""),
        (RUSSIAN, "cp1251", "punycode", 'text/xml; charset="undefined"'),
        (RUSSIAN.replace("«", '"').replace("»", '"'), "koi8-r", "koi8-r", ""),
        (FRENCH, "cp1252", "", ""),
        (FRENCH, "latin-1", "iso-8859-1", ""),
        ("東京の天気", "shift_jis", "Shift_JIS", ""),
        ("東京の天気", "iso-2022-jp", "iso-2022-jp", ""),
        ("北京天气", "gb18030", "gb2312", ""),
    ],
)
def test_text_is_read_in_the_character_set_it_is_in(
    text: str, codec: str, declared: str, header: str
) -> None:
    document = (DECLARE.format(declared) if declared else "<rss>") + text
    assert to_text(document.encode(codec), header) == document


def test_a_few_broken_bytes_cost_only_themselves() -> None:
    body = RUSSIAN.encode()[:-3] + b"\xd0 " + KAZAKH.encode()
    assert clean(to_text(body, "")) == RUSSIAN[:-2] + " " + KAZAKH


@given(st.binary(), st.text(max_size=40))
def test_any_bytes_become_some_text(body: bytes, header: str) -> None:
    to_text(body, f"text/xml; charset={header}")
    to_text(DECLARE.format(header).encode("utf-8", "replace") + body, "")


@pytest.mark.parametrize("label", ["idna", "undefined", "unicode_escape", "utf-7", "rot13", "hex"])
def test_a_codec_that_is_no_character_set_is_not_used(label: str) -> None:
    body = DECLARE.format(label).encode() + b"a\\u0041+ADw-\xd0\xb6"
    assert to_text(body, f"text/xml; charset={label}").endswith("a\\u0041+ADw-ж")
