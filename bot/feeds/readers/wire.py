"""What readers and their workers say to each other over pipes.

A question is four lengths (big-endian, 4 bytes each) and then body, content type, address and time
zone; an answer is one length and a JSON text. JSON and not pickle: a document that takes its worker
over must not get the process behind it too.
"""

from __future__ import annotations

import json
import struct
from datetime import datetime

from bot.model import Entry, ParsedFeed, ParseFailed, ParseOutcome

QUESTION = struct.Struct(">IIII")
ANSWER = struct.Struct(">I")
MAX_ANSWER = 256 * 1024 * 1024  # bytes; more is no answer of ours


def pack_question(body: bytes, content_type: str, url: str, timezone: str) -> bytes:
    """One document, as a worker reads it."""
    texts = [text.encode("utf-8", "replace") for text in (content_type, url, timezone)]
    return b"".join((QUESTION.pack(len(body), *map(len, texts)), body, *texts))


def pack_answer(outcome: ParseOutcome) -> bytes:
    """An outcome with its length before it."""
    if isinstance(outcome, ParseFailed):
        content: dict[str, object] = {"cause": outcome.cause, "detail": outcome.detail}
    else:
        content = {
            "title": outcome.title,
            "language": outcome.language,
            "skipped": outcome.skipped,
            "entries": [
                [
                    entry.guid,
                    entry.url,
                    entry.title,
                    entry.summary,
                    entry.published.isoformat() if entry.published else None,
                    entry.language,
                ]
                for entry in outcome.entries
            ],
        }
    text = json.dumps(content, ensure_ascii=False).encode("utf-8", "replace")
    return ANSWER.pack(len(text)) + text


def unpack_answer(text: bytes) -> ParseOutcome:
    """Raises ``ValueError``, ``TypeError`` or ``LookupError`` for what is no answer of ours."""
    content = json.loads(text)
    if "cause" in content:
        return ParseFailed(str(content["cause"]), str(content["detail"]))
    entries = tuple(
        Entry(guid, url, title, summary, at and datetime.fromisoformat(at), language)
        for guid, url, title, summary, at, language in content["entries"]
    )
    return ParsedFeed(content["title"], content["language"], entries, content["skipped"])
