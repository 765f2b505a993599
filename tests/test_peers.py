"""A missing peer is a skip that is listed, and a failure under CI."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.peers import missing

ROOT = Path(__file__).resolve().parent.parent
WANTS_A_PEER = """
from tests.peers import missing

def test_one():
    missing("Chromium", "apt install chromium")

def test_two():
    missing("Chromium", "apt install chromium")
"""


def test_a_missing_peer_is_a_skip(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match=r"Chromium \(apt install chromium\)"):
        missing("Chromium", "apt install chromium")


def test_under_ci_it_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="Chromium"):
        missing("Chromium", "apt install chromium")


@pytest.mark.parametrize(("ci", "code"), [("", 0), ("true", 1)], ids=["by hand", "under CI"])
def test_what_was_missing_is_listed_once_at_the_end(tmp_path: Path, ci: str, code: int) -> None:
    (tmp_path / "test_it.py").write_text(WANTS_A_PEER)
    options = ["-q", "-p", "tests.peers", "-p", "no:cacheprovider", "-p", "no:xdist"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, "test_it.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "CI": ci},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code
    listed = "not tested for want of a peer" in done.stdout
    assert listed is not bool(ci)
    if listed:
        assert done.stdout.count("Chromium (apt install chromium): 2 tests") == 1
