"""What a step has done, read off the tree before and after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from engine.spiff.run import Run
from engine.spiff.site import timer_of
from engine.spiff.tree import (
    CANCELLED,
    COMPLETED,
    LIVE,
    READY,
    UNFINISHED,
    WAITING,
    EngineTask,
    Instance,
)
from engine.spiff.types import (
    ClosedTask,
    OpenedTask,
    Step,
    Subscription,
    Tally,
    Timer,
    Variables,
    Visit,
)


@dataclass(slots=True)
class Waiting:
    """What an instance waits for: tasks by id."""

    manual: dict[str, EngineTask]
    timers: dict[str, str]  # task id -> time at which it is due
    catching: dict[str, EngineTask]


def waiting(instance: Instance) -> Waiting:
    """Everything in the instance that waits for people, time or messages."""
    found = Waiting({}, {}, {})
    for scope in instance.scopes():
        for task in scope.tasks.values():
            state = task._state
            if state == READY and task.task_spec.manual:
                found.manual[task.id] = task
            elif state == WAITING and task.task_spec.catching:
                found.catching[task.id] = task
                timer = task.internal_data.get("timer")
                if timer is not None:
                    found.timers[task.id] = timer["due"]
    return found


NOTHING = Waiting({}, {}, {})


def report(instance: Instance, before: Waiting, step: Step) -> Step:
    """Fill in what the step has done. `before` is what the instance waited for when it was
    loaded."""
    run = instance.run
    after = waiting(instance)
    step.end_events = tuple(run.ends)
    step.variables = variables_of(instance)
    step.changes = run.changes
    step.visits = _visits(run)
    step.thrown = run.thrown
    step.tally = run.tally
    step.opened = [opened(run, t) for i, t in after.manual.items() if i not in before.manual]
    step.closed = [
        ClosedTask(i, _how_closed(t, run.tally))
        for i, t in before.manual.items()
        if i not in after.manual
    ]
    step.timers = [
        timer_of(after.catching[i])
        for i, due in after.timers.items()
        if before.timers.get(i) != due
    ]
    step.timers_gone = [i for i in before.timers if i not in after.timers]
    step.subscriptions = [
        subscription
        for i, task in after.catching.items()
        if i not in before.catching
        for subscription in subscriptions(task)
    ]
    step.subscriptions_gone = [
        i
        for i, t in before.catching.items()
        if i not in after.catching and cast(Any, t.task_spec).messages
    ]
    return step


def _how_closed(task: EngineTask, tally: Tally | None) -> str:
    if task._state == COMPLETED:
        return "completed"
    decided = tally is not None and tally.activity == task.activity.id
    return "superseded" if decided else "cancelled"


def variables_of(instance: Instance) -> Variables:
    """Variables of the top process: those it ended with, or those of its live tokens, the latest
    moved winning."""
    if instance.completed:
        return dict(instance.data)
    live = [task for task in instance.tasks.values() if task._state & LIVE]
    result: Variables = {}
    for task in sorted(live, key=lambda task: task.last_state_change):
        result.update(task.data)
    return result


def _visits(run: Run) -> list[Visit]:
    visits = []
    for identity, task in run.visits.items():
        began = identity in run.new
        if began or task.finished:
            visits.append(_visit(run, task, began))
    return visits


def _visit(run: Run, task: EngineTask, began: bool) -> Visit:
    spec = task.task_spec
    return Visit(
        task_id=task.id,
        process=spec.process_key,
        element=spec.bpmn_id,
        scope=task.workflow.scope_id,
        flow=flow_to(run, task),
        began=began,
        state=_state(run, task),
    )


def _state(run: Run, task: EngineTask) -> str:
    if task._state & UNFINISHED:
        return "active"
    if task._state == CANCELLED:
        return "failed" if task.id in run.failed else "cancelled"
    return "completed"


def flow_to(run: Run, task: EngineTask) -> str:
    """Id of the sequence flow by which the task was reached; empty where there was none."""
    if task.triggered or hasattr(task.task_spec, "cancel_activity"):
        return ""
    for above in task.above():
        if above.task_spec.visible:
            spec = task.task_spec
            return run.instance.process.flow(
                spec.process_key, above.task_spec.bpmn_id, spec.bpmn_id
            )
    return ""


def opened(run: Run, task: EngineTask) -> OpenedTask:
    """A human task that is ready."""
    spec = task.task_spec
    properties = spec.properties
    item = spec.loop.input_item if spec.loop is not None else None
    groups = properties.get("candidateGroups", "")

    def value(name: str) -> Any:
        source = properties.get(name)
        return None if not source else run.evaluate(task, source)

    return OpenedTask(
        task_id=task.id,
        process=spec.process_key,
        element=spec.bpmn_id,
        scope=task.workflow.scope_id,
        activity=task.activity.id,
        index=task.internal_data.get("index"),
        assignee=value("assignee"),
        candidates=value("candidates"),
        groups=tuple(group.strip() for group in groups.split(",") if group.strip()),
        item=None if item is None else task.data.get(item.bpmn_id),
        variables=task.data,
    )


def subscriptions(task: EngineTask) -> list[Subscription]:
    """The messages that a task waits for."""
    return [
        Subscription(
            task_id=task.id,
            process=spec.process_key,
            element=spec.bpmn_id,
            name=name,
            key=task.internal_data["keys"][name],
        )
        for name, (spec, _definition) in cast(Any, task.task_spec).messages.items()
    ]


def timers(tasks: dict[str, EngineTask], due: dict[str, str]) -> list[Timer]:
    return [timer_of(tasks[i]) for i in due]
