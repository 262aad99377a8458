"""Process instances: start, message, suspend, resume, terminate, withdraw, mend data, move
timers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from engine import definitions, queues
from engine.cases import lock_instance
from engine.database import execute
from engine.decisions import REMOVED
from engine.exceptions import Conflict, InvalidData, NotAllowed, NotFound, NothingCaught, WrongState
from engine.execution import KEY_LENGTH, Execution
from engine.models import (
    ActivityInstance,
    Decision,
    EventSubscription,
    InstanceState,
    Job,
    ProcessInstance,
    TaskState,
    TrailEvent,
)
from engine.organisation import organisation
from engine.spiff import CompiledProcess
from engine.spiff.types import Act, Deliver, Reschedule, SetVariables, Start, Step, Variables
from engine.store import Case, Store
from engine.trail import plain
from engine.wake import wake
from engine.working_time import require_sensible

WITHDRAW = "withdraw"  # name of the message that a diagram catches where its initiator may withdraw

# It takes a transaction id before anybody is asked: see engine.reassignment.steps_under_way.
NEW_INSTANCE = """
SELECT nextval(pg_get_serial_sequence('engine_processinstance', 'id')), d.id, d.checksum,
    d.suspended, pg_current_xact_id()::text
FROM engine_processdefinition d WHERE d.key = %s ORDER BY d.version DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Result:
    """What a command did to an instance."""

    instance: int
    state: InstanceState
    opened: tuple[int, ...]  # primary keys of the human tasks made
    end_event: str = ""
    outcome: str = ""


def start(
    key: str,
    *,
    business_key: str,
    variables: Mapping[str, Any] | None = None,
    starter: int | None,
    card: Mapping[str, Any] | None = None,
    now: datetime | None = None,
) -> Result:
    """Start the newest version of process `key`.

    `card` is what inboxes show (subject, party, amount, queue); subject, party and amount are also
    taken from the variables of these names, and the queue of its approvals from the start variable
    `queue`, unless the card says it. A process with the property `exclusive` runs once per
    business key: another start is a Conflict. Raises NotFound for an unknown key, WrongState for a
    suspended definition, OperationFailed where the first steps can't be taken: nothing is started
    then.
    """
    if not 0 < len(business_key) <= KEY_LENGTH:
        message = _("A business key has 1 to %(length)s characters.") % {"length": KEY_LENGTH}
        raise InvalidData(message, errors={"business_key": [message]})
    with transaction.atomic():
        rows = execute(NEW_INSTANCE, [key])
        if not rows:
            raise NotFound(_("There is no process “%(key)s”.") % {"key": key})
        instance, definition, checksum, suspended, _transaction = rows[0]
        if suspended:
            raise WrongState(
                _("Process “%(key)s” is suspended: nothing new starts.") % {"key": key}
            )
        store = Store(now or timezone.now(), wake)
        case = Case(
            id=instance,
            definition=definition,
            checksum=checksum,
            business_key=business_key,
            state=InstanceState.ACTIVE,
            starter=starter,
            card={**queues.named_by(variables or {}), **plain(card or {})},
            runtime=None,
            version=0,
            trail_length=0,
            trail_head=b"",
        )
        execution = Execution(case, store, actor=starter)
        store.add(
            "started",
            id=instance,
            definition=definition,
            business_key=business_key,
            exclusive=execution.process.properties.get("exclusive") == "true",
            starter=starter,
            card=case.card,
        )
        store.record(
            case,
            TrailEvent.STARTED,
            actor=starter,
            process=key,
            data={"business_key": business_key, "definition": checksum},
        )
        execution.run(Start(dict(variables or {})))
        try:
            opened = store.save()
        except IntegrityError as error:
            if "engine_instance_exclusive" not in str(error):
                raise
            raise Conflict(
                _("“%(key)s” is under way already.") % {"key": business_key},
                business_key=business_key,
            ) from error
    return result(case, opened)


def result(case: Case, opened: list[int]) -> Result:
    """What callers are told."""
    return Result(case.id, case.state, tuple(opened), case.end_event, case.outcome)


