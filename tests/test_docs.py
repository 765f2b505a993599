"""The documentation is complete, and what it tells people to type works."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import BaseModel

from bot import errors
from bot.cli import app
from bot.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
COMMANDS = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
SETTINGS = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")

# What needs more than a folder is run elsewhere: the first words → the test that does.
ELSEWHERE = {
    "git clone": "",  # the address is the reader's
    "make run": "tests/scenarios/test_demo.py",
    "make test": ".ci/run",
    "make check": ".ci/run",
    "make screenshot": "tools/screenshot.py",
    "TELEGRAM_TOKEN": "tests/scenarios/test_wire.py",
    "kazwatch run": "tests/scenarios/test_wire.py",
    "kazwatch demo": "tests/scenarios/test_demo.py",
    "docker": "tests/test_docker.py",
}
EXPECTED_CODE = {"kazwatch doctor": 1}  # nothing runs on the folder's database
FILES = {
    "stories.jsonl": json.dumps(
        {
            "id": 1,
            "source": "a",
            "title": "T",
            "url": "https://a.example/1",
            "published": "2026-03-02T09:00:00Z",
        }
    ),
    "feed.xml": "<rss version='2.0'><channel><title>F</title>"
    "<item><title>One</title></item></channel></rss>",
}


def commands() -> list[tuple[str, str]]:
    """Every line of every block of shell in the documentation, once, with its page."""
    found: dict[str, str] = {}
    for page in PAGES:
        for block in re.findall(r"```sh\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
            lines = re.sub(r"\\\n\s*", "", block).splitlines()
            for line in lines:
                if line and not line.startswith("#"):
                    found.setdefault(line, page.name)
    return [(page, line) for line, page in found.items()]


@pytest.mark.parametrize(("page", "line"), commands(), ids=lambda value: value[:60])
def test_what_the_documentation_says_to_type_works(tmp_path: Path, page: str, line: str) -> None:
    for start, where in ELSEWHERE.items():
        if line.startswith(start):
            assert not where or (ROOT / where).exists(), f"{page}: {line}: {where} is no more"
            return
    for name, content in FILES.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    shutil.copytree(ROOT / "config", tmp_path / "config")
    (tmp_path / "state").mkdir()
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("KAZWATCH_", "TELEGRAM_"))}
    done = subprocess.run(
        ["sh", "-c", line],
        cwd=tmp_path,
        env=clean | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == EXPECTED_CODE.get(line, 0), done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_every_setting_is_explained() -> None:
    for section, field in Settings.model_fields.items():
        model = field.annotation
        if isinstance(model, type) and issubclass(model, BaseModel):
            for name in model.model_fields:
                assert f"`{section}.{name}`" in SETTINGS
        else:
            assert f"`{section}`" in SETTINGS


def test_no_setting_is_explained_that_is_not_there() -> None:
    for section, name in re.findall(r"^\| `(\w+)\.(\w+)`", SETTINGS, re.MULTILINE):
        model = Settings.model_fields[section].annotation
        assert isinstance(model, type)
        assert issubclass(model, BaseModel)
        assert name in model.model_fields


def test_every_command_is_explained() -> None:
    for command in app.registered_commands:
        assert command.callback is not None
        assert f"`kazwatch {command.callback.__name__}`" in COMMANDS


def test_every_target_of_make_is_explained() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^([a-z]+):", makefile, re.MULTILINE)
    assert set(targets) == set(re.findall(r"`make ([a-z]+)`", COMMANDS))


def test_every_exception_stands_in_the_hierarchy() -> None:
    for name, found in vars(errors).items():
        if isinstance(found, type):
            assert name in (errors.__doc__ or "")


def test_links_between_pages_lead_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_nothing_names_this_machine_or_a_registry() -> None:
    hosts = ("pypi" + ".org", "npmjs" + ".org", "pythonhosted" + ".org", "deb.debian" + ".org")
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    for name in listed.stdout.splitlines():
        path = ROOT / name
        if path.suffix in {".png", ".ico"} or not path.is_file():
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        assert not any(host in text for host in hosts), name
        assert str(ROOT) + "/" not in text, name
