"""Checking an expression, wherever it stands, and taking it over from other vendors' ways of
writing.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final

from django.utils.translation import gettext_lazy as _

from engine.bpmn.findings import Finding, Problem, Repair, Verdict
from engine.bpmn.model import Element
from engine.exceptions import InvalidExpression
from engine.spiff.expressions import parsed, validate
from engine.working_time import parse_duration

INVALID = Problem(
    "expression_invalid",
    Verdict.ERROR,
    _("%(element)s: the %(what)s “%(expression)s” can't be computed: %(reason)s."),
)
VENDOR = Problem(
    "expression_vendor",
    Verdict.ERROR,
    _(
        "%(element)s: the %(what)s “%(expression)s” is written for another engine. Write the"
        " expression without ${ }."
    ),
)
RESERVED = Problem(
    "variable_reserved",
    Verdict.ERROR,
    _("%(element)s: the %(what)s “%(name)s” can't be the name of a variable. Choose another one."),
)

_VENDOR: Final = re.compile(r"^[$#]\{(.*)\}$", re.DOTALL)
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
RESERVED_NAMES: Final = frozenset(
    {
        *("typename", "data_objects", "level_closed"),  # kept by SpiffWorkflow and by the tally
        *("and", "or", "not", "in", "is", "if", "else", "lambda", "for", "None", "True", "False"),
        *("true", "false", "len", "min", "max", "round", "abs", "sum"),
        *("working", "calendar", "every_working"),
    }
)


def check_expression(
    source: str, element: Element, what: str, *, action: str = "", **values: str
) -> Iterator[Finding]:
    """Findings about the expression `source` of `element`; `what` is BPMN's word for the place.

    `action` and `values` describe how a repaired expression would be put there (`repairs.ACTIONS`).
    """
    plain = without_vendor_mark(source)
    if plain is None:
        reason = invalid_reason(source)
        if reason:
            yield INVALID.at(element.place, what=what, expression=source, reason=reason)
        return
    repair = None
    if action and element.id and not invalid_reason(plain):
        values = {**values, "value": plain}
        repair = Repair(action, element.id, element.place.line, values)
    yield VENDOR.at(element.place, repair=repair, what=what, expression=source)


def check_variable(name: str, element: Element, what: str) -> Iterator[Finding]:
    """A finding where `name` can't be a variable."""
    if not _NAME.fullmatch(name) or name in RESERVED_NAMES:
        yield RESERVED.at(element.place, what=what, name=name)


def invalid_reason(source: str) -> str:
    """Why it isn't an expression of the language; empty if it is."""
    try:
        validate(source)
    except InvalidExpression as error:
        return str(error.data.get("reason") or error)
    return ""


def tree_of(source: str) -> ast.expr | None:
    """The tree of a valid expression, None for any other."""
    try:
        return parsed(source)
    except InvalidExpression:
        return None


def is_duration(text: str) -> bool:
    """Whether it is an ISO 8601 duration that has a length of its own."""
    try:
        parse_duration(text)
    except InvalidExpression:
        return False
    return True


def without_vendor_mark(source: str) -> str | None:
    """What stands inside of `${…}` or `#{…}`; None where there is no such mark."""
    found = _VENDOR.match(source.strip())
    return found.group(1).strip() if found else None


def literal(source: str) -> str | None:
    """The text that an expression consisting of one text in quotes means; None for any other."""
    tree = tree_of(source)
    if isinstance(tree, ast.Constant) and isinstance(tree.value, str):
        return tree.value
    return None
