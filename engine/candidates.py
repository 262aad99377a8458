"""Further candidates of a human task that is open: escalation keeps the task, its votes and its
drafts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.assignment import Term, resolve_open
from engine.cases import Task, change_task, lock_tasks
from engine.models import HumanTask, TaskState, TrailEvent
from engine.store import Case, Store
from engine.trail import plain


def add_candidates(case: Case, store: Store, terms: Mapping[str, Sequence[Term]]) -> None:
    """Ask whoever the terms (engine.assignment) of a task's id name as well.

    One task and one vote as before, whoever is first. Part of a step of `case`, whose lock is held.
    A task that waits for its turn, or is closed by now, is left alone."""
    if not terms:
        return
    named = HumanTask.objects.filter(task_id__in=terms, instance_id=case.id)
    for _case, task in lock_tasks(list(named.values_list("pk", flat=True))):
        if task.open:
            _ask_as_well(case, store, task, terms[task.task_id])


def _ask_as_well(case: Case, store: Store, task: Task, terms: Sequence[Term]) -> None:
    rule = {**task.rule, "terms": [*task.rule["terms"], *terms], "reserve": False}
    found = resolve_open(rule, people=store.people)
    new = sorted(set(found.pool) - set(task.pool))
    if not new:
        return
    HumanTask.objects.filter(pk=task.id).update(rule=plain(rule))
    change_task(
        store,
        task,
        state=TaskState.READY,
        assignee=None,
        owner=None,  # a delegation ends: whoever is asked may decide
        pool=list(found.pool),
        audience=list(found.pool),
        assignment=plain(found.reasons),
    )
    store.record(
        case,
        TrailEvent.CANDIDATE_ADDED,
        actor=None,
        process=task.process,
        element=task.element,
        task=task.task_id,
        data={"asked": {str(user): found.reasons[str(user)] for user in new}},
    )
