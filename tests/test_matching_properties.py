"""What holds for every query and every text."""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Callable
from functools import cache

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.matching.forms.expand import stems
from bot.matching.lexemes import is_acronym
from bot.matching.query import MAX_LENGTH, Query, parse_query
from bot.matching.words import WORD, fold
from bot.model import MatchText
from tests.bench.matching import CORPORA, rows
from tests.queries import query
from tests.queries import shared_matcher as matcher

TESTED = 1
# Names outside the pack, as Kazakh, Russian and English write them.
NAMES = [
    ("Жанболат", "Жанболат", "Zhanbolat"),
    ("Өмірзақов", "Омирзаков", "Omirzakov"),
    ("Бәйтерек", "Байтерек", "Baiterek"),
    ("Дәулетбаев", "Даулетбаев", "Dauletbayev"),
    ("Қуанышбек", "Куанышбек", "Kuanyshbek"),
    ("Сокол", "Сокол", "Sokol"),
]


@pytest.fixture(scope="module", autouse=True)
def compiled() -> None:
    """Compile the pack before hypothesis looks at the clock."""
    matcher()


def verdict(keyword: str, text: MatchText) -> bool:
    """Whether a text answers a query."""
    matcher().add(TESTED, query(keyword))
    return bool(matcher().match(text))


@cache
def cases() -> list[tuple[str, str]]:
    """Queries and texts of the labelled cases, and the headlines with the pack."""
    own = [(case[0], case[1]) for case in rows(CORPORA / "keywords.tsv")]
    own += [(case[0], case[1]) for case in rows(CORPORA / "forms.tsv")]
    return own + [("topic:everything", case[0]) for case in rows(CORPORA / "relevance.tsv")]


def a_case() -> st.SearchStrategy[tuple[str, str]]:
    return st.sampled_from(cases()).filter(lambda case: isinstance(parse_query(case[0]), Query))


WORDS = st.sampled_from(
    ("oil", "gas", "Tokayev", "Токаев", "Тоқаев", "Алматы", "Almaty", "IT", "мұнай", "нефть",
     "выборы", "суд", "Нур-Султан", "Абай", "Kazakh")
)  # fmt: skip
TEXTS = st.lists(WORDS, max_size=8).map(" ".join)


NAMED = st.sampled_from(
    ("Россия", "Russia", "Семей", "семей", "Москва", "Georgia", "Тараз", "Верный", "курс", "Орал")
)
BESIDE = st.lists(
    st.sampled_from(
        ("в россии", "Bank of Georgia", "Больше семей", "в Таразе", "верный путь", "курса валют",
         "Oral-B", "Алматы", "Russia's", "из Москвы", "Ресейде", "Орал таулары", "says")
    ), max_size=5,
).map(" ".join)  # fmt: skip


@example("семей", "Больше семей, Алматы")
@example("Georgia", "Bank of Georgia, Алматы")
@given(NAMED, BESIDE)
def test_a_name_is_found_the_short_way_where_the_long_way_finds_it(name: str, text: str) -> None:
    told = matcher().explain(query(name), MatchText(text))
    assert list(told.spans) == sorted(told.leaves[0].found or ())


@given(st.lists(WORDS, min_size=1, max_size=3), WORDS, TEXTS)
def test_adding_a_form_never_removes_a_hit(words: list[str], more: str, text: str) -> None:
    query = " OR ".join(words)
    if verdict(query, MatchText(text)):
        assert verdict(f"{query} OR {more}", MatchText(text))


@given(a_case(), st.sampled_from(["NFC", "NFD"]))
def test_the_unicode_form_never_changes_a_verdict(case: tuple[str, str], form: str) -> None:
    query, text = case
    other = unicodedata.normalize(form, text)  # type: ignore[arg-type]
    assert verdict(query, MatchText(text)) == verdict(query, MatchText(other))


SPACES = st.sampled_from(["  ", "\u00a0", "\t", "\u2009", " \n"])


@given(a_case(), SPACES)
def test_spacing_never_changes_a_verdict(case: tuple[str, str], space: str) -> None:
    query, text = case
    assert verdict(query, MatchText(text)) == verdict(query, MatchText(text.replace(" ", space)))


MARKS = [("'", "’"), ('"', "”"), ("-", "–"), ("-", "‑"), ("«", "“"), ("»", "”")]


