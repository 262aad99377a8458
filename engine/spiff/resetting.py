"""Back to an earlier human task of a scope that is still open."""

from __future__ import annotations

from django.utils.translation import gettext as _

from engine.exceptions import NotFound, WrongState
from engine.spiff.process import CompiledProcess
from engine.spiff.specs import BoundaryEventSplit
from engine.spiff.state import load_instance
from engine.spiff.tree import COMPLETED, UNFINISHED, WAITING, EngineTask, Instance
from engine.spiff.types import Host


def reset_to(instance: Instance, task_id: str) -> None:
    """Undo what followed a completed human task, and open it again as a new visit with a new id.

    Data are those that the task had at first; tasks, timers and scopes that came after it go. Of a
    multi-instance, all children are opened again. A parallel join that has let tokens through since
    takes back those of other branches: they wait for this one again.
    """
    task = instance.find(task_id)
    if task is None or not task.task_spec.manual:
        raise NotFound(_("There is no such task in an open part of the process."), task_id=task_id)
    if task._state & UNFINISHED:
        raise WrongState(_("The task is still open."), task_id=task_id)
    top = task.activity
    if top.up is not None and isinstance(top.up.task_spec, BoundaryEventSplit):
        top = top.up
    anchor = top.up
    if anchor is None:
        raise WrongState(_("The task can't be reached again."), task_id=task_id)
    firing = _joins_passed(top)
    top.workflow.discard(top)
    for join in firing:
        _take_back(join)
    again = anchor._add_child(top.task_spec)
    again.task_spec._update(again)


def resettable(process: CompiledProcess, state: bytes, host: Host) -> list[str]:
    """Ids of the completed human tasks to which `reset_to` can lead."""
    return [
        str(task.id)
        for scope in load_instance(process, state, host).scopes()
        if not scope.completed
        for task in scope.tasks.values()
        if task.task_spec.manual and task._state == COMPLETED
    ]


def _joins_passed(top: EngineTask) -> list[EngineTask]:
    """Joins outside of the branch below `top` that a token of this branch has helped to fire."""
    inside = {id(task) for task in top.below()}
    numbers = {task.internal_data.get("joined") for task in top.below()} - {None}
    return [
        task
        for task in top.workflow.tasks.values()
        if task.internal_data.get("join") in numbers and id(task) not in inside
    ]


def _take_back(join: EngineTask) -> None:
    """The token of another branch, which went on from the join, waits there again; so do those that
    came with it."""
    if join.workflow.tasks.get(str(join.id)) is not join:
        return
    number = join.internal_data.pop("join")
    for child in list(join.down):
        join.workflow.discard(child)
    for task in join.workflow.tasks.values():
        if task.internal_data.get("joined") == number:
            del task.internal_data["joined"]
            task._set_state(WAITING)
    join.data = {} if join.up is None else join.up.data.copy()
    join._set_state(WAITING)
