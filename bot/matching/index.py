"""Every distinct word that anyone looks for, once; and what it finds in a text's words.

A word of a text is folded and keyed once and kept; which of the words looked for it is, is worked
out again only after one came or went, from what was kept. So queries come and go without a
rebuild, at the price of a few look-ups for each word that comes along afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.matching.forms.expand import ENDINGS, LONGEST, Stem, as_written, stems
from bot.matching.lexemes import MIN_PREFIX
from bot.matching.ordinary import ORDINARY
from bot.matching.words import Script, fold, has_kazakh_letters, key, near, plain

LONGEST_PREFIX = 300  # letters: no query is longer
CACHE_WORDS = 200_000  # words of texts that are kept; then they are all forgotten


@dataclass(frozen=True, slots=True)
class Sought:
    """A word as it stands in the index: equal ones share their place."""

    text: str  # folded letters, or an acronym as typed
    script: Script
    acronym: bool = False
    prefix: bool = False
    place: bool = False  # takes -лық too
    own_script: bool = False  # its spellings in the other script are sought by themselves


@dataclass(frozen=True, slots=True)
class Found:
    """A sought word that a text's word is a form of."""

    word: int  # its number in the index
    exact: bool  # written with the same letters, not only of the same key
    whole: bool  # as it was sought, in no other form


@dataclass(frozen=True, slots=True)
class Reading:
    """A text's word, read once: all that does not depend on what is looked for."""

    surface: str
    letters: str
    script: Script
    key: str
    splits: tuple[tuple[str, str, str], ...]  # key of the stem, its letters, the ending
    kazakh: bool  # has a letter that only Kazakh has
    ordinary: bool  # a common word whose key others share: only its own letters count


def read(surface: str) -> Reading:
    """Fold and key a word, and part it wherever an ending may begin."""
    letters, script = fold(surface)
    splits: list[tuple[str, str, str]] = []
    if letters.isalpha():
        endings = ENDINGS[script]
        longest = min(LONGEST[script] + 2, len(letters) - 1)  # ng and gh shrink
        for cut in range(len(letters), len(letters) - longest - 1, -1):
            ending = as_written(letters[cut:], script)
            if ending in endings:
                stem = letters[:cut]
                splits.append((key(stem, script), stem, ending))
    else:
        splits.append((key(letters, script), letters, ""))
    whole = splits[0][0] if splits else ""
    kazakh = script is Script.CYRILLIC and has_kazakh_letters(letters)
    return Reading(surface, letters, script, whole, tuple(splits), kazakh, letters in ORDINARY)


# The word's number, the stem's letters, its endings, those of them that count in any text.
_Entry = tuple[int, str, frozenset[str], frozenset[str]]


