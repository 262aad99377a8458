"""Human tasks: what a person may do with one beside deciding it.

Every command locks the instance, checks, writes the change and its trail entry in one transaction.
Whoever has the role administrator may assign any task; otherwise only those asked may act on it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from engine import assignment, uploads
from engine.cases import Task, change_task, lock_task
from engine.completion import (
    Choice,
    complete,
    require_asked,
    require_not_excluded,
    require_open,
    require_opinion_fits,
    require_own,
)
from engine.decisions import REMOVED
from engine.exceptions import Conflict, InvalidData, NotAllowed, WrongState
from engine.instances import require_active
from engine.many import Outcome, complete_many, rehearse_many
from engine.models import HumanTask, TaskState, TrailEntry, TrailEvent
from engine.notices import mails_to
from engine.organisation import Role, organisation
from engine.spiff.types import Variables
from engine.store import Case, Store
from engine.trail import plain
from engine.wake import wake
from engine.working_time import require_sensible

__all__ = [
    "REMOVED",
    "Choice",
    "Outcome",
    "assign",
    "claim",
    "complete",
    "complete_many",
    "delegate",
    "rehearse_many",
    "resolve",
    "set_dates",
    "transfer",
    "unclaim",
    "urge",
]


@dataclass(slots=True)
class Command:
    """A locked task about to be changed."""

    case: Case
    task: Task
    store: Store
    kept: AbstractContextManager[None] = field(default_factory=nullcontext)  # files of an opinion

    def change(self, event: TrailEvent, *, by: int | None, data: Variables, **changes: Any) -> None:
        """Write the change and say it in the trail."""
        change_task(self.store, self.task, **changes)
        self.record(event, by=by, data=data)

    def record(self, event: TrailEvent, *, by: int | None, data: Variables) -> None:
        self.store.record(
            self.case,
            event,
            actor=by,
            process=self.task.process,
            element=self.task.element,
            task=self.task.task_id,
            data=data,
        )


@contextmanager
def _command(task: int, seen_version: int | None, now: datetime | None) -> Iterator[Command]:
    """Lock the task; at the end everything is written."""
    with transaction.atomic():
        case, row = lock_task(task)
        require_open(row, seen_version)
        require_active(case)
        command = Command(case, row, Store(now or timezone.now(), wake))
        yield command
        with command.kept:  # last, as wherever files are added: nothing is locked after the quota
            command.store.save()


def claim(
    task: int, *, user: int, seen_version: int | None = None, now: datetime | None = None
) -> None:
    """Take a task out of the pool. Of several who claim at once one wins, the others get a
    Conflict."""
    with _command(task, seen_version, now) as command:
        row = command.task
        if row.assignee == user:
            return
        require_asked(row, user)
        command.change(
            TrailEvent.TASK_CLAIMED,
            by=user,
            data={},
            state=TaskState.RESERVED,
            assignee=user,
            audience=[user],
        )


def unclaim(
    task: int, *, user: int, seen_version: int | None = None, now: datetime | None = None
) -> None:
    """Put a claimed task back into its pool."""
    with _command(task, seen_version, now) as command:
        row = command.task
        _require_assignee(row, user)
        if row.owner is not None or len(row.pool) < 2:
            raise WrongState(_("Nobody else could take this task; transfer it instead."))
        command.change(
            TrailEvent.TASK_UNCLAIMED,
            by=user,
            data={},
            state=TaskState.READY,
            assignee=None,
            audience=row.pool,
        )


def assign(
    task: int,
    *,
    to: int,
    by: int,
    reason: str = "",
    seen_version: int | None = None,
    now: datetime | None = None,
) -> None:
    """An administrator, or somebody of the pool, gives the task to `to`, who need not be in the
    pool."""
    with _command(task, seen_version, now) as command:
        if Role.ADMINISTRATOR not in organisation().roles_of(by):
            require_own(command.task, by)
        _require_somebody_else(command.task, to)
        _give(command, to, by, TrailEvent.TASK_ASSIGNED, "assigned", reason)


def entrust(task: int, *, to: int, by: int, reason: str = "", now: datetime | None = None) -> None:
    """Give the task to `to`, because what it is about is theirs from now on. The caller has asked
    whether `by` may settle that."""
    with _command(task, None, now) as command:
        _give(command, to, by, TrailEvent.TASK_ASSIGNED, "assigned", reason)


def transfer(
    task: int,
    *,
    to: int,
    by: int,
    reason: str = "",
    seen_version: int | None = None,
    now: datetime | None = None,
) -> None:
    """Hand a task over for good (转办), to an absent person's substitute as well; its timers go
    on."""
    with _command(task, seen_version, now) as command:
        require_own(command.task, by)
        _require_somebody_else(command.task, to, by)
        _give(command, to, by, TrailEvent.TASK_TRANSFERRED, "transferred", reason)


def require_no_vote(case: Case, row: Task, user: int) -> None:
    """Raises Conflict for somebody who has a vote in this activity already, or has cast it: nobody
    decides twice."""
    beside = HumanTask.objects.filter(instance=case.id, activity=row.activity).exclude(pk=row.id)
    asked = Q(state__lte=TaskState.WAITING, pool__members__user=user)
    if beside.filter(asked | Q(decided_by=user)).exists():
        raise Conflict(_("This person is asked already."), by=user, at=None)


def _require_somebody_else(row: Task, to: int, by: int | None = None) -> None:
    """Raises InvalidData (`to`) where that changes nothing: they have the task, or give it (`by`)
    to themselves."""
    if to in (row.assignee, by):
        message = _("This person has the task already. Choose somebody else.")
        raise InvalidData(message, errors={"to": [message]})


def _give(command: Command, to: int, by: int, event: TrailEvent, rule: str, reason: str) -> None:
    row = command.task
    require_eligible(row, to)
    require_no_vote(command.case, row, to)
    new_rule = assignment.named(to, rule=rule, by=by, instead_of=row.rule)
    found = assignment.resolve(new_rule, people=command.store.people)
    HumanTask.objects.filter(pk=row.id).update(rule=new_rule)
    command.change(
        event,
        by=by,
        data={"to": to, "from": row.assignee, "reason": reason},
        state=TaskState.READY if found.assignee is None else TaskState.RESERVED,
        assignee=found.assignee,
        owner=None,
        audience=list(found.audience),
        pool=list(found.pool),
        assignment=plain(found.reasons),
    )


def delegate(
    task: int,
    *,
    to: int,
    by: int,
    reason: str = "",
    seen_version: int | None = None,
    now: datetime | None = None,
) -> None:
    """Ask somebody to look into it (委派); it comes back by `resolve`, and only then is decided."""
    with _command(task, seen_version, now) as command:
        row = command.task
        require_own(row, by)
        _require_somebody_else(row, to, by)
        require_eligible(row, to)
        command.change(
            TrailEvent.TASK_DELEGATED,
            by=by,
            data={"to": to, "reason": reason},
            state=TaskState.RESERVED,
            assignee=to,
            owner=by,
            audience=[to],
            assignment={**row.assignment, str(to): {"rule": "delegated", "by": by}},
        )


def resolve(
    task: int,
    *,
    user: int,
    opinion: str = "",
    files: uploads.Sent | None = None,
    seen_version: int | None = None,
    now: datetime | None = None,
) -> None:
    """Answer a delegated task, with `files` of the field `uploads.OPINION`: it goes back to whoever
    delegated it, or to those who are asked now where that person no longer is. Raises InvalidData
    for a file as well."""
    require_opinion_fits(opinion)
    attached = uploads.attached(files)
    with _command(task, seen_version, now) as command:
        row = command.task
        _require_assignee(row, user)
        if row.owner is None:
            raise WrongState(_("This task is your own; decide it."))
        found = assignment.resolve_open(row.rule, people=command.store.people)
        assignee = row.owner if row.owner in found.pool else found.assignee
        audience = list(found.pool) if assignee is None else [assignee]
        command.change(
            TrailEvent.TASK_RESOLVED,
            by=user,
            data={"opinion": opinion, "to": assignee, **attached.told},
            state=TaskState.READY if assignee is None else TaskState.RESERVED,
            assignee=assignee,
            owner=None,
            audience=audience,
            pool=list(found.pool),
            assignment=plain(found.reasons),
        )
        command.kept = attached.kept(
            task=row.id, business_key=command.case.business_key, user=user, now=command.store.now
        )


def _require_assignee(row: Task, user: int) -> None:
    if row.assignee != user:
        require_asked(row, user)
        raise WrongState(_("Claim the task first."))


def require_eligible(row: Task, user: int) -> None:
    if user not in organisation().active([user]):
        raise NotAllowed(_("This person can't log in."))
    require_not_excluded(row, user)


def set_dates(
    task: int,
    *,
    user: int,
    due_at: datetime | None = None,
    follow_up_at: datetime | None = None,
    priority: int | None = None,
    seen_version: int | None = None,
    now: datetime | None = None,
) -> None:
    """Set due date, follow-up date (snooze) and priority (0 to 100); what is None stays. What
    several are asked for must be claimed before it is put off: it would be hidden from them all."""
    require_sensible(due_at=due_at, follow_up_at=follow_up_at)
    if priority is not None and not 0 <= priority <= 100:
        message = _("A priority is a number from 0 to 100.")
        raise InvalidData(message, errors={"priority": [message]})
    with _command(task, seen_version, now) as command:
        require_asked(command.task, user)
        if follow_up_at is not None and len(command.task.audience) > 1:
            _require_assignee(command.task, user)
        given = {"due_at": due_at, "follow_up_at": follow_up_at, "priority": priority}
        changes = {name: value for name, value in given.items() if value is not None}
        if due_at is not None:
            changes["rank_at"] = due_at
        command.change(TrailEvent.TASK_RESCHEDULED, by=user, data=plain(changes), **changes)


URGE_AGAIN_IN = timedelta(minutes=30)


def urge(task: int, *, by: int, text: str = "", now: datetime | None = None) -> None:
    """Ask those who have the task to hurry (催办): a mail, and an entry in the trail. Once in
    half an hour by one person and case: WrongState says when it can be done again."""
    with _command(task, None, now) as command:
        row, store = command.task, command.store
        _require_not_just_urged(command.case.id, by, store.now)
        mails = mails_to(
            row.audience,
            key=f"urge:{row.id}:{by}:{store.now:%Y%m%d%H%M}",
            subject=gettext_noop("Please decide: %(subject)s"),
            text="%(text)s",
            values={
                "subject": command.case.card.get("subject", command.case.business_key),
                "text": text,
            },
        )
        store.post(command.case, mails)
        command.record(TrailEvent.TASK_URGED, by=by, data={"text": text, "urged": row.audience})


def _require_not_just_urged(instance: int, by: int, now: datetime) -> None:
    urged = TrailEntry.objects.filter(
        instance=instance, event=TrailEvent.TASK_URGED, actor=by, at__gt=now - URGE_AGAIN_IN
    )
    last = urged.order_by("-seq").values_list("at", flat=True).first()
    if last is not None:
        again = timezone.localtime(last + URGE_AGAIN_IN)
        raise WrongState(
            _("You have urged them already; you can do it again at %(time)s.")
            % {"time": again.strftime("%H:%M")},
            again_at=last + URGE_AGAIN_IN,
        )
