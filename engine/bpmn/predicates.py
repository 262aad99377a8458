"""What conditions admit: expressions taken apart into alternatives, and alternatives compared.

An alternative is a conjunction: subject → the values it may have. A subject is an expression that
isn't looked into (`amount`, `len(rows)`, `route.position - limit`); different subjects are taken to
be independent.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from typing import Final

from engine.bpmn.values import (
    EVERYTHING,
    NOT_NEGATIVE,
    TRUTHY,
    Constant,
    ValueSet,
    compared,
    constants,
)

Alternative = Mapping[str, ValueSet]

MAX_ALTERNATIVES: Final = 64
MAX_WORK: Final = 100_000
"""Sets looked at before a table counts as too large to be judged."""
MAX_SUBJECTS: Final = 20


class TooComplex(Exception):
    """More cases than can be looked at."""


_LENGTH: Final = re.compile(r"len\(\S*\)")
_ORDER: Final[Mapping[type[ast.cmpop], str]] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
_MIRRORED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "=="}


def alternatives(tree: ast.expr, holds: bool = True) -> list[Alternative]:
    """All the ways in which the expression is true, or with `holds` false, isn't. Raises
    TooComplex.
    """
    if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.Not):
        return alternatives(tree.operand, not holds)
    if isinstance(tree, ast.BoolOp):
        parts = [alternatives(value, holds) for value in tree.values]
        return _all(parts) if isinstance(tree.op, ast.And) == holds else _any(parts)
    if isinstance(tree, ast.Compare):
        pairs = zip([tree.left, *tree.comparators], tree.ops, tree.comparators, strict=False)
        parts = [_one(*_comparison(*pair), holds) for pair in pairs]
        return _all(parts) if holds else _any(parts)
    if isinstance(tree, ast.Constant):
        return [{}] if bool(tree.value) == holds else []
    return _one(ast.unparse(tree), TRUTHY, holds)


def domain(subject: str) -> ValueSet:
    """All values that the subject can have."""
    return NOT_NEGATIVE if _LENGTH.fullmatch(subject) else EVERYTHING


def can_meet(one: Alternative, two: Alternative) -> bool:
    """Whether both can be true at once."""
    return all(values & two.get(subject, EVERYTHING) for subject, values in one.items())


def share_a_subject(one: Alternative, two: Alternative) -> bool:
    return any(subject in two for subject in one)


def uncovered(
    rows: Sequence[Alternative], domains: Mapping[str, ValueSet]
) -> dict[str, ValueSet] | None:
    """Values of the subjects in `domains` that no row admits; None where there are none. Raises
    TooComplex.
    """
    if len(domains) > MAX_SUBJECTS:
        raise TooComplex
    return _Search(domains).gap(list(rows), list(domains))


class _Search:
    def __init__(self, domains: Mapping[str, ValueSet]) -> None:
        self.domains = domains
        self.work = 0

    def gap(self, rows: list[Alternative], subjects: list[str]) -> dict[str, ValueSet] | None:
        if not rows:
            return {subject: self.domains[subject] for subject in subjects}
        if any(row.keys().isdisjoint(subjects) for row in rows):
            return None
        subject, *others = subjects
        sets = [row.get(subject, EVERYTHING) for row in rows]
        for part in self._parts(self.domains[subject], sets):
            inside = [row for row, values in zip(rows, sets, strict=True) if values & part]
            found = self.gap(inside, others)
            if found is not None:
                return {subject: part, **found}
        return None

    def _parts(self, whole: ValueSet, sets: Sequence[ValueSet]) -> list[ValueSet]:
        """`whole` cut so that each part lies inside or outside of every set."""
        parts = [whole]
        for values in dict.fromkeys(sets):
            self.work += len(parts) + len(sets)
            if self.work > MAX_WORK:
                raise TooComplex
            cut = [half for part in parts for half in (part & values, part - values)]
            parts = [part for part in cut if part]
        return parts


def _any(parts: list[list[Alternative]]) -> list[Alternative]:
    found = [alternative for part in parts for alternative in part]
    if len(found) > MAX_ALTERNATIVES:
        raise TooComplex
    return found


def _all(parts: list[list[Alternative]]) -> list[Alternative]:
    found: list[Alternative] = [{}]
    for part in parts:
        if len(found) * len(part) > MAX_ALTERNATIVES:
            raise TooComplex
        joined = [_join(one, two) for one in found for two in part]
        found = [alternative for alternative in joined if all(alternative.values())]
    return found


def _join(one: Alternative, two: Alternative) -> Alternative:
    meeting = {subject: values & one.get(subject, EVERYTHING) for subject, values in two.items()}
    return {**one, **meeting}


def _one(subject: str, values: ValueSet, holds: bool) -> list[Alternative]:
    admitted = (values if holds else ~values) & domain(subject)
    return [{subject: admitted}] if admitted else []


def _comparison(left: ast.expr, operator: ast.cmpop, right: ast.expr) -> tuple[str, ValueSet]:
    """Subject and the values for which the comparison is true."""
    negated = isinstance(operator, ast.NotEq | ast.NotIn | ast.IsNot)
    sign = _ORDER.get(type(operator), "==")
    if isinstance(operator, ast.In | ast.NotIn):
        subject, values = _membership(left, right)
    elif _is_constant(right):
        subject, values = _against_constant(left, sign, _constant(right))
    elif _is_constant(left):
        subject, values = _against_constant(right, _MIRRORED[sign], _constant(left))
    else:
        subject, values = _difference(ast.unparse(left), sign, ast.unparse(right))
    return subject, ~values if negated else values


def _membership(left: ast.expr, right: ast.expr) -> tuple[str, ValueSet]:
    if isinstance(right, ast.List | ast.Tuple) and all(_is_constant(item) for item in right.elts):
        return ast.unparse(left), constants(_constant(item) for item in right.elts)
    return f"{ast.unparse(left)} in {ast.unparse(right)}", TRUTHY


def _against_constant(left: ast.expr, sign: str, value: Constant) -> tuple[str, ValueSet]:
    if sign == "==":
        return ast.unparse(left), constants([value])
    if isinstance(value, int | float):
        return ast.unparse(left), compared(sign, value)
    return f"{ast.unparse(left)} {sign} {value!r}", TRUTHY  # the order of texts isn't looked into


def _difference(left: str, sign: str, right: str) -> tuple[str, ValueSet]:
    """Two unknowns: their difference against zero, in one order, so that a < b and b <= a are
    opposites.
    """
    if left > right:
        left, right, sign = right, left, _MIRRORED[sign]
    return f"{left} - {right}", constants([0]) if sign == "==" else compared(sign, 0)


def _is_constant(tree: ast.expr) -> bool:
    try:
        ast.literal_eval(tree)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return False
    return not isinstance(tree, ast.List | ast.Tuple)


def _constant(tree: ast.expr) -> Constant:
    value: Constant = ast.literal_eval(tree)
    return value
