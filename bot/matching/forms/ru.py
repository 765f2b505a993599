"""Russian: declension by a word's last letters.

Without a dictionary the gender and the stress are unknown, so a word takes the endings of every
declension that its last letters allow, and nothing else. ё is е throughout.
"""

from __future__ import annotations

Paradigm = tuple[str, frozenset[str]]


def _set(text: str) -> frozenset[str]:
    """Endings parted by spaces; - is the bare stem."""
    return frozenset("" if part == "-" else part for part in text.split())


_CASES = "ам ами ах"
_SOFT_CASES = "ям ями ях"
_HARD = _set(f"- а у ом е ы ов {_CASES}")
_VELAR = _set(f"- а у ом е и ов {_CASES}")  # г к х
_SIBILANT = _set(f"- а у ом ем е и ы ов ев ей {_CASES}")  # ж ш ч щ ц
_SURNAME = _set(f"- а у ым ом е ы ых ыми ов {_CASES}")  # -ов -ев -ин -ын
_SURNAME_HER = _set(f"а у ой ою е ы {_CASES}")  # -ова -ева: never the man's bare name
_SOFT_Y = _set(f"й я ю ем е и ев {_SOFT_CASES}")  # after a vowel
_IY = _set("ий ия ию ием ии иев иям иями иях")
_ADJECTIVE = _set("ый ий ой ого ому ым ом ая ую ою ое ые ых ыми")
_ADJECTIVE_SOFT = _set("ий его ему им ем яя ей юю ею ее ие их ими")
_ADJECTIVE_VELAR = _set("ий ой ого ому им ом ая ую ою ое ие их ими")
_SIGN = _set(f"ь я ю ем е и ей ью ьми {_SOFT_CASES} {_CASES}")
_A = _set(f"- а ы е у ой ою {_CASES}")
_A_VELAR = _set(f"- а и е у ой ою {_CASES}")
_A_SIBILANT = _set(f"- а и ы е у ой ею ей {_CASES}")
_YA = _set(f"я и е ю ей ею ь й {_SOFT_CASES}")
_IYA = _set("ия ии ию ией иею ий иям иями иях")
_O = _set(f"- о а у ом е {_CASES}")
_E = _set(f"е я ю ем и ей {_SOFT_CASES}")
_E_SIBILANT = _set(f"- е а у ем {_CASES}")  # -це -ще
_IE = _set("ие ия ию ием ии ий иям иями иях")
_YE = _set("ье ья ью ьем ьи ий ьев ьям ьями ьях")
_EY = _set("я ю ем е и ев ям ями ях")  # воробей, ручей: after the ь that comes for е
_MYA = _set("я ени енем ена ен енам енами енах")
_PEOPLE = _set(f"е - {_CASES} ин ина ину ином ине")  # дунгане, дунганин
_PEOPLE_OF = _set(f"ец ца цу цем це цы цев {' '.join('ц' + end for end in _CASES.split())}")
_PLURAL_Y = _set(f"- ы а у ом е ов ой {_CASES}")
_PLURAL_I = _set(f"- и а у ом е ов ой ь я ю ем ей ью ьми й ев {_SOFT_CASES} {_CASES}")
_OBLIQUE = _set(f"а у ом ем е ы и ов ев ей {_CASES}")  # after a vowel fled: paradigm's rest

_PLURAL_YA = _set("ья ьев ьям ьями ьях")
_PLURAL_YA_EY = _set("ья ей ьям ьями ьях")
_PLURAL_SOFT = _set("и ей ям ями ях ьми")
# Words whose forms do not follow from their letters: as they are typed, what of them is another
# stem, and its endings.
_IRREGULAR = [
    ("люди людей человек", "люд", _PLURAL_SOFT), ("дети детей ребенок", "дет", _PLURAL_SOFT),
    ("сосед соседи", "сосед", _PLURAL_SOFT), ("черт черти", "черт", _PLURAL_SOFT),
    ("друг друзья", "друз", _PLURAL_YA_EY), ("муж мужья", "муж", _PLURAL_YA_EY),
    ("сын сыновья", "сынов", _PLURAL_YA_EY), ("князь князья", "княз", _PLURAL_YA_EY),
    ("брат братья", "брат", _PLURAL_YA), ("дерево деревья", "дерев", _PLURAL_YA),
    ("лист листья", "лист", _PLURAL_YA), ("крыло крылья", "крыл", _PLURAL_YA),
    ("стул стулья", "стул", _PLURAL_YA), ("перо перья", "пер", _PLURAL_YA),
    ("мать матери", "матер", _set("и ью ей ям ями ях")),
    ("дочь дочери", "дочер", _set("и ью ей ям ями ьми ях")),
    ("церковь церкви", "церкв", _set("ь и ью ей ам ами ах ям ями ях")),
    ("любовь", "любв", _set("и ью")), ("рожь", "рж", _set("и ью")), ("ложь", "лж", _set("и ью")),
    ("деньги", "денег", _set("-")), ("заем займ", "займ", _set(f"- а у ом е ы ов {_CASES}")),
    ("наем найм", "найм", _set("- а у ом е")),
    ("заяц зайцы", "зайц", _set(f"а у ем е ы ев {_CASES}")),
    ("яйцо яйца", "яиц", _set("-")), ("хозяин хозяева", "хозя", _set("ева ев евам евами евах")),
    ("господин господа", "господ", _set(f"а - {_CASES}")),
    ("ребенок дети", "ребят", _set("а - ам ами ах")),
    ("чудо чудеса", "чудес", _set(f"а - {_CASES}")),
    ("небо небеса", "небес", _set(f"а - {_CASES}")),
    ("путь", "пут", _set("ь и ем ей ям ями ях")),
    ("знамя", "знам", _set("ена ен енам енами енах")),
    ("бой", "бо", _set("ев")), ("сестра сестры", "сестер", _set("-")),
]  # fmt: skip

