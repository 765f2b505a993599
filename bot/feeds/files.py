"""Files that people edit: the catalogue of feeds, and the pack of names."""

from __future__ import annotations

from pathlib import Path

from bot.errors import SettingsError
from bot.feeds.catalog import read_catalog
from bot.matching.pack import Pack, load_pack
from bot.model import Feed
from bot.tomlfile import read_toml

_REMEDY = "{key} in config/kazwatch.toml, or {variable}, can name another"


def load_catalog(path: Path) -> tuple[Feed, ...]:
    """Read and check the catalogue. Raises ``SettingsError`` for whatever is wrong with it."""
    remedy = _REMEDY.format(key="feeds.file", variable="KAZWATCH_FEEDS__FILE")
    return read_catalog(read_toml(path, remedy), str(path))


def load_polled(path: Path) -> tuple[Feed, ...]:
    """As ``load_catalog``, for who polls: a catalogue without a feed to poll is wrong as well."""
    feeds = load_catalog(path)
    if not feeds:
        raise SettingsError(
            f"{path}: there is no feed in it; each is a [[feed]] table with id, name and url"
        )
    if not any(feed.enabled for feed in feeds):
        raise SettingsError(
            f"{path}: every feed has enabled = false, so nothing could ever be told; enable one"
        )
    return feeds


def read_pack(path: Path) -> Pack:
    """Read and check the names of Kazakhstan. Raises ``SettingsError``."""
    remedy = _REMEDY.format(key="pack.file", variable="KAZWATCH_PACK__FILE")
    return load_pack(read_toml(path, remedy), str(path))
