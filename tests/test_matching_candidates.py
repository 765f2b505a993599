"""The keys that a query's matches must hold: none is lost, and few others come along."""

from __future__ import annotations

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from bot.matching.candidates import (
    ANYTHING,
    MANY_ITEMS,
    MANY_KEYS,
    Either,
    Every,
    Holds,
    Keys,
    KeyTree,
    OneOf,
    Search,
)
from bot.matching.forms.expand import ENDINGS, stems
from bot.matching.nodes import Filter
from bot.matching.query import Query, parse_query
from bot.matching.vocabulary import Vocabulary
from bot.matching.words import Script, fold
from bot.model import MatchText
from tests.bench.matching import CORPORA, rows
from tests.queries import query
from tests.queries import shared_matcher as matcher


def vocabulary(search: Search, *texts: str) -> Vocabulary:
    """What a store holds of these texts, as far as the search asks for it."""
    exact, heads = search.to_look_up()
    counts: dict[str, int] = {}
    for text in texts:
        for key in matcher().keys(MatchText(text)):
            if key in exact or key.startswith(heads):
                counts[key] = counts.get(key, 0) + 1
    return Vocabulary(counts)


def is_candidate(text: str, title: str) -> bool:
    search = matcher().search(query(text))
    tree = vocabulary(search, title).resolve(search.tree)
    return tree is not None and fulfils(tree, title)


def fulfils(tree: KeyTree, title: str) -> bool:
    """Whether the store finds an item of this title."""
    match tree:
        case Keys(keys):
            return not keys.isdisjoint(matcher().keys(MatchText(title)))
        case Holds(letters):
            return letters in title
        case Every(parts):
            return all(fulfils(part, title) for part in parts)
        case Either(parts):
            return any(fulfils(part, title) for part in parts)
        case Filter():
            return True
        case OneOf():
            raise AssertionError("a word was not resolved")


def matches(text: str, title: str, domestic: bool = False) -> bool:
    matcher().add(1, query(text))
    hits = matcher().match(MatchText(title, language="ru", source="steppe", domestic=domestic))
    matcher().discard(1)
    return bool(hits)


# ------------------------------------------------------------------ nothing is lost


def test_every_match_of_the_labelled_cases_is_a_candidate() -> None:
    cases = [
        (row[0], row[1]) for name in ("forms", "keywords") for row in rows(CORPORA / f"{name}.tsv")
    ]
    usable = [case for case in cases if isinstance(parse_query(case[0]), Query)]
    found = [case for case in usable if matches(*case)]
    assert len(found) > 400
    assert [case for case in found if not is_candidate(*case)] == []


def test_every_form_of_a_word_is_a_candidate() -> None:
    words = ("Аягөз", "Музей", "Талдықорған", "Абай", "Арай", "казахстанец", "Россия", "Tokaj",
             "Franc", "Bandit", "basic", "disc", "Gucc", "Ii", "азыя", "зай")  # fmt: skip
    lost = []
    for word in words:
        for stem in stems(*fold(word)):
            for ending in stem.endings if stem.letters else ():
                form = stem.letters + ending
                if matches(word, form) and not is_candidate(word, form):
                    lost.append((word, form))
    assert lost == []


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Tokayev", "Тоқаевтың сапары"),
        ("Tokaj", "Tokaja"),  # j is i at the end and j within
        ("talent", "talents"),  # t and s fuse
        ("франц", "Frances"),
        ("бандит", "bandits"),
        ("АЭС", "АЭСтің"),
        ("NGO", "NGOлар"),  # mixed, of as many letters of the one as of the other
        ("NGO", "NGO's"),
        ("UNESCO", "UNESCOның"),  # read as Latin: н is a look-alike
        ("МИД", "МИДs"),
        ("tok*", "Tokhtar"),  # kh is one letter
        ("мос*", "Мосханов"),
        ("ақс*", "Aqshoqy"),
        ("под*", "поджог"),  # дж is one letter
        ("str*", "Stratford"),
        ("али*", "алия"),
        ("май*", "маёвка майя"),
        ("Нур-Султан", "Нурсултан"),
        ('"Нур-Султан"', "Нур Султан"),
        ("Nur-Sultan", "Астанада"),
        ("Kassym-Jomart Tokayev", "Мемлекет басшысы Тоқаев"),
        ("Air Astana", "Эйр Астана"),
        ("Жанаозен", "Жаңаөзенде"),
        ("(газ OR нефть) -Баку lang:ru", "Нефтепровод и газ"),
        ("title:Алматы", "алматылықтар"),
        ("G20", "Саммит G20"),
        ("source:steppe уран", "Уранды"),
    ],
)
def test_what_matches_is_a_candidate(text: str, title: str) -> None:
    if matches(text, title):  # judged elsewhere
        assert is_candidate(text, title)


