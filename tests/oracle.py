"""Telegram's own reading of a message: TDLib's parser, which `tdjson` ships, runs offline.

`telegram_reads` is the judge of every message that a test renders: would Telegram take it, and
what would people read.
"""

import json
import re
from typing import Any

import tdjson

from bot.demo.telegram_html import Entity, ParsedText, Refused

__all__ = ["ReadText", "Refused", "telegram_cleans", "telegram_finds_commands", "telegram_reads"]

# The words that people see, and what is marked in them; the reading of our own parser is of the
# same type, so that the two are compared with ==.
ReadText = ParsedText
_REFERENCE = re.compile(r"&#(?:x([0-9a-f]{1,6})|([0-9]{1,7}))", re.IGNORECASE)


def telegram_reads(html: str) -> ReadText | Refused:
    """What Telegram makes of a message sent with `parse_mode=HTML`, before it trims the ends."""
    if _has_half_a_pair_in_a_tag(html):
        raise ValueError("TDLib ends the process over half a surrogate pair in an attribute")
    mode = {"@type": "textParseModeHTML"}
    return _read({"@type": "parseTextEntities", "text": html, "parse_mode": mode})


def telegram_cleans(text: str) -> str:
    """The text without the characters that Telegram removes or replaces when it is sent."""
    # parseMarkdown cleans its input first; the text must hold no Markdown.
    words = {"@type": "formattedText", "text": text, "entities": []}
    read = _read({"@type": "parseMarkdown", "text": words})
    assert isinstance(read, ReadText), read
    return read.text


def telegram_finds_commands(text: str) -> list[tuple[int, int]]:
    """Offset and length (UTF-16 code units) of the commands that Telegram marks in a text."""
    found = _execute({"@type": "getTextEntities", "text": text})
    return [
        (entity["offset"], entity["length"])
        for entity in found["entities"]
        if entity["type"]["@type"] == "textEntityTypeBotCommand"
    ]


def _has_half_a_pair_in_a_tag(html: str) -> bool:
    return any(
        0xD800 <= (int(found[1], 16) if found[1] else int(found[2])) <= 0xDFFF
        and html.rfind("<", 0, found.start()) > html.rfind(">", 0, found.start())
        for found in _REFERENCE.finditer(html)
    )


def _execute(request: dict[str, Any]) -> dict[str, Any]:
    answer = tdjson.td_execute(json.dumps(request).encode())
    assert answer is not None, request
    decoded: dict[str, Any] = json.loads(answer)
    return decoded


def _read(request: dict[str, Any]) -> ReadText | Refused:
    answer = _execute(request)
    if answer["@type"] == "error":
        return Refused(answer["message"])
    entities = tuple(_entity(entity) for entity in answer["entities"])
    return ReadText(answer["text"], entities)


_KINDS = {
    "Bold": "bold",
    "Italic": "italic",
    "Underline": "underline",
    "Strikethrough": "strikethrough",
    "Spoiler": "spoiler",
    "BlockQuote": "blockquote",
    "ExpandableBlockQuote": "expandable_blockquote",
    "Code": "code",
    "Pre": "pre",
    "PreCode": "pre",
    "TextUrl": "text_link",
    "MentionName": "text_mention",
    "CustomEmoji": "custom_emoji",
    "DateTime": "date_time",
}


def _entity(entity: dict[str, Any]) -> Entity:
    kind = entity["type"]
    name = kind["@type"].removeprefix("textEntityType")
    argument = ""
    match name:
        case "PreCode":
            argument = kind["language"]
        case "TextUrl":
            argument = kind["url"]
        case "MentionName":
            argument = str(kind["user_id"])
        case "CustomEmoji":
            argument = str(kind["custom_emoji_id"])
        case "DateTime":
            argument = f"{kind['unix_time']} {_date_format(kind.get('formatting_type'))}"
    return Entity(_KINDS[name], entity["offset"], entity["length"], argument)


def _date_format(kind: dict[str, Any] | None) -> str:
    if kind is None:
        return ""
    if kind["@type"] == "dateTimeFormattingTypeRelative":
        return "r"
    letters = "w" if kind["show_day_of_week"] else ""
    for part, short, long in (("date_precision", "d", "D"), ("time_precision", "t", "T")):
        precision = kind[part]["@type"].removeprefix("dateTimePartPrecision")
        letters += {"None": "", "Short": short, "Long": long}[precision]
    return letters


_execute({"@type": "setLogVerbosityLevel", "new_verbosity_level": 0})
