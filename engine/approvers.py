"""Changing who decides together: added approvers, further candidates, and the way back to an
earlier step."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from engine import uploads
from engine.cases import Task, change_task, lock_task
from engine.completion import require_open, require_opinion_fits, require_own, take_off
from engine.exceptions import Conflict, NotAllowed, WrongState
from engine.execution import Execution
from engine.instances import Result, require_active, result
from engine.models import HumanTask, TaskState, TrailEvent
from engine.organisation import Role, organisation
from engine.pictures import steps_to_go_back_to
from engine.spiff.types import AddChild, Reset
from engine.store import Store
from engine.tasks import require_eligible, require_no_vote
from engine.wake import wake

Place = Literal["before", "parallel", "after"]


def add_approver(
    task: int,
    *,
    user: int,
    by: int,
    place: Place = "parallel",
    reason: str = "",
    seen_version: int | None = None,
    now: datetime | None = None,
) -> Result:
    """One more approver beside me, before me (I wait) or after me (they wait): 加签.

    Only where several decide together (a multi-instance)."""
    with transaction.atomic():
        case, row = lock_task(task)
        require_open(row, seen_version)
        require_active(case)
        require_own(row, by)
        if row.activity == row.task_id:
            raise WrongState(_("Nobody can be added to this task."))
        require_eligible(row, user)
        if user in row.pool:
            raise Conflict(_("This person is asked already."), by=user, at=None)
        require_no_vote(case, row, user)
        store = Store(now or timezone.now(), wake)
        store.record(
            case,
            TrailEvent.APPROVER_ADDED,
            actor=by,
            process=row.process,
            element=row.element,
            task=row.task_id,
            data={"user": user, "place": place, "reason": reason},
        )
        item = {"user": user, "found": f"added_{place}", "by": by}
        Execution(case, store, actor=by).run(AddChild(row.task_id, item), added_by=by)
        if place == "after":
            (added,) = store.rows["opened"]
            added.update(state=TaskState.WAITING, waits_for=row.id, audience=[])
        opened = store.save()
        if place == "before":
            _wait_for(row, opened[0], store.now)
        return result(case, opened)


def _wait_for(row: Task, other: int, now: datetime) -> None:
    store = Store(now, wake)
    change_task(store, row, state=TaskState.WAITING, audience=[], waits_for=other)
    store.save()


def remove_approver(task: int, *, by: int, reason: str = "", now: datetime | None = None) -> Result:
    """Take an added approver off again (减签): whoever added them, or an administrator. They no
    longer count."""
    with transaction.atomic():
        case, row = lock_task(task)
        if row.added_by is None:
            raise WrongState(_("Only an added approver can be removed."))
        if by != row.added_by and Role.ADMINISTRATOR not in organisation().roles_of(by):
            raise NotAllowed(_("Only whoever added an approver may remove them."))
        if row.state != TaskState.WAITING:
            require_open(row)
        require_active(case)
        store = Store(now or timezone.now(), wake)
        store.record(
            case,
            TrailEvent.APPROVER_REMOVED,
            actor=by,
            process=row.process,
            element=row.element,
            task=row.task_id,
            data={"user": row.pool, "reason": reason},
        )
        take_off(case, row, store, by=by, reason=reason)
        return result(case, store.save())


def send_back(
    task: int,
    *,
    to: str,
    user: int,
    opinion: str,
    files: uploads.Sent | None = None,
    seen_version: int | None = None,
    now: datetime | None = None,
) -> Result:
    """Back to an earlier human step (`to`: its task_id) whose scope is still open; what came after
    is undone. `files` of the field `uploads.OPINION` belong to the opinion.

    Where the diagram draws sending back, that is a decision; this is for the other steps. Raises
    WrongState where the step doesn't lead to this task, NotFound where it lies in a scope that has
    ended."""
    require_opinion_fits(opinion)
    attached = uploads.attached(files)
    with transaction.atomic():
        case, row = lock_task(task)
        require_open(row, seen_version)
        require_active(case)
        require_own(row, user)
        store = Store(now or timezone.now(), wake)
        store.record(
            case,
            TrailEvent.SENT_BACK,
            actor=user,
            process=row.process,
            element=row.element,
            task=row.task_id,
            data={"to": to, "opinion": opinion, **attached.told},
        )
        Execution(case, store, actor=user).run(Reset(to, row.task_id))
        with attached.kept(task=row.id, business_key=case.business_key, user=user, now=store.now):
            return result(case, store.save())


def earlier_steps(task: HumanTask) -> Sequence[HumanTask]:
    """Completed human tasks to which `send_back` can lead from this one."""
    possible = steps_to_go_back_to(task.instance, str(task.task_id))
    done = task.instance.tasks.filter(state=TaskState.COMPLETED).order_by("id")
    return [other for other in done if str(other.task_id) in possible]
