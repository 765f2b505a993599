"""Make bot/stories/seed_means.npy anew: `OMP_NUM_THREADS=1 python -m tools.seed_means`.

The mean vector of each language, from sentences of this project's own (seed_sentences.txt) with
places, persons, countries and numbers filled in, the same in all languages, so that the means
differ by language and not by subject; alone like a headline, and in pairs like one with a summary.
Kazakh in Latin letters is a language of its own here.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

import numpy as np

from bot.stories.vectors import SEED_LANGUAGES, Unavailable, load

HERE = Path(__file__).resolve().parent
MEANS = HERE.parent / "bot" / "stories" / "seed_means.npy"
TIMES = 6  # fillings of a sentence

PLACES = """Алматы Алматы Almaty|Астана Астана Astana|Шымкент Шымкент Shymkent|Караганда Қарағанды
Karaganda|Актобе Ақтөбе Aktobe|Павлодар Павлодар Pavlodar|Атырау Атырау Atyrau|Костанай Қостанай
Kostanay|Уральск Орал Oral|Тараз Тараз Taraz|Семей Семей Semey|Кокшетау Көкшетау Kokshetau"""
COUNTRIES = """Франция Франция France|Индия Үндістан India|Турция Түркия Turkey|Япония Жапония
Japan|Узбекистан Өзбекстан Uzbekistan|Германия Германия Germany|Китай Қытай China|Россия Ресей
Russia|Иран Иран Iran|Канада Канада Canada"""
PERSONS = """Ахметова Ахметова Akhmetova|Сейтжанов Сейтжанов Seitzhanov|Омарова Омарова Omarova|
Жумабеков Жұмабеков Zhumabekov|Ким Ким Kim|Иванова Иванова Ivanova|Нургалиев Нұрғалиев Nurgaliev|
Тулеубаева Төлеубаева Tuleubayeva"""
# The alphabet of 2021.
LETTERS = """
а-a ә-ä б-b в-v г-g ғ-ğ д-d е-e ё-io ж-j з-z и-i й-i к-k қ-q л-l м-m н-n ң-ñ о-o ө-ö п-p р-r с-s т-t
у-u ұ-ū ү-ü ф-f х-h һ-h ц-s ч-ch ш-ş щ-ş ы-y і-ı э-e ю-iu я-ia ь- ъ-
"""
LATIN = dict(pair.split("-") for pair in LETTERS.split())


def latin(text: str) -> str:
    """Kazakh as it is written with the alphabet of 2021."""
    written = (
        LATIN.get(letter.lower(), letter).capitalize()
        if letter.isupper()
        else LATIN.get(letter, letter)
        for letter in text
    )
    return "".join(written)


def sentences() -> dict[str, list[str]]:
    """Language → its sentences, filled."""
    chance = random.Random(7)  # noqa: S311
    fillings = {
        name: [cell.split() for cell in table.replace("\n", " ").split("|")]
        for name, table in (("place", PLACES), ("country", COUNTRIES), ("person", PERSONS))
    }
    found: dict[str, list[str]] = {language: [] for language in SEED_LANGUAGES}
    for line in (HERE / "seed_sentences.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        written = [cell.strip() for cell in line.split("|")]
        for _ in range(TIMES):
            chosen = {name: chance.choice(rows) for name, rows in fillings.items()}
            number, day = chance.randint(3, 90), chance.randint(1, 28)
            for at, language in enumerate(("ru", "kk", "en")):
                names = {name: row[at] for name, row in chosen.items()}
                filled = written[at].format(n=number, day=day, **names)
                found[language].append(filled[0].upper() + filled[1:])
    found["kk-latin"] = [latin(sentence) for sentence in found["kk"]]
    # Those without a name or number came out alike: once each, the same ones in all languages.
    once = [at for at, filled in enumerate(found["ru"]) if found["ru"].index(filled) == at]
    pairs = [(chance.choice(once), chance.choice(once)) for _ in once]
    return {
        language: [filled[at] for at in once]
        + [f"{filled[title]}. {filled[summary]}." for title, summary in pairs]
        for language, filled in found.items()
    }


def main() -> int:
    embedder = load()
    if isinstance(embedder, Unavailable):
        print(embedder.reason, file=sys.stderr)
        return 1
    written = sentences()
    means = [
        np.mean([embedder.embed(sentence) for sentence in written[language]], axis=0)
        for language in SEED_LANGUAGES
    ]
    np.save(MEANS, np.array(means, np.float32), allow_pickle=False)
    print({language: len(filled) for language, filled in written.items()})
    return 0


if __name__ == "__main__":
    sys.exit(main())
