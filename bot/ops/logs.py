"""Log lines that an operator can tail: one per outcome, with feed, item, story and chat as fields.

Every line, tracebacks included, passes one formatter that takes secrets out of the finished text:
httpx, python-telegram-bot and chained exceptions carry the token in places that no one can list.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterable
from typing import Literal, TextIO
from urllib.parse import quote

import structlog

LogFormat = Literal["console", "json"]

# What a bot token looks like, for tokens that we were not told of (a mistyped one in an URL).
_TOKEN_SHAPE = re.compile(r"(?<!\d)\d{5,}(?::|%3[Aa])[A-Za-z0-9_-]{20,}")
_HIDDEN = "<token>"

# At INFO these write addresses with the token in them, or a line per tick.
_QUIET = ("httpx", "httpcore", "telegram", "apscheduler", "aiosqlite", "asyncio", "alembic")


class Redactor:
    """Takes secrets out of a text."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        plain = {secret for secret in secrets if secret}
        spellings = plain | {quote(secret, safe="") for secret in plain}
        # The part behind the colon is the secret one, and is printed alone by some libraries.
        spellings |= {s.partition(":")[2] for s in plain if len(s.partition(":")[2]) >= 8}
        self._secrets = sorted(spellings, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        """The text without them."""
        for secret in self._secrets:
            text = text.replace(secret, _HIDDEN)
        return _TOKEN_SHAPE.sub(_HIDDEN, text)


class _RedactingFormatter(structlog.stdlib.ProcessorFormatter):
    def __init__(self, redact: Redactor, processors: list[structlog.types.Processor]) -> None:
        super().__init__(foreign_pre_chain=_shared(), processors=processors)
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        return self._redact(super().format(record))


def configure(
    log_format: LogFormat = "console",
    level: str = "INFO",
    secrets: Iterable[str] = (),
    stream: TextIO | None = None,
) -> None:
    """Send structlog and the standard library's logging to one stream (standard error)."""
    target = stream or sys.stderr
    render: list[structlog.types.Processor] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta
    ]
    if log_format == "json":
        render += [
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    else:
        render.append(
            structlog.dev.ConsoleRenderer(
                colors=target.isatty(),
                pad_event_to=18,
                exception_formatter=structlog.dev.plain_traceback,
            )
        )
    handler = logging.StreamHandler(target)
    handler.setFormatter(_RedactingFormatter(Redactor(secrets), render))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_shared(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def _shared() -> list[structlog.types.Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]


def get(name: str) -> structlog.stdlib.BoundLogger:
    """A logger for a module."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger
