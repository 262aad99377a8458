"""Deciding human tasks, one by one; for many at once see `engine.many`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from engine import definitions, forms, uploads
from engine.acting import acting
from engine.cases import Sibling, Task, change_task, lock_task, lock_tasks
from engine.decisions import REMOVED
from engine.exceptions import (
    Conflict,
    EngineError,
    InvalidData,
    LimitExceeded,
    NotAllowed,
    OperationFailed,
    WrongState,
)
from engine.execution import Execution
from engine.instances import Result, require_active, result
from engine.models import TaskState, TrailEntry, TrailEvent
from engine.operations import Decided
from engine.organisation import organisation
from engine.pictures import task_variables
from engine.spiff.types import Complete, Variables
from engine.store import Case, Store
from engine.trail import plain
from engine.votes import Asked
from engine.wake import wake

OPINION_LENGTH = 2000


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person decides."""

    decision: str = ""
    opinion: str = ""
    data: Mapping[str, Any] | None = None
    files: uploads.Files = field(default_factory=uploads.Files)


def complete(
    task: int,
    *,
    user: int,
    decision: str = "",
    opinion: str = "",
    data: Mapping[str, Any] | None = None,
    files: uploads.Sent | None = None,
    seen_version: int | None = None,
    now: datetime | None = None,
) -> Result:
    """Decide a human task. A ready task is claimed by deciding it.

    `decision` is one of the codes of the user task's property `decisions`; `data` and `files` go
    through its task form, the files of the field `uploads.OPINION` belong to the opinion.
    `seen_version` is the version of the task that the user saw. Raises Conflict where somebody was
    faster or the task has changed since, NotAllowed for somebody who isn't asked, WrongState for a
    suspended case, InvalidData for the form or a file, OperationFailed or LimitExceeded where what
    follows can't be done: the task is open as before then, and the trail says why.
    """
    # Reading whole files must keep nobody waiting for the instance.
    choice = Choice(decision, opinion, data, uploads.examine(files))
    moment = now or timezone.now()
    try:
        with transaction.atomic():
            case, row = lock_task(task)
            store = Store(moment, wake)
            decide(case, row, store, choice, user=user, seen_version=seen_version)
            # Last, as wherever files are added: nothing is locked after the quota.
            with choice.files.kept(
                task=row.id, business_key=case.business_key, user=user, now=moment
            ):
                return result(case, store.save())
    except (OperationFailed, LimitExceeded) as error:
        _keep_reason(task, error, user=user, now=moment)
        raise


def _keep_reason(task: int, error: EngineError, *, user: int, now: datetime) -> None:
    """Say in the trail what the decision failed of, now that nothing of it is left. Where the case
    is busy or gone by now, that must not hide the failure from who has decided."""
    with suppress(EngineError), transaction.atomic():
        case, row = lock_task(task)
        store = Store(now, wake)
        store.record(
            case,
            TrailEvent.TASK_FAILED,
            actor=user,
            process=row.process,
            element=row.element,
            task=row.task_id,
            data={"message": str(error)[:2000], "operation": error.data.get("operation", "")},
        )
        store.save()


def decide(
    case: Case,
    row: Task,
    store: Store,
    choice: Choice,
    *,
    user: int,
    seen_version: int | None = None,
    batch: str = "",
    before_effects: Callable[[], None] = lambda: None,
) -> None:
    """Decide a locked task: checks, and the step into `store`, which the caller saves."""
    require_open(row, seen_version)
    require_active(case)
    require_own(row, user)
    require_not_excluded(row, user)
    process = definitions.compiled(case.definition, case.checksum)
    properties = process.element(row.process, row.element).properties
    _check_choice(choice, properties)
    form = _form(case, row, choice, properties, user)
    cleaned = choice.files.placed(form.cleaned_data if form is not None else {})
    on_behalf_of = row.assignment.get(str(user), {}).get("for")
    decided = Decided(
        task=row.id,
        activity=row.activity,
        user=user,
        on_behalf_of=on_behalf_of,
        code=choice.decision,
        opinion=choice.opinion,
        data=cleaned,
        asked=_asked(row),
    )
    store.record(
        case,
        TrailEvent.TASK_COMPLETED,
        actor=user,
        process=row.process,
        element=row.element,
        task=row.task_id,
        data=_said(decided, choice.files, batch),
    )
    if isinstance(form, forms.Editing):
        before_effects()
        with acting(user):
            form.write(store.now)
    names = _names(properties.get("variables", ""))
    variables = {name: cleaned[name] for name in names if name in cleaned}
    _finish(case, row, store, decided, variables, before_effects)


def take_off(case: Case, row: Task, store: Store, *, by: int, reason: str) -> None:
    """Complete an added approver's task without a vote; it may be one that waits for its turn."""
    decided = Decided(
        task=row.id,
        activity=row.activity,
        user=by,
        on_behalf_of=None,
        code=REMOVED,
        opinion=reason,
        data={},
        asked=_asked(row),
    )
    _finish(case, row, store, decided, {})


def _finish(
    case: Case,
    row: Task,
    store: Store,
    decided: Decided,
    variables: Variables,
    before_effects: Callable[[], None] = lambda: None,
) -> None:
    store.add(
        "decisions",
        task=row.id,
        activity=row.activity,
        user=decided.user,
        on_behalf_of=decided.on_behalf_of,
        code=decided.code,
        opinion=plain(decided.opinion),
        data=plain(decided.data),
    )
    waiting = [
        each for each in row.activity_tasks if each.state == TaskState.WAITING and each.id != row.id
    ]
    execution = Execution(
        case, store, actor=decided.user, decided=decided, before_effects=before_effects
    )
    execution.run(Complete(row.task_id, decided.code, variables, hold=bool(waiting)))
    _wake_waiting(row, waiting, store)


