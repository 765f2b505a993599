"""What matching achieves: `python -m tests.bench.matching [PART …]`.

Parts: cases (forms, keywords, relevance, topics), ordinary, speed, memory; without one, all.

Cases are the project's own (tests/corpora: odd lines for tuning, even lines for reporting) and,
where KAZWATCH_TEST_DATA names their directory, outside ones of the same form. Ordinary words come
from PyPI's english-words and pymorphy3, the vocabulary of the speed test from wordfreq; where
these are not installed, the part says so, and speed makes do with the words of the cases.
"""

from __future__ import annotations

import os
import random
import re
import resource
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from itertools import accumulate, islice
from pathlib import Path

from bot.matching.forms.expand import stems
from bot.matching.matcher import Matcher
from bot.matching.query import TOPICS, Query, QueryRefused, parse_query
from bot.matching.words import WORD, fold
from bot.model import MatchText
from tests.queries import default_pack, query

ROOT = Path(__file__).resolve().parent.parent.parent
CORPORA = ROOT / "tests" / "corpora"
TESTED = 1  # the id of the query that a case is about


def outside() -> Path | None:
    """The directory of outside cases, if there is one."""
    directory = os.environ.get("KAZWATCH_TEST_DATA")
    return Path(directory) if directory else None


def rows(path: Path) -> list[tuple[str, ...]]:
    """The data lines of a tab-separated file, split."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [tuple(line.split("\t")) for line in lines if line and not line.startswith("# ")]


@dataclass
class Score:
    """Cases right and wrong."""

    true: int = 0
    missed: list[str] = field(default_factory=list)
    false: list[str] = field(default_factory=list)
    negatives: int = 0

    def count(self, due: bool, got: bool, case: str) -> None:
        """One case: what was due, what came."""
        self.negatives += not due
        if due and got:
            self.true += 1
        elif due:
            self.missed.append(case)
        elif got:
            self.false.append(case)

    @property
    def precision(self) -> float:
        """Of what was found, the share that was due."""
        return self.true / max(1, self.true + len(self.false))

    @property
    def recall(self) -> float:
        """Of what was due, the share that was found."""
        return self.true / max(1, self.true + len(self.missed))

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        return 2 * self.precision * self.recall / max(1e-9, self.precision + self.recall)

    def __str__(self) -> str:
        return (
            f"precision {self.precision:.3f}, recall {self.recall:.3f}, F1 {self.f1:.3f} "
            f"({len(self.false)} false of {self.negatives}, {len(self.missed)} missed)"
        )


class Judge:
    """Asks one matcher, case by case."""

    def __init__(self) -> None:
        self._matcher = Matcher(default_pack())

    def answers(self, query: str, text: str) -> bool:
        """Whether a title answers a query; a refused query answers nothing."""
        parsed = parse_query(query)
        if isinstance(parsed, QueryRefused):
            return False
        self._matcher.add(TESTED, parsed)
        return bool(self._matcher.match(MatchText(text)))


def score(name: str, cases: Iterable[tuple[str, ...]], half: int | None = None) -> Score:
    """The score of forms, keywords or relevance cases. ``half``: 0 even lines, 1 odd, None all."""
    judge, total = Judge(), Score()
    for place, case in enumerate(cases):
        if half is not None and place % 2 != half:
            continue
        if name == "relevance":
            due, query, text = case[2], "topic:everything", case[0]
        else:
            due, query, text = case[2], case[0], case[1]
        total.count(due == "1", judge.answers(query, text), " | ".join(case))
    return total


def topic_scores(cases: Iterable[tuple[str, ...]], half: int | None = None) -> dict[str, Score]:
    """The score of each topic over headlines with their topics."""
    judge = Judge()
    totals = {topic: Score() for topic in TOPICS[1:]}
    for place, case in enumerate(cases):
        if half is not None and place % 2 != half:
            continue
        due = {name.strip() for name in case[2].split(",")} if len(case) > 2 else set()
        for topic, total in totals.items():
            total.count(topic in due, judge.answers(f"topic:{topic}", case[0]), " | ".join(case))
    return totals


# ------------------------------------------------------------------ parts


def tell_cases() -> None:
    """Precision and recall of all labelled cases."""
    halves = (("own, odd lines (tuned on)", 1), ("own, even lines", 0))
    for name in ("forms", "keywords", "relevance"):
        own = rows(CORPORA / f"{name}.tsv")
        for title, half in halves:
            _tell(f"{name}, {title}", score(name, own, half), with_cases=half == 1)
        path = outside()
        if path and (path / f"{name}.tsv").is_file():
            _tell(f"{name}, outside", score(name, rows(path / f"{name}.tsv")), with_cases=True)
    tuning = score("relevance", rows(CORPORA / "relevance_tuning.tsv"))
    _tell("relevance_tuning, all lines (tuned on)", tuning, with_cases=True)
    own = rows(CORPORA / "topics.tsv")
    for title, half in halves:
        for topic, total in topic_scores(own, half).items():
            _tell(f"topic {topic}, {title}", total, with_cases=half == 1)


def _tell(title: str, total: Score, with_cases: bool) -> None:
    print(f"{title}: {total}")
    if with_cases:
        for kind, cases in (("false", total.false), ("missed", total.missed)):
            for case in cases:
                print(f"    {kind}: {case}")


def ordinary_words() -> dict[str, list[str]]:
    """Russian and English words from PyPI's lists, up to 300,000 each; empty where not there."""
    found: dict[str, list[str]] = {}
    chance = random.Random(5)
    try:
        english = import_module("english_words")
        found["English"] = sorted(english.get_english_words_set(["web2", "gcide"], alpha=True))
        known = import_module("pymorphy3").MorphAnalyzer().dictionary.iter_known_words()
        found["Russian"] = sorted({word for word, *_ in known if word.isalpha()})
    except ImportError as missing:
        print(f"ordinary words: {missing.name} is not installed, so not all lists were read")
    return {
        language: sorted(chance.sample(words, min(300_000, len(words))))
        for language, words in found.items()
    }


