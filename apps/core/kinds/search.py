"""Search by any part of a name, its pinyin, its initials, a number or a phone.

Each record keeps the readings of its search fields (`search_text`) and their bigrams
(`search_grams`, with a GIN index): every two characters that follow each other, and the first one.
A search asks the index for the bigrams of what was typed that tell most, and of what is left for
the text itself, as bigrams may agree by chance. A single character finds beginnings."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce
from time import monotonic
from typing import Any, Final, TypeVar

from django.db.models import Q, QuerySet
from pypinyin import Style, lazy_pinyin

from apps.accountsets.routing import current_set
from apps.core.phones import digits_in_any_form
from engine.database import execute

Rows = TypeVar("Rows", bound=QuerySet[Any])
SURNAMES = {
    "单": "shan",
    "曾": "zeng",
    "仇": "qiu",
    "解": "xie",
    "区": "ou",
    "查": "zha",
    "乐": "yue",
    "尉迟": "yu chi",
    "覃": "qin",
    "员": "yun",
    "朴": "piao",
    "盖": "ge",
    "种": "chong",
    "缪": "miao",
}
"""Characters that are read in another way as surnames (domain.md, Chinese conventions)."""

HAN = re.compile(r"[\u3400-\u9fff]+")
BREAK = re.compile(r"[\W_]+")
TELLING: Final = 2
"""So many bigrams are asked for, however common they are; more of them …"""
RARE: Final = 0.2
"""… that fewer of the rows have …"""
FEW: Final = 1000
"""… until so few rows are left that these are sooner read than another bigram."""
KNOWN_FOR: Final = 600  # seconds
COMMON: Final = """
SELECT c.reltuples, gram, share
FROM pg_class c JOIN pg_stats s ON s.tablename = c.relname AND s.schemaname = current_schema(),
    unnest(s.most_common_elems::text::text[], s.most_common_elem_freqs) g(gram, share)
WHERE c.oid = %s::regclass AND s.attname = 'search_grams' AND gram IS NOT NULL
"""


def texts_of(record: Any, fields: Sequence[str]) -> list[str]:
    """What the search fields of a record hold; `customer__name` follows foreign keys."""
    found = []
    for path in fields:
        value = reduce(lambda thing, name: getattr(thing, name, None), path.split("__"), record)
        if value:
            found.append(str(value))
    return found


@lru_cache(maxsize=4096)
def readings(text: str) -> tuple[str, ...]:
    """The text itself in lower case without marks; then its pinyin and the initials of its pinyin,
    and both once more where it begins like a surname: nothing tells 解 of 解放军总医院 (jie) from
    that of somebody called 解晓梅 (xie)."""
    plain = BREAK.sub("", text.lower())
    if not HAN.search(plain):
        return (plain,) if plain else ()
    return plain, *(
        reading
        for syllables in _ways(plain)
        for reading in ("".join(syllables), "".join(syllable[0] for syllable in syllables))
    )


def _ways(text: str) -> Iterator[list[str]]:
    """Its syllables as any word; and as a name, where it may be one."""
    yield _syllables(text)
    for surname, reading in SURNAMES.items():
        if text.startswith(surname):
            yield [*reading.split(), *_syllables(text[len(surname) :])]


def _syllables(text: str) -> list[str]:
    return [s for s in lazy_pinyin(text, style=Style.NORMAL) if s]


def grams(text: str) -> set[str]:
    """Bigrams of a reading, and its first character."""
    return {text[0], *(text[i : i + 2] for i in range(len(text) - 1))} if text else set()


def make_searchable(record: Any, fields: Sequence[str]) -> None:
    """Set what a record keeps for searches; the caller saves it."""
    found = [reading for text in texts_of(record, fields) for reading in readings(text)]
    record.search_text, record.search_grams = searchable(found)


def searchable(found: Collection[str]) -> tuple[str, list[str]]:
    """`search_text` and `search_grams` of a record whose search fields have these readings."""
    return " ".join(dict.fromkeys(found)), sorted(set().union(*map(grams, found)))


def search(rows: Rows, text: str, *, common: bool = False) -> Rows:
    """Rows that hold what was typed: all of its words, in any order. A phone number also finds
    however it was written here or there (`+86 512 6288 0001` finds `(0512) 62880001 转 8005`).

    Of what is `common`, the index would bring thousands to be put in order: going through the rows
    in their order, one has soon met a page of them."""
    words, number = text.lower().split(), digits_in_any_form(text)
    wanted = _holding(rows, words, common)
    return rows.filter(wanted | _holding(rows, [number], common) if number else wanted)


def _holding(rows: QuerySet[Any], words: Sequence[str], common: bool) -> Q:
    wanted = Q()
    for word in words:
        typed = BREAK.sub("", word)
        if len(typed) == 1 and common:  # comparing arrays takes ten times as long as this
            wanted &= Q(search_text__startswith=typed) | Q(search_text__contains=f" {typed}")
        elif len(typed) == 1:
            wanted &= Q(search_grams__contains=[typed])
        elif typed and common:
            wanted &= Q(search_text__contains=typed)
        elif typed:
            found = _telling(rows.model._meta.db_table, grams(typed) - {typed[0]})
            wanted &= Q(search_grams__contains=found, search_text__contains=typed)
    return wanted


@dataclass(frozen=True, slots=True)
class _Known:
    """What the planner's statistics say of a table: how many rows, and the share of them that have
    a common bigram. Read anew after `until`."""

    until: float
    rows: float
    shares: Mapping[str, float]


_known: dict[tuple[str, str], _Known] = {}


def _telling(table: str, found: Collection[str]) -> list[str]:
    """The bigrams that the index is asked for. Reading how half of all rows have `zh` takes it
    longer than anything else, and tells next to nothing."""
    known = _known_of(table)
    share = {gram: known.shares.get(gram, 0.0) for gram in found}
    asked: list[str] = []
    left = known.rows
    for gram in sorted(found, key=lambda gram: (share[gram], gram)):
        if len(asked) >= TELLING and (left < FEW or share[gram] >= RARE):
            break
        asked.append(gram)
        left *= share[gram]
    return sorted(asked)


def _known_of(table: str) -> _Known:
    key = current_set(), table
    known = _known.get(key)
    if known is None or known.until < monotonic():
        rows = list(execute(COMMON, [table]))
        shares = {gram: share for _rows, gram, share in rows}
        known = _Known(monotonic() + KNOWN_FOR, rows[0][0] if rows else 0, shares)
        _known[key] = known
    return known
