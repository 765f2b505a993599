"""Our reading of Telegram's HTML, with Telegram's own parser as the judge."""

from itertools import pairwise, product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.demo.telegram_html import Entity, ParsedText, Refused, parse_html, utf16_length
from bot.demo.telegram_links import checked_link
from tests.oracle import ReadText, telegram_reads

TAKEN = {
    "plain words": ("Hello", "Hello", []),
    "bold": ("a <b>b</b> c", "a b c", [Entity("bold", 2, 1)]),
    "offsets are UTF-16 code units": ("😀<i>қ😀</i>", "😀қ😀", [Entity("italic", 2, 3)]),
    "nested, both over the same words": (
        "<i><b>x</b></i>",
        "x",
        [Entity("bold", 0, 1), Entity("italic", 0, 1)],
    ),
    "a headline as a link": (
        '<a href="https://example.kz/a?b=1&amp;c=2">Tokayev &amp; co</a>',
        "Tokayev & co",
        [Entity("text_link", 0, 12, "https://example.kz/a?b=1&c=2")],
    ),
    "a link that is its own words": (
        "<a>example.kz</a>",
        "example.kz",
        [Entity("text_link", 0, 10, "http://example.kz/")],
    ),
    "a script link is dropped, its words stay": ("<a href='javascript:x'>y</a>", "y", []),
    "a link without a dot in its host is dropped": ("<a href='http://local/'>y</a>", "y", []),
    "a person": (
        "<a href='tg://user?id=42'>Dana</a>",
        "Dana",
        [Entity("text_mention", 0, 4, "42")],
    ),
    "the four named references, with or without the semicolon": (
        "&lt;&gt;&amp;&quot;&lt x",
        '<>&"< x',
        [],
    ),
    "other named references stay as they are": ("&nbsp;&apos;&LT;", "&nbsp;&apos;&LT;", []),
    "numeric references": ("&#1178;&#x49a;", "ҚҚ", []),
    "a bare & stays": ("a & b", "a & b", []),
    "no words, no entity": ("<b></b>", "", []),
    "blanks stay, they are trimmed only when sent": (
        " <b> x </b> ",
        "  x  ",
        [Entity("bold", 1, 3)],
    ),
    "a spoiler, written twice": (
        "<tg-spoiler>a</tg-spoiler><span class='tg-spoiler'>b</span>",
        "ab",
        [Entity("spoiler", 0, 1), Entity("spoiler", 1, 1)],
    ),
    "quotes, long ones folded": (
        "<blockquote>a</blockquote><blockquote expandable>b</blockquote>",
        "ab",
        [Entity("blockquote", 0, 1), Entity("expandable_blockquote", 1, 1)],
    ),
    "code with its language": (
        '<pre><code class="language-py">x</code></pre>',
        "x",
        [Entity("pre", 0, 1, "py")],
    ),
    "code alone has no language": (
        '<code class="language-py">x</code>',
        "x",
        [Entity("code", 0, 1)],
    ),
    "an emoji of Telegram's own": (
        '<tg-emoji emoji-id="5368">👍</tg-emoji>',
        "👍",
        [Entity("custom_emoji", 0, 2, "5368")],
    ),
    "a moment": (
        '<tg-time unix="1700000000" format="wDT">soon</tg-time>',
        "soon",
        [Entity("date_time", 0, 4, "1700000000 wDT")],
    ),
    "tags in capitals, closed by </>": ("<B>x</>", "x", [Entity("bold", 0, 1)]),
}


@pytest.mark.parametrize(("html", "text", "entities"), TAKEN.values(), ids=TAKEN.keys())
def test_it_is_taken(html: str, text: str, entities: list[Entity]) -> None:
    assert parse_html(html) == ParsedText(text, tuple(entities))
    assert telegram_reads(html) == ReadText(text, tuple(entities))


