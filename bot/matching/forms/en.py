"""English: plural and possessive."""

from __future__ import annotations

Paradigm = tuple[str, frozenset[str]]

_PLURAL = frozenset({"", "s"})
_HISSING = frozenset({"", "s", "es"})
_Y = frozenset({"y", "ys", "ies"})
_PAIRS = {
    "man": "men", "woman": "women", "child": "children", "foot": "feet", "mouse": "mice",
    "crisis": "crises", "basis": "bases", "leaf": "leaves", "life": "lives", "wife": "wives",
    "knife": "knives", "shelf": "shelves", "wolf": "wolves", "half": "halves", "thief": "thieves",
}  # fmt: skip
_PARTNER = _PAIRS | {many: one for one, many in _PAIRS.items()}
# Words in -s that are no plurals.
_SINGULAR = frozenset({"news", "series", "species", "gas", "bus", "yes", "this", "his", "its"})
_NO_PLURAL = ("ss", "us", "is", "as", "os")

ALL_ENDINGS = frozenset({"", "s", "es", "y", "ys", "ies"})


def paradigms(word: str) -> list[Paradigm]:
    """Stems of a Latin word, each with its endings. A plural stands for its singular too."""
    found: list[Paradigm] = []
    if word.endswith("y") and len(word) > 2 and word[-2] not in "aeiou":
        found.append((word[:-1], _Y))
    elif word.endswith(("s", "x", "z", "ch", "sh")):
        found.append((word, _HISSING))
    else:
        found.append((word, _PLURAL))
    if partner := _PARTNER.get(word):
        found.append((partner, _PLURAL))
    if len(word) > 3 and word.endswith("s") and word not in _SINGULAR:
        found += _singular(word)
    return found


def _singular(word: str) -> list[Paradigm]:
    if word.endswith("ies") and len(word) > 4:
        return [(word[:-3], _Y)]
    if word.endswith(("sses", "xes", "ches", "shes", "zes")):
        return [(word[:-2], _HISSING), (word[:-1], _PLURAL)]
    if word.endswith(_NO_PLURAL):
        return []
    return [(word[:-1], _PLURAL)]
