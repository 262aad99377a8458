"""Counting the decisions of a multi-instance: who has won, and whether the others need still be
asked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django.utils.translation import gettext as _

from engine.decisions import REMOVED
from engine.exceptions import InvalidExpression
from engine.spiff.run import Run
from engine.spiff.tree import COMPLETED, UNFINISHED, EngineTask
from engine.spiff.types import Standing, Tally

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
    yes_codes, no_codes, stop_codes = (
        _property(run, child, name, []) for name in ("tallyYes", "tallyNo", "tallyStop")
    )
    activity = child.activity
    siblings = [task for task in activity.down if task.triggered and task is not child]
    codes = [*_cast(siblings), decision]
    of = len(siblings) + 1 - codes.count(REMOVED)
    yes = sum(code in yes_codes for code in codes)
    no = sum(code in no_codes for code in codes)
    mode, threshold = _how(run, child)

    def result(kind: str) -> Tally:
        return Tally(activity.id, kind, decision, yes, no, of)

    if decision in stop_codes:
        return result("stop")
    if mode == "any":
        won, lost = yes >= 1 and not hold, no >= of
    elif mode == "all":
        won, lost = 0 < of <= yes, no >= 1
    else:
        won = of > 0 and yes * 100 >= threshold * of
        lost = (of - no) * 100 < threshold * of
    if won:
        return result("yes")
    if lost or not any(_open(task) for task in siblings):
        return result("no")
    return None


def standing(run: Run, child: EngineTask) -> Standing:
    """How the multi-instance of `child`, which is open, is counted, and how it stands."""
    mode, threshold = _how(run, child)
    yes_codes = _property(run, child, "tallyYes", [])
    children = [task for task in child.activity.down if task.triggered]
    codes = _cast(children)
    yes = sum(code in yes_codes for code in codes)
    return Standing(mode, threshold, yes, len(children) - codes.count(REMOVED))


def is_counted(task: EngineTask) -> bool:
    """Whether it is one of several whose decisions are counted."""
    return task.task_spec.loop is not None and "tallyMode" in task.task_spec.properties


def _how(run: Run, child: EngineTask) -> tuple[str, float]:
    """Mode and threshold; the latter of mode percent alone."""
    mode = _property(run, child, "tallyMode", "all")
    return mode, _property(run, child, "tallyThreshold", 100) if mode == "percent" else 100


def _cast(tasks: Iterable[EngineTask]) -> list[str]:
    """What was decided by those of them that are done."""
    return [task.data.get("decision", "") for task in tasks if task._state == COMPLETED]


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
