"""Which forms a word stands for, by rule; and which words it does not."""

from __future__ import annotations

import pytest

from bot.matching.index import Index, Sought
from bot.matching.words import fold
from tests.bench.matching import CORPORA, rows


def finds(keyword: str, word: str, place: bool = False, kazakh: bool = True) -> bool:
    """Whether a keyword alone, without the pack, finds a word of a text that may be Kazakh."""
    index = Index()
    letters, script = fold(keyword)
    index.use(Sought(letters, script, place=place))
    return bool(index.find(index.read(word), kazakh))


@pytest.mark.parametrize(
    ("keyword", "forms"),
    [
        ("закон", "закон закона закону законом законе законы законов законам законами законах"),
        ("Ермаков", "Ермакова Ермакову Ермаковым Ермакове Ермаковы Ермаковых"),
        ("Иванова", "Ивановой Иванову"),
        ("паводок", "паводка паводком паводки паводков"),
        ("казахстанец", "казахстанца казахстанцев"),
        ("иностранцы", "иностранцев иностранцам иностранец"),
        ("гражданин", "гражданина граждане граждан гражданам"),
        ("девушки", "девушек девушкам"),
        ("копейки", "копеек"),
        ("владелец", "владельца владельцы"),
        ("боец", "бойца бойцов"),
        ("сделка", "сделки сделок сделкой"),
        ("тюрьма", "тюрьмы тюрем"),
        ("станция", "станции станций станцией станциями"),
        ("музей", "музея музею музеем музеи музеев"),
        ("область", "области областью областей областям"),
        ("выборы", "выборов выборам выборах выборами"),
        ("новости", "новостей новостям новость"),
        ("решение", "решения решению решений решениями"),
        ("время", "времени временем времена времен"),
        ("новый", "нового новому новым новая новой новое новые новых"),
        ("Курчатовский", "Курчатовского Курчатовской"),
        ("день", "дня дню днем дни дней"),
        ("лёд", "лёд льда лед"),
        ("Омск", "омский омского омцы Омске"),
        ("семья", "семьи семью семьей семей семьями"),
        ("судьи", "судей судьям судьями"),
        ("платье", "платья платьев"),
        ("воробей", "воробья воробьев"),
        ("лев", "льва львы львов"),
        ("люди", "людей людям людьми людях"),
        ("друзья", "друзей друзьям"),
        ("брат", "брата братья братьев"),
        ("мать", "матери матерей матерью"),
        ("деньги", "денег деньгами"),
        ("заём", "займа займов"),
    ],
)
def test_a_russian_word_finds_its_forms(keyword: str, forms: str) -> None:
    assert [form for form in forms.split() if not finds(keyword, form)] == []


@pytest.mark.parametrize(
    ("keyword", "forms"),
    [
        ("мектеп", "мектептің мектепке мектепті мектепте мектептен мектеппен мектебі мектебінің"),
        ("су", "судың суға суды суда судан сумен суы сулар"),
        ("баға", "бағаның бағаға бағаны бағада бағасы бағасының бағалар бағалары бағамыз"),
        ("қазақ", "қазақтың қазаққа қазақтар қазақтардың қазағы"),
        ("теңіз", "теңіздің теңізге теңізде теңізбен теңізі теңіздер"),
        ("Абаев", "Абаевтың Абаевқа Абаевпен Абаевтар"),
        ("министр", "министрдің министрге министрлер министрі министріне"),
        ("қала", "қаладағы қаладағылар қаламыздың қалаларымызда"),
        ("халық", "халықтың халқы халқымыз"),
        ("саммит", "саммиттің саммиті саммитте"),
        ("адам", "адамның адамға адамнан адамдар"),
    ],
)
def test_a_kazakh_word_finds_its_forms(keyword: str, forms: str) -> None:
    assert [form for form in forms.split() if not finds(keyword, form)] == []


@pytest.mark.parametrize(
    ("keyword", "forms"),
    [
        ("election", "elections election's elections'"),
        ("company", "companies company's"),
        ("protests", "protest protests"),
        ("bus", "buses"),
        ("woman", "women"),
        ("crisis", "crises"),
        ("elections", "election"),
        ("cities", "city"),
    ],
)
def test_an_english_word_finds_its_forms(keyword: str, forms: str) -> None:
    assert [form for form in forms.split() if not finds(keyword, form)] == []


@pytest.mark.parametrize(
    ("keyword", "word"),
    [
        ("газ", "газета"), ("газ", "газопровод"), ("суд", "ссудили"), ("закон", "законный"),
        ("су", "сурет"), ("мұнай", "мұнайшы"), ("мұнай", "мұнайлы"), ("сайлау", "сайлаушы"),
        ("election", "electronic"), ("oil", "turmoil"), ("oil", "boiler"), ("win", "windy"),
        ("fund", "found"), ("chip", "ship"), ("угол", "уголь"), ("лёд", "led"), ("год", "god"),
        ("лист", "list"), ("ten", "tenge"), ("kazakhs", "Kazakhstan"), ("tax", "taxi"),
        ("news", "new"), ("act", "acting"), ("мел", "мель"), ("брат", "брать"),
    ],
)  # fmt: skip
def test_a_word_does_not_become_another(keyword: str, word: str) -> None:
    assert not finds(keyword, word)


@pytest.mark.parametrize(
    ("keyword", "word"),
    [
        ("Zhanbolat", "Жанболатқа"), ("Жанболат", "Janbolattyñ"), ("Baiterek", "Бәйтеректе"),
        ("Бәйтерек", "Bayterek"), ("Өмірзақов", "Омирзаковтын"), ("онер", "өнерді"),
        ("Sokolov", "Соколовым"), ("Соколов", "Sokolov's"), ("Rakhimova", "Рахимовой"),
    ],
)  # fmt: skip
def test_a_name_finds_its_forms_in_the_other_scripts(keyword: str, word: str) -> None:
    assert finds(keyword, word)


@pytest.mark.parametrize(
    ("keyword", "word"),
    [
        ("курс", "Курска"), ("рис", "риска"), ("фон", "фонтан"), ("сот", "сотка"),
        ("поезд", "поездка"), ("strike", "strikede"),
    ],
)  # fmt: skip
def test_kazakh_endings_count_in_kazakh_texts_alone(keyword: str, word: str) -> None:
    assert not finds(keyword, word, kazakh=False)


def test_a_word_with_a_kazakh_letter_takes_kazakh_endings_in_any_text() -> None:
    assert finds("Алматы", "Алматыға", kazakh=False)
    assert finds("сот", "сотқа", kazakh=False)


def test_a_word_finds_itself_in_any_text() -> None:
    texts = " ".join(row[1] for row in rows(CORPORA / "keywords.tsv"))
    words = {word for word in texts.split() if word.isalpha()}
    assert [word for word in words if not finds(word, word, kazakh=False)] == []


def test_only_a_place_takes_the_ending_of_its_people() -> None:
    assert finds("Ақтөбе", "ақтөбелік", place=True)
    assert finds("Ақтөбе", "ақтөбеліктердің", place=True)
    assert not finds("теңге", "теңгелік")