def correlate(
    message: str,
    key: str,
    *,
    payload: Any = None,
    by: int | None = None,
    now: datetime | None = None,
) -> Result:
    """Give a message to the one instance that waits for it under that key.

    Raises NothingCaught where nobody waits, WrongState where several do (which one is meant would
    be a guess)."""
    with transaction.atomic():
        waiting = waiting_for(message, key)
        if waiting is None:
            raise NothingCaught(
                _("Nothing waits for the message “%(name)s” of “%(key)s”.")
                % {"name": message, "key": key}
            )
        case = lock_instance(waiting.instance_id)
        return deliver(case, str(waiting.task_id), message, payload=payload, by=by, now=now)


def waiting_for(message: str, key: str) -> EventSubscription | None:
    """Who waits for a message under that key. Raises WrongState where several do (which one is
    meant would be a guess)."""
    waiting = list(EventSubscription.objects.filter(name=message, key=key)[:2])
    if len(waiting) > 1:
        raise WrongState(
            _("More than one case waits for “%(name)s” of “%(key)s”.")
            % {"name": message, "key": key}
        )
    return waiting[0] if waiting else None


def deliver(
    case: Case,
    task_id: str,
    message: str,
    *,
    payload: Any = None,
    by: int | None = None,
    skipped: Mapping[tuple[str, str], Any] | None = None,
    now: datetime | None = None,
) -> Result:
    """Give a message to the waiting task `task_id` of a locked instance; raises NothingCaught if it
    no longer waits. `skipped`: as `Execution` has it."""
    require_active(case)
    store = Store(now or timezone.now(), wake)
    execution = Execution(case, store, actor=by, skipped=skipped)
    data = {"name": message, "payload": payload}
    store.record(case, TrailEvent.MESSAGE_RECEIVED, actor=by, task=task_id, data=data)
    execution.run(Deliver(task_id, message, payload))
    return result(case, store.save())


def withdraw(instance: int, *, user: int, reason: str = "", now: datetime | None = None) -> Result:
    """The initiator takes the case back, before anybody has decided (in this round, where it was
    submitted again); also later where the firm lets people, or the catch event says `until` = end.

    Raises NotAllowed for anybody else,
    WrongState where the process can't be withdrawn from where it stands."""
    with transaction.atomic():
        case = lock_instance(instance)
        if case.starter != user:
            raise NotAllowed(_("Only the one who submitted it may withdraw it."))
        waiting = _withdrawal(instance)
        if waiting is None:
            raise WrongState(_("There is nothing to withdraw from here."))
        if _is_late(waiting, definitions.compiled(case.definition, case.checksum), user):
            raise WrongState(_("Somebody has decided already; ask them to send it back."))
        payload = {"by": user, "reason": reason}
        return deliver(case, str(waiting.task_id), WITHDRAW, payload=payload, by=user, now=now)


def may_withdraw(instance: ProcessInstance, user: int) -> bool:
    """Whether this person may take the case back as it stands now."""
    waiting = _withdrawal(instance.pk) if instance.starter == user else None
    if waiting is None:
        return False
    process = definitions.compiled(instance.definition_id, instance.definition.checksum)
    return not _is_late(waiting, process, user)


def _withdrawal(instance: int) -> EventSubscription | None:
    """What waits for the message, if anything."""
    waiting = EventSubscription.objects.filter(instance_id=instance, name=WITHDRAW)
    return waiting.order_by("pk").first()


def _is_late(waiting: EventSubscription, process: CompiledProcess, starter: int) -> bool:
    """Whether somebody else has decided, where nobody may withdraw after that."""
    until = process.element(waiting.process, waiting.element).properties.get("until")
    if until == "end" or organisation().withdraw_late():
        return False
    return _decided_since(waiting).exclude(user=starter).exclude(code=REMOVED).exists()


def _decided_since(waiting: EventSubscription) -> QuerySet[Decision]:
    """Decisions on human tasks that were made after the instance began to wait for the message."""
    visits = ActivityInstance.objects.filter(instance_id=waiting.instance_id)
    began = visits.filter(task_id=waiting.task_id).values("id")[:1]
    since = visits.filter(id__gt=Subquery(began)).values("task_id")
    return Decision.objects.filter(task__instance_id=waiting.instance_id, task__task_id__in=since)


