"""Every sentence in the code has a translation that says the same in the same form."""

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from bot import locale

ROOT = Path(locale.__file__).parent.parent
CATALOGUES = locale.load(ROOT / "locale")
TRANSLATED = ("ru", "kk")
FUNCTIONS = {"gettext": 1, "ngettext": 2}  # how many leading arguments are sentences

MessageId = str | tuple[str, ...]


def extracted() -> set[MessageId]:
    """The sentences that Babel finds in the sources."""
    keywords = {"gettext": None, "ngettext": (1, 2)}
    found = extract_from_dir(ROOT, method_map=[("**.py", "python")], keywords=keywords)
    return {message for _, _, message, _, _ in found}


def written() -> Iterator[tuple[str, MessageId | None]]:
    """Every call in the sources with the place; None where its sentence is no plain string."""
    for path in sorted(ROOT.rglob("*.py")):
        if path.parent.name == "locale":
            continue  # the functions themselves
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if count := FUNCTIONS.get(name):
                values = [a.value if isinstance(a, ast.Constant) else None for a in node.args]
                sentences = tuple(v for v in values[:count] if isinstance(v, str))
                whole = sentences if len(sentences) == count else None
                place = f"{path.relative_to(ROOT)}:{node.lineno}"
                yield place, (whole[0] if whole and count == 1 else whole)


def catalogue(language: str) -> Catalog:
    path = ROOT / "locale" / language / "LC_MESSAGES" / "kazwatch.po"
    with path.open("rb") as file:
        return read_po(file, locale=language)


def test_every_sentence_in_the_code_is_one_that_the_extractor_finds() -> None:
    """What stands inside an f-string or a variable would stay English without notice."""
    found = extracted()
    lost = [place for place, message in written() if message is None or message not in found]
    assert not lost


@pytest.mark.parametrize("language", TRANSLATED)
def test_nothing_is_untranslated_and_nothing_is_left_over(language: str) -> None:
    known = {
        message.id if isinstance(message.id, str) else tuple(message.id)
        for message in catalogue(language)
        if message.id
    }
    wanted = extracted()
    assert {"missing": wanted - known, "unused": known - wanted} == {
        "missing": set(),
        "unused": set(),
    }


@pytest.mark.parametrize("language", TRANSLATED)
def test_translations_keep_placeholders_tags_commands_and_lines(language: str) -> None:
    faults: list[tuple[object, object]] = []
    for message in catalogue(language):
        if not message.id:
            continue
        singular = isinstance(message.id, str)
        source = message.id if singular else message.id[-1]
        texts = (message.string,) if isinstance(message.string, str) else message.string or ()
        expected_forms = 1 if singular else {"ru": 3, "kk": 2}[language]
        if len(texts) != expected_forms or message.fuzzy:
            faults.append((source, texts))
        faults += [(source, text) for text in texts if shape(text) != shape(str(source))]
    assert not faults


def shape(sentence: str) -> tuple[object, ...]:
    """What a translation must not change; the words inside of tags are its own."""
    return (
        sorted(re.findall(r"\{\w*\}", sentence)),
        re.findall(r"</?[a-z]+", sentence),
        sorted(re.findall(r"(?<![\w<])/[a-z]+", sentence)),
        sentence.count("\n"),
        sentence == sentence.strip() != "",
    )


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", {1: "1 feed is read.", 2: "2 feeds are read.", 0: "0 feeds are read."}),
        (
            "ru",
            {
                1: "Читается 1 лента.",
                2: "Читаются 2 ленты.",
                5: "Читается 5 лент.",
                11: "Читается 11 лент.",
                21: "Читается 21 лента.",
                0: "Читается 0 лент.",
            },
        ),
        ("kk", {1: "1 таспа оқылады.", 2: "2 таспа оқылады."}),
    ],
)
def test_numbers_take_the_form_of_the_language(language: str, expected: dict[int, str]) -> None:
    texts = locale.texts(CATALOGUES, language, "UTC")
    for n, sentence in expected.items():
        form = texts.ngettext("{n} feed is read.", "{n} feeds are read.", n)
        assert form.format(n=n) == sentence


NOW = datetime(2026, 11, 24, 9, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "at", "expected"),
    [
        ("en", NOW, "14:05"),
        ("en", datetime(2026, 11, 23, 20, 0, tzinfo=UTC), "01:00"),  # today in Almaty
        ("en", datetime(2026, 11, 23, 18, 0, tzinfo=UTC), "23 November, 23:00"),
        ("ru", datetime(2026, 11, 23, 18, 0, tzinfo=UTC), "23 ноября, 23:00"),
        ("kk", datetime(2026, 11, 23, 18, 0, tzinfo=UTC), "23 қараша, 23:00"),
        ("en", datetime(2025, 11, 24, 9, 5, tzinfo=UTC), "24 November 2025, 14:05"),
    ],
)
def test_a_moment_is_as_short_as_it_can_be(language: str, at: datetime, expected: str) -> None:
    assert locale.texts(CATALOGUES, language, "Asia/Almaty").moment(at, NOW) == expected


def test_a_language_that_is_none_of_ours_is_answered_in_english() -> None:
    texts = locale.texts(CATALOGUES, "de", "UTC")
    assert (texts.language, texts.gettext("Save")) == ("en", "Save")


def test_each_language_speaks_for_itself() -> None:
    said = [locale.texts(CATALOGUES, language, "UTC").gettext("Save") for language in CATALOGUES]
    assert said == ["Save", "Сохранить", "Сақтау"]


def test_a_missing_catalogue_is_an_error_and_not_silence(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        locale.load(tmp_path)
