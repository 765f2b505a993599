"""Declared languages come first, unless the letters contradict them plainly."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.stories.language import document_language

TEXTS = {
    # name: (title, summary, declared, expected)
    "kazakh by its letters": ("Тоқаев Астанада саммитке қатысты", "", "", "kk"),
    "kazakh by one letter": ("Президент кіріспе сабақ берді", "", "", "kk"),
    "kazakh that declares russian": ("Алматыда жаңа мектеп ашылды", "", "ru", "kk"),
    "kazakh that declares english": ("Алматыда жаңа мектеп ашылды", "", "en-US", "kk"),
    "kazakh without its letters, declared": ("Токаев Астанада саммитке барады", "", "kk", "kk"),
    "kazakh without its letters": ("Токаев Астанада саммитке барады", "", "", "ru"),
    "kazakh title, russian declared, capitals": ("ҚАЗАҚСТАН ЖЕҢДІ", "", "ru", "kk"),
    "initials are no russian words": ("К. Тоқаев пен В. Путин кездесті", "", "", "kk"),
    "a russian title in a kazakh text": (
        "Алматыда «Жизнь в городе» көрмесі ашылды",
        "",
        "kk",
        "kk",
    ),
    "kazakh in decomposed letters": ("И\u0306и\u0306 Қазақ елі", "", "ru", "kk"),
    "russian": ("В Алматы открыли новую школу", "", "", "ru"),
    "russian that declares russian with a region": ("В Алматы открыли школу", "", "ru_RU", "ru"),
    "russian that declares english": ("В Алматы открыли новую школу", "", "en", "ru"),
    "kazakh names in russian": ("Фильм «Қыз Жібек» покажут в Алматы", "", "ru", "ru"),
    "kazakh names in undeclared russian": ("Мост «Көк өзек» открыли после ремонта", "", "", "ru"),
    "many latin names in russian": ("Apple iPhone 17 Pro Max в продаже", "", "ru", "ru"),
    "ukrainian": ("Їхні військові повернулися додому", "", "", "uk"),
    "ukrainian declared": ("Президент і міністр", "", "uk", "uk"),
    "ukrainian declared, kazakh letters": ("Қазақстан Украинаға көмек берді", "", "uk", "kk"),
    "belarusian": ("У Мінску адкрылі ўніверсітэт", "", "", "be"),
    "kyrgyz declared": ("Жогорку Кеңеш жаңы мыйзамды кабыл алды", "", "ky", "ky"),
    "mongolian declared": ("Монгол Улсын Ерөнхийлөгч айлчлал хийв", "", "mn", "mn"),
    "english": ("Tokayev attends summit in Astana", "", "", "en"),
    "english declared": ("Tokayev attends summit in Astana", "", "en-GB", "en"),
    "english that declares russian": ("Tokayev attends summit in Astana", "", "ru", "en"),
    "english with q": ("Qazaq Air opens flights to Iraq", "", "", "en"),
    "german declared": ("Tokajew in Berlin empfangen", "", "de", "de"),
    "kazakh in latin letters": ("Qazaqstan prezıdenti Toqaev sammıtke qatysty", "", "", "kk"),
    "kazakh in latin letters, declared": ("Almatyda jana mektep", "", "kk", "kk"),
    "chinese": ("哈萨克斯坦总统访问北京", "", "", "zh"),
    "chinese that declares english": ("哈萨克斯坦总统访问北京", "", "en", "zh"),
    "japanese declared": ("大統領が訪日", "", "ja", "ja"),
    "arabic": ("رئيس كازاخستان يزور القاهرة", "", "", "ar"),
    "persian declared": ("رئیس جمهور قزاقستان", "", "fa", "fa"),
    "the summary helps": ("Алматы", "Қалада жаңа мектеп ашылды", "ru", "kk"),
    "a latin name in a russian feed": ("BMW X5", "", "ru", "ru"),
    "a latin name and nothing else": ("5G", "", "", ""),
    "a latin name in an english feed": ("BMW X5", "", "en", "en"),
    "three latin words": ("Kazatomprom cuts output", "", "", "en"),
    "bengali declared": ("কাজাখস্তান", "", "bn", "bn"),
    "bengali": ("কাজাখস্তান", "", "", ""),
    "bold letters of mathematics": ("𝗔𝗹𝗺𝗮𝘁𝘆", "", "ru", "ru"),
    "a sign that counts as a letter": ("5ª", "", "ru", "ru"),
    "figures only": ("42 – 7", "", "kk", "kk"),
    "nothing": ("", "", "", ""),
}


@pytest.mark.parametrize(("title", "summary", "declared", "expected"), TEXTS.values(), ids=TEXTS)
def test_letters_decide_only_where_they_contradict(
    title: str, summary: str, declared: str, expected: str
) -> None:
    assert document_language(title, summary, declared) == expected


@given(st.text(), st.text(), st.sampled_from(["", "ru", "kk", "en", "zh-Hans", "xx"]))
def test_any_text_has_a_primary_subtag_or_none(title: str, summary: str, declared: str) -> None:
    found = document_language(title, summary, declared)
    assert found == "" or (found.isalpha() and found.islower())


@given(st.text(st.characters(exclude_categories=["L"])), st.sampled_from(["", "ru", "kk", "de"]))
def test_what_has_no_letters_is_in_the_language_of_its_feed(text: str, declared: str) -> None:
    assert document_language(text, "", declared) == declared
