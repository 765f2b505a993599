"""Files of TOML that people edit → tables, or a sentence that says what is wrong with the file."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from bot.errors import SettingsError


def read_toml(path: Path, remedy: str) -> dict[str, Any]:
    """A file's tables. ``remedy``: what to do where there is no such file.

    Raises SettingsError, which names the file.
    """
    try:
        data = path.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        absent = isinstance(error, FileNotFoundError)
        why = "there is no such file" if absent else f"cannot be read ({_reason(error)})"
        raise SettingsError(f"{path}: {why}; {remedy}") from error
    try:
        # Editors on Windows put a byte order mark first; TOML knows none.
        return tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SettingsError(
            f"{path}: is not UTF-8 (line {line} is the first that is not): save it as UTF-8"
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: is not valid TOML: {error}") from error
    except RecursionError as error:
        raise SettingsError(f"{path}: is not valid TOML: it is nested too deeply") from error


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
