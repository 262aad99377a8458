"""Errors of operations and error ends: who catches them, and how an activity is left."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from SpiffWorkflow.spiff.specs.event_definitions import ErrorEventDefinition

from engine.spiff.tree import STARTED, WAITING, EngineTask


def error_events(task: EngineTask) -> Iterator[tuple[EngineTask, Any]]:
    """Error events that wait for errors of `task`, with their definitions: those at its own
    activity first, then those at the activities around it."""
    inner: EngineTask | None = task
    while inner is not None:
        activity = inner.activity
        for sibling in activity.up.down if activity.up is not None else ():
            definition = getattr(sibling.task_spec, "event_definition", None)
            if sibling._state == WAITING and isinstance(definition, ErrorEventDefinition):
                yield sibling, definition
        inner = activity.workflow.parent_task


def error_boundary(task: EngineTask, code: str) -> EngineTask | None:
    """The event that catches an error of `task` with that code; one without a code catches all."""
    for event, definition in error_events(task):
        if definition.code in (None, "", code):
            return event
    return None


def leave_through(event: EngineTask, code: str, message: str) -> None:
    """Leave the activity of an error event by that event, at once: what it interrupts must not go
    on for another step. Its variable, if it names one, gets `code` and `message`."""
    run = event.workflow.top_workflow.run
    for sibling in event.up.down if event.up is not None else ():
        if not sibling.task_spec.catching:
            run.failed.add(sibling.id)
    variable = event.task_spec.event_definition.variable
    if variable:
        run.set_variable(event, variable, {"code": code, "message": message})
    event._set_state(STARTED)
    run.count_step(event)
    event.run()