# Letters of one key, or of one at some place within a word.
_SPELT = {
    "k": "kcq", "i": "iyjiи", "j": "jijy", "s": "sscс", "t": "tt", "c": "ck", "a": "aаә", "o": "oо",
    "h": "hh", "z": "z", "g": "gg", "n": "nn", "e": "eе", "u": "u", "l": "l", "r": "r",
    "и": "ийіы", "й": "йи", "к": "кқ", "г": "гғ", "н": "нң", "у": "уұү", "о": "оө", "а": "аә",
    "д": "д", "ж": "ж", "т": "т", "с": "с", "ч": "чш", "ш": "шчщ", "е": "её", "ю": "ю", "я": "я",
    "ь": "ь", "л": "л", "р": "р",
}  # fmt: skip
_LATIN = st.text("kijstcaohzgneulr", min_size=1, max_size=7)
_CYRILLIC = st.text("ийкгнуоаджтсчшеюяьлр", min_size=1, max_size=7)


@st.composite
def words_and_forms(draw: st.DrawFn) -> tuple[str, str]:
    """A word, and a word that is spelt like one of its stems, with one of its endings."""
    word = draw(st.one_of(_LATIN, _CYRILLIC))
    found = stems(*fold(word))
    assume(found)
    stem = draw(st.sampled_from(found))
    spelt = stem.letters or draw(st.sampled_from([stem.key.lower(), word]))
    letters = "".join(draw(st.sampled_from(_SPELT.get(letter, letter))) for letter in spelt)
    ending = draw(st.sampled_from(sorted(stem.endings)))
    if stem.script is Script.LATIN:
        ending = ending.replace("i", draw(st.sampled_from("iy"))).replace("k", "q")
    doubled = draw(st.sampled_from(["", letters[-1:]]))
    return word, letters + doubled + ending


@settings(max_examples=100, deadline=None)
@given(words_and_forms())
@example(("ай", "аая"))
def test_a_form_that_the_matcher_finds_is_never_lost(case: tuple[str, str]) -> None:
    word, form = case
    parsed = parse_query(word)
    assume(isinstance(parsed, Query))
    assume(matches(word, form))
    assert is_candidate(word, form)


@settings(max_examples=100, deadline=None)
@given(st.one_of(_LATIN, _CYRILLIC), st.one_of(_LATIN, _CYRILLIC), st.sampled_from(["", "aktobe"]))
def test_a_beginning_that_the_matcher_finds_is_never_lost(head: str, rest: str, also: str) -> None:
    assume(isinstance(parse_query(head + "*"), Query))
    if matches(head + "*", f"{head}{rest} {also}"):
        assert is_candidate(head + "*", f"{head}{rest} {also}")


@settings(max_examples=100, deadline=None)
@given(
    st.one_of(_LATIN, _CYRILLIC).map(str.upper),
    st.sampled_from(sorted(ENDINGS[Script.LATIN] | ENDINGS[Script.CYRILLIC])),
)
def test_an_acronym_that_the_matcher_finds_is_never_lost(acronym: str, ending: str) -> None:
    assume(isinstance(parse_query(acronym), Query))
    if matches(acronym, acronym + ending):
        assert is_candidate(acronym, acronym + ending)


_WORDS = (
    "нефть", "oil", "Tokayev", "Тоқаев", "Астана", "Almaty", "Air Astana", "суд", "АЭС", "US",
    "мұнай", '"новый завод"', "завод*", "Нур-Султан", "Қарағанды", "lang:ru", "source:steppe",
    "газ",
)  # fmt: skip
_TITLES = (
    "Нефтяники", "нефти", "Oil", "Тоқаевқа", "Tokayev's", "Астанада", "из Алма-Аты", "Эйр Астана",
    "суда", "АЭСке", "US", "мұнайға", "новый завод", "заводской", "Нурсултан", "в Караганде",
    "Akorda",
    "Президент РК", "газом", "Nur-Sultan",
)  # fmt: skip


