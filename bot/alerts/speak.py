"""Which member of a story speaks for it to a chat, and which one has its news.

Members come in the order in which they joined.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.alerts.numbers import moved
from bot.model import FeedKind, Voice
from bot.stories.identity import normal_title

# Who reads one of Kazakhstan's two languages mostly reads the other too.
_PREFERRED = {"kk": ("kk", "ru", "en"), "ru": ("ru", "kk", "en"), "en": ("en", "ru", "kk")}
_SECOND_HAND = {FeedKind.AGGREGATOR, FeedKind.SEARCH}


def speaker(members: Sequence[Voice], language: str) -> Voice:
    """Whose headline a chat reads: in the language it likes best of those there are, of a source
    rather than an aggregator; among equals the first."""
    return min(members, key=lambda m: (_rank(m, language), m.source in _SECOND_HAND))


def latest(members: Sequence[Voice], spoken: Voice, language: str) -> Voice | None:
    """The latest headline in the language of the one that speaks, where it says something else."""
    alike = [m for m in members if not m.copy and _rank(m, language) == _rank(spoken, language)]
    if not alike or normal_title(alike[-1].title) == normal_title(spoken.title):
        return None
    return alike[-1]


def news(members: Sequence[Voice], told: int, language: str) -> Voice:
    """Who tells what happened since the first ``told`` members: the last that moved the numbers,
    else the latest in the language that the chat likes best."""
    since = [n for n, m in enumerate(members) if n >= told and not m.copy]
    since = since or [n for n, m in enumerate(members) if not m.copy] or list(range(len(members)))
    titles = [m.title for m in members]
    moving = [n for n in since if moved(titles[n], titles[:n])]
    return members[moving[-1] if moving else min(since, key=lambda n: _late(members, n, language))]


def _late(members: Sequence[Voice], n: int, language: str) -> tuple[int, int]:
    return _rank(members[n], language), -n


def _rank(member: Voice, language: str) -> int:
    """0 for the language that is liked best; those that nobody asked for come last."""
    order = _PREFERRED.get(language, _PREFERRED["en"])
    return order.index(member.language) if member.language in order else len(order)
