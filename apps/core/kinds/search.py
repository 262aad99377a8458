"""Search by any part of a name, its pinyin, its initials, a number or a phone.

Each record keeps bigrams of its search fields (`search_grams`, with a GIN index): every two
characters that follow each other, and each single one at a beginning. A search asks for all bigrams
of what was typed, and then for the text itself where only bigrams could agree by chance."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet
from pypinyin import Style, lazy_pinyin

SURNAMES = {
    "单": "shan",
    "曾": "zeng",
    "仇": "qiu",
    "解": "xie",
    "区": "ou",
    "查": "zha",
    "乐": "yue",
    "尉迟": "yuchi",
    "覃": "qin",
    "员": "yun",
}
"""Characters that are read in another way as surnames (domain.md, Chinese conventions)."""

HAN = re.compile(r"[\u3400-\u9fff]+")
BREAK = re.compile(r"[\W_]+")


def texts_of(record: Any, fields: Sequence[str]) -> list[str]:
    """What the search fields of a record hold; `customer__name` follows foreign keys."""
    found = []
    for path in fields:
        value = reduce(lambda thing, name: getattr(thing, name, None), path.split("__"), record)
        if value:
            found.append(str(value))
    return found


def readings(text: str) -> Iterator[str]:
    """The text itself in lower case without marks, its pinyin, and the initials of its pinyin."""
    plain = BREAK.sub("", text.lower())
    if plain:
        yield plain
    if HAN.search(plain):
        syllables = _syllables(plain)
        yield "".join(syllables)
        yield "".join(syllable[0] for syllable in syllables)


def _syllables(text: str) -> list[str]:
    for surname, reading in SURNAMES.items():
        if text.startswith(surname):
            rest = text[len(surname) :]
            first = ["yu", "chi"] if surname == "尉迟" else [reading]
            return [*first, *lazy_pinyin(rest, style=Style.NORMAL)]
    return [s for s in lazy_pinyin(text, style=Style.NORMAL) if s]


def grams(text: str) -> set[str]:
    """Bigrams of a reading, and its first character."""
    return {text[0], *(text[i : i + 2] for i in range(len(text) - 1))} if text else set()


def grams_of(record: Any, fields: Sequence[str]) -> list[str]:
    """What to store for a record."""
    found: set[str] = set()
    for text in texts_of(record, fields):
        for reading in readings(text):
            found |= grams(reading)
    return sorted(found)


def search(rows: QuerySet[Any], text: str, fields: Sequence[str]) -> QuerySet[Any]:
    """Rows that hold what was typed. The GIN index narrows; where the words were typed in Chinese
    or digits, the fields themselves must hold them."""
    typed = BREAK.sub("", text.lower())
    if not typed:
        return rows
    wanted = [typed] if len(typed) == 1 else sorted(grams(typed) - {typed[0]})
    rows = rows.filter(search_grams__contains=wanted)
    if HAN.search(typed):
        rows = rows.filter(
            reduce(or_, (Q(**{f"{name}__icontains": text.strip()}) for name in fields))
        )
    return rows
