"""How well items become stories, and what that costs: `python -m tests.bench.stories`.

B³ precision, recall and F1 on the outside stream (`KAZWATCH_TEST_DATA`), on the tuned half of the
project's own and on the other half, with the model and without; the pairs of one template; the same
with parts of the tables hidden; CPU time of an item and memory. It reports and never fails.

The halves of the own stream: stories that opened before the median opening (weighted by items) are
the half on which weights were learned and thresholds chosen, the later ones are the other. A story
is wholly in one half.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from bot.model import Member, Telling, UngroupedItem
from bot.stories.group import group
from bot.stories.traits import Traits
from bot.stories.vectors import Embedder, Unavailable, load, seeds
from bot.stories.window import Read, Window, read_item

if TYPE_CHECKING:
    from bot.stories.nearness import Vector

OWN = Path(__file__).resolve().parent.parent / "corpora" / "stories.jsonl"
HARD = OWN.with_name("stories_hard.jsonl")
TEMPLATES = OWN.with_name("templates.jsonl")
MANY = 5_000  # items in a full window


@dataclass(frozen=True, slots=True)
class Row:
    """An item of a labelled stream."""

    id: str
    source: str
    language: str
    title: str
    summary: str
    seen: datetime
    story: str


def outside() -> Path | None:
    data = os.environ.get("KAZWATCH_TEST_DATA")
    path = Path(data) / "stories.jsonl" if data else None
    return path if path is not None and path.exists() else None


def row_of(line: dict[str, Any], number: int = 0) -> Row:
    return Row(
        id=str(line.get("id", number)),
        source=str(line.get("source", f"outlet{number}")),
        language=str(line["lang"]),
        title=line["title"],
        summary=line.get("summary") or "",
        seen=datetime.fromisoformat(line["published"]),
        story=str(line.get("story", "")),
    )


def rows_of(path: Path) -> list[Row]:
    return [row_of(json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def halves(rows: Sequence[Row]) -> list[tuple[Row, bool]]:
    """Rows, and whether each is of the tuned half."""
    opened: dict[str, datetime] = {}
    for row in rows:
        opened.setdefault(row.story, row.seen)
    cut = sorted(opened[row.story] for row in rows)[len(rows) // 2]
    return [(row, opened[row.story] < cut) for row in rows]


def member(row: Row, number: int, story: int) -> Member:
    return Member(number, story, row.source, row.title, row.summary, row.language, row.seen)


def item(row: Row, number: int) -> UngroupedItem:
    return UngroupedItem(
        item_id=number, outlet=row.source, owner=row.source, url="", title=row.title,
        summary=row.summary, language=row.language, published=row.seen, first_seen_at=row.seen,
        telling=Telling.ALERT, hits=(),
    )  # fmt: skip


class Vectors:
    """Of texts, each made once."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._made: dict[tuple[str, str], Vector] = {}

    def __call__(self, row: Row) -> Vector:
        text = row.title, row.summary
        if text not in self._made:
            self._made[text] = self._embedder.embed(*text)
        return self._made[text]


def new_window(vectors: Vectors | None) -> Window:
    if vectors is None:
        return Window()
    from bot.stories.nearness import Nearness

    return Window(Nearness(seeds()))


def grouped(
    rows: Sequence[Row],
    vectors: Vectors | None,
    hide: Callable[[Traits], Traits] | None = None,
) -> tuple[list[int], list[str]]:
    """The story of each row, in time order, and why."""
    window = new_window(vectors)
    members: list[Member] = []
    stories, why = [], []
    for number, row in enumerate(rows):
        read = read_item(row.title, row.summary, row.language)
        if hide is not None:
            read = Read(hide(read.traits), read.language)
        vector = vectors(row) if vectors else None
        window.age(row.seen)
        asked = member(row, number, -1)
        decision = group(item(row, number), members, window.evidence(asked, vector, read=read))
        story = number if decision.story_id is None else decision.story_id
        stories.append(story)
        why.append(decision.why)
        members.append(member(row, number, story))
        window.add(members[-1], vector, read=read)
    return stories, why


def b_cubed(found: Sequence[object], labels: Sequence[object]) -> tuple[float, float, float]:
    """Precision, recall, F1."""
    together, alike = defaultdict(set), defaultdict(set)
    for at, (story, label) in enumerate(zip(found, labels, strict=True)):
        together[story].add(at)
        alike[label].add(at)
    precision = recall = 0.0
    for story, label in zip(found, labels, strict=True):
        both = len(together[story] & alike[label])
        precision += both / len(together[story])
        recall += both / len(alike[label])
    precision, recall = precision / len(found), recall / len(found)
    return precision, recall, 2 * precision * recall / (precision + recall)


def by_languages(found: Sequence[int], rows: Sequence[Row]) -> dict[str, tuple[float, float, int]]:
    """Language pair → precision and recall of its pairs of items, and how many belong together."""
    right: dict[str, int] = defaultdict(int)
    joined: dict[str, int] = defaultdict(int)
    wanted: dict[str, int] = defaultdict(int)
    for at, row in enumerate(rows):
        for before in range(at):
            pair = "-".join(sorted((row.language, rows[before].language)))
            same = row.story == rows[before].story
            wanted[pair] += same
            if found[at] == found[before]:
                joined[pair] += 1
                right[pair] += same
    return {
        pair: (right[pair] / (joined[pair] or 1), right[pair] / (wanted[pair] or 1), wanted[pair])
        for pair in sorted(wanted)
    }