class Index:
    """The sought words, numbered, and what was read of texts."""

    def __init__(self) -> None:
        self._numbers: dict[Sought, int] = {}
        self._uses: dict[int, int] = {}
        self._keys: dict[int, str] = {}  # of words that have forms, else ""
        self._next = 0
        self._stems: dict[Script, dict[str, list[_Entry]]] = {script: {} for script in Script}
        self._acronyms: dict[str, int] = {}
        self._prefixes: dict[tuple[Script, Script], dict[str, list[int]]] = {
            (typed, read_in): {} for typed in Script for read_in in Script
        }
        self._readings: dict[str, Reading] = {}

    @property
    def size(self) -> tuple[int, int]:
        """Words sought, and keys that lead to them."""
        prefixes = sum(map(len, self._prefixes.values()))
        return len(self._numbers), sum(map(len, self._stems.values())) + prefixes

    def use(self, word: Sought) -> int:
        """The word's number; it stands in the index until each use is dropped."""
        number = self._numbers.get(word)
        if number is None:
            number = self._next
            self._next += 1
            self._numbers[word] = number
            self._uses[number] = 0
            formless = word.acronym or word.prefix
            self._keys[number] = "" if formless else key(word.text, word.script)
            self._enter(word, number)
        self._uses[number] += 1
        return number

    def number(self, word: Sought) -> int:
        """The number of a word that stands in the index."""
        return self._numbers[word]

    def drop(self, word: Sought) -> None:
        """One use less."""
        number = self._numbers[word]
        self._uses[number] -= 1
        if self._uses[number] == 0:
            del self._uses[number], self._keys[number], self._numbers[word]
            self._leave(word, number)

    def _enter(self, word: Sought, number: int) -> None:
        if word.acronym:
            self._acronyms[word.text] = number
        elif word.prefix:
            for table, text in _beginnings(word):
                self._prefixes[table].setdefault(text, []).append(number)
        else:
            for stem in _stems_of(word):
                entry = (number, stem.letters, stem.endings, stem.elsewhere)
                self._stems[stem.script].setdefault(stem.key, []).append(entry)

    def _leave(self, word: Sought, number: int) -> None:
        if word.acronym:
            del self._acronyms[word.text]
        elif word.prefix:
            for begins, text in _beginnings(word):
                self._prefixes[begins][text].remove(number)
                if not self._prefixes[begins][text]:
                    del self._prefixes[begins][text]
        else:
            for stem in _stems_of(word):
                table = self._stems[stem.script]
                if rest := [entry for entry in table.get(stem.key, ()) if entry[0] != number]:
                    table[stem.key] = rest
                else:
                    table.pop(stem.key, None)

    def read(self, surface: str) -> Reading:
        """What there is to know of a text's word, kept for the next time."""
        reading = self._readings.get(surface)
        if reading is None:
            if len(self._readings) >= CACHE_WORDS:
                self.forget()
            reading = self._readings[surface] = read(surface)
        return reading

    def forget(self) -> None:
        """Drop what was read of texts; it will be read again."""
        self._readings.clear()

    def find(self, reading: Reading, kazakh: bool = True) -> list[Found]:
        """The sought words of which the word is a form. ``kazakh``: it may stand in a Kazakh text,
        so that Kazakh endings count (in any other курска is no form of курс)."""
        found: dict[int, bool] = {}
        kazakh = kazakh or reading.kazakh
        table = self._stems[reading.script]
        for stem_key, letters, ending in reading.splits:
            for number, written, endings, elsewhere in table.get(stem_key, ()):
                if ending in (endings if kazakh else elsewhere):
                    exact = written == letters
                    if exact or (not reading.ordinary and _alike(letters, written, reading.script)):
                        found[number] = exact or found.get(number, False)
        if self._acronyms and (acronym := self._acronym(reading)) is not None:
            found[acronym] = True
        for number in self._begun(reading):
            found[number] = True
        keys = self._keys
        return [
            Found(number, exact, keys[number] in {"", reading.key})
            for number, exact in found.items()
        ]

    def _acronym(self, reading: Reading) -> int | None:
        surface = reading.surface
        number = self._acronyms.get(surface)
        if number is not None or not surface[:2].isupper():
            return number
        head = 0
        while head < len(surface) and (surface[head].isupper() or surface[head].isdigit()):
            head += 1
        number = self._acronyms.get(surface[:head])
        if number is None:
            return None
        tail, script = fold(surface[head:])  # NGOs, МИДом, АЭСтің
        return number if as_written(tail, script) in ENDINGS[script] else None

    def _begun(self, reading: Reading) -> Iterable[int]:
        for typed, text in (
            (reading.script, plain(reading.letters)),
            (_other(reading.script), reading.key),
        ):
            prefixes = self._prefixes[typed, reading.script]
            if prefixes:
                for length in range(MIN_PREFIX, min(len(text), LONGEST_PREFIX) + 1):
                    yield from prefixes.get(text[:length], ())


def _stems_of(word: Sought) -> list[Stem]:
    found = stems(word.text, word.script, word.place)
    return [stem for stem in found if stem.script is word.script or not word.own_script]


def _alike(letters: str, written: str, script: Script) -> bool:
    """Whether stems of one key are spellings of one word."""
    if not written:
        return True
    one, other = near(letters, script), near(written, script)
    if one == other:
        return True
    mixed = has_kazakh_letters(letters) != has_kazakh_letters(written)
    return mixed and one.replace("ч", "ш") == other.replace("ч", "ш")  # Шыңғыс, Чингис


def _other(script: Script) -> Script:
    return Script.LATIN if script is Script.CYRILLIC else Script.CYRILLIC


def _beginnings(word: Sought) -> list[tuple[tuple[Script, Script], str]]:
    """(typed in, for words in), and what they begin with: letters in its own script, or the key."""
    other = _other(word.script)
    return [
        ((word.script, word.script), plain(word.text)),
        ((word.script, other), key(word.text, word.script)),
    ]
