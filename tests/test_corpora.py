"""The labelled cases of tests/corpora have the form that the measurements rely on."""

import os
import unicodedata
from collections import Counter
from pathlib import Path

import pytest

CORPORA = Path(__file__).parent / "corpora"
TOPICS = {"politics", "economy", "energy", "rights", "disasters", "space"}
LANGUAGES = {"en", "kk", "ru"}
# file: columns, the columns that identify a case, label column, language column, least cases
FORM: dict[str, tuple[int, int, int | None, int | None, int]] = {
    "forms.tsv": (4, 2, 2, 3, 250),
    "keywords.tsv": (4, 2, 2, None, 170),
    "relevance.tsv": (4, 1, 2, 1, 180),
    "relevance_tuning.tsv": (4, 1, 2, 1, 600),
    "topics.tsv": (3, 1, None, 1, 150),
}

Row = tuple[str, ...]


def rows(path: Path) -> list[Row]:
    """The data lines of a tab-separated file, split; comment lines begin with `# `."""
    lines = path.read_text(encoding="utf-8").removesuffix("\n").split("\n")
    return [tuple(line.split("\t")) for line in lines if not line.startswith("# ")]


def identity(row: Row, columns: int) -> Row:
    """What makes two lines the same case: composed, apart from spacing."""
    return tuple(" ".join(unicodedata.normalize("NFC", text).split()) for text in row[:columns])


def outside(name: str) -> Path | None:
    """The file of the same form in the outside data; none without such data."""
    directory = os.environ.get("KAZWATCH_TEST_DATA")
    path = Path(directory) / name if directory else None
    return path if path and path.is_file() else None


def twice(cases: list[Row]) -> list[Row]:
    """The cases that stand more than once."""
    return [case for case, count in Counter(cases).items() if count > 1]


@pytest.mark.parametrize("name", FORM)
def test_a_file_begins_with_a_comment_that_names_its_columns(name: str) -> None:
    columns = FORM[name][0]
    first = (CORPORA / name).read_text(encoding="utf-8").split("\n")[0]
    assert first.startswith("# ")
    assert len(first.split("\t")) == columns


@pytest.mark.parametrize("name", FORM)
def test_every_line_has_all_its_columns_and_no_stray_spaces(name: str) -> None:
    columns = FORM[name][0]
    may_be_empty = {2} if name == "topics.tsv" else set()
    wrong = [
        row
        for row in rows(CORPORA / name)
        if len(row) != columns
        or any(cell != cell.strip() for cell in row)
        or any(not cell and column not in may_be_empty for column, cell in enumerate(row))
    ]
    assert wrong == []


@pytest.mark.parametrize("name", [name for name, form in FORM.items() if form[2] is not None])
def test_labels_are_0_or_1_and_both_are_common(name: str) -> None:
    label = FORM[name][2]
    assert label is not None
    labels = [row[label] for row in rows(CORPORA / name)]
    assert set(labels) == {"0", "1"}
    assert 0.35 <= labels.count("0") / len(labels) <= 0.55


@pytest.mark.parametrize("name", [name for name, form in FORM.items() if form[3] is not None])
def test_languages_are_known_and_all_present(name: str) -> None:
    language = FORM[name][3]
    assert language is not None
    found = Counter(row[language] for row in rows(CORPORA / name))
    assert {each for each, count in found.items() if count > 5} == LANGUAGES
    assert all(len(each) == 2 for each in found)


@pytest.mark.parametrize("name", FORM)
def test_there_are_enough_cases(name: str) -> None:
    assert len(rows(CORPORA / name)) >= FORM[name][4]


@pytest.mark.parametrize("name", FORM)
def test_no_case_stands_twice_here_or_in_the_outside_data(name: str) -> None:
    columns = FORM[name][1]
    own = [identity(row, columns) for row in rows(CORPORA / name)]
    other = outside(name)
    others = {identity(row, columns) for row in rows(other)} if other else set()
    assert twice(own) == []
    assert others.intersection(own) == set()


def test_no_tuning_headline_is_among_those_that_are_reported() -> None:
    tuning = {identity(row, 1) for row in rows(CORPORA / "relevance_tuning.tsv")}
    other = outside("relevance.tsv")
    for path in [CORPORA / "relevance.tsv", *([other] if other else [])]:
        assert tuning.isdisjoint(identity(row, 1) for row in rows(path))


def test_topics_are_known_and_stand_once_a_line() -> None:
    named = [row[2].split(",") for row in rows(CORPORA / "topics.tsv") if row[2]]
    assert {topic for topics in named for topic in topics} == TOPICS
    assert [topics for topics in named if twice([(topic,) for topic in topics])] == []


@pytest.mark.parametrize("topic", sorted(TOPICS))
def test_each_topic_has_cases_in_both_halves(topic: str) -> None:
    labels = [row[2].split(",") for row in rows(CORPORA / "topics.tsv")]
    report = sum(topic in topics for topics in labels[::2])
    tuning = sum(topic in topics for topics in labels[1::2])
    assert report + tuning >= 25
    assert min(report, tuning) >= 10


@pytest.mark.parametrize("name", FORM)
def test_the_readme_states_how_many_cases_a_file_has(name: str) -> None:
    readme = (CORPORA / "README.md").read_text(encoding="utf-8")
    stated = next(line for line in readme.split("\n") if line.startswith(f"| `{name}` |"))
    assert stated.split("|")[-2].split()[0] == str(len(rows(CORPORA / name)))