def merged_templates(vectors: Vectors | None) -> list[tuple[Row, Row, str]]:
    """Pairs of one template that became one story, from two outlets and from one."""
    merged = []
    for line in TEMPLATES.read_text(encoding="utf-8").splitlines():
        pair = json.loads(line)
        first, second = sorted((row_of(pair["a"], 1), row_of(pair["b"], 2)), key=lambda r: r.seen)
        for two in (second, replace(second, source=first.source)):
            stories, why = grouped([first, two], vectors)
            if stories[0] == stories[1]:
                merged.append((first, two, why[1]))
    return merged


def filled(vectors: Vectors | None, rows: Iterable[Row]) -> Window:
    """A window of 5,000 items: those of the streams again and again, within 70 hours."""
    window, rows = new_window(vectors), list(rows)
    start = rows[0].seen
    step = timedelta(hours=70) / MANY
    for number in range(MANY):
        row = rows[number % len(rows)]
        kept = replace(row, seen=start + step * number)
        window.add(member(kept, number, number), vectors(row) if vectors else None)
    return window


def cost(rows: Sequence[Row], window: Window, embedder: Embedder | None) -> float:
    """Median milliseconds of CPU for reading, embedding and comparing an item."""
    seen = rows[0].seen + timedelta(hours=71)
    spent = []
    for row in rows:
        began = time.process_time()
        read = read_item(row.title, row.summary, row.language)
        vector = embedder.embed(row.title, row.summary) if embedder else None
        window.evidence(member(replace(row, seen=seen), -1, -1), vector, read=read)
        spent.append((time.process_time() - began) * 1000)
    return median(spent)


MEMORY = """
import resource, sys
def rss():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024
import tests.bench.stories as bench
import numpy
rows = bench.rows_of(bench.OWN)
bench.read_item("Пожар", "", "ru")
before = rss()
embedder = bench.load()
made = bench.Vectors(embedder)
for row in rows[:40]:
    made(row)
window = bench.new_window(made)
from datetime import timedelta
import numpy
from dataclasses import replace
chance = numpy.random.default_rng(1)
for number in range(bench.MANY):
    row = rows[number % len(rows)]
    new = replace(row, title=f"{row.title} {number}", seen=rows[0].seen + timedelta(seconds=number))
    vector = chance.standard_normal(384).astype("f4")
    window.add(bench.member(new, number, number), vector / numpy.linalg.norm(vector))
for row in rows[:20]:
    window.evidence(bench.member(row, -1, -1), made(row))
print(f"{rss() - before:.0f}")
"""


def memory() -> str:
    """Megabytes that the model and a full window add to a process, numpy already imported."""
    done = subprocess.run(
        [sys.executable, "-c", MEMORY], capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or "?"


# ---------------------------------------------------------------- the report


def main() -> None:
    embedder = load()
    vectors = None if isinstance(embedder, Unavailable) else Vectors(embedder)
    if isinstance(embedder, Unavailable):
        print(f"without the model: {embedder.reason}")
    streams = {}
    for name, path in (("own", OWN), ("hard", HARD)):
        both = halves(rows_of(path))
        streams[f"{name}, tuned half"] = [row for row, tuned in both if tuned]
        streams[f"{name}, other half"] = [row for row, tuned in both if not tuned]
    streams["own, whole"] = rows_of(OWN)
    if (given := outside()) is not None:
        streams = {"outside": rows_of(given)} | streams
    for label, method in (("with the model", vectors), ("without the model", None)):
        if label == "with the model" and vectors is None:
            continue
        print(f"\n{label}: B³ precision, recall, F1")
        for name, rows in streams.items():
            found, _ = grouped(rows, method)
            p, r, f = b_cubed(found, [row.story for row in rows])
            print(f"  {name:18} {p:.3f} {r:.3f} {f:.3f}")
            if "tuned" not in name:
                told = (
                    f"{pair} {precision:.2f} {recall:.2f} ({wanted})"
                    for pair, (precision, recall, wanted) in by_languages(found, rows).items()
                )
                print(f"    pairs: {'; '.join(told)}")
        merged = merged_templates(method)
        total = len(TEMPLATES.read_text(encoding="utf-8").splitlines())
        print(f"  pairs of one template that became one story: {len(merged)} of {total}, twice")
        for first, second, why in merged:
            print(f"    {first.title} | {second.title}: {why}")
        _cost(streams, method, embedder if method else None)
    if vectors is not None:
        print(f"\nmemory of the model and {MANY} items: {memory()} MB")


def _cost(
    streams: dict[str, list[Row]], vectors: Vectors | None, embedder: Embedder | Unavailable | None
) -> None:
    model = embedder if isinstance(embedder, Embedder) else None
    rows = next(iter(streams.values()))[:60]
    whole = streams["own, whole"]
    titles = [replace(row, summary="") for row in rows]
    long = [replace(row, summary=(" ".join([row.summary or row.title] * 9))[:300]) for row in rows]
    empty, full = new_window(vectors), filled(vectors, whole)
    print("  median CPU of an item, ms (empty window, one of 5,000):", end=" ")
    for name, some in (("titles", titles), ("with summary", rows), ("300 characters", long)):
        print(f"{name} {cost(some, empty, model):.1f} {cost(some, full, model):.1f}", end="; ")
    print()


if __name__ == "__main__":
    main()
