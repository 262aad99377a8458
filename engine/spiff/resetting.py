"""Back to an earlier human task of a scope that is still open."""

from __future__ import annotations

from django.utils.translation import gettext as _

from engine.exceptions import NotFound, WrongState
from engine.spiff.activities import CallActivity
from engine.spiff.process import CompiledProcess
from engine.spiff.specs import BoundaryEventSplit
from engine.spiff.state import load_instance
from engine.spiff.tree import COMPLETED, UNFINISHED, WAITING, EngineTask, Instance, Scope
from engine.spiff.types import Host


def reset_to(instance: Instance, task_id: str, sender: str | None = None) -> None:
    """Undo what followed a completed human task, and open it again as a new visit with a new id.
    `sender`: the open task from which it is sent back; it must be among what is undone.

    Data are those that the task had at first; tasks, timers and scopes that came after it go. Of a
    multi-instance, all children are opened again. A parallel join that has let tokens through since
    takes back those of other branches: they wait for this one again.
    """
    task = instance.find(task_id)
    if task is None or not task.task_spec.manual:
        raise NotFound(_("There is no such task in an open part of the process."), task_id=task_id)
    if task._state & UNFINISHED:
        raise WrongState(_("The task is still open."), task_id=task_id)
    if sender is not None and not _precedes(task, instance.find(sender)):
        raise WrongState(_("This step doesn't lead to the task."), task_id=task_id)
    top = _top(task)
    anchor = top.up
    if anchor is None:
        raise WrongState(_("The task can't be reached again."), task_id=task_id)
    scope, firing = top.workflow, _joins_passed(top)
    fired = _fired(scope)
    scope.discard(top)
    for join in firing:
        _take_back(join)
    _wait_again(scope, fired - _fired(scope))
    again = anchor._add_child(top.task_spec)
    again.task_spec._update(again)


def resettable(process: CompiledProcess, state: bytes, host: Host, sender: str) -> list[str]:
    """Ids of the completed human tasks to which `reset_to` can lead from an open one."""
    instance = load_instance(process, state, host)
    opened = instance.find(sender)
    return [
        str(task.id)
        for scope in instance.scopes()
        if not scope.completed
        for task in scope.tasks.values()
        if task.task_spec.manual and task._state == COMPLETED and _precedes(task, opened)
    ]


def _top(task: EngineTask) -> EngineTask:
    """What is undone with a task: its activity, with what splits off boundary events."""
    activity = task.activity
    split = activity.up
    return split if split and isinstance(split.task_spec, BoundaryEventSplit) else activity


def _precedes(task: EngineTask, sender: EngineTask | None) -> bool:
    """Whether the sender's task is there because of the other one. Not so are steps of parallel
    branches, and colleagues' votes in the same countersign. Nor does it lead out of a called
    process: what the caller does when that ends (a document returned, say) would be left out; such
    ways back are drawn."""
    while sender is not None and sender.workflow is not task.workflow:
        owner = sender.workflow.parent_task
        sender = None if owner is None or isinstance(owner.task_spec, CallActivity) else owner
    if sender is None or sender.activity is task.activity:
        return False
    top = _top(task)
    undone = [top, *(child for join in _joins_passed(top) for child in join.down)]
    return any(each in undone for each in (sender, *sender.above()))


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
    """The token of another branch, which went on from the join, waits there again."""
    if join.workflow.tasks.get(str(join.id)) is not join:
        return
    del join.internal_data["join"]
    for child in list(join.down):
        join.workflow.discard(child)
    join.data = {} if join.up is None else join.up.data.copy()
    join._set_state(WAITING)


def _fired(scope: Scope) -> set[object]:
    """Numbers of the joins that have let tokens through."""
    return {task.internal_data.get("join") for task in scope.tasks.values()} - {None}


def _wait_again(scope: Scope, undone: set[object]) -> None:
    """Tokens that came with the one that went on from a join wait there again, where that is
    undone: as a new visit, since the old one has ended."""
    for task in list(scope.tasks.values()):
        branch = task.up
        if branch is not None and task.internal_data.get("joined") in undone:
            scope.discard(task)
            again = branch._add_child(task.task_spec)
            again.data = task.data
            again._set_state(WAITING)
