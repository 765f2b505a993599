"""A text as the rules see it, and what its capitals prove."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class View:
    """A text as the rules see it: the words of title and summary in one row."""

    title: str
    summary: str
    surfaces: list[str]
    starts: list[int]  # offset of each word in its field
    in_title: int  # so many of the words are the title's
    at: dict[int, dict[int, bool]]  # sought word → where, and whether by its own letters
    language: str = ""
    source: str = ""
    domestic: bool = False
    shouts: tuple[bool, bool] | None = None  # title, summary all in capitals, once it was asked

    def side_by_side(self, first: int, last: int) -> bool:
        """Whether a run of words lies in one field."""
        return last < len(self.surfaces) and not first < self.in_title <= last

    def shouting(self, index: int) -> bool:
        """Whether the word's field is all in capitals."""
        if self.shouts is None:
            self.shouts = self.title.isupper(), self.summary.isupper()
        return self.shouts[index >= self.in_title]

    def between(self, index: int) -> str | None:
        """What stands between a word and the one before it; None before a field's first."""
        if index in (0, self.in_title):
            return None
        field = self.title if index < self.in_title else self.summary
        before = index - 1
        return field[self.starts[before] + len(self.surfaces[before]) : self.starts[index]]


def capital_shows(view: View, at: int) -> bool:
    """Whether a word's capital is a name's: not one at the start of a sentence or among capitals,
    which proves nothing."""
    surface = view.surfaces[at]
    field = view.title if at < view.in_title else view.summary
    if len(surface) > 1 and surface.isupper() and view.shouting(at):
        return False
    start, end = view.starts[at], view.starts[at] + len(surface)
    if field[start - 1 : start] in _QUOTES and field[end : end + 1] in _QUOTES:
        return True  # «Барыс»
    return not _begins_sentence(view, at)


_QUOTES = frozenset("\"«»“”„‟'’‘")
_ENDS = frozenset(".!?…:;•|\n—–·")


def _begins_sentence(view: View, at: int) -> bool:
    gap = view.between(at)
    if gap is None:
        return True
    if not set(gap) & _ENDS:
        return False
    before = view.surfaces[at - 1]
    return not (gap.strip() == "." and len(before) <= 3 and not before.isdigit())  # г. Семей


def before_name(view: View, last: int) -> bool:
    """A capitalised word right after, with nothing but space between."""
    if last + 1 >= len(view.surfaces) or not view.surfaces[last + 1][0].isupper():
        return False
    gap = view.between(last + 1)
    return gap is not None and not gap.strip()


def among_names(view: View, first: int, last: int) -> bool:
    """A capitalised word right after or before: a person's first name or surname."""
    if before_name(view, last):
        return True
    gap = view.between(first)
    return (
        gap is not None
        and not gap.strip()
        and view.surfaces[first - 1][0].isupper()
        and not _begins_sentence(view, first - 1)
    )
