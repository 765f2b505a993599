"""Whether a text is about Kazakhstan, by the shipped pack: traps beside what they resemble."""

from __future__ import annotations

import pytest

from bot.matching.matcher import Matcher
from bot.matching.query import Query, parse_query
from bot.model import MatchText
from tests import peers
from tests.bench.matching import outside
from tests.queries import default_pack


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    found = Matcher(default_pack())
    query = parse_query("topic:everything")
    assert isinstance(query, Query)
    found.add(1, query)
    return found


@pytest.mark.parametrize(
    "text",
    [
        "Астанада форум өтті", "Қарағандыда көмір қымбаттады", "Оралда өрт шықты",
        "Семейде жаңа мектеп ашылды", "В Семее открыли мост", "Жители Семея вышли на субботник",
        "В ЗКО ждут паводок", "БҚО-да су тасыды", "Костанайские фермеры начали сев",
        "Кордай: дома восстановлены", "МИД РК выразил соболезнования",
        "ҚР Үкіметі қаулы қабылдады", "Тенгиз: добыча нефти восстановлена",
        "Oil output at Tengiz falls", "CPC pipeline shut after a storm", "Танкеры КТК ждут погоды",
        "Golovkin beats the champion", "Елордада жауын жауады", "Маслихат утвердил бюджет",
        "Жайық тасыды", "Үлкен ауылында АЭС салынады", "ЕНПФ получил доход", "KEGOC cuts power",
        "Президент РК прибыл в Петропавловск", "В Петропавловске отметили Наурыз",
        "Жамбыл облысында егін жиналды", "Абай облысында орман өртенді", "Dungans of Masanchi",
        "«Барыс» проиграл в овертайме", "Қытайдағы қазақтар", "Polls close in Nur-Sultan",
        "қордайлықтар үй салды", "Жезказганские горняки", "Kazakhstani team wins",
        "Под Уральском перевернулся автобус", "Саммит открылся в Туркестане",
    ],
)  # fmt: skip
def test_a_text_about_the_country_is_relevant(matcher: Matcher, text: str) -> None:
    assert matcher.match(MatchText(text))


@pytest.mark.parametrize(
    "text",
    [
        "Oral exams return", "Шевченко забил победный гол", "Верный шаг к победе",
        "Уральские горы засыпало снегом", "В Уральском федеральном округе мороз",
        "Тенгизу Кутателадзе вручили премию", "CPC congress opens in Beijing",
        "Kantar surveys shoppers", "Nowruz celebrated in Tehran", "Uyghurs rally in Washington",
        "Каспий мелеет у Дагестана", "Президент РК Юн Сок Ёль посетил Токио",
        "Курултай башкир прошёл в Уфе", "Ақтау үкімі шықты", "Қарағанда көз тояды",
        "Былтырғыға қарағанда аз", "Теңізде кеме батты", "Халық наразы", "Абай болыңыз",
        "Түрікменстан астанасында форум өтті", "Семей с детьми станет больше",
        "Помощь получат 300 тысяч семей", "Казаки Дона", "Казачка из Ростова",
        "Нурсултан Турсунов выиграл схватку", "Аким Ошской области ушёл",
        "Рудный карьер обрушился в Чили", "Курчатовский институт запустил реактор",
        "Аксу в Синьцзяне накрыла буря", "Halkbank on trial", "Majlis approves budget in Iran",
        "Нацбанк Украины снизил ставку", "Astana format talks on Syria end in Sochi",
        "Иртыш обмелел в Омске", "Петропавловск встретил моряков",
        "В Петропавловске-Камчатском сел самолёт", "Кайрат Ахметов спел", "Аманатқа қиянат жасама",
        "Таразы шоқжұлдызы", "Токарева спела", "Dungan elected to the council", "Арал туралы ән",
        "Если завтра дождь", "ПОМОЩЬ ПОЛУЧАТ 300 ТЫСЯЧ СЕМЕЙ",
    ],
)  # fmt: skip
def test_a_namesake_or_a_common_noun_is_not(matcher: Matcher, text: str) -> None:
    assert matcher.match(MatchText(text)) == ()


@pytest.mark.parametrize(
    ("alone", "beside"),
    [
        ("Нурсултан провожает зиму", "Нурсултан провожает зиму, сообщил Токаев"),
        ("Шевченко провожает зиму", "Шевченко и Казахстан"),
        ("Наурыз отметили всюду", "Наурыз отметили в Казахстане"),
        ("Семей много", "Семей: область Абай строит дороги"),
    ],
)
def test_an_ambiguous_name_counts_beside_a_second_sign(
    matcher: Matcher, alone: str, beside: str
) -> None:
    assert matcher.match(MatchText(alone)) == ()
    assert matcher.match(MatchText(beside))


@pytest.mark.parametrize(
    ("whole", "another"),
    [
        ("Елена Рыбакина стала послом доброй воли", "Мария Рыбакина возглавила музей"),
        ("Тимур Кулибаев продал долю", "Руслан Токаев взял бронзу"),
        ("Теннисистка Рыбакина взяла титул", "Марии Рыбакиной вручили премию"),
    ],
)
def test_behind_a_first_name_a_surname_is_somebody_elses_unless_the_pack_has_both(
    matcher: Matcher, whole: str, another: str
) -> None:
    assert matcher.match(MatchText(whole))
    assert not matcher.match(MatchText(another))
    assert matcher.match(MatchText(another + " в Астане"))


def test_one_word_that_two_entities_claim_is_no_second_sign(matcher: Matcher) -> None:
    assert not matcher.match(MatchText("Тобол вышел из берегов"))


def test_the_pack_reads_the_first_300_characters_of_a_summary(matcher: Matcher) -> None:
    assert matcher.match(MatchText("News", "x" * 280 + " Kazakhstan"))
    assert matcher.match(MatchText("News", "x" * 300 + " Kazakhstan")) == ()


def test_what_a_domestic_outlet_publishes_is_relevant_by_source(matcher: Matcher) -> None:
    (hit,) = matcher.match(MatchText("Погода на завтра", domestic=True))
    assert [(span.field, span.start, span.end) for span in hit.spans] == [("source", 0, 0)]


def test_every_news_excerpt_of_the_seed_is_relevant(matcher: Matcher) -> None:
    directory = outside()
    if directory is None or not (directory.parent / "seed").is_dir():
        peers.missing("the seed", "set KAZWATCH_TEST_DATA; seed stands beside it")
    lines = [
        line
        for file in sorted((directory.parent / "seed").glob("*.txt"))
        for line in file.read_text(encoding="utf-8").splitlines()
    ]
    news = lines[lines.index("News") + 1 :]
    assert news
    assert [line for line in news if not matcher.match(MatchText("", line))] == []
    assert [line for line in news if not matcher.match(MatchText(line))] == []