ALL_ENDINGS = frozenset().union(
    _HARD, _VELAR, _SIBILANT, _SURNAME, _SURNAME_HER, _SOFT_Y, _IY, _ADJECTIVE, _ADJECTIVE_SOFT,
    _ADJECTIVE_VELAR, _SIGN, _A, _A_VELAR, _A_SIBILANT, _YA, _IYA, _O, _E, _E_SIBILANT, _IE, _YE,
    _EY, _MYA, _PEOPLE, _PEOPLE_OF, _PLURAL_Y, _PLURAL_I, _OBLIQUE,
    *(endings for _, _, endings in _IRREGULAR),
)  # fmt: skip

_VOWELS = frozenset("аеиоуыэюя")
_ADJECTIVE_ENDS = ("ый", "ая", "ое", "ые", "яя", "ее")
# Short words whose vowel flees, ь left out.
_FLED = {"лед": "льд", "лев": "льв", "лен": "льн", "рот": "рт", "лоб": "лб", "сон": "сн",
         "пес": "пс", "мох": "мх", "ден": "дн", "пен": "пн"}  # fmt: skip
# Words in -ок whose vowel stays.
_VOWEL_STAYS = frozenset({"урок", "срок", "поток", "восток", "исток", "порок", "пророк", "игрок",
                          "знаток", "век", "человек", "чек"})  # fmt: skip


_IRREGULAR_OF: dict[str, list[Paradigm]] = {}
for _typed, _stem, _endings in _IRREGULAR:
    for _word in _typed.split():
        _IRREGULAR_OF.setdefault(_word, []).append((_stem, _endings))


def paradigms(word: str) -> list[Paradigm]:
    """Stems of a Cyrillic word, each with the endings it takes; "" is the stem itself."""
    if len(word) < 3:
        return [(word, frozenset({""}))]
    found = _by_last_letters(word) + _IRREGULAR_OF.get(word, [])
    return found or [(word, frozenset({""}))]  # -у -ю -э: indeclinable


def _by_last_letters(word: str) -> list[Paradigm]:
    last, stem = word[-1], word[:-1]
    if last in _VOWELS:
        return _vowel_final(word, stem, last)
    if last == "й":
        return _short_i_final(word)
    if last == "ь":
        found = [(stem, _SIGN)]
        return found + [(fled, _SIGN - {"ь"}) for fled in _fled(stem)]
    if word.endswith(("ов", "ев", "ин", "ын")):
        people = word.endswith(("анин", "янин"))  # гражданин, but Галанин too
        return [
            (word, _SURNAME),
            *([(word[:-2], _PEOPLE)] if people else []),
            *((fled, _OBLIQUE) for fled in _fled(word)),  # Левин is no лев, but лев is
        ]
    if word.endswith("ск") and len(word) > 3:  # Омск: омский, омцы
        return [(word, _VELAR | _ADJECTIVE_VELAR), (word[:-2], _PEOPLE_OF)]
    endings = _VELAR if last in "гкх" else _SIBILANT if last in "жшчщц" else _HARD
    return [(word, endings)] + [(fled, _OBLIQUE) for fled in _fled(word)]


def _short_i_final(word: str) -> list[Paradigm]:
    if word.endswith("ый"):
        return [(word[:-2], _ADJECTIVE)]
    if word.endswith("ий"):
        kind = _ADJECTIVE_VELAR if word[-3] in "гкхжшчщ" else _ADJECTIVE_SOFT
        if word[-3] in "жшчщ":
            kind |= _ADJECTIVE_SOFT
        return [(word[:-2], kind | (frozenset() if word.endswith("ский") else _IY))]
    if word.endswith("ой"):
        adjective = _ADJECTIVE_VELAR if word[-3] in "гкх" else _ADJECTIVE
        return [(word[:-1], _SOFT_Y), (word[:-2], adjective)]
    fled = [(word[:-2] + "ь", _EY)] if word.endswith("ей") else []  # воробья
    return [(word[:-1], _SOFT_Y), *fled]


