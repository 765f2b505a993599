"""``python -m bot`` is ``kazwatch``."""

from __future__ import annotations

import os
import signal


def main() -> None:
    """The command, with an end by Ctrl-C that is quiet at every moment.

    Loading takes a second, in which nothing is open yet that would have to be closed: until
    ``run`` and ``demo`` have handlers of their own, and after those are gone, a signal ends the
    process at once, with 128 + its number as shells have it. (Python's own start, some 40 ms
    before this, is out of reach.)
    """
    _end_at_once()
    from bot.cli import main as command  # noqa: PLC0415 - this is most of what takes a second

    try:
        command()
    finally:
        _end_at_once()


def _end_at_once() -> None:
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, _end)


def _end(number: int, _frame: object) -> None:
    os._exit(128 + number)


if __name__ == "__main__":
    main()
