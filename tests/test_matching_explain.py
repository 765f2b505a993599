"""What a query stands for, and why a text answers it or not."""

from __future__ import annotations

import pytest

from bot.matching.matcher import Matcher
from bot.model import MatchText, Span
from tests.queries import query, shared_matcher


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return shared_matcher()


def test_a_word_is_told_with_its_forms_keys_and_entity(matcher: Matcher) -> None:
    told = matcher.explain(query("Токаев -газ"))
    first, second = told.leaves
    assert (told.normal, told.matched, told.spans) == ("Токаев -газ", None, ())
    assert (first.text, first.wanted, first.entities) == ("Токаев", True, ("tokayev",))
    assert {"токаев", "токаевым", "токаевтын"} <= set(first.forms)
    assert first.keys == ("tokaev",)
    assert first.found is None
    assert (second.text, second.wanted, second.entities) == ("газ", False, ())


def test_a_text_that_matches_is_told_by_its_spans(matcher: Matcher) -> None:
    told = matcher.explain(query("Tokayev oil"), MatchText("Тоқаев sells oil"))
    assert told.matched is True
    assert [span.text for span in told.spans] == ["Тоқаев", "oil"]
    assert [(sign.entity, sign.proof, sign.foreign) for sign in told.signs] == [
        ("tokayev", "sure", False)
    ]
    assert told.relevant
    assert set(told.topics) == {"politics", "energy"}


def test_a_text_that_does_not_match_is_told_by_what_it_lacks(matcher: Matcher) -> None:
    told = matcher.explain(query('"nuclear plant" -oil'), MatchText("plant sells oil"))
    phrase, oil = told.leaves
    assert told.matched is False
    assert phrase.found is None
    assert oil.found == (Span("title", 12, 15, "oil"),)


def test_a_doubtful_sign_is_told(matcher: Matcher) -> None:
    told = matcher.explain(query("topic:everything"), MatchText("Шевченко забил"))
    assert told.matched is False
    assert [(sign.entity, sign.proof) for sign in told.signs] == [("aktau", "ambiguous")]


def test_explaining_leaves_the_matcher_as_it_was(matcher: Matcher) -> None:
    matcher.add(1, query("oil"))
    matcher.explain(query("gas OR Нур-Султан"), MatchText("oil and gas"))
    assert [hit.query_id for hit in matcher.match(MatchText("oil and gas"))] == [1]
    matcher.discard(1)
