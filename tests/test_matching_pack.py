"""The pack's file: what it says becomes values, and each mistake in it one sentence."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import pytest

from bot.errors import SettingsError
from bot.matching.matcher import Matcher
from bot.matching.pack import inhabitants, load_pack, tokens
from bot.matching.query import TOPICS, Query, parse_query
from bot.matching.words import Script
from bot.model import MatchText
from tests import peers
from tests.bench.matching import outside
from tests.queries import PACK, default_pack


def entity(**more: Any) -> dict[str, Any]:
    """A pack of one entity, with some keys set otherwise."""
    return {"entity": [{"id": "omsk", "kind": "place", "en": ["Omsk"]} | more]}


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"entities": []}, "the key entities is not known; known are given_names, entity"),
        ({"entity": {}}, "entity must be tables, each begun by [[entity]]"),
        (entity(name="Omsk"), "the key name is not known"),
        (entity(id=""), "id must be a text that is not empty"),
        (entity(kind="town"), "kind 'town' is not known; kinds are place, person"),
        (entity(en="Omsk"), 'en must be a list of texts, such as ["Almaty"]'),
        (entity(en=["!"]), "en holds '!', which has no word"),
        (entity(en=[]), 'has no name; give one, such as en = ["Almaty"]'),
        (entity(capital="yes"), "capital must be true or false"),
        (entity(topics=["sport"]), "topic 'sport' is not known; topics are politics, economy"),
        (entity(each=["Omsk"]), 'each must be a list of lists of names'),
        ({"entity": entity()["entity"] * 2}, "the id 'omsk' stands twice; give one another"),
        ({"topic": []}, "topic must be tables such as [topic.energy]"),
        ({"topic": {"sport": {}}}, "topic.sport is not known; topics are politics, economy"),
        ({"topic": {"energy": {"de": []}}}, "the key topic.energy.de is not known"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_sentence_with_file_and_remedy(
    data: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(SettingsError) as raised:
        load_pack(data, "pack.toml")
    assert sentence in str(raised.value)
    assert str(raised.value).startswith("pack.toml")
    assert "\n" not in str(raised.value)


def test_a_flag_holds_for_all_spellings_in_its_script() -> None:
    pack = load_pack(entity(en=["Tengiz", "Tengis"], kk=["Теңіз"], first_names=["Тенгиз"]), "p")
    flagged = {name.words[0]: name.first_name for name in pack.entities["omsk"].names}
    assert flagged["Tengiz"] == frozenset({Script.CYRILLIC})  # when it is read in Cyrillic
    assert flagged["Tengis"] == frozenset()


def test_each_makes_an_entity_of_every_list() -> None:
    pack = load_pack(
        {"entity": [{"id": "town", "kind": "place", "each": [["A1"], ["Bo", "Бо"]]}]}, "p"
    )
    assert list(pack.entities) == ["town/A1", "town/Bo"]
    assert [name.words for name in pack.entities["town/Bo"].names] == [("Bo",), ("Бо",)]


def test_names_are_parted_into_words() -> None:
    assert tokens("Нур-Султан") == ("Нур", "Султан")
    assert tokens("нефт* поле") == ("нефт*", "поле")


@pytest.mark.parametrize(
    ("adjective", "people"),
    [
        ("карагандинский", ("карагандинский", "карагандинец", "карагандинка")),
        ("костанайский", ("костанайский", "костанаец", "костанайка")),
        ("Kazakhstani", ("Kazakhstani",)),
    ],
)
def test_a_places_people_follow_from_its_adjective(adjective: str, people: tuple[str, ...]) -> None:
    assert inhabitants(adjective) == people


def test_every_topic_that_people_can_pick_has_words() -> None:
    assert set(default_pack().topics) == set(TOPICS) - {"everything"}


def test_every_outside_entity_is_known_by_a_sure_name() -> None:
    directory = outside()
    if directory is None or not (directory / "entities.json").is_file():
        peers.missing("entities.json", "set KAZWATCH_TEST_DATA")
    entities = json.loads((directory / "entities.json").read_text(encoding="utf-8"))["entities"]
    matcher = Matcher(default_pack())
    query = parse_query("topic:everything")
    assert isinstance(query, Query)
    matcher.add(1, query)
    doubtful = {"uyghurs", "nauryz", "caspian", "kurultai", "qantar"}  # in need of a second sign
    unknown = []
    for known in entities:
        names = [name for names in known["names"].values() for name in names]
        names += known.get("acronyms", [])
        texts = [MatchText(f"x {name} y") for name in names]
        if known["id"] not in doubtful and not any(map(matcher.match, texts)):
            unknown.append(known["id"])
    assert unknown == []


def test_the_shipped_file_says_what_each_of_its_keys_means() -> None:

    text = PACK.read_text(encoding="utf-8")
    used = {
        key
        for table in ("entity", "foreign")
        for item in tomllib.loads(text)[table]
        for key in item
    }
    comment = "\n".join(line for line in text.splitlines()[:60] if line.startswith("#"))
    assert [key for key in sorted(used) if key not in comment] == []
