"""The query language: what people type, and what is refused, and where."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.matching.query import (
    MAX_LENGTH,
    MAX_TERMS,
    Query,
    QueryRefused,
    Reason,
    is_topic,
    parse_query,
)


def normal(text: str) -> str:
    """The normal form of a query that is understood."""
    parsed = parse_query(text)
    assert isinstance(parsed, Query), parsed
    return parsed.normal


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        ("Tokayev", "Tokayev"),
        ("  nuclear   PLANT ", "nuclear PLANT"),
        ("nuclear plant", "nuclear plant"),
        ('"Nuclear plant"', '"Nuclear plant"'),
        ("«Nuclear plant»", '"Nuclear plant"'),
        ("“nuclear plant”", '"nuclear plant"'),
        ("„nuclear plant“", '"nuclear plant"'),
        ('"uranium"', "uranium"),
        ("'nuclear plant' uranium", '"nuclear plant" uranium'),
        ("‘nuclear plant’", '"nuclear plant"'),
        ("Oʻzbekiston 'oil", "Oʻzbekiston oil"),
        ('"казах*"', "казах*"),
        ("oil lang:kk,ru", "oil (lang:kk OR lang:ru)"),
        ("oil source:vlast,tengrinews gas", "oil (source:vlast OR source:tengrinews) gas"),
        ("oil source:vlast, gas", "oil source:vlast OR gas"),
        ("нефть ИЛИ газ", "нефть OR газ"),
        ("нефть или газ", "нефть OR газ"),
        ("мұнай НЕМЕСЕ газ", "мұнай OR газ"),
        ("нефть, газ", "нефть OR газ"),
        ("нефть, газ,", "нефть OR газ"),
        ('"нефть, газ"', '"нефть газ"'),
        ("Или", '"Или"'),
        ("река Или", 'река "Или"'),
        ("oil AND gas", "oil gas"),
        ("uranium -Kazatomprom", "uranium -Kazatomprom"),
        ("uranium –Kazatomprom", "uranium -Kazatomprom"),
        ("uranium —Kazatomprom", "uranium -Kazatomprom"),
        ("uranium - Kazatomprom", "uranium Kazatomprom"),
        ("uranium — Kazatomprom", "uranium Kazatomprom"),
        ("uranium NOT Kazatomprom", "uranium -Kazatomprom"),
        ('uranium -"spot price"', 'uranium -"spot price"'),
        ("uranium -(spot OR price)", "uranium -(spot OR price)"),
        ("(oil OR gas) Tengiz", "(oil OR gas) Tengiz"),
        ("oil gas OR uranium", "oil gas OR uranium"),
        ("протест*", "протест*"),
        ("IT", "IT"),
        ("ОБСЕ", "ОБСЕ"),
        ("G20 5G", "G20 5G"),
        ("ALMATY", "ALMATY"),
        ("Нур-Султан", "Нур-Султан"),
        ("Kaspi.kz", "Kaspi-kz"),
        ("title:Tokayev oil", "title:Tokayev oil"),
        ("title:(oil OR gas)", "title:(oil OR gas)"),
        ("oil source:Tengrinews", "oil source:tengrinews"),
        ("oil lang:KZ", "oil lang:kk"),
        ("oil -source:vlast", "oil -source:vlast"),
        ("oil Oil", "oil"),
        ("(((oil)))", "oil"),
        ("oil!?", "oil"),
        ("topic:energy", "topic:energy"),
        ("Қазақстан", "Қазақстан"),
    ],
)
def test_a_query_is_understood_as_people_mean_it(typed: str, understood: str) -> None:
    assert normal(typed) == understood


@pytest.mark.parametrize(
    ("typed", "reason", "position", "fragment"),
    [
        ("", Reason.EMPTY, 0, ""),
        (" ?! ", Reason.EMPTY, 0, " ?! "),
        ('oil "gas', Reason.QUOTE_OPEN, 4, '"gas'),
        ('oil ""', Reason.QUOTE_EMPTY, 4, '""'),
        ("(oil OR gas", Reason.PAREN_OPEN, 0, "(oil OR gas"),
        ("oil)", Reason.PAREN_UNEXPECTED, 3, ")"),
        ("oil ()", Reason.PAREN_EMPTY, 5, ")"),
        ("oil OR", Reason.OR_ALONE, 4, "OR"),
        ("OR oil", Reason.OR_ALONE, 0, "OR"),
        ("oil OR OR gas", Reason.OR_ALONE, 4, "OR"),
        ("-oil", Reason.NOTHING_WANTED, 0, "-oil"),
        ("oil OR -gas", Reason.NOTHING_WANTED, 0, "oil OR -gas"),
        ("source:vlast", Reason.NOTHING_WANTED, 0, "source:vlast"),
        ("ab*", Reason.STAR_SHORT, 0, "ab*"),
        ("о*л", Reason.STAR_PLACE, 1, "*л"),
        ('"казах* суд"', Reason.STAR_PHRASE, 6, '* суд"'),
        ("oil lang:kk,kazakh", Reason.FILTER_VALUE, 12, "kazakh"),
        ("oil lang:", Reason.FILTER_EMPTY, 4, "lang:"),
        ("oil lang:kazakh", Reason.FILTER_VALUE, 9, "kazakh"),
        ("oil title:", Reason.FILTER_EMPTY, 4, "title:"),
        ("topic:weather", Reason.TOPIC_UNKNOWN, 6, "weather"),
        ("oil topic:energy", Reason.TOPIC_UNKNOWN, 4, "topic:energy"),
        ("((((((oil))))))", Reason.TOO_DEEP, 5, "("),
        ("oil NOT", Reason.MINUS_ALONE, 4, "NOT"),
    ],
)
def test_what_is_not_understood_says_where(
    typed: str, reason: Reason, position: int, fragment: str
) -> None:
    assert parse_query(typed) == QueryRefused(reason, position, fragment)


def test_a_long_query_is_refused_where_it_grows_too_long() -> None:
    parsed = parse_query("о" * (MAX_LENGTH + 5))
    assert parsed == QueryRefused(Reason.TOO_LONG, MAX_LENGTH, "о" * 5)


def test_a_query_of_too_many_words_is_refused_at_the_first_too_many() -> None:
    typed = " ".join(f"w{number}" for number in range(MAX_TERMS + 3))
    position = typed.index(f"w{MAX_TERMS}")
    assert parse_query(typed) == QueryRefused(Reason.TOO_MANY_TERMS, position, f"w{MAX_TERMS}")


def test_topics_are_told_from_words() -> None:
    assert is_topic("topic:space")
    assert not is_topic("space")
    assert not is_topic("topic:weather")


PIECES = st.sampled_from(
    ["oil", "газ", "ТШО", "IT", "мұнай", "Нур-Султан", "или", "OR", "ИЛИ", ",", "-", "–", "(", ")",
     '"', "«", "»", "*", "протест*", "title:", "source:", "lang:", "lang:kk", "topic:", " ", "  ",
     "—", "NOT", "AND", "'", "it’s", ".", "о", "\u00ad"]
)  # fmt: skip


@given(st.one_of(st.lists(PIECES, max_size=25).map("".join), st.text(max_size=60)))
@example("title:-oil")
@example("-(-oil gas)")
@example('source:"two words" oil')
def test_a_normal_form_parses_to_itself(typed: str) -> None:
    parsed = parse_query(typed)
    if isinstance(parsed, Query):
        assert parse_query(parsed.normal) == parsed
    else:
        assert 0 <= parsed.position <= max(len(typed), 0)
        assert typed[parsed.position :].startswith(parsed.fragment)
