"""Departments as approval matrices name them. A department stands for those below it as well, as it
does in data scopes: a document tells all that its own is called (`facts.departments`), and a cell
asks whether one of its names is among them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from engine.organisation import Unit, organisation

FACT: Final = "departments"
OLD_FACT: Final = "department"
"""The name of the very department, which matrices from before ask for; they get it still."""
BELOW: Final = "/"


def called(names: Sequence[str]) -> list[str]:
    """What a department of these names, from the root to it, is called: itself and each above it,
    by its name and by those that lead to it (`销售部/华东组`); the nearest first."""
    return [
        BELOW.join(names[begin:end])
        for end in range(len(names), 0, -1)
        for begin in range(end - 1, -1, -1)
    ]


def department_facts(department: int) -> dict[str, Any]:
    """What a matrix can ask of the department of a document."""
    units = {unit.id: unit for unit in organisation().departments()}
    names = units[department].names
    return {OLD_FACT: names[-1], FACT: called(names)}


def unmistakable(units: Sequence[Unit]) -> dict[int, str]:
    """The shortest text that means each department and no other."""
    counts = Counter(
        BELOW.join(unit.names[begin:]) for unit in units for begin in range(len(unit.names))
    )
    return {unit.id: _shortest(unit.names, counts) for unit in units}


def _shortest(names: Sequence[str], counts: Counter[str]) -> str:
    texts = (BELOW.join(names[begin:]) for begin in range(len(names) - 1, 0, -1))
    return next((text for text in texts if counts[text] == 1), BELOW.join(names))


def within(texts: Sequence[str], units: Sequence[Unit]) -> list[Unit]:
    """Those of these departments that are meant by what a row names, or are below such a one."""
    return [unit for unit in units if {*called(unit.names)} & {*texts}]
