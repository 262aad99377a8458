"""Cells of an approval matrix as people fill them in: from–to, yes or no, one of several."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from apps.core.approval.departments import within
from engine.bpmn.tables import ANYTHING
from engine.bpmn.values import EVERYTHING, ValueSet, compared, constants
from engine.organisation import Unit

_BOUND: Final = r"-?\d+(?:\.\d+)?"
_FROM: Final = re.compile(rf"(?:\?\s*)?>=\s*({_BOUND})")
_BELOW: Final = re.compile(rf"(?:\?\s*)?<\s*({_BOUND})")
_BETWEEN: Final = re.compile(rf"\?\s*>=\s*({_BOUND})\s+and\s+\?\s*<\s*({_BOUND})")
_SET: Final = re.compile(r"\?\s*in\s*(\[.*\])", re.DOTALL)
_NAMED: Final = r'("(?:[^"\\]|\\.)*")\s+in\s+\?'
_WITHIN: Final = re.compile(rf"{_NAMED}(?:\s+or\s+{_NAMED})*")


@dataclass(frozen=True, slots=True)
class Condition:
    """What a row asks of one input; a condition without anything in it admits everything.

    `lowest` belongs to it, `below` doesn't. `within` names departments, each for those below it as
    well (`apps.core.approval.departments`). `formula` is a cell that is none of these: it is kept
    as it is."""

    lowest: Decimal | None = None
    below: Decimal | None = None
    flag: bool | None = None
    among: tuple[str, ...] = ()
    within: tuple[str, ...] = ()
    formula: str = ""

    @property
    def cell(self) -> str:
        """As the table has it."""
        if self.formula:
            return self.formula
        if self.within:
            return " or ".join(f"{_quoted(name)} in ?" for name in self.within)
        if self.flag is not None:
            return "true" if self.flag else "false"
        return self._amount or self._choice

    @property
    def _amount(self) -> str:
        if self.lowest is not None and self.below is not None:
            return f"? >= {self.lowest:f} and ? < {self.below:f}"
        if self.lowest is not None:
            return f">= {self.lowest:f}"
        return "" if self.below is None else f"< {self.below:f}"

    @property
    def _choice(self) -> str:
        if len(self.among) == 1:
            return _quoted(self.among[0])
        if self.among:
            return f"? in [{', '.join(map(_quoted, self.among))}]"
        return "-"

    def values(self, units: Sequence[Unit]) -> ValueSet | None:
        """What it admits, of departments those among `units`; None for a formula."""
        if self.formula:
            return None
        found = EVERYTHING
        if self.lowest is not None:
            found &= compared(">=", float(self.lowest))
        if self.below is not None:
            found &= compared("<", float(self.below))
        if self.flag is not None:
            found &= constants([self.flag])
        if self.within:
            found &= constants(unit.id for unit in within(self.within, units))
        return found & constants(self.among) if self.among else found


def read_condition(cell: str) -> Condition:
    """The condition of a cell of the table."""
    text = cell.strip()
    if text in ANYTHING:
        return Condition()
    if text in ("true", "false"):
        return Condition(flag=text == "true")
    if found := _BETWEEN.fullmatch(text):
        return Condition(lowest=Decimal(found[1]), below=Decimal(found[2]))
    if found := _FROM.fullmatch(text):
        return Condition(lowest=Decimal(found[1]))
    if found := _BELOW.fullmatch(text):
        return Condition(below=Decimal(found[1]))
    if _WITHIN.fullmatch(text):
        return Condition(within=tuple(json.loads(name) for name in re.findall(_NAMED, text)))
    among = _texts(_SET.fullmatch(text), text)
    return Condition(among=among) if among else Condition(formula=text)


def _texts(found: re.Match[str] | None, text: str) -> tuple[str, ...]:
    try:
        value = ast.literal_eval(found[1] if found else text)
    except (ValueError, SyntaxError):
        return ()
    texts = value if isinstance(value, list) else [value]
    return tuple(texts) if all(isinstance(each, str) for each in texts) else ()


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
