"""What becomes of a message's text after its HTML was parsed: cleaned, trimmed, limited, marked.

From the behaviour of TDLib 1.8.69, through which the Bot API sends: the tests ask it what it
makes of the same texts. Not done, as no message of ours needs it: entities that overlap in
forbidden ways are not split or joined, and of what Telegram finds by itself only commands are
marked.
"""

import re
from dataclasses import replace

from bot.demo.telegram_html import Entity, ParsedText, Refused, in_order, utf16_length

MAX_TEXT = 4096  # code points, after parsing and trimming
MAX_ENTITIES = 100
_SPLITTABLE = {"bold", "italic", "underline", "strikethrough", "spoiler"}
_REMOVED = dict.fromkeys([0x0D, *range(0x2028, 0x202F), 0x030A, 0x0333, 0x033F], "")
_CLEANED = dict.fromkeys([code for code in range(32) if code not in (0x0A, 0x0D)], " ") | _REMOVED
_DIRECTION_RUN = re.compile("[\u200e\u200f]+(?=[\u200e\u200f])")
_INVISIBLE = re.compile(
    "[\\s\u00a0\u1680\u180e\u2000-\u200f\u202e\u202f\u205f\u2800\u3000\ufeff\ufffc"
    "\U000e0000-\U000e007f]*"
)
_COMMAND = re.compile(r"(?<![\w/<>])/([A-Za-z0-9_]++)(?:@([A-Za-z0-9_]*+))?+(?![\w/<>])")


def sendable(parsed: ParsedText) -> ParsedText | Refused:
    """The text as people read it once it was sent, or why Telegram does not send it."""
    trimmed = _trimmed(_cleaned(parsed))
    if _INVISIBLE.fullmatch(trimmed.text):
        return Refused("Text must be non-empty")
    if len(trimmed.text) > MAX_TEXT:
        return Refused("Message is too long")
    return ParsedText(trimmed.text, _with_commands(trimmed.text, _limited(trimmed.entities)))


def is_utf8(text: str) -> bool:
    """False with half a surrogate pair in it, which JSON can spell and UTF-8 cannot."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def clean(text: str) -> str:
    """Without the characters that Telegram drops, controls turned to spaces."""
    return _DIRECTION_RUN.sub(lambda run: "\u200c" * len(run[0]), text.translate(_CLEANED))


def commands(text: str) -> tuple[Entity, ...]:
    """The commands in a text: /name or /name@username, wherever a word may begin."""
    return tuple(
        Entity("bot_command", utf16_length(text[: found.start()]), len(found[0]))
        for found in _COMMAND.finditer(text)
        if len(found[1]) <= 64 and (found[2] is None or 3 <= len(found[2]) <= 32)
    )


def _cleaned(parsed: ParsedText) -> ParsedText:
    if not parsed.entities:
        return ParsedText(clean(parsed.text))
    moved = [0]  # by old offset in UTF-16 code units, the new one
    for character in parsed.text:
        kept = ord(character) not in _REMOVED
        moved += [moved[-1] + kept * step for step in range(1, 1 + utf16_length(character))]
    entities = (
        replace(
            entity, offset=moved[entity.offset], length=moved[entity.end] - moved[entity.offset]
        )
        for entity in parsed.entities
    )
    return ParsedText(clean(parsed.text), tuple(entity for entity in entities if entity.length))


def _trimmed(parsed: ParsedText) -> ParsedText:
    """Without blanks at the ends; at the beginning only as far as the first entity."""
    text = parsed.text.rstrip(" \n")
    end = utf16_length(text)
    entities = in_order(
        replace(entity, length=min(entity.end, end) - entity.offset)
        for entity in parsed.entities
        if entity.offset < end
    )
    blanks = len(text) - len(text.lstrip(" \n"))
    if entities:
        blanks = min(blanks, entities[0].offset)
    return ParsedText(
        text[blanks:], tuple(replace(entity, offset=entity.offset - blanks) for entity in entities)
    )


def _limited(entities: tuple[Entity, ...]) -> tuple[Entity, ...]:
    """The first hundred: links and the like are kept before bold and the like; emoji are free."""
    counted = [entity for entity in entities if entity.kind != "custom_emoji"]
    counted.sort(key=lambda entity: entity.kind in _SPLITTABLE)
    dropped = set(counted[MAX_ENTITIES:])
    return tuple(entity for entity in entities if entity not in dropped)


def _with_commands(text: str, entities: tuple[Entity, ...]) -> tuple[Entity, ...]:
    taken = [e for e in entities if e.kind not in _SPLITTABLE and "blockquote" not in e.kind]
    free = (
        command
        for command in commands(text)
        if all(command.end <= entity.offset or entity.end <= command.offset for entity in taken)
    )
    return in_order((*entities, *free))