def suspend(instance: int, *, by: int | None, reason: str, now: datetime | None = None) -> Result:
    """Hold the instance: no decision, timer or message until it is resumed."""
    return _set_state(
        instance,
        InstanceState.ACTIVE,
        InstanceState.SUSPENDED,
        TrailEvent.SUSPENDED,
        by,
        reason,
        now,
    )


def resume(
    instance: int, *, by: int | None, reason: str = "", now: datetime | None = None
) -> Result:
    """Go on; timers that came due meanwhile fire soon after."""
    return _set_state(
        instance, InstanceState.SUSPENDED, InstanceState.ACTIVE, TrailEvent.RESUMED, by, reason, now
    )


def _set_state(
    instance: int,
    expected: InstanceState,
    state: InstanceState,
    event: TrailEvent,
    by: int | None,
    reason: str,
    now: datetime | None,
) -> Result:
    with transaction.atomic():
        case = lock_instance(instance)
        if case.state != expected:
            raise WrongState(_("The case is %(state)s.") % {"state": case.state.label})
        case.state = state
        store = Store(now or timezone.now(), wake)
        store.record(case, event, actor=by, data={"reason": reason})
        return result(case, store.save())


def terminate(instance: int, *, by: int | None, reason: str, now: datetime | None = None) -> Result:
    """End the instance where it stands: its tasks, timers, messages and incidents go, its history
    stays."""
    with transaction.atomic():
        case = lock_instance(instance)
        if not case.live:
            raise WrongState(_("The case is %(state)s.") % {"state": case.state.label})
        case.state, case.runtime = InstanceState.TERMINATED, None
        store = Store(now or timezone.now(), wake)
        _clear(case, store, by)
        store.record(case, TrailEvent.TERMINATED, actor=by, data={"reason": reason})
        return result(case, store.save())


def _clear(case: Case, store: Store, by: int | None) -> None:
    row = ProcessInstance.objects.get(pk=case.id)
    for task in row.tasks.filter(state__lte=TaskState.WAITING).values_list("task_id", flat=True):
        store.add("closed", task=str(task), state=TaskState.CANCELLED, decided_by=None, decision="")
    for activity in row.activities.filter(ended_at=None).values_list("task_id", flat=True):
        store.add("left", task=str(activity), state=3)
    failed = Q(incidents__instance=row, incidents__state=1)  # messages that it has thrown
    Job.objects.filter(Q(instance=row) | failed).delete()
    row.subscriptions.all().delete()
    row.incidents.filter(state=1).update(
        state=2, resolved_at=store.now, resolved_by=by, resolution="terminated"
    )


def set_variables(
    instance: int,
    variables: Variables,
    *,
    by: int,
    reason: str,
    scope: str = "",
    now: datetime | None = None,
) -> Result:
    """An administrator mends the data of a running case."""
    data = {"variables": variables, "reason": reason, "scope": scope}
    return _act(instance, SetVariables(variables, scope), TrailEvent.VARIABLES_SET, data, by, now)[
        0
    ]


def reschedule(
    instance: int, task_id: str, due_at: datetime, *, by: int | None, now: datetime | None = None
) -> Result:
    """Move a waiting timer (`task_id` of its job) to another moment."""
    require_sensible(due_at=due_at)
    data = {"task": task_id, "due_at": due_at}
    return _act(instance, Reschedule(task_id, due_at), TrailEvent.TIMER_MOVED, data, by, now)[0]


def _act(
    instance: int,
    act: Act,
    event: TrailEvent,
    data: Variables,
    by: int | None,
    now: datetime | None,
) -> tuple[Result, Step]:
    with transaction.atomic():
        case = lock_instance(instance)
        require_active(case)
        store = Store(now or timezone.now(), wake)
        execution = Execution(case, store, actor=by)
        store.record(case, event, actor=by, data=data)
        step = execution.run(act)
        return result(case, store.save()), step


def require_active(case: Case) -> None:
    """Raises WrongState for an instance that is suspended or has ended."""
    if case.state != InstanceState.ACTIVE:
        raise WrongState(
            _("The case is %(state)s.") % {"state": case.state.label},
            instance=case.id,
            state=case.state.name,
        )
