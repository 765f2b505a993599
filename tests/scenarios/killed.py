"""``python -m tests.scenarios.killed EVENT N run``: killed when it logs EVENT the Nth time.

The lanes log each of their steps at DEBUG, so a log line is a named point; nothing in the product
knows of it. The kill comes from inside the call that logs, so nothing behind that point happens.
"""

import logging
import os
import signal
import sys

from bot.cli import main

_make = logging.getLogRecordFactory()
_event, _left = sys.argv[1], int(sys.argv[2])


def _record(*args: object, **kwargs: object) -> logging.LogRecord:
    global _left  # noqa: PLW0603
    record = _make(*args, **kwargs)
    if isinstance(record.msg, dict) and record.msg.get("event") == _event:
        _left -= 1
        if not _left:
            os.kill(os.getpid(), signal.SIGKILL)
    return record


logging.setLogRecordFactory(_record)
sys.argv[1:] = sys.argv[3:]
main()
