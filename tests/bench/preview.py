"""How long the preview behind /add takes: `python -m tests.bench.preview [ITEMS]`.

A SQLite file of 100,000 items over four weeks (a week's previews look at a quarter of them), each
a title of 60 and a summary of 300 characters in Kazakh, Russian or English: words of the project's
own cases in all their forms, drawn by Zipf's law, small words first. Each query is previewed
several times after a first one that warms nothing but its own caches; that one is shown too.
"""

from __future__ import annotations

import asyncio
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate, islice
from pathlib import Path

from bot.flows.search import preview
from bot.matching.forms.expand import stems
from bot.matching.matcher import Matcher
from bot.matching.query import Query, parse_query
from bot.matching.words import WORD, fold, has_kazakh_letters
from bot.model import MatchText
from bot.store.columns import EPOCH, MICROSECOND
from bot.store.db import Database
from bot.store.search import first_id
from tests.bench.matching import CORPORA, rows
from tests.queries import default_pack

ITEMS = 100_000
WEEKS = 4
TIMES = 9
LIMIT = 300  # milliseconds
OUTLETS = 300

SMALL_WORDS = {
    "kk": "және бұл мен үшін да де бір деп бойынша туралы болды жаңа екі кейін осы ол енді жыл",
    "ru": "в и на с по о из за не для до от что как это при к у его года лет АЭС",
    "en": "the of in to a and on for with as at by from is after its it will more new us who US",
}
QUERIES = {
    "a name of many names": "Казахстан",
    "a person in three scripts": "Tokayev",
    "a common word": "в",
    "the commonest word": "the",
    "two words": "нефть Казахстан",
    "two common words": "the of",
    "alternatives": "нефть OR газ OR уран OR oil OR gas",
    "twenty alternatives": " OR ".join((SMALL_WORDS["ru"] + " " + SMALL_WORDS["en"]).split()[:28]),
    "twenty common words": " ".join(SMALL_WORDS["en"].split()[:20]),
    "without a word": "банк -Казахстан",
    "a phrase": '"новый завод"',
    "a phrase of common words": '"in the"',
    "a beginning": "про*",
    "five beginnings": "про* при* пре* con* com*",
    "an acronym": "АЭС",
    "an acronym that is a word": "US",
    "an entity of two words": "Air Astana",
    "one language": "банк lang:kk",
    "one outlet": "банк source:outlet7",
    "in titles": "title:Алматы",
    "a word that never occurs": "нефть Зыряновскит",
    "everything at once": '(Токаев OR "Air Astana" OR про*) -Москва '
    "lang:ru title:(суд OR банк OR в)",
    "a topic": "topic:everything",
}


def vocabularies(chance: random.Random) -> dict[str, list[str]]:
    """For each language its words in all their forms, the small ones first."""
    seen: dict[str, set[str]] = {language: set() for language in SMALL_WORDS}
    for name in ("keywords", "relevance", "topics", "forms"):
        for row in rows(CORPORA / f"{name}.tsv"):
            for word in (word for cell in row[:2] for word in WORD.findall(cell)):
                seen[_language(word)].add(word)
    found: dict[str, list[str]] = {}
    for language, words in seen.items():
        base = sorted(words)
        chance.shuffle(base)
        forms = [
            stem.letters + ending
            for word in base
            for stem in stems(*fold(word))
            if stem.letters
            for ending in sorted(stem.endings)
        ]
        chance.shuffle(forms)
        made = [f"{word}{number}" for number, word in enumerate(islice(base, 3000))]  # rare names
        found[language] = list(
            dict.fromkeys([*SMALL_WORDS[language].split(), *base, *forms, *made])
        )
    return found


def _language(word: str) -> str:
    letters, script = fold(word)
    if has_kazakh_letters(letters):
        return "kk"
    return "ru" if script == "cyrillic" else "en"


def texts(words: list[str], language: str, chance: random.Random) -> Iterator[MatchText]:
    """News in a language, without end."""
    weights = list(accumulate(1 / rank for rank in range(1, len(words) + 1)))
    while True:
        text = " ".join(chance.choices(words, cum_weights=weights, k=64))
        outlet = f"outlet{chance.randrange(OUTLETS)}"
        title, summary = (part[:1].upper() + part[1:] for part in (text[:60], text[61:361]))
        yield MatchText(title, summary, language, outlet)


def fill(path: Path, matcher: Matcher, number: int, now: datetime) -> None:
    """Items with their keys, the last one just now; and hits of a topic in one of thirty."""
    chance = random.Random(11)
    languages = {
        language: texts(words, language, chance) for language, words in vocabularies(chance).items()
    }
    stored, tokens, hits = [], [], []
    for place in range(number):
        at = now - timedelta(weeks=WEEKS) * ((number - place) / number)
        text = next(languages[chance.choice(("ru", "ru", "kk", "en", "en"))])
        item_id, stamp = first_id(at) + place % 1000, (at - EPOCH) // MICROSECOND
        stored.append(
            (item_id, text.source, text.title, text.summary, text.language, stamp, "alert")
        )
        tokens += [(key, item_id) for key in matcher.keys(text)]
        if place % 30 == 0:
            hits.append((item_id, 1, "[]", stamp))
    tokens.sort()
    file = sqlite3.connect(path)
    file.executemany(
        "INSERT INTO items (id, outlet, title, summary, language, first_seen_at, telling)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        stored,
    )
    file.executemany("INSERT INTO item_tokens (token, item_id) VALUES (?, ?)", tokens)
    file.execute("INSERT INTO queries VALUES (1, 'topic', 'topic:everything', 0)")
    file.executemany("INSERT INTO hits (item_id, query_id, spans, at) VALUES (?, ?, ?, ?)", hits)
    file.commit()
    file.close()
    different = len({token for token, _ in tokens})
    print(f"preview: {number:,} items over {WEEKS} weeks, {len(tokens):,} keys, {different:,} of "
          f"them different, {path.stat().st_size / 1e6:,.0f} MB")  # fmt: skip


async def tell(number: int) -> None:
    """Median and 95th percentile of each query."""
    now = datetime.now(UTC)
    matcher = Matcher(default_pack())
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "preview.db"
        await (await Database.open(f"sqlite:///{path}", now=now)).close()
        fill(path, matcher, number, now)
        matcher = Matcher(default_pack())  # without what it read so far
        db = await Database.open(f"sqlite:///{path}", now=now)
        slowest = 0.0
        for name, text in QUERIES.items():
            query = parse_query(text)
            assert isinstance(query, Query), query
            took = []
            for _ in range(TIMES):
                started = time.perf_counter()
                found = await preview(db, matcher, query, now)
                took.append((time.perf_counter() - started) * 1000)
            later = sorted(took[1:])
            late = later[int(len(later) * 0.95)]
            slowest = max(slowest, took[0], late)
            shown = f"{'' if found.exact else 'about '}{found.count:,} alerts"
            print(f"preview: {name}: median {statistics.median(later):.0f} ms, p95 {late:.0f} ms, "
                  f"first {took[0]:.0f} ms; {shown}, {len(found.latest)} shown"
                  + (f", never: {', '.join(found.silent)}" if found.silent else ""))  # fmt: skip
        print(f"preview: the slowest took {slowest:.0f} ms; {LIMIT} ms are allowed")
        await db.close()


if __name__ == "__main__":
    asyncio.run(tell(int(sys.argv[1]) if len(sys.argv) > 1 else ITEMS))
