"""``python -m tests.scenarios.one_event run``: as ``kazwatch``, but a message is edited within a
second instead of a minute, so that a test of what chats see need not wait for it."""

from dataclasses import replace
from datetime import timedelta

from bot.cli import main
from bot.model import AlertSettings
from bot.settings import Settings

_alerts = Settings.for_alerts


def for_alerts(settings: Settings) -> AlertSettings:
    """With edits that come soon."""
    return replace(_alerts(settings), edit_delays=(timedelta(seconds=1),) * 5)


if __name__ == "__main__":
    Settings.for_alerts = for_alerts  # type: ignore[method-assign, assignment]
    main()
