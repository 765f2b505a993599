"""The command menu, for each language of the house; the flow registers it at start."""

from __future__ import annotations

from datetime import UTC

from bot.locale import Catalogues, Texts
from bot.telegram.parts import commands


def command_menus(catalogues: Catalogues, default: str) -> dict[str, tuple[tuple[str, str], ...]]:
    """Telegram's language code → (command, what it does), in order.

    "" holds the menu of the ``default`` language, for people whose language is none of ours.
    """
    menus = {
        language: commands(Texts(language, UTC, translations))
        for language, translations in catalogues.items()
    }
    return {"": menus[default], **menus}
