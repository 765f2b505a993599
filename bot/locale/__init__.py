"""What people read, in their language: gettext catalogues and Babel's dates.

The sentences in the code are English and are the keys; ``<language>/LC_MESSAGES/kazwatch.po`` hold
the others and are compiled in memory at start. ``load`` reads them once, ``texts`` gives a rule
what it needs of one language and time zone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from gettext import NullTranslations
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_datetime
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

SOURCE_LANGUAGE = "en"
LANGUAGES = (SOURCE_LANGUAGE, "ru", "kk")
DOMAIN = "kazwatch"

Catalogues = Mapping[str, NullTranslations]


@dataclass(frozen=True, slots=True)
class Texts:
    """One language and one time zone, as rules use them."""

    language: str  # one of LANGUAGES
    timezone: tzinfo
    translations: NullTranslations

    def gettext(self, message: str) -> str:
        """The sentence in this language; its {placeholders} are still open."""
        return self.translations.gettext(message)

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        """The form that this language uses for ``n``; its {placeholders} are still open."""
        return self.translations.ngettext(singular, plural, n)

    def time(self, at: datetime) -> str:
        """``14:05`` on the clock of this time zone."""
        return self._format(at, "HH:mm")

    def moment(self, at: datetime, now: datetime) -> str:
        """The time; with the day when it is not today's, with the year when not this year's."""
        here, today = at.astimezone(self.timezone), now.astimezone(self.timezone)
        if here.date() == today.date():
            return self.time(at)
        return self._format(at, "d MMMM, HH:mm" if here.year == today.year else "d MMMM y, HH:mm")

    def _format(self, at: datetime, pattern: str) -> str:
        locale = Locale(self.language)
        return format_datetime(at, pattern, tzinfo=self.timezone, locale=locale)


def load(directory: Path) -> Catalogues:
    """Every language's translations, from ``directory``/<language>/LC_MESSAGES/kazwatch.po.

    Raises OSError when a catalogue is missing: the files come with the program.
    """
    return {SOURCE_LANGUAGE: NullTranslations()} | {
        language: _compiled(directory / language / "LC_MESSAGES" / f"{DOMAIN}.po", language)
        for language in LANGUAGES
        if language != SOURCE_LANGUAGE
    }


def texts(catalogues: Catalogues, language: str, timezone: str) -> Texts:
    """For a chat's language (English when it is none of ours) and IANA time zone."""
    known = language if language in catalogues else SOURCE_LANGUAGE
    return Texts(known, ZoneInfo(timezone), catalogues[known])


def _compiled(path: Path, language: str) -> Translations:
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language, abort_invalid=True)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled, domain=DOMAIN)