REFUSED = {
    "a bare <": ("қ < b", 'Unsupported start tag "" at byte offset 3'),
    "a line break": ("a<br>b", 'Unsupported start tag "br" at byte offset 1'),
    "a paragraph": ("<p>x</p>", 'Unsupported start tag "p" at byte offset 0'),
    "a comment": ("<!-- x -->", 'Unsupported start tag "!--" at byte offset 0'),
    "a tag that ends itself": ("<b/>", 'Unsupported start tag "b/" at byte offset 0'),
    "never closed": ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
    "never opened": ("x</b>", "Unexpected end tag at byte offset 1"),
    "closed in the wrong order": (
        "<b><i>x</b></i>",
        'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"',
    ),
    "cut off in a tag": ("<b", "Unclosed start tag at byte offset 0"),
    "cut off in an end tag": ("<b>x</b", "Unclosed end tag at byte offset 4"),
    "cut off after an attribute": ("<b x", 'Unclosed start tag "b" at byte offset 0'),
    "cut off in a value": ("<a href='x", "Unclosed start tag at byte offset 0"),
    "an address without quotes": (
        "<a href=http://x.kz>y</a>",
        "Unexpected end of name token at byte offset 8",
    ),
    "an attribute without a name": (
        "<b =x>y</b>",
        'Empty attribute name in the tag "b" at byte offset 0',
    ),
    "a span of another class": (
        "<span class='x'>y</span>",
        'Tag "span" must have class "tg-spoiler" at byte offset 0',
    ),
    "an emoji without its number": (
        "<tg-emoji>x</tg-emoji>",
        "Invalid custom emoji identifier specified",
    ),
    "a moment in an unknown format": (
        "<tg-time unix='5' format='z'>x</tg-time>",
        "Invalid date format used",
    ),
    "half a surrogate pair": (
        "&#xd83d;",
        (
            "Text contains invalid Unicode characters after decoding HTML entities, "
            "check for unmatched surrogate code units"
        ),
    ),
}


