"""tools/setup.py on a bare Python: what it installs, and what it says when it cannot."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LISTS = ("requirements.txt", "requirements-dev.txt", "requirements-model.txt", "pyproject.toml")
# A python that records how pip was called, and fails where the file beside it says so.
PYTHON = """#!/bin/sh
echo "$*" >> "$(dirname "$0")/calls"
echo "  Downloading something-1.0-py3-none-any.whl (12 kB)"
case "$*" in *{failing}*) exit 1;; esac
"""


def checkout(tmp_path: Path, failing: str | None) -> Path:
    """What setup reads, with a .venv whose pip is ours; ``failing`` None: no .venv yet."""
    (tmp_path / "tools").mkdir()
    shutil.copy(ROOT / "tools" / "setup.py", tmp_path / "tools")
    for name in LISTS:
        shutil.copy(ROOT / name, tmp_path)
    if failing is not None:
        python = tmp_path / ".venv" / "bin" / "python"
        python.parent.mkdir(parents=True)
        python.write_text(PYTHON.format(failing=failing))
        python.chmod(0o755)
    return tmp_path


def setup(folder: Path, *arguments: str, before: str = "") -> subprocess.CompletedProcess[str]:
    call = f"sys.argv = ['setup.py', *{arguments!r}]"
    run = f"runpy.run_path({str(folder / 'tools' / 'setup.py')!r}, run_name='__main__')"
    return subprocess.run(
        [sys.executable, "-c", f"import runpy, sys; {before}{call}; {run}"],
        capture_output=True,
        text=True,
        check=False,
    )


def calls(folder: Path) -> list[str]:
    return (folder / ".venv" / "bin" / "calls").read_text().splitlines()


def test_a_python_without_ensurepip_is_told_which_package_to_install(tmp_path: Path) -> None:
    done = setup(checkout(tmp_path, None), before="sys.modules['ensurepip'] = None; ")
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert done.returncode == 2
    assert f"apt install python{version}-venv" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / ".venv").exists()


def test_an_old_python_is_told_so(tmp_path: Path) -> None:
    old = "sys.version_info = (3, 9, 2); sys.version = '3.9.2 (old)'; "
    done = setup(checkout(tmp_path, None), before=old)
    assert done.returncode == 2
    assert done.stderr == "kazwatch needs Python 3.11 or newer; this is 3.9.2.\n"


def test_it_installs_the_locked_lists_once_and_says_how_much(tmp_path: Path) -> None:
    folder = checkout(tmp_path, "nothing")
    done = setup(folder)
    assert done.returncode == 0
    assert "packages of requirements.txt, about 26 MB to download" in done.stdout
    assert "Downloading something" in done.stdout
    packages, model, itself = calls(folder)
    assert "--require-hashes -r" in packages
    assert "--require-hashes -r" in model
    assert "--editable" in itself
    assert setup(folder).returncode == 0
    assert len(calls(folder)) == 3  # a second time there is nothing to do


def test_a_changed_list_is_installed_again(tmp_path: Path) -> None:
    folder = checkout(tmp_path, "nothing")
    setup(folder)
    with (folder / "requirements.txt").open("a") as file:
        file.write("# newer\n")
    setup(folder)
    assert len(calls(folder)) == 4


def test_without_the_model_it_goes_on_and_says_so(tmp_path: Path) -> None:
    folder = checkout(tmp_path, "requirements-model")
    done = setup(folder)
    assert done.returncode == 0
    assert "kazwatch runs without it" in done.stdout
    assert "--editable" in calls(folder)[-1]


def test_without_the_packages_it_fails_in_one_sentence(tmp_path: Path) -> None:
    done = setup(checkout(tmp_path, "requirements-dev"), "--dev")
    assert done.returncode == 1
    assert "requirements-dev.txt could not be installed" in done.stderr
