"""Whose headline a chat reads."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.alerts.speak import latest, news, speaker
from bot.model import FeedKind, Voice

EN = Voice(1, "Blast in a mine kills 3", "en", FeedKind.NEWS)
RU = Voice(2, "При взрыве на шахте погибли трое", "ru", FeedKind.NEWS)
KK = Voice(3, "Шахтада жарылыс болып, үш адам қаза тапты", "kk", FeedKind.NEWS)
ZH = Voice(4, "矿井爆炸", "zh", FeedKind.NEWS)
UNKNOWN = replace(ZH, item_id=5, language="")
SEARCH = Voice(6, "3 die in mine blast - Example", "en", FeedKind.SEARCH)
OFFICIAL = Voice(7, "Ministry: 3 die in mine blast", "en", FeedKind.OFFICIAL)

SPEAKERS = {
    # name: (members in the order in which they joined, language of the chat, who speaks)
    "the chat's language": ([EN, RU, KK], "kk", KK),
    "Russian where there is no Kazakh": ([EN, RU], "kk", RU),
    "Kazakh where there is no Russian": ([EN, KK], "ru", KK),
    "English before languages that nobody asked for": ([ZH, UNKNOWN, EN], "ru", EN),
    "Russian where there is no English": ([ZH, KK, RU], "en", RU),
    "the first, of languages that nobody asked for": ([ZH, UNKNOWN], "kk", ZH),
    "a source rather than an aggregator": ([SEARCH, OFFICIAL], "en", OFFICIAL),
    "an outlet rather than an aggregator": ([replace(SEARCH, source=FeedKind.AGGREGATOR), EN],
                                            "en", EN),
    "an aggregator in the chat's language": ([RU, SEARCH], "en", SEARCH),
    "the first among equals": ([EN, OFFICIAL, replace(EN, item_id=8)], "en", EN),
}  # fmt: skip


@pytest.mark.parametrize(("members", "language", "expected"), SPEAKERS.values(), ids=SPEAKERS)
def test_the_best_member_speaks(members: list[Voice], language: str, expected: Voice) -> None:
    assert speaker(members, language) == expected


SEVEN = replace(EN, item_id=11, title="Mine blast: toll rises to 7")
SEVEN_RU = replace(RU, item_id=12, title="Число погибших на шахте достигло семи")
MOURNING = replace(EN, item_id=13, title="A day of mourning after the mine blast")

LATEST = {
    # name: (members, language of the chat, the latest headline beside the one that speaks)
    "another in its language": ([EN, SEVEN, RU], "en", SEVEN),
    "the last of several": ([EN, SEVEN, MOURNING], "en", MOURNING),
    "none in its language": ([EN, SEVEN_RU], "en", None),
    "alone": ([EN], "en", None),
    "the same words": ([EN, replace(EN, item_id=9, title="Blast in a mine kills 3!")], "en", None),
    "a copy tells nothing new": ([EN, SEVEN, replace(EN, item_id=9, copy=True)], "en", SEVEN),
    "the one that speaks is the latest": ([SEARCH, EN], "en", None),
}


@pytest.mark.parametrize(("members", "language", "expected"), LATEST.values(), ids=LATEST)
def test_the_latest_headline_stands_beside_it(
    members: list[Voice], language: str, expected: Voice | None
) -> None:
    assert latest(members, speaker(members, language), language) == expected


NEWS = {
    # name: (members, how many of them were told, language of the chat, who tells the news)
    "numbers that moved, in any language": ([EN, SEVEN_RU, MOURNING], 1, "en", SEVEN_RU),
    "the last time that they moved": ([EN, SEVEN, replace(EN, title="9 dead")], 1, "en",
                                      replace(EN, title="9 dead")),
    "no numbers: the chat's language": ([EN, MOURNING, RU], 1, "en", MOURNING),
    "no numbers: the latest of it": ([EN, OFFICIAL, MOURNING], 1, "en", MOURNING),
    "no copies": ([EN, SEVEN, replace(RU, copy=True)], 1, "ru", SEVEN),
    "all was told meanwhile": ([EN, SEVEN], 2, "en", SEVEN),
    "nothing but a copy": ([replace(EN, copy=True)], 0, "en", replace(EN, copy=True)),
}  # fmt: skip


@pytest.mark.parametrize(("members", "told", "language", "expected"), NEWS.values(), ids=NEWS)
def test_a_development_is_told_by_who_has_it(
    members: list[Voice], told: int, language: str, expected: Voice
) -> None:
    assert news(members, told, language) == expected