@pytest.mark.parametrize(("html", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_it_is_refused_in_telegrams_words(html: str, reason: str) -> None:
    assert parse_html(html) == Refused(f"Can't parse entities: {reason}")
    assert telegram_reads(html) == Refused(f"Can't parse entities: {reason}")


def test_text_that_is_no_utf8_is_refused() -> None:
    assert parse_html("\ud800") == Refused("Text must be encoded in UTF-8")
    assert telegram_reads("\ud800") == Refused("Text must be encoded in UTF-8")


def test_the_oracle_is_not_asked_what_would_end_it() -> None:
    with pytest.raises(ValueError, match="half a surrogate pair"):
        telegram_reads("<a href='http://x.kz/&#55296;'>y</a>")


TAGS = ["br", "B", "b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "tg-spoiler"]
TAGS += ["span", "a", "code", "pre", "blockquote", "tg-emoji", "tg-time"]
ATTRIBUTES = [
    "",
    "href='http://a.kz/б ю?q#f'",
    'href="tg://user?id=7"',
    "href='javascript:x'",
    "href=''",
    "href=x",
    "class='tg-spoiler'",
    "class=tg-spoiler",
    'class="language-py"',
    "class=language-c",
    "emoji-id='5'",
    "emoji-id=0",
    "expandable",
    "unix=5",
    "unix='99999999999'",
    "format='wDT'",
    "format=x",
    "=",
    "'",
    "x",
    "title='&lt;&quot;&#65;'",
]
SCRAPS = [
    *"<>&;'\"=/ \n\t\r\x0b\x0c\x00-x5",
    "</",
    "/>",
    "</>",
    "&amp;",
    "&lt",
    "&#65;",
    "&#x1f600;",
    "&#0;",
    "&#1114110;",
    "&nbsp;",
    "ю",
    "😀",
    "қаз",
    "</b>",
    "<b>",
    "<a href='",
]


OPENINGS = [f"<{tag} {attribute}>" for tag in TAGS for attribute in ATTRIBUTES]
OPENINGS += [f"<{tag}>" for tag in TAGS]
# An end is written with the name that is due; "" is an end that was forgotten.
ENDS = ["</{}>", "</{}>", "</{}>", "</{}>", "</{} >", "</>", ""]


def written(pieces: list[str]) -> str:
    """Openings, ends and scraps as HTML in which most ends have the right name."""
    due: list[str] = []
    html = ""
    for piece in pieces:
        if piece in ENDS:
            html += piece.format(due.pop() if due else "b")
        else:
            html += piece
            opens = piece.startswith("<") and piece.endswith(">") and piece != "</>"
            due += [piece[1:-1].split(" ")[0]] if opens else []
    return html + "".join(f"</{name}>" for name in reversed(due))


SOUND = [f"<{tag}>" for tag in TAGS if tag not in ("br", "span", "tg-emoji")]
SOUND += ["<a href='http://a.kz/б ю?q#f'>", '<a href="tg://user?id=7">', "<a href=x>"]
SOUND += ["<code class=language-c>", "<blockquote expandable>", "<tg-emoji emoji-id='5'>"]
SOUND += ["<tg-time unix=5 format='wDT'>", *["</{}>"] * 12]
SOUND += ["x", " ", "ю", "😀", "&amp;", "&#65;", "&#x1f600;", "x"] * 2
SCRAP = st.sampled_from(SCRAPS)
PIECE = st.sampled_from(OPENINGS) | st.sampled_from(ENDS) | SCRAP
MARKUP = (st.lists(st.sampled_from(SOUND), max_size=14) | st.lists(PIECE, max_size=8)).map(written)
SOUP = st.lists(SCRAP, max_size=16).map("".join)


def test_marks_over_the_same_words_stand_in_telegrams_order() -> None:
    marks = [piece for piece in SOUND if piece.startswith("<") and piece not in ENDS]
    for outer, inner in product(marks, repeat=2):
        html = written([outer, inner, "x"])
        assert parse_html(html) == telegram_reads(html), html


@settings(max_examples=400, deadline=None, database=None)
@given(MARKUP)
@example("<code class='language-c'><pre>x</pre></code>")
@example("<code class='language-c'><pre><pre>x</pre></pre></code>")
@example("<pre><code class='language-c'>x</code>\n</pre>")
@example("<a href='http://a.b'>x<a href='http://c.d'>y</a></a>")
@example("<blockquote>a<blockquote>b</blockquote></blockquote>")
@example("<b x\x00>y</b>")
def test_markup_is_read_as_telegram_reads_it(html: str) -> None:
    assert parse_html(html) == telegram_reads(html)


@settings(max_examples=400, deadline=None, database=None)
@given(SOUP)
def test_soup_is_read_as_telegram_reads_it(html: str) -> None:
    assert parse_html(html) == telegram_reads(html)


SCHEMES = ["http://", "https://", "HTTP://", "tg:", "tg://", "TG://", "ton://", "tonsite://"]
NUMBERS = ["0", "80", "65536", "-1", "7", "1099511627776"]
PIECES = ["ftp://", "mailto:", "a", "kz", "ю", "..", "user", "id", "user?id=", "::1", "[::1]"]
PIECES += ["[fe80::1%e]", "%41", "%4", "\x7f", "\x01", "é", *".:/?#@=&[]%!~,;+_-^|\\{ \n"]
ADDRESS = st.lists(st.sampled_from(SCHEMES + NUMBERS + PIECES), max_size=9).map("".join)


@settings(max_examples=400, deadline=None, database=None)
@given(ADDRESS)
@example("http://u:p@x.kz:080?z#q")
@example("http://x.kz:")
@example("tg://user/?id=5#x")
@example("tg://resolve?domain=x")
def test_links_are_followed_or_dropped_as_telegram_does(address: str) -> None:
    html = f'<a href="{address.replace("&", "&amp;")}">x</a>'
    assert parse_html(html) == telegram_reads(html)


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("nonsense", "Wrong HTTP URL"),
        ("ftp://x.kz", "Unsupported URL protocol"),
        ("http://x.kz:0", "Wrong port number specified in the URL"),
        ("http://", "URL host is empty"),
        ("http://a b.kz", "Disallowed character in URL host"),
        ("tg://a:5", "Wrong tg URL"),
    ],
)
def test_a_link_is_refused_with_a_reason(address: str, reason: str) -> None:
    assert checked_link(address.encode()) == reason


@settings(max_examples=300, deadline=None, database=None)
@given(MARKUP)
def test_entities_lie_inside_the_text_and_in_order(html: str) -> None:
    parsed = parse_html(html)
    if isinstance(parsed, ParsedText):
        length = utf16_length(parsed.text)
        assert all(e.length > 0 and e.offset >= 0 and e.end <= length for e in parsed.entities)
        places = [(entity.offset, -entity.length) for entity in parsed.entities]
        assert all(before <= after for before, after in pairwise(places))
