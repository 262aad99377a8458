"""Counting the decisions of a multi-instance: who has won, and whether the others need still be
asked."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext as _

from engine.decisions import REMOVED
from engine.exceptions import InvalidExpression
from engine.spiff.run import Run
from engine.spiff.tree import COMPLETED, UNFINISHED, EngineTask
from engine.spiff.types import Tally

CLOSED: Final = "level_closed"
"""The variable that the completion condition of the multi-instance reads."""
MODES: Final = ("all", "any", "percent")


def count(run: Run, child: EngineTask, decision: str, *, hold: bool = False) -> Tally | None:
    """Count `decision` of `child` with those of its siblings; None while the multi-instance goes
    on.

    The properties tallyMode, tallyThreshold (percent), tallyYes, tallyNo and tallyStop of the task
    are expressions, evaluated in the child's data. With `hold` an added approver still waits for
    their turn: `any` isn't decided before they were asked.
    """
    mode = _property(run, child, "tallyMode", "all")
    yes_codes, no_codes, stop_codes = (
        _property(run, child, name, []) for name in ("tallyYes", "tallyNo", "tallyStop")
    )
    activity = child.activity
    siblings = [task for task in activity.down if task.triggered and task is not child]
    cast_codes = [task.data.get("decision", "") for task in siblings if task._state == COMPLETED]
    codes = [*cast_codes, decision]
    of = len(siblings) + 1 - codes.count(REMOVED)
    yes = sum(code in yes_codes for code in codes)
    no = sum(code in no_codes for code in codes)

    def result(kind: str) -> Tally:
        return Tally(activity.id, kind, decision, yes, no, of)

    if decision in stop_codes:
        return result("stop")
    if mode == "any":
        won, lost = yes >= 1 and not hold, no >= of
    elif mode == "all":
        won, lost = 0 < of <= yes, no >= 1
    else:
        threshold = _property(run, child, "tallyThreshold", 100)
        won = of > 0 and yes * 100 >= threshold * of
        lost = (of - no) * 100 < threshold * of
    if won:
        return result("yes")
    if lost or not any(_open(task) for task in siblings):
        return result("no")
    return None


def _open(task: EngineTask) -> bool:
    return bool(task._state & UNFINISHED)


def _property(run: Run, child: EngineTask, name: str, default: Any) -> Any:
    source = child.task_spec.properties.get(name)
    value = default if source is None else run.evaluate(child, source)
    if name == "tallyMode":
        right = value in MODES
    elif name == "tallyThreshold":
        right = isinstance(value, int | float) and 0 < value <= 100
    else:
        right = isinstance(value, list | tuple)
    if not right:
        raise InvalidExpression(
            _("The property %(name)s can't be %(value)s.")
            % {"name": name, "value": repr(value)[:50]},
            process=child.task_spec.process_key,
            element=child.task_spec.bpmn_id,
        )
    return value
