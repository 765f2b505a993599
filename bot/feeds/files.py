"""Files that people edit: the catalogue of feeds, and the pack of names."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from bot.errors import SettingsError
from bot.feeds.catalog import read_catalog
from bot.matching.pack import Pack, load_pack
from bot.model import Feed


def load_catalog(path: Path) -> tuple[Feed, ...]:
    """Read and check the catalogue. Raises ``SettingsError`` for whatever is wrong with it."""
    return read_catalog(_tables(path, "KAZWATCH_FEEDS__FILE"), str(path))


def read_pack(path: Path) -> Pack:
    """Read and check the names of Kazakhstan. Raises ``SettingsError``."""
    return load_pack(_tables(path, "KAZWATCH_PACK__FILE"), str(path))


def _tables(path: Path, variable: str) -> dict[str, Any]:
    """A file's tables. Raises ``SettingsError``; ``variable`` is what names another file."""
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except FileNotFoundError:
        raise SettingsError(f"There is no file at {path}; {variable} names another.") from None
    except OSError as exc:
        raise SettingsError(f"{path} cannot be read: {exc.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise SettingsError(f"{path} is not valid TOML: {exc}.") from None
