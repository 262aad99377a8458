"""Where an operation is called from, and the timers it may move."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from django.utils.translation import gettext as _

from engine.exceptions import WrongState
from engine.spiff.errors import error_boundary, error_events
from engine.spiff.timers import text_of
from engine.spiff.tree import READY, WAITING, EngineTask, Instance
from engine.spiff.types import Tally, Timer


def timer_of(task: EngineTask) -> Timer:
    """A waiting timer as the outside sees it."""
    spec, _definition = cast(Any, task.task_spec).timer
    timer = task.internal_data["timer"]
    return Timer(
        task_id=task.id,
        process=spec.process_key,
        element=spec.bpmn_id,
        due_at=datetime.fromisoformat(timer["due"]),
        cycle="left" in timer,
    )


def waiting_timer(instance: Instance, task_id: str) -> EngineTask:
    """The task of a timer that waits. Raises `WrongState`."""
    task = instance.find(task_id)
    if task is None or task._state != WAITING or "timer" not in task.internal_data:
        raise WrongState(_("The timer no longer waits."), task_id=task_id)
    return task


def reschedule(instance: Instance, task_id: str, due_at: datetime) -> None:
    """Move a waiting timer; a cycle goes on from there."""
    task = waiting_timer(instance, task_id)
    task.internal_data = {
        **task.internal_data,
        "timer": {**task.internal_data["timer"], "due": text_of(due_at)},
    }


class Site:
    """Where an operation is called from (`types.CallSite`)."""

    def __init__(self, task: EngineTask) -> None:
        self._task = task

    @property
    def task_id(self) -> str:
        return self._task.id

    @property
    def process(self) -> str:
        return self._task.task_spec.process_key

    @property
    def element(self) -> str:
        return cast(str, self._task.task_spec.bpmn_id)

    @property
    def scope(self) -> str:
        return self._task.workflow.scope_id

    @property
    def has_error_boundary(self) -> bool:
        return any(True for _event in error_events(self._task))

    def catches(self, code: str) -> bool:
        return error_boundary(self._task, code) is not None

    @property
    def tally(self) -> Tally | None:
        kept = self._task.workflow.tally
        return None if kept is None else Tally(*kept)

    def timers(self) -> Sequence[Timer]:
        return [
            timer_of(task)
            for scope in self._task.workflow.top_workflow.scopes()
            for task in scope.tasks.values()
            if task._state == WAITING and "timer" in task.internal_data
        ]

    def open_tasks(self) -> Sequence[tuple[str, str]]:
        return [
            (task.id, task.activity.id)
            for task in self._task.workflow.tasks.values()
            if task._state == READY and task.task_spec.manual
        ]

    def reschedule(self, task_id: str, due_at: datetime) -> None:
        reschedule(self._task.workflow.top_workflow, task_id, due_at)
