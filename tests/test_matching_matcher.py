"""The matcher: what a query finds in a text, where, and how queries come and go."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.matching.matcher import Matcher
from bot.model import Hit, MatchText, Span
from tests.queries import default_pack, query


@pytest.fixture(scope="module")
def compiled() -> Matcher:
    return Matcher(default_pack())


@pytest.fixture
def matcher(compiled: Matcher) -> Iterator[Matcher]:
    """One matcher for all, since the pack takes a second to compile; each leaves it empty."""
    yield compiled
    for query_id in range(1, 10):
        compiled.discard(query_id)


def found(matcher: Matcher, text: str, item: MatchText) -> list[tuple[str, int, int, str]] | None:
    """The spans that one query is found by; None where it is not."""
    matcher.add(1, query(text))
    hits = matcher.match(item)
    matcher.discard(1)
    return [(s.field, s.start, s.end, s.text) for s in hits[0].spans] if hits else None


@pytest.mark.parametrize(
    ("text", "title", "spans"),
    [
        ("oil", "Oil exports: oil rises", [(0, 3, "Oil"), (13, 16, "oil")]),
        ("Tokayev", "Бүгін Тоқаевтың сапары", [(6, 15, "Тоқаевтың")]),
        ("nuclear plant", "plant safety, nuclear waste", [(0, 5, "plant"), (14, 21, "nuclear")]),
        ('"nuclear plant"', "plant safety, nuclear waste", None),
        ('"nuclear plant"', "a nuclear, plant", [(2, 16, "nuclear, plant")]),
        ("oil OR gas", "gas and oil", [(0, 3, "gas"), (8, 11, "oil")]),
        ("oil OR gas", "coal", None),
        ("oil -gas", "oil and gas", None),
        ("oil -gas", "oil and coal", [(0, 3, "oil")]),
        ("uranium -Kazatomprom", "Казатомпром sells uranium", None),
        ("протест*", "протестная акция", [(0, 10, "протестная")]),
        ("протест*", "protestnaia aktsia", [(0, 11, "protestnaia")]),
        ("kaz*", "Казахстан", [(0, 9, "Казахстан")]),
        ("IT", "IT export, it is cold", [(0, 2, "IT")]),
        ("NGO", "NGOs meet", [(0, 4, "NGOs")]),
        ("МИД", "сообщили в МИДе", [(11, 15, "МИДе")]),
        ("Ала-Тоо", "«Ала Тоо» и Алатоо", [(1, 8, "Ала Тоо"), (12, 18, "Алатоо")]),
        ("Air Astana", "Эйр Астана открыла рейс", [(0, 10, "Эйр Астана")]),
        ("КНБ", "ҰҚК хабарлады", [(0, 3, "ҰҚК")]),
        ("knb", "КНБ сообщил", [(0, 3, "КНБ")]),
        ("Семей", "помощь для семей", [(11, 16, "семей")]),  # what a person typed is not bound
        ("Semey", "помощь для семей", None),  # the pack's other spellings are
        ("Semey", "дороги до Семея", [(10, 15, "Семея")]),
        ("Шевченко", "Город Актау", None),  # a name that never counts alone names nothing
        ("Astana", "Нурсултан провожает зиму", None),
        ("Astana", "Нурсултан провожает зиму, Токаев тоже", [(0, 9, "Нурсултан")]),
        ("oil", "", None),
    ],
)
def test_a_query_is_found_where_its_words_stand(
    matcher: Matcher, text: str, title: str, spans: list[tuple[int, int, str]] | None
) -> None:
    expected = None if spans is None else [("title", *span) for span in spans]
    assert found(matcher, text, MatchText(title)) == expected


@pytest.mark.parametrize(
    ("text", "item", "due"),
    [
        ("nuclear plant", MatchText("nuclear", "plant"), True),
        ('"nuclear plant"', MatchText("nuclear", "plant"), False),
        ("title:oil", MatchText("gas", "oil"), False),
        ("title:oil gas", MatchText("oil", "gas"), True),
        ("title:(oil OR gas)", MatchText("gas"), True),
        ("oil source:vlast", MatchText("oil", source="vlast"), True),
        ("oil source:vlast", MatchText("oil", source="vlast-ru"), True),
        ("oil source:vlast", MatchText("oil", source="vlastelin"), False),
        ("oil -source:vlast", MatchText("oil", source="vlast.kz"), False),
        ("oil lang:kk", MatchText("oil", language="kk"), True),
        ("oil lang:kk", MatchText("oil", language="ru"), False),
        ("oil", MatchText("gas", "x " * 400 + "oil"), True),
    ],
)
def test_fields_and_filters_are_honoured(
    matcher: Matcher, text: str, item: MatchText, due: bool
) -> None:
    assert (found(matcher, text, item) is not None) == due


def test_offsets_are_code_points_into_the_field_as_given(matcher: Matcher) -> None:
    item = MatchText("🌊_A\u0301 oil", "И\u0306од, Алма\u00adты")
    assert found(matcher, "oil", item) == [("title", 5, 8, "oil")]
    assert found(matcher, "йод", item) == [("summary", 0, 4, "И\u0306од")]
    assert found(matcher, "Алматы", item) == [("summary", 6, 13, "Алма\u00adты")]


def test_a_hit_of_the_pack_names_entity_and_topics(matcher: Matcher) -> None:
    matcher.add(7, query("topic:everything"))
    matcher.add(8, query("topic:energy"))
    matcher.add(9, query("topic:space"))
    topics = ("energy", "economy")
    company = Span("title", 0, 11, "Kazatomprom", "kazatomprom", topics)
    word = Span("title", 18, 25, "uranium", "", ("energy",))
    hits = matcher.match(MatchText("Kazatomprom sells uranium"))
    assert hits == (Hit(7, (company,)), Hit(8, (company, word)))


def test_a_topic_wants_a_sign_of_the_country(matcher: Matcher) -> None:
    matcher.add(1, query("topic:energy"))
    assert matcher.match(MatchText("Norway sells uranium")) == ()
    assert matcher.match(MatchText("Uranium", domestic=True))


def test_queries_come_and_go_between_texts(matcher: Matcher) -> None:
    item = MatchText("Oil and gas in Tengiz")
    assert matcher.match(item) == ()
    matcher.add(1, query("oil"))
    matcher.add(2, query("oils"))
    matcher.add(3, query("oil gas"))
    assert {hit.query_id for hit in matcher.match(item)} == {1, 2, 3}
    matcher.discard(1)
    matcher.discard(1)
    assert {hit.query_id for hit in matcher.match(item)} == {2, 3}
    matcher.add(2, query("gas"))  # an id in use is replaced
    matcher.discard(3)
    assert [(hit.query_id, hit.spans[0].text) for hit in matcher.match(item)] == [(2, "gas")]
    matcher.discard(2)
    assert matcher.match(item) == ()


def test_a_matcher_without_its_queries_is_as_it_was(matcher: Matcher) -> None:
    fresh = matcher._index.size
    texts = [
        "oil",
        "Нур-Султан",
        "протест*",
        "IT",
        '"a b" OR (c -d)',
        "title:Tokayev x",
        "Air Astana",
    ]
    for number, text in enumerate(texts, 1):
        matcher.add(number, query(text))
    assert matcher._index.size > fresh
    for number in range(1, len(texts) + 1):
        matcher.discard(number)
    assert matcher._index.size == fresh


def test_a_query_that_is_a_places_acronym_takes_nothing_from_the_pack(matcher: Matcher) -> None:
    text = MatchText("В ВКО ждут паводка")
    assert found(matcher, "ВКО", text) == [("title", 2, 5, "ВКО")]
    assert found(matcher, "topic:everything", text) is not None


@pytest.mark.parametrize(
    ("keyword", "title"),
    [
        ("США", "US imposes sanctions"), ("USA", "АҚШ президенті сөйледі"),
        ("Trump", "Трамп встретился с лидерами"), ("Zelenskyy", "Слова Зеленского"),
        ("Nurtleu", "Нуртлеу прибыл"), ("Turkistan", "В Туркестане открыли школу"),
        ("F16", "Полёт F-16"), ("G20", "Саммит G-20"), ("covid-19", "COVID19 cases"),
        ("Musk", "Маск заявил"), ("семья", "Помощь для семей"),
    ],
)  # fmt: skip
def test_names_that_no_key_joins_are_found(matcher: Matcher, keyword: str, title: str) -> None:
    assert found(matcher, keyword, MatchText(title)) is not None


@pytest.mark.parametrize(
    ("keyword", "title"),
    [
        ("Musk", "маски сняли"), ("семья", "Пожар в городе Семей"), ("US", "tell us more"),
        ("курс", "На границе под Курском, у Курска, неспокойно"), ("Semey", "Помощь для семей"),
    ],
)  # fmt: skip
def test_other_words_are_not(matcher: Matcher, keyword: str, title: str) -> None:
    assert found(matcher, keyword, MatchText(title)) is None


def test_the_keys_of_a_text_are_those_of_its_words(matcher: Matcher) -> None:
    item = MatchText("Тоқаевтың сапары", "Tokayev, 2026")
    assert {"tokaev", "2026", "sapari"} <= matcher.keys(item)
