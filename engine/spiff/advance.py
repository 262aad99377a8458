"""The door: an act is done to an instance, and it runs on until it waits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, cast

from django.utils.translation import gettext as _

from engine.exceptions import InvalidExpression, NotFound, NothingCaught, WrongState
from engine.spiff import outcome, tally
from engine.spiff.process import CompiledProcess
from engine.spiff.resetting import reset_to
from engine.spiff.run import Run
from engine.spiff.site import reschedule, timer_of
from engine.spiff.state import dump_state, load_instance
from engine.spiff.tree import LIVE, READY, WAITING, EngineTask, Instance
from engine.spiff.types import (
    Act,
    AddChild,
    Complete,
    Deliver,
    Fire,
    Host,
    OpenedTask,
    Reschedule,
    Reset,
    SetVariables,
    Standing,
    Start,
    Step,
    Subscription,
    Timer,
    Variables,
)
from engine.spiff.values import normalized, normalized_variables


def advance(process: CompiledProcess, state: bytes | None, act: Act, host: Host) -> Step:
    """Do `act` to the instance in `state` (None for `Start`) and run it until it waits or ends.

    Nothing is changed but through `host`; an exception leaves `state` as valid as it was. Raises
    `WrongState`, `NotFound` and `NothingCaught` for an act that doesn't fit the state,
    `InvalidData`, `InvalidExpression`, `LimitExceeded`, and whatever an operation raises.
    """
    if isinstance(act, Start):
        instance, before = _begin(process, state, act, host), outcome.NOTHING
    elif state is None:
        raise WrongState(_("The instance has ended, or never began."))
    else:
        instance = load_instance(process, state, host)
        before = outcome.waiting(instance)
        _ACTS[type(act)](instance, act)
    instance.run.until_waiting()
    step = outcome.report(instance, before, Step(state=None, ended=instance.completed))
    if not instance.completed:
        step.state = dump_state(instance)
    return step


@dataclass(frozen=True, slots=True)
class Picture:
    """What an instance waits for, and the variables of its top process. `standings`: by activity,
    of each multi-instance whose decisions are counted."""

    tasks: tuple[OpenedTask, ...]
    timers: tuple[Timer, ...]
    subscriptions: tuple[Subscription, ...]
    variables: Variables
    standings: Mapping[str, Standing]


def peek(process: CompiledProcess, state: bytes, host: Host) -> Picture:
    """What the instance in `state` waits for; nothing is run. `host` is asked for the time only."""
    instance = load_instance(process, state, host)
    found = outcome.waiting(instance)
    return Picture(
        tasks=tuple(outcome.opened(instance.run, task) for task in found.manual.values()),
        timers=tuple(outcome.timers(found.catching, found.timers)),
        subscriptions=tuple(s for t in found.catching.values() for s in outcome.subscriptions(t)),
        variables=outcome.variables_of(instance),
        standings=_standings(instance, found.manual.values()),
    )


def _standings(instance: Instance, tasks: Iterable[EngineTask]) -> dict[str, Standing]:
    """What can't be evaluated is left out: whoever decides there is told."""
    found: dict[str, Standing] = {}
    for task in tasks:
        if tally.is_counted(task) and task.activity.id not in found:
            with suppress(InvalidExpression):
                found[task.activity.id] = tally.standing(instance.run, task)
    return found


# --- the acts -------------------------------------------------------------------------------------
def _begin(process: CompiledProcess, state: bytes | None, act: Start, host: Host) -> Instance:
    if state is not None:
        raise WrongState(_("The instance has begun already."))
    run = Run(host)
    instance = run.instance = Instance(process, run)
    root = instance.plant()
    for name, value in normalized_variables(act.variables).items():
        run.pass_on(root, name, value)
    return instance


def _complete(instance: Instance, act: Complete) -> None:
    task = _human_task(instance, act.task_id)
    run = instance.run
    for name, value in normalized_variables(act.variables).items():
        run.pass_on(task, name, value)
    if act.decision:
        run.set_variable(task, "decision", act.decision)
    loop = task.task_spec.loop
    if loop is not None:
        if loop.output_item is not None:
            task.data[loop.output_item.bpmn_id] = act.decision
        if tally.is_counted(task):
            _count(run, task, act)
    task.run()


def _count(run: Run, task: EngineTask, act: Complete) -> None:
    result = tally.count(run, task, act.decision, hold=act.hold)
    task.data[tally.CLOSED] = result is not None
    if result is not None:
        run.tally = result
        task.workflow.tally = [
            *(result.activity, result.kind, result.code, result.yes, result.no, result.of)
        ]


def _fire(instance: Instance, act: Fire) -> None:
    now = instance.run.host.now()
    for task_id in act.task_ids:
        task = instance.find(task_id)
        if task is None or task._state != WAITING or "timer" not in task.internal_data:
            continue
        timer = timer_of(task)
        if timer.due_at <= now:
            instance.run.host.fires(timer)
            cast(Any, task.task_spec).fire(task)
            instance.run.until_waiting()


def _deliver(instance: Instance, act: Deliver) -> None:
    task = instance.find(act.task_id)
    if task is None or task._state != WAITING or act.name not in task.internal_data.get("keys", ()):
        raise NothingCaught(
            _("Nobody waits for the message “%(name)s”.") % {"name": act.name},
            task_id=act.task_id,
            name=act.name,
        )
    cast(Any, task.task_spec).catch_message(task, act.name, act.payload)


def _add_child(instance: Instance, act: AddChild) -> None:
    task = _human_task(instance, act.task_id)
    loop = task.task_spec.loop
    if loop is None:
        raise WrongState(
            _("The task belongs to no multi-instance."),
            process=task.task_spec.process_key,
            element=task.task_spec.bpmn_id,
        )
    activity = task.activity
    index = 1 + max(child.internal_data["index"] for child in activity.down if child.triggered)
    loop.create_child(activity, normalized(act.item), index)


def _reset(instance: Instance, act: Reset) -> None:
    reset_to(instance, act.task_id, act.sender)


def _reschedule(instance: Instance, act: Reschedule) -> None:
    reschedule(instance, act.task_id, act.due_at)


def _set_variables(instance: Instance, act: SetVariables) -> None:
    variables = normalized_variables(act.variables)
    if act.task_id:
        task = instance.find(act.task_id)
        if task is None:
            raise NotFound(_("There is no such task."), task_id=act.task_id)
        scopes = [task.workflow]
    else:
        scopes = instance.scopes()
    for scope in scopes:
        closed_off = not act.task_id and scope.spec.io_specification is not None
        for live in [task for task in scope.tasks.values() if task._state & LIVE]:
            for name, value in variables.items():
                if not closed_off or scope is instance or name in live.data:
                    instance.run.pass_on(live, name, value)


def _human_task(instance: Instance, task_id: str) -> EngineTask:
    task = instance.find(task_id)
    if task is None or not task.task_spec.manual:
        raise NotFound(_("There is no such task."), task_id=task_id)
    if task._state != READY:
        raise WrongState(_("The task is no longer open."), task_id=task_id)
    return task


_ACTS: Final[dict[type, Callable[[Instance, Any], None]]] = {
    Complete: _complete,
    Fire: _fire,
    Deliver: _deliver,
    AddChild: _add_child,
    Reset: _reset,
    Reschedule: _reschedule,
    SetVariables: _set_variables,
}
