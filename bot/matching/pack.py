"""The pack: the names of a country in all languages, with what each proves, and its topics.

It is a file that people edit (``config/kazakhstan.toml``, which explains its own keys); here it
becomes values, and every mistake in it one sentence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from bot.errors import SettingsError
from bot.matching.lexemes import is_acronym
from bot.matching.nodes import TOPICS
from bot.matching.words import WORD, Script, fold, has_kazakh_letters, key, spaced


@dataclass(frozen=True, slots=True)
class Name:
    """One spelling of an entity."""

    words: tuple[str, ...]  # as written, one a token
    entity: str  # its id
    ambiguous: frozenset[Script] = frozenset()  # scripts in which it may be something else:
    # there it counts beside another sign only
    place: bool = False  # its last word takes -лық
    acronym: bool = False  # compared as written
    first_name: frozenset[Script] = frozenset()  # scripts in which it means nothing beside
    # another capitalised word
    latin_only: bool = False
    derived: bool = False  # counts for the pack, not for a keyword that names the entity
    any_case: bool = False  # an adjective or a people: small letters are usual


@dataclass(frozen=True, slots=True)
class Entity:
    """A person, place, body or thing by all its names. Sets hold folded letters."""

    id: str
    names: tuple[Name, ...]
    topics: tuple[str, ...]
    foreign: bool  # not of the country: its names join for keywords, and prove nothing
    incidental: bool  # wider than the country (the Caspian): counts beside another sign only
    capital: bool  # words in small letters are not it
    common: frozenset[str]  # forms that are ordinary words too; "*" all: capitals at the start of
    # a sentence prove nothing for them
    never: frozenset[str]  # forms that are not it
    with_words: tuple[tuple[str, ...], ...]  # beside one of them an ambiguous name is sure
    apart: tuple[tuple[str, ...], ...]  # phrases in which its name does not mean it
    unless: tuple[tuple[str, ...], ...]  # words beside which its name does not mean it


@dataclass(frozen=True, slots=True)
class TopicWords:
    """What puts a text about the country into a topic. A word may end in *."""

    name: str
    words: tuple[tuple[str, ...], ...]
    apart: tuple[tuple[str, ...], ...]  # phrases in which they do not


@dataclass(frozen=True, slots=True)
class Pack:
    """All entities by id, and the topics by name."""

    entities: Mapping[str, Entity]
    topics: Mapping[str, TopicWords]
    given_names: tuple[tuple[str, ...], ...] = ()  # before a name of one word: somebody else


_LANGUAGES = ("en", "ru", "kk", "other")
_KINDS = ("place", "person", "people", "body", "company", "money", "event", "sign", "thing")
_LISTS = (
    *_LANGUAGES, "adjectives", "derived", "acronyms", "ambiguous", "common", "never", "with",
    "apart", "unless", "first_names", "latin_only", "topics",
)  # fmt: skip
_FLAGS = ("capital", "incidental")
_NOTES = ("note", "office", "since", "until")


def load_pack(data: Mapping[str, object], where: str) -> Pack:
    """Parsed TOML → the pack. SettingsError names the file (``where``), the key and the remedy."""
    _known(data, ("given_names", "entity", "foreign", "topic"), where, "")
    entities: dict[str, Entity] = {}
    for table in ("entity", "foreign"):
        for item, name in _single(_tables(data, table, where), f"{where}: {table}"):
            entity = _Reader(item, name).entity(foreign=table == "foreign")
            if entity.id in entities:
                raise SettingsError(f"{where}: the id {entity.id!r} stands twice; give one another")
            entities[entity.id] = entity
    topics = data.get("topic", {})
    if not isinstance(topics, Mapping):
        raise SettingsError(f"{where}: topic must be tables such as [topic.energy]")
    words: dict[str, TopicWords] = {}
    for name, lists in topics.items():
        if name not in TOPICS or not isinstance(lists, Mapping):
            raise SettingsError(
                f"{where}: topic.{name} is not known; topics are {', '.join(TOPICS[1:])}"
            )
        _known(lists, (*_LANGUAGES, "apart"), where, f"topic.{name}.")
        reader = _Reader(lists, f"{where}: topic.{name}")
        texts = [text for language in _LANGUAGES for text in reader.texts(language)]
        words[name] = TopicWords(
            name,
            tuple(dict.fromkeys(map(tokens, texts))),
            tuple(map(tokens, reader.texts("apart"))),
        )
    given = _Reader(data, where).texts("given_names")
    return Pack(entities, words, tuple(map(tokens, given)))


def _single(
    tables: list[Mapping[str, object]], where: str
) -> Iterator[tuple[Mapping[str, object], str]]:
    """Tables of one entity each, with what to call them; ``each`` holds many in short."""
    for place, table in enumerate(tables):
        name = f"{where} {table.get('id', place + 1)}"
        each = table.get("each")
        if each is None:
            yield table, name
            continue
        if not isinstance(each, list) or not all(isinstance(one, list) and one for one in each):
            raise SettingsError(
                f'{name}: each must be a list of lists of names, such as [["Semey", "Семей"]]'
            )
        rest = {key_: value for key_, value in table.items() if key_ != "each"}
        for names in each:
            yield rest | {"id": f"{table.get('id')}/{names[0]}", "other": names}, name


# Cached, as what follows: an ``each`` says the same lists of every one of its entities.
@lru_cache(20_000)
def tokens(text: str) -> tuple[str, ...]:
    """The words of a name or a pattern, as written; a * stays at the end of its word."""
    cut = spaced(text)
    return tuple(
        found.group() + ("*" if cut[found.end() : found.end() + 1] == "*" else "")
        for found in WORD.finditer(cut)
    )


_Form = tuple[str, ...]
_NEVER: frozenset[Script] = frozenset()


@lru_cache(20_000)
def _key_of(words: tuple[str, ...]) -> _Form:
    """A name's skeleton keys, one a word."""
    return tuple(key(*fold(word)) for word in words)


