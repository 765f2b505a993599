"""Telegram's HTML, read as strictly as its server reads it.

`parse_html` answers with the words and the entities that people see, or with the refusal in
Telegram's own words. What is allowed: the tags of `_KINDS`, `span class="tg-spoiler"`, the
references &lt; &gt; &amp; &quot; and numeric ones; tags must be closed in the order in which
they were opened. A link that Telegram does not follow (see `telegram_links`) is dropped silently,
its words stay. Written from the behaviour of `parseTextEntities` of TDLib 1.8.69: the tests give
both the same strings, hostile ones included, and demand the same answers.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.demo.telegram_links import checked_link, linked_user

_KINDS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
    "tg-time": "date_time",
}
# Entities over the same words stand in this order; all other kinds come in between.
_ORDER = {
    "blockquote": 0,
    "expandable_blockquote": 0,
    "pre": 11,
    "code": 20,
    "date_time": 48,
    "text_link": 49,
    "text_mention": 49,
    "bold": 90,
    "italic": 91,
    "underline": 92,
    "strikethrough": 93,
    "spoiler": 94,
    "custom_emoji": 99,
}
_NAMED = {b"lt": "<", b"gt": ">", b"amp": "&", b"quot": '"'}
# In TDLib a NUL counts as a space, and as the end of the text.
_SPACE = rb"[ \t\r\n\0\v]"
_REFERENCE = re.compile(rb"&(?:#x([0-9A-Fa-f]*)|#([0-9]*)|([A-Za-z]*));?")
_PLAIN = re.compile(rb"[^<&]+")
_NAME = re.compile(rb"[^ \t\r\n\0\v>]*")
_BLANKS = re.compile(rb"[ \t\r\n\v]*")
_ATTRIBUTE = re.compile(rb"[^ \t\r\n\0\v=>/\"']*")
_TOKEN = re.compile(rb"[A-Za-z0-9.\-]*")
_DATE_FORMAT = re.compile(r"r|w?[dD]?[tT]?")


@dataclass(frozen=True, slots=True)
class Entity:
    """Words with a meaning; a range in UTF-16 code units.

    `kind` is the Bot API's `type`. `argument`: the address of a text_link, the user's number of a
    text_mention, the language of a pre, the number of a custom_emoji, the seconds and the format
    ("1700000000 wDT") of a date_time; else empty.
    """

    kind: str
    offset: int
    length: int
    argument: str = ""

    @property
    def end(self) -> int:
        return self.offset + self.length


@dataclass(frozen=True, slots=True)
class ParsedText:
    """What people read. `entities` are in Telegram's order: by offset, longer ones first."""

    text: str
    entities: tuple[Entity, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """Why Telegram would not take a text, in its words; offsets in them are bytes of UTF-8."""

    reason: str


class _RefusedError(Exception):
    """Leaves the parser from whatever depth; never leaves this module."""


@dataclass(slots=True)
class _OpenTag:
    name: str
    argument: bytes
    offset: int  # where its words begin: UTF-16 code units
    start: int  # the same: bytes of the text so far


@dataclass(slots=True)
class _Parser:
    source: bytes
    position: int = 0
    text: bytearray = field(default_factory=bytearray)
    units: int = 0  # UTF-16 code units of the text so far
    open_tags: list[_OpenTag] = field(default_factory=list)
    # With the language of <code class="language-…">, which becomes an argument only inside <pre>.
    entities: list[tuple[Entity, bytes]] = field(default_factory=list)


def parse_html(html: str) -> ParsedText | Refused:
    """The words and entities of a message in Telegram's HTML; no whitespace is trimmed here."""
    try:
        parser = _Parser(html.encode())
        _parse(parser)
        text = parser.text.decode()
    except _RefusedError as refusal:
        return Refused(f"Can't parse entities: {refusal}")
    except UnicodeEncodeError:
        return Refused("Text must be encoded in UTF-8")
    except UnicodeDecodeError:
        return Refused(
            "Can't parse entities: Text contains invalid Unicode characters after decoding HTML "
            "entities, check for unmatched surrogate code units"
        )
    return ParsedText(text, in_order(entity for entity, _ in parser.entities))


def in_order(entities: Iterable[Entity]) -> tuple[Entity, ...]:
    """Entities by offset, the longer first, equals by Telegram's rank of their kinds."""
    return tuple(sorted(entities, key=lambda e: (e.offset, -e.length, _rank(e))))


def _rank(entity: Entity) -> int:
    named = entity.kind == "pre" and entity.argument != ""  # goes before a pre without language
    return _ORDER.get(entity.kind, 50) - named


def utf16_length(text: str) -> int:
    """Length in UTF-16 code units, in which entities are measured."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _parse(parser: _Parser) -> None:
    source = parser.source
    while parser.position < len(source):
        plain = _PLAIN.match(source, parser.position)
        if plain:
            parser.position = plain.end()
            _write(parser, plain[0])
        elif source[parser.position] == ord("&"):
            character, parser.position = _reference(source, parser.position)
            _write(parser, character or b"&")
        elif source.startswith(b"</", parser.position):
            _end_tag(parser)
        else:
            _start_tag(parser)
    if parser.open_tags:
        raise _RefusedError(
            f'Can\'t find end tag corresponding to start tag "{parser.open_tags[-1].name}"'
        )


def _write(parser: _Parser, words: bytes) -> None:
    parser.text += words
    parser.units += utf16_length(words.decode("utf-8", "surrogatepass"))


def _reference(source: bytes, position: int) -> tuple[bytes, int]:
    """What &…; stands for and where it ends; b"" and the next position where it is no reference."""
    match = _REFERENCE.match(source, position)
    assert match is not None
    hexadecimal, decimal, name = match.groups()
    if name is not None:
        return (_NAMED[name].encode(), match.end()) if name in _NAMED else (b"", position + 1)
    code = int(hexadecimal or b"0", 16) if hexadecimal is not None else int(decimal or b"0")
    length = match.end() - position - match[0].endswith(b";")
    if code == 0 or code >= 0x10FFFF or length >= 10:
        return b"", position + 1
    return chr(code).encode("utf-8", "surrogatepass"), match.end()


def _at(source: bytes, position: int) -> bytes:
    """The byte at `position`; a NUL stands after the last one."""
    return source[position : position + 1] or b"\0"


def _skip(pattern: re.Pattern[bytes], source: bytes, position: int) -> int:
    match = pattern.match(source, position)
    assert match is not None
    return match.end()


def _start_tag(parser: _Parser) -> None:
    source, begin = parser.source, parser.position
    position = _skip(_NAME, source, begin + 1)
    if _at(source, position) == b"\0":
        raise _RefusedError(f"Unclosed start tag at byte offset {begin}")
    name = source[begin + 1 : position].lower().decode()
    if name not in _KINDS:
        raise _RefusedError(f'Unsupported start tag "{name}" at byte offset {begin}')
    argument = b""
    while _at(source, position) != b">":
        position = _skip(_BLANKS, source, position)
        if _at(source, position) == b">":
            break
        attribute, value, position = _attribute(source, name, begin, position)
        argument = _argument(name, attribute, value, argument)
    if name == "span" and argument != b"spoiler":
        raise _RefusedError(f'Tag "span" must have class "tg-spoiler" at byte offset {begin}')
    parser.position = position + 1
    parser.open_tags.append(_OpenTag(name, argument, parser.units, len(parser.text)))


def _attribute(
    source: bytes, tag: str, begin: int, position: int
) -> tuple[bytes, bytes | None, int]:
    """One attribute: its name, its value (None where it has none), and where it ends."""
    start, position = position, _skip(_ATTRIBUTE, source, position)
    attribute = source[start:position]
    if not attribute:
        raise _RefusedError(f'Empty attribute name in the tag "{tag}" at byte offset {begin}')
    position = _skip(_BLANKS, source, position)
    if _at(source, position) not in b"=\0":
        return attribute, None, position
    if _at(source, position) == b"=":
        position = _skip(_BLANKS, source, position + 1)
    if _at(source, position) == b"\0":
        raise _RefusedError(f'Unclosed start tag "{tag}" at byte offset {begin}')

    if _at(source, position) in b"'\"":
        value, position = _quoted(source, position)
    else:
        start, position = position, _skip(_TOKEN, source, position)
        value = source[start:position].lower()
        if not re.match(rb"[ \t\r\n\0\v>]", _at(source, position)):
            raise _RefusedError(f"Unexpected end of name token at byte offset {start}")
    if _at(source, position) == b"\0":
        raise _RefusedError(f"Unclosed start tag at byte offset {begin}")
    return attribute, value, position


def _quoted(source: bytes, position: int) -> tuple[bytes, int]:
    quote, value = _at(source, position), bytearray()
    position += 1
    while (byte := _at(source, position)) not in (quote, b"\0"):
        character, after = _reference(source, position) if byte == b"&" else (b"", position + 1)
        value += character or byte
        position = after
    return bytes(value), position + (byte == quote)


def _argument(tag: str, attribute: bytes, value: bytes | None, before: bytes) -> bytes:
    """What the tag now carries, after one more of its attributes."""
    after = before
    match tag, attribute:
        case "blockquote", b"expandable":
            after = b"1"
        case _ if value is None:
            pass
        case ("a", b"href") | ("tg-emoji", b"emoji-id"):
            after = value
        case "code", b"class" if value.startswith(b"language-"):
            after = value.removeprefix(b"language-")
        case "span", b"class" if value.startswith(b"tg-"):
            after = value.removeprefix(b"tg-")
        case "tg-time", b"unix":
            after = value + b" " + before.partition(b" ")[2]
        case "tg-time", b"format":
            after = before.partition(b" ")[0] + b" " + value
    return after


def _end_tag(parser: _Parser) -> None:
    source, begin = parser.source, parser.position
    if not parser.open_tags:
        raise _RefusedError(f"Unexpected end tag at byte offset {begin}")
    position = _skip(_NAME, source, begin + 1)
    found = source[begin + 2 : position].lower().decode()
    position = _skip(_BLANKS, source, position)
    if _at(source, position) != b">":
        raise _RefusedError(f"Unclosed end tag at byte offset {begin}")
    tag = parser.open_tags.pop()
    if found not in ("", tag.name):
        raise _RefusedError(
            f'Unmatched end tag at byte offset {begin}, expected "</{tag.name}>", '
            f'found "</{found}>"'
        )
    parser.position = position + 1
    if parser.units > tag.offset:
        _close(parser, tag)


def _close(parser: _Parser, tag: _OpenTag) -> None:
    """Adds the entity of a tag with words in it, if it means one."""
    kind, argument = _KINDS[tag.name], ""
    language = tag.argument if kind == "code" else b""
    match kind:
        case "blockquote" if tag.argument:
            kind = "expandable_blockquote"
        case "custom_emoji":
            argument = _emoji_number(tag.argument)
        case "date_time":
            argument = _date_argument(tag.argument)
            kind = kind if argument else ""
        case "text_link":
            kind, argument = _link(tag.argument or bytes(parser.text[tag.start :]))
        case "code" | "pre":
            kind, argument = _code_or_pre(parser, kind, tag, language)
    if kind:
        entity = Entity(kind, tag.offset, parser.units - tag.offset, argument)
        parser.entities.append((entity, language))


def _emoji_number(argument: bytes) -> str:
    if not re.fullmatch(rb"-?[1-9][0-9]*", argument) or not -(2**63) <= int(argument) < 2**63:
        raise _RefusedError("Invalid custom emoji identifier specified")
    return argument.decode()


def _date_argument(argument: bytes) -> str:
    seconds, _, wanted = argument.partition(b" ")
    if not _DATE_FORMAT.fullmatch(wanted.decode("utf-8", "replace")):
        raise _RefusedError("Invalid date format used")
    leading = re.match(rb"[0-9]+", seconds)
    unix = int(leading[0]) % 2**32 if leading else 0
    return f"{unix} {wanted.decode()}" if 0 < unix < 2**31 else ""


def _link(address: bytes) -> tuple[str, str]:
    user = linked_user(address)
    if user is not None:
        return "text_mention", str(user)
    link = checked_link(address)
    return ("text_link", link.decode("utf-8", "replace")) if isinstance(link, bytes) else ("", "")


def _code_or_pre(parser: _Parser, kind: str, tag: _OpenTag, language: bytes) -> tuple[str, str]:
    """<pre><code class="language-x"> over the same words, in either order, is one pre."""
    if parser.entities:
        inner, inner_language = parser.entities[-1]
        same = (inner.offset, inner.end) == (tag.offset, parser.units)
        named = language or inner_language
        if same and named and {kind, inner.kind} == {"code", "pre"} and not inner.argument:
            parser.entities.pop()
            return "pre", named.decode("utf-8", "replace")
    return kind, ""
