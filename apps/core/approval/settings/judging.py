"""What is wrong with the rows of a matrix, told to people: beside the row that it concerns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core.approval.deciders import SUPERIOR, person_in
from apps.core.approval.settings.matrix import Input, Row
from apps.core.inbox.wording import listed
from engine.bpmn.predicates import Alternative, TooComplex, can_meet, uncovered
from engine.bpmn.values import EVERYTHING, NUMBERS, TEXTS, YES_OR_NO, ValueSet, constants
from engine.organisation import Answers, Role, Unit, organisation

DOMAINS: Final = {"number": NUMBERS, "boolean": YES_OR_NO}
WHOLE_TABLE: Final = -1


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about a row (its index, or WHOLE_TABLE). What is `fatal` can't be put in force."""

    row: int
    text: str
    fatal: bool = False


def judge(inputs: Sequence[Input], rows: Sequence[Row]) -> list[Remark]:
    """Rows that never hold, documents that nobody decides, levels that are asked twice, roles that
    nobody holds."""
    asked = any(each.kind == "departments" for each in inputs)
    units = organisation().departments() if asked else ()
    alternatives = [_alternative(inputs, row, units) for row in rows]
    return [
        *_empty(inputs, rows, alternatives),
        *_doubles(rows, alternatives),
        *_gaps(inputs, rows, alternatives, units),
        *_unheld(rows),
    ]


def _alternative(inputs: Sequence[Input], row: Row, units: Sequence[Unit]) -> Alternative:
    found: dict[str, ValueSet] = {}
    for index, (each, condition) in enumerate(zip(inputs, row.conditions, strict=True)):
        values = condition.values(units)
        if values is not None and values != EVERYTHING:
            found[str(index)] = values & _texts(each) if condition.among else values
    return found


def _texts(each: Input) -> ValueSet:
    """All that a text can be."""
    return constants(text for text, _word in each.known) if each.known else TEXTS


def _empty(
    inputs: Sequence[Input], rows: Sequence[Row], alternatives: Sequence[Alternative]
) -> Iterator[Remark]:
    for index, (row, alternative) in enumerate(zip(rows, alternatives, strict=True)):
        never = [int(column) for column, values in alternative.items() if not values]
        if any(row.conditions[column].within for column in never):
            yield Remark(index, _("It never holds: there is no such department."), fatal=True)
        elif unknown := [column for column in never if row.conditions[column].among]:
            text = _("It never holds: “%(text)s” is nothing that “%(input)s” can be.")
            told = {
                "text": listed(row.conditions[unknown[0]].among),
                "input": inputs[unknown[0]].label,
            }
            yield Remark(index, text % told, fatal=True)
        elif never:
            yield Remark(index, _("It never holds: “from” must be less than “to”."), fatal=True)


def _doubles(rows: Sequence[Row], alternatives: Sequence[Alternative]) -> Iterator[Remark]:
    for (one, first), (two, second) in combinations(enumerate(rows), 2):
        if first.level == second.level and can_meet(alternatives[one], alternatives[two]):
            yield Remark(
                two,
                _("It may hold together with row %(row)s: level %(level)s is then asked twice.")
                % {"row": one + 1, "level": second.level},
            )


def _gaps(
    inputs: Sequence[Input],
    rows: Sequence[Row],
    alternatives: Sequence[Alternative],
    units: Sequence[Unit],
) -> Iterator[Remark]:
    """A formula may admit less than it seems: its rows count as if they held for nothing."""
    sure = [
        alternative
        for row, alternative in zip(rows, alternatives, strict=True)
        if not any(condition.formula for condition in row.conditions)
    ]
    domains = {str(index): _domain(each, index, rows, units) for index, each in enumerate(inputs)}
    try:
        gap = uncovered(sure, domains)
    except TooComplex:
        yield Remark(WHOLE_TABLE, _("Too many rows to tell whether every document is decided."))
        return
    if gap is not None:
        case = listed(
            f"{inputs[int(index)].label} = {_sample(inputs[int(index)], values, units)}"
            for index, values in gap.items()
            if values != domains[index]
        )
        text = _("Nobody decides this: %(case)s.") % {"case": case or _("any document")}
        yield Remark(WHOLE_TABLE, text, fatal=True)


def _sample(each: Input, values: ValueSet, units: Sequence[Unit]) -> str:
    """One of the values, as people call it."""
    called: dict[str, list[tuple[Any, str]]] = {
        "departments": [(unit.id, unit.names[-1]) for unit in units],
        "boolean": [(True, _("Yes")), (False, _("No"))],
        "string": list(each.known),
    }
    words = (word for value, word in called.get(each.kind, ()) if values & constants([value]))
    return next(words, None) or values.sample()


def _domain(each: Input, index: int, rows: Sequence[Row], units: Sequence[Unit]) -> ValueSet:
    """Where every row lists texts, no others are to be decided: kinds of activities, say."""
    if each.kind == "departments":
        return constants(unit.id for unit in units) or NUMBERS
    listed = [row.conditions[index].among for row in rows]
    if each.kind == "string" and listed and all(listed):
        return constants(text for texts in listed for text in texts) & _texts(each)
    return _texts(each) if each.kind == "string" else DOMAINS[each.kind]


def _unheld(rows: Sequence[Row]) -> Iterator[Remark]:
    people = Answers(timezone.now())
    held: dict[str, bool] = {  # depend on the initiator
        Role.DEPARTMENT_HEAD: True,
        SUPERIOR: True,
    }
    for index, row in enumerate(rows):
        if row.role not in held:
            user = person_in(row.role)
            held[row.role] = bool(
                people.holders(row.role) if user is None else people.standing([user])
            )
        if not held[row.role]:
            yield Remark(index, _("Nobody is there: an administrator would name an approver."))
