"""Giving numbers."""

from __future__ import annotations

from datetime import date
from typing import Protocol

from engine.database import execute

NEXT = """
INSERT INTO numbering_numberseries (kind, series, last) VALUES (%s, %s, 1)
ON CONFLICT (kind, series) DO UPDATE SET last = numbering_numberseries.last + 1
RETURNING last
"""


class Rule(Protocol):
    """What `apps.core.kinds.declaration.Numbering` is."""

    def series(self, day: date) -> str: ...

    def number(self, day: date, seq: int) -> str: ...


def next_number(kind: str, rule: Rule, day: date) -> str:
    """The next number of a kind. Without gaps: whoever rolls back gives theirs back, and who comes
    meanwhile waits."""
    ((seq,),) = execute(NEXT, [kind, rule.series(day)])
    return rule.number(day, int(seq))