def _joined(parts: list[str]) -> str:
    return " ".join(parts)


_QUERIES = st.recursive(
    st.sampled_from(_WORDS),
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(_joined),
        st.lists(inner, min_size=2, max_size=3).map(" OR ".join),
        inner.map("-({})".format),
        inner.map("({})".format),
        inner.map("title:({})".format),
    ),
    max_leaves=6,
)


@settings(max_examples=120, deadline=None)
@given(_QUERIES, st.lists(st.sampled_from(_TITLES), max_size=8).map(_joined), st.booleans())
def test_a_match_of_any_query_is_a_candidate(text: str, title: str, domestic: bool) -> None:
    assume(isinstance(parse_query(text), Query))
    if matches(text, title, domestic):
        assert is_candidate(text, title)


# ------------------------------------------------------------------ few others come along


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("суд", "Сутки и судно на Сумской"),
        ("в", "во все времена"),
        ("Токаев", "Токарев"),
        ("нефть газ", "Нефть дорожает"),
        ("US", "useful"),
        ("US", "us"),  # capitals tell an acronym
        ("про*", "прибыль"),
        ("Казахстан", "Узбекистан и казаки"),
    ],
)
def test_other_words_are_no_candidates(text: str, title: str) -> None:
    assert not is_candidate(text, title)


def test_words_that_are_not_stored_leave_nothing_to_search() -> None:
    search = matcher().search(query("нефть Зыряновскит"))
    assert vocabulary(search, "Нефть дорожает").resolve(search.tree) is None


def test_each_word_that_must_occur_is_named_as_it_was_typed() -> None:
    search = matcher().search(query('Нефть (Газ OR "новый Завод") про* -Баку lang:kk Нур-Султан'))
    assert [each.typed for each in search.wanted] == [
        "Нефть", "Газ", "новый", "Завод", "про*", "Нур-Султан",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "title", "silent"),
    [
        ("нефть Зыряновскит", "Нефть дорожает", ["Зыряновскит"]),
        ("Tokayev", "Тоқаевтың сапары", []),
        ("Air Astana", "Рейс Эйр Астаны", []),  # the two words name an entity
        ('"новый Завод"', "Завод встал", ["новый"]),
        ("-нефть газ", "", ["газ"]),
    ],
)
def test_a_word_occurs_in_any_form_and_by_any_name(
    text: str, title: str, silent: list[str]
) -> None:
    search = matcher().search(query(text))
    stored = vocabulary(search, title)
    assert [each.typed for each in search.wanted if stored.resolve(each.tree) is None] == silent


def test_a_word_with_too_many_keys_is_left_out() -> None:
    search = matcher().search(query("про* нефть"))
    keys = {f"pro{number}": 1 for number in range(MANY_KEYS + 1)}
    assert Vocabulary(keys | {"neft": 1}).resolve(search.tree) == Keys(frozenset({"neft"}))
    assert Vocabulary(keys).resolve(matcher().search(query("про*")).tree) == ANYTHING


def test_a_word_of_too_many_items_is_left_out() -> None:
    search = matcher().search(query("в нефть"))
    stored = Vocabulary({"v": MANY_ITEMS, "neft": 1})
    assert stored.resolve(search.tree) == Every((Keys(frozenset({"neft"})), Keys(frozenset({"v"}))))
    stored = Vocabulary({"v": MANY_ITEMS + 1, "neft": 1})
    assert stored.resolve(search.tree) == Keys(frozenset({"neft"}))
    alternatives = matcher().search(query("в OR нефть")).tree
    assert stored.resolve(alternatives) == ANYTHING


def test_of_many_words_the_rarest_are_looked_for() -> None:
    words = ("вода", "мост", "село", "порт", "река", "завод")
    search = matcher().search(query(" ".join(words)))
    counts = {"voda": 900, "most": 2, "selo": 700, "port": 1, "reka": 3, "zavod": 4}
    found = Vocabulary(counts).resolve(search.tree)
    assert found is not None
    assert {key for part in found.parts for key in part.keys} == {"most", "port", "reka", "zavod"}  # type: ignore[union-attr]