def _said(decided: Decided, files: uploads.Files, batch: str) -> Variables:
    said: Variables = {"decision": decided.code, "opinion": decided.opinion}
    if decided.on_behalf_of:
        said["on_behalf_of"] = decided.on_behalf_of
    if decided.data:
        said["data"] = decided.data
    said |= files.told
    if batch:
        said["batch"] = batch
    return said


def require_open(row: Task, seen_version: int | None = None) -> None:
    """Raises Conflict for a task that is closed or was changed since it was seen, WrongState for
    one that waits."""
    if row.state == TaskState.WAITING:
        raise WrongState(_("This task waits for its turn."))
    if not row.open:
        by = row.decided_by or _closed_by(row)
        if by is None:
            raise Conflict(_("This task is no longer open."), by=None, at=row.ended_at)
        raise Conflict(
            _("Already handled by %(name)s at %(time)s.")
            % {
                "name": organisation().names([by]).get(by, str(by)),
                "time": timezone.localtime(row.ended_at).strftime("%H:%M"),
            },
            by=by,
            at=row.ended_at,
        )
    if seen_version is not None and seen_version != row.version:
        raise Conflict(_changed(row), by=row.assignee, at=None)


def _closed_by(row: Task) -> int | None:
    """Whose act has closed a task that nobody decided: a colleague's vote, a withdrawal, somebody
    who sent back. None for a timer."""
    if row.ended_at is None:
        return None
    told = TrailEntry.objects.filter(instance__tasks__pk=row.id, at=row.ended_at).order_by("-seq")
    closed = told.filter(task_id=row.task_id, event=TrailEvent.TASK_CANCELLED).first()
    if closed is None:
        return None
    acts = told.filter(seq__lt=closed.seq, actor__isnull=False)
    return acts.values_list("actor", flat=True).first()


def _changed(row: Task) -> str:
    if row.assignee is None:
        return _("This task has changed since you opened it.")
    name = organisation().names([row.assignee]).get(row.assignee, str(row.assignee))
    return _("This task has changed since you opened it; %(name)s has it now.") % {"name": name}


def require_asked(row: Task, user: int) -> None:
    """Raises NotAllowed for somebody in whose inbox the task doesn't lie, Conflict where another
    has claimed it."""
    if user in row.audience:
        return
    if user in row.pool and row.assignee is not None:
        name = organisation().names([row.assignee]).get(row.assignee, str(row.assignee))
        raise Conflict(
            _("%(name)s has claimed this task.") % {"name": name}, by=row.assignee, at=None
        )
    raise NotAllowed(_("This task isn't yours."))


def require_own(row: Task, user: int) -> None:
    """Raises what `require_asked` does, and WrongState where the task is only delegated to them."""
    require_asked(row, user)
    if row.owner is not None:
        raise WrongState(_("This task is delegated to you; answer it first."))


def require_not_excluded(row: Task, user: int) -> None:
    """Raises NotAllowed for the initiator of what is to be approved, however the task came to
    them, where people don't decide their own."""
    if user in row.rule.get("excluded", ()) and not organisation().decide_own():
        raise NotAllowed(_("Nobody decides their own case."))


def require_opinion_fits(opinion: str) -> None:
    """Raises InvalidData for an opinion that is too long."""
    if len(opinion) > OPINION_LENGTH:
        message = _("An opinion has at most %(length)s characters.") % {"length": OPINION_LENGTH}
        raise InvalidData(message, errors={"opinion": [message]})


def _check_choice(choice: Choice, properties: Mapping[str, str]) -> None:
    require_opinion_fits(choice.opinion)
    offered = _names(properties.get("decisions", ""))
    if choice.decision not in (offered or [""]):
        raise InvalidData(
            _("“%(decision)s” can't be decided here; choose one of: %(offered)s.")
            % {"decision": choice.decision, "offered": ", ".join(offered)},
            errors={"decision": [_("Not one of the decisions offered.")]},
        )
    if (
        choice.decision in _names(properties.get("opinionRequired", ""))
        and not choice.opinion.strip()
    ):
        raise InvalidData(
            _("Say why: this decision needs an opinion."),
            errors={"opinion": [_("This decision needs an opinion.")]},
        )


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _form(
    case: Case, row: Task, choice: Choice, properties: Mapping[str, str], user: int
) -> forms.TaskForm | None:
    key = properties.get("formKey", "")
    if not key:
        return None
    task = forms.FormTask(
        task=row.id,
        instance=case.id,
        business_key=case.business_key,
        process=row.process,
        element=row.element,
        user=user,
        decision=choice.decision,
        variables=SimpleLazyObject(  # type: ignore[arg-type]
            lambda: task_variables(case.definition, case.checksum, case.runtime or b"", row.task_id)
        ),
    )
    return forms.filled(key, choice.data or {}, choice.files.sent, task)


def _asked(row: Task) -> tuple[Asked, ...]:
    return tuple(
        Asked(each.assignment, each.user, each.on_behalf_of, each.code)
        for each in row.activity_tasks
    )


def _wake_waiting(row: Task, waiting: Sequence[Sibling], store: Store) -> None:
    """Those who waited for this very task are asked now, unless the step has closed them."""
    if not waiting:
        return
    closed = {gone["task"] for gone in store.rows.get("closed", ())}
    turn = [task.id for task in waiting if task.waits_for == row.id and task.task_id not in closed]
    for _case, task in lock_tasks(turn) if turn else ():
        reserved = task.assignee is not None
        change_task(
            store,
            task,
            state=TaskState.RESERVED if reserved else TaskState.READY,
            audience=[task.assignee] if task.assignee is not None else task.pool,
            waits_for=None,
        )