def _tables(data: Mapping[str, object], name: str, where: str) -> list[Mapping[str, object]]:
    found = data.get(name, [])
    if not isinstance(found, list) or not all(isinstance(item, Mapping) for item in found):
        raise SettingsError(f"{where}: {name} must be tables, each begun by [[{name}]]")
    return found


def _known(data: Mapping[str, object], known: Sequence[str], where: str, under: str) -> None:
    for name in data:
        if name not in known:
            raise SettingsError(
                f"{where}: the key {under}{name} is not known; known are {', '.join(known)}"
            )


class _Reader:
    """Reads one table, and complains in its name."""

    def __init__(self, data: Mapping[str, object], where: str) -> None:
        self._data = data
        self._where = where

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts that hold a word each."""
        found = self._data.get(name, [])
        if not isinstance(found, list) or not all(isinstance(text, str) for text in found):
            raise SettingsError(
                f'{self._where}: {name} must be a list of texts, such as ["Almaty"]'
            )
        for text in found:
            if not tokens(text) and text != "*":
                raise SettingsError(f"{self._where}: {name} holds {text!r}, which has no word")
        return tuple(found)

    def entity(self, foreign: bool) -> Entity:
        """An [[entity]] or [[foreign]] table."""
        _known(self._data, ("id", "kind", *_LISTS, *_FLAGS, *_NOTES), self._where, "")
        identity, kind = self._text("id"), self._text("kind")
        if kind not in _KINDS:
            raise SettingsError(
                f"{self._where}: kind {kind!r} is not known; kinds are {', '.join(_KINDS)}"
            )
        topics = self.texts("topics")
        for topic in topics:
            if topic not in TOPICS[1:]:
                raise SettingsError(
                    f"{self._where}: topic {topic!r} is not known; "
                    f"topics are {', '.join(TOPICS[1:])}"
                )
        names = self._names(identity, kind == "place")
        if not names:
            raise SettingsError(f'{self._where} has no name; give one, such as en = ["Almaty"]')
        return Entity(
            id=identity,
            names=names,
            topics=topics,
            foreign=foreign,
            incidental=self._flag("incidental"),
            capital=self._flag("capital"),
            common=self._forms("common"),
            never=self._forms("never"),
            with_words=tuple(tokens(text) for text in self.texts("with")),
            apart=tuple(tokens(text) for text in self.texts("apart")),
            unless=tuple(tokens(text) for text in self.texts("unless")),
        )

    def _text(self, name: str) -> str:
        found = self._data.get(name)
        if not isinstance(found, str) or not found:
            raise SettingsError(f"{self._where}: {name} must be a text that is not empty")
        return found

    def _flag(self, name: str) -> bool:
        found = self._data.get(name, False)
        if not isinstance(found, bool):
            raise SettingsError(f"{self._where}: {name} must be true or false")
        return found

    def _forms(self, name: str) -> frozenset[str]:
        return frozenset(
            text if text == "*" else fold(tokens(text)[0])[0] for text in self.texts(name)
        )

    def _names(self, identity: str, place: bool) -> tuple[Name, ...]:
        """All spellings. A flag that lists a spelling holds for its other scripts too."""
        ambiguous = self._keys("ambiguous")
        first_names, latin_only = self._keys("first_names"), self._keys("latin_only")

        def name(
            text: str, *, derived: bool = False, acronym: bool = False, any_case: bool = False
        ) -> Name:
            words = tokens(text)
            form = _key_of(words)
            return Name(
                words=words,
                entity=identity,
                ambiguous=ambiguous.get(form, _NEVER) | first_names.get(form, _NEVER),
                place=place and not derived,
                acronym=acronym or (len(words) == 1 and is_acronym(text)),
                first_name=first_names.get(form, _NEVER),
                latin_only=Script.LATIN in latin_only.get(form, _NEVER),
                derived=derived,
                any_case=any_case,
            )

        found = [name(text) for language in _LANGUAGES for text in self.texts(language)]
        found += [name(text, acronym=True) for text in self.texts("acronyms")]
        for text in self.texts("adjectives"):
            found += [name(form, derived=not place, any_case=True) for form in inhabitants(text)]
        if place:
            spelt = {text for item in found if len(item.words) == 1 for text in item.words}
            for text in sorted(spelt):
                own = name(text)
                forms = [name(form, any_case=True) for form in adjectives(text)]
                found += [replace(form, ambiguous=own.ambiguous | form.ambiguous) for form in forms]
        found += [name(text, derived=True, any_case=True) for text in self.texts("derived")]
        joined = [
            name("".join(item.words)) for item in found if len(item.words) == 2 and item.place
        ]
        return tuple(dict.fromkeys(found + joined))

    def _keys(self, name: str) -> dict[_Form, frozenset[Script]]:
        """The listed spellings' keys, and the scripts that they are listed in: a flag holds for
        all spellings of one key in a script."""
        found: dict[_Form, frozenset[Script]] = {}
        for text in self.texts(name):
            words = tokens(text)
            form = _key_of(words)
            found[form] = found.get(form, _NEVER) | {fold(words[0])[1]}
        return found


def adjectives(place: str) -> tuple[str, ...]:
    """A Russian place name's adjective and its people by rule: Риддер → риддерский, риддерец;
    none for names in other scripts, in Kazakh letters or that are adjectives themselves."""
    letters, script = fold(place)
    skipped = ("ск", "ый", "ий", "ой", "ая", "ое", "ские", "ский", "ец", "анин", "ане")
    if script is not Script.CYRILLIC or has_kazakh_letters(letters) or letters.endswith(skipped):
        return ()
    if len(letters) < 4 or not letters.isalpha() or not place[0].isupper() or place.isupper():
        return ()
    if letters[-1] in "аыие":
        return inhabitants(letters[:-1] + "инский")[:2]
    if letters[-1] in "оюяэ":
        return ()
    return inhabitants(letters.removesuffix("ь") + "ский")[:2]


def inhabitants(adjective: str) -> tuple[str, ...]:
    """A place's Russian adjective, and its people by the same stem: карагандинский,
    карагандинец, карагандинка."""
    if fold(adjective)[1] is not Script.CYRILLIC or not adjective.endswith("ский"):
        return (adjective,)
    stem = adjective.removesuffix("ский")
    return adjective, stem.removesuffix("й") + "ец", stem + "ка"