@given(a_case(), st.sampled_from(MARKS))
def test_typographic_marks_never_change_a_verdict(
    case: tuple[str, str], marks: tuple[str, str]
) -> None:
    query, text = case
    other = text.replace(*marks)
    assert verdict(query, MatchText(text)) == verdict(query, MatchText(other))
    if not query.startswith("topic:"):
        assert verdict(query.replace(*marks), MatchText(text)) == verdict(query, MatchText(text))


@pytest.mark.parametrize(
    "query", ["Нур-Султан", "Nur-Sultan", "Нур Султан", "Ала-Тоо", "Кзыл-Орда"]
)
@pytest.mark.parametrize("between", ["-", " ", "–", "\u00a0"])
def test_hyphen_or_space_inside_a_name_is_the_same(query: str, between: str) -> None:
    first, second = query.replace("-", " ").split()
    assert verdict(query, MatchText(f"в {first}{between}{second} тихо"))


@given(a_case(), st.sampled_from([str.upper, str.lower, str.title]))
def test_case_matters_to_acronyms_and_the_pack_alone(
    case: tuple[str, str], change: Callable[[str], str]
) -> None:
    query, text = case
    parsed = parse_query(query)
    assert isinstance(parsed, Query)
    if query.startswith("topic:") or any(map(is_acronym, WORD.findall(query))):
        return
    if any(leaf.entities for leaf in matcher().explain(parsed).leaves):
        return
    assert verdict(query, MatchText(text)) == verdict(query, MatchText(change(text)))
    other = change(query)
    if not any(map(is_acronym, WORD.findall(other))):
        assert verdict(other, MatchText(text)) == verdict(query, MatchText(text))


@pytest.mark.parametrize("names", NAMES, ids=lambda names: names[2])
def test_script_does_not_matter_to_names(names: tuple[str, ...]) -> None:
    found = {
        (one, other): verdict(one, MatchText(f"x {other} y")) for one in names for other in names
    }
    assert [pair for pair, hit in found.items() if not hit] == []


@settings(max_examples=60)
@given(st.sampled_from([case[0] for case in rows(CORPORA / "forms.tsv")]), st.data())
def test_every_form_that_a_word_is_told_to_have_is_found(word: str, data: st.DataObject) -> None:
    letters, script = fold(word)
    stem = data.draw(st.sampled_from([one for one in stems(letters, script) if one.letters]))
    ending = data.draw(st.sampled_from(sorted(stem.endings)))
    if is_acronym(word) or not letters.isalpha():
        return
    assert verdict(word, MatchText(stem.letters + ending, language="kk"))


HOSTILE = {
    "brackets": lambda n: "(" * n,
    "quotes": lambda n: '"a' * n,
    "alternatives": lambda n: "a OR " * n,
    "stars": lambda n: "*" * n,
    "dashes": lambda n: "- -" * n,
    "filters": lambda n: "title:" * n,
    "one long word": lambda n: "а" * n,
    "apostrophes": lambda n: "a'" * n,
    "doubles": lambda n: "нн" * n,
    "spaces": lambda n: " " * n,
    "vowels": lambda n: "iyioyu" * n,
    "marks": lambda n: "e" + "\u0301" * n,
    "same name": lambda n: "Нур Султан Казахстан " * n,
}


def _seconds(act: Callable[[], object]) -> float:
    """The least of five runs: other processes share the machine."""
    found = []
    for _ in range(5):
        start = time.process_time()
        act()
        found.append(time.process_time() - start)
    return min(found)


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE)
def test_no_query_takes_long(make: Callable[[int], str]) -> None:
    assert _seconds(lambda: parse_query(make(100_000))) < 0.1
    assert _seconds(lambda: parse_query(make(MAX_LENGTH)[:MAX_LENGTH])) < 0.1


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE)
def test_time_grows_no_faster_than_a_text(make: Callable[[int], str]) -> None:
    verdict("topic:everything", MatchText(""))
    small = _seconds(lambda: _afresh(MatchText("", make(500))))
    large = _seconds(lambda: _afresh(MatchText("", make(4_000))))
    assert large < 8 * 4 * max(small, 0.002)


def _afresh(text: MatchText) -> None:
    """Match a text whose words were never read."""
    matcher()._index.forget()
    matcher().match(text)