def tell_ordinary() -> None:
    """Ordinary words that alone would alert, each to be judged by a reader."""
    matcher = Matcher(default_pack())
    matcher.add(TESTED, query("topic:everything"))
    for language, words in ordinary_words().items():
        hits = [
            (word, found[0].spans[0].entity)
            for word in words
            if (found := matcher.match(MatchText(word)))
        ]
        print(f"ordinary words, {language}: {len(hits)} of {len(words)} name the country or alert")
        for word, entity in hits:
            print(f"    {word}: {entity}")


def vocabulary(size: int) -> list[str]:
    """Words by falling frequency, Russian and English in turn."""
    try:
        frequent = import_module("wordfreq")
        lists = [frequent.top_n_list(language, size) for language in ("en", "ru")]
        mixed = [word for pair in zip(*lists, strict=True) for word in pair if word.isalpha()]
    except ImportError:
        print("speed: wordfreq is not installed, so the vocabulary is that of the cases")
        texts = [
            cell
            for name in ("keywords", "relevance", "topics", "forms")
            for row in rows(CORPORA / f"{name}.tsv")
            for cell in row[:2]
        ]
        seen = dict.fromkeys(word.lower() for text in texts for word in WORD.findall(text))
        forms = [
            stem.letters + ending
            for word in seen
            for stem in stems(*fold(word))
            if stem.letters
            for ending in sorted(stem.endings)[:6]
        ]
        mixed = [*seen, *forms]
    return list(dict.fromkeys(mixed))[:size]


def zipf(words: list[str], chance: random.Random) -> Iterator[str]:
    """Words drawn by Zipf's law from a list by falling frequency, without end."""
    weights = list(accumulate(1 / rank for rank in range(1, len(words) + 1)))
    while True:
        yield from chance.choices(words, cum_weights=weights, k=10_000)


def make_items(words: list[str], count: int, chance: random.Random) -> list[MatchText]:
    """Titles of about 60 characters with summaries of 300."""
    items = []
    drawn = zipf(words, chance)
    for _ in range(count):
        text = " ".join(islice(drawn, 90))
        items.append(MatchText(text[:60].capitalize(), text[61:361].capitalize()))
    return items


def _best(act: Callable[[], object], times: int) -> float:
    """The least processor time, in seconds: other processes share the machine."""
    found = []
    for _ in range(times):
        start = time.process_time()
        act()
        found.append(time.process_time() - start)
    return min(found)


def tell_speed() -> None:
    """Items a second on one core with 10,000 queries, cold and warm, beside ``re``."""
    chance = random.Random(7)
    words = vocabulary(20_000)
    drawn: set[str] = set()
    for word in zipf(words, chance):
        drawn.add(word)
        if len(drawn) >= min(10_000, len(words) // 2):
            break
    queries = sorted(drawn)[:10_000]
    items = make_items(words, 1000, chance)
    matcher = Matcher(default_pack())
    matcher.add(0, query("topic:everything"))
    started = time.process_time()
    for number, text in enumerate(queries, 1):
        matcher.add(number, query(text))
    print(f"speed: {len(queries)} queries added in {time.process_time() - started:.1f} s")

    def match_all() -> int:
        return sum(len(matcher.match(item)) for item in items)

    cold = _best(match_all, 1)
    warm = _best(match_all, 7)
    print(
        f"speed: {len(items) / cold:,.0f} items/s cold, {len(items) / warm:,.0f} warm, "
        f"{match_all() / len(items):.0f} hits an item"
    )
    alternation = re.compile(rf"\b(?:{'|'.join(map(re.escape, queries))})\b")
    few = [(item.title + " " + item.summary).lower() for item in items[:50]]

    def search_all() -> int:
        return sum(len(alternation.findall(text)) for text in few)

    plain = _best(search_all, 3) / len(few)
    ratio = plain * len(items) / warm
    print(f"speed: {1 / plain:,.0f} items/s by re alternation, so {ratio:.0f} times as fast")


def tell_memory() -> None:
    """What 100,000 queries weigh, and what adding and removing costs among them."""
    chance = random.Random(9)
    words = vocabulary(20_000)
    items = make_items(words, 50, chance)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    matcher = Matcher(default_pack())
    drawn: set[str] = set()
    one = zipf(words, chance)
    while len(drawn) < 100_000:
        drawn.add(" ".join(islice(one, chance.choice((1, 2, 2, 3)))))
    added = 0
    for number, text in enumerate(sorted(drawn), 1):
        if isinstance(parsed := parse_query(text), Query):
            matcher.add(number, parsed)
            added += 1
    weight = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"memory: {added} queries, {weight:.0f} MB more at the peak")
    slowest = 0.0
    for place, item in enumerate(items):
        matcher.match(item)
        coming = query(f"новоеслово{place} almaty")
        for act in (lambda q=coming: matcher.add(200_000, q), lambda: matcher.discard(200_000)):
            slowest = max(slowest, _best(act, 1))
        matcher.match(item)
    print(f"memory: adding or removing one took at most {slowest * 1000:.1f} ms")


PARTS = {"cases": tell_cases, "ordinary": tell_ordinary, "speed": tell_speed, "memory": tell_memory}

if __name__ == "__main__":
    for part in sys.argv[1:] or list(PARTS):
        PARTS[part]()
