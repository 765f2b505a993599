"""What people call what they asked for."""

from __future__ import annotations

from bot.locale import Texts
from bot.matching.query import is_topic

EVERYTHING = "topic:everything"  # includes all other topics


def query_name(query: str, texts: Texts) -> str:
    """A topic by its name, other queries by the words as they are kept."""
    topics = {
        "everything": texts.gettext("All news about Kazakhstan"),
        "politics": texts.gettext("Politics"),
        "economy": texts.gettext("Economy and money"),
        "energy": texts.gettext("Energy and uranium"),
        "rights": texts.gettext("Human rights and protest"),
        "disasters": texts.gettext("Disasters and accidents"),
        "space": texts.gettext("Baikonur and space"),
    }
    return topics.get(query.removeprefix("topic:"), query) if is_topic(query) else query
