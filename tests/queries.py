"""Queries, the shipped pack and one matcher, for tests and benchmarks."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from bot.matching.matcher import Matcher
from bot.matching.pack import Pack, load_pack
from bot.matching.query import Query, parse_query

PACK = Path(__file__).resolve().parent.parent / "config" / "kazakhstan.toml"


@cache
def default_pack() -> Pack:
    """The shipped pack."""
    return load_pack(tomllib.loads(PACK.read_text(encoding="utf-8")), PACK.name)


@cache
def shared_matcher() -> Matcher:
    """One with the shipped pack, since that takes a second to compile; leave it as it was."""
    return Matcher(default_pack())


def query(text: str) -> Query:
    """A query that must be understood."""
    parsed = parse_query(text)
    assert isinstance(parsed, Query), parsed
    return parsed