def _vowel_final(word: str, stem: str, last: str) -> list[Paradigm]:
    if word.endswith(_ADJECTIVE_ENDS) and len(word) > 4:
        hard = _ADJECTIVE_VELAR if word[-3] in "гкхжшчщ" else _ADJECTIVE
        return [(word[:-2], _ADJECTIVE_SOFT if word.endswith(("яя", "ее")) else hard)]
    declined = _BY_VOWEL.get(last)
    return declined(word, stem) if declined else []


def _a_final(word: str, stem: str) -> list[Paradigm]:
    if word.endswith(("ова", "ева")):
        return [(stem, _SURNAME_HER)]
    kind = _A_VELAR if stem[-1] in "гкх" else _A_SIBILANT if stem[-1] in "жшчщц" else _A
    return [(stem, kind), *_filled(stem)]


def _ya_final(word: str, stem: str) -> list[Paradigm]:
    if word.endswith("ия"):
        return [(word[:-2], _IYA)]
    if word.endswith("мя"):
        return [(stem, _MYA)]
    many = [(stem[:-1], frozenset({"ей"}))] if stem[-1] == "ь" else []  # семья, семей
    return [(stem, _YA), *many, *_filled(stem, "ь")]


def _o_final(_: str, stem: str) -> list[Paradigm]:
    return [(stem, _O), *_filled(stem)]


def _e_final(word: str, stem: str) -> list[Paradigm]:
    if word.endswith(("ане", "яне")):
        return [(stem, _PEOPLE)]
    if word.endswith("ие"):
        adjective = _ADJECTIVE_VELAR if word[-3] in "гкхжшчщ" else _ADJECTIVE_SOFT
        return [(word[:-2], _IE | adjective)]
    if word.endswith("ье"):
        return [(word[:-2], _YE)]
    return [(stem, _E_SIBILANT if stem[-1] in "жшчщц" else _E)]


def _y_final(_: str, stem: str) -> list[Paradigm]:
    if len(stem) > 3 and stem[-1] == "ц" and stem[-2] not in _VOWELS:  # иностранцы
        return [(stem, _PLURAL_Y | {"ев", "ем"}), (stem[:-1] + "ец", frozenset({""}))]
    return [(stem, _PLURAL_Y)]


def _i_final(word: str, stem: str) -> list[Paradigm]:
    if word.endswith(("ские", "цкие")):
        return [(word[:-2], _ADJECTIVE_VELAR)]
    many = [(stem[:-1], frozenset({"ей"}))] if stem[-1] == "ь" else []  # семьи, семей
    return [(stem, _PLURAL_I), *many] + [(full, frozenset({"", "ь"})) for full in _refilled(stem)]


_BY_VOWEL = {
    "а": _a_final,
    "я": _ya_final,
    "о": _o_final,
    "е": _e_final,
    "ы": _y_final,
    "и": _i_final,
}


def _fled(word: str) -> list[str]:
    """The stem without its fleeting vowel: паводок → паводк, казахстанец → казахстанц, день → дн.

    Nobody can tell by letters where it flees, so it does in the suffixes where it mostly does.
    """
    if word in _FLED:
        return [_FLED[word]]
    if len(word) < 4 or word in _VOWEL_STAYS:
        return []
    head, vowel, last = word[:-2], word[-2], word[-1]
    found: list[str] = []
    if word.endswith("ец"):
        link = "ь" if head[-1] == "л" else "й" if head[-1] in _VOWELS else ""
        found = [head + link + "ц"]
    elif word.endswith(("ок", "ек")) and head[-1] not in _VOWELS:
        found = [head + "к", head + "ьк"] if vowel == "е" else [head + "к"]
    elif vowel in "ое" and last in "лнр" and head[-1] not in _VOWELS and len(word) <= 6:
        found = [head + last]
    return found


def _filled(stem: str, sign: str = "") -> list[Paradigm]:
    """The genitive plural with its fleeting vowel: сделк → сделок, войн... only before к н ц л."""
    if len(stem) < 3 or stem[-2] in _VOWELS:
        return []
    head, last = stem[:-1], stem[-1]
    if head[-1] in "ьй":
        return [(head[:-1] + "е" + last, frozenset({"", sign}))]
    if last not in "кнцлр":
        return []
    return [(head + vowel + last, frozenset({"", sign})) for vowel in "ое"]


def _refilled(stem: str) -> list[str]:
    """A plural's singular or genitive: паводки → паводок, девушки → девушек."""
    if len(stem) < 4 or stem[-1] != "к" or stem[-2] in _VOWELS:
        return []
    if stem[-2] in "ьй":
        return [stem[:-2] + "ек"]
    return [stem[:-1] + ("е" if stem[-2] in "жшч" else "о") + stem[-1]]
