"""Installs what some tests talk to: Chromium (Debian's package) and an npm Telegram server.

Whatever cannot be had here is said in one line; the tests that need it are then skipped by name.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NPM = ROOT / "tests" / "peer"
DEBIAN = {
    "chromium": ["chromium", "fonts-dejavu-core", "fonts-noto-color-emoji"],
    "npm": ["nodejs", "npm"],
}


def main() -> None:
    """Install what is lacking, and may be installed."""
    lacking = [name for name in DEBIAN if not shutil.which(name)]
    if lacking and hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        packages = [package for name in lacking for package in DEBIAN[name]]
        print("Installing", ", ".join(packages), flush=True)
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        run(["apt-get", "update", "-q"], environment)
        run(["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages], environment)
    if shutil.which("npm") and not (NPM / "node_modules" / "telegram-test-api").is_dir():
        print("Installing telegram-test-api", flush=True)
        run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(NPM)])
    for name in DEBIAN:
        if not shutil.which(name):
            print(f"{name} is not here: the tests that need it will be skipped")


def run(command: list[str], environment: dict[str, str] | None = None) -> None:
    """Run it quietly; what it printed is shown when it fails."""
    done = subprocess.run(  # noqa: S603
        command, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        print(f"{' '.join(command)} failed:\n{(done.stdout + done.stderr)[-2000:]}", flush=True)


if __name__ == "__main__":
    main()
