"""Incidents: what could not be done, and how a person gets it going again.

A decision that fails is no incident: it is rolled back and the person who decided reads why.
Incidents come from jobs that fail however often they are tried: timers and messages, whose cases
show them, and changes of people and mails that belong to no case.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from engine import outbox
from engine.cases import lock_instance, lock_instances
from engine.exceptions import EngineError, NotFound, WrongState
from engine.execution import Execution
from engine.instances import deliver, require_active
from engine.models import EventSubscription, Incident, Job, JobKind, OutboxMessage, TrailEvent
from engine.models.runtime import RETRIES
from engine.notices import mails_to
from engine.organisation import Role, organisation
from engine.spiff.types import Fire, Variables
from engine.store import Case, Store
from engine.trail import plain
from engine.wake import wake

QUIET: Final = timedelta(hours=1)
MAILED: Final = "incident"  # what the keys of these mails begin with


def owner(job: Job) -> int | None:
    """The instance that shows the job's incident: its own, or the one that has thrown the message;
    None for what belongs to no instance."""
    if job.instance_id is not None:
        return job.instance_id
    return (job.payload or {}).get("from")


def open_incident(job: Job, error: Exception, *, now: datetime) -> Incident:
    """Keep the cause of a job that has no retries left, and say it in the trail of its instance,
    if it has one."""
    place = error.data if isinstance(error, EngineError) else {}
    message = plain(str(error))[:2000] or type(error).__name__
    if job.kind == JobKind.MESSAGE and place and (heard := _who_waits(job)):
        said = {"id": heard.instance_id, "error": message}
        message = _("In process instance %(id)s, which heard the message: %(error)s") % said
    instance = owner(job)
    incident = Incident.objects.create(
        instance_id=instance,
        job=job,
        process=place.get("process", job.process),
        element=place.get("element", job.element),
        operation=place.get("operation", ""),
        message=message if instance is not None else f"{_what_failed(job)}{message}",
        cause=job.error,
        opened_at=now,
    )
    if instance is not None:
        store = Store(now, wake)
        _tell(store, lock_instance(instance), incident, TrailEvent.INCIDENT_OPENED)
        store.save()
    if job.kind != JobKind.MAIL:  # where mails fail, no mail tells of it
        _mail_administrators(incident)
    return incident


def _mail_administrators(incident: Incident) -> None:
    """To those who administer processes, once an hour at most: what fails together is one mail."""
    told = OutboxMessage.objects.filter(created_at__gt=incident.opened_at - QUIET)
    if told.filter(message_id__startswith=f"mail:{MAILED}:").exists():
        return
    people = organisation()
    readers = people.holders(Role.PROCESS_ADMIN) or people.holders(Role.ADMINISTRATOR)
    mails = mails_to(
        readers,
        key=f"{MAILED}:{incident.pk}",
        subject=gettext_noop("Incident %(number)s: %(cause)s"),
        text=gettext_noop(
            "%(message)s\n\nIt waits for you under Processes › Incidents. No mail tells of others"
            " that follow within an hour."
        ),
        values={
            "number": incident.pk,
            "cause": Truncator(incident.message).chars(80),
            "message": incident.message,
        },
    )
    outbox.post(mails, now=incident.opened_at)


def _what_failed(job: Job) -> str:
    """What a job is about that no case shows."""
    if job.kind == JobKind.MAIL:
        return outbox.described((job.payload or {})["mail"]) + _(": ")
    return _("After a change of roles, superiors or substitutes, people could not be asked: ")


def _tell(
    store: Store, case: Case, incident: Incident, event: TrailEvent, by: int | None = None
) -> None:
    data: Variables = {"incident": incident.pk}
    if event == TrailEvent.INCIDENT_OPENED:
        data |= {"message": incident.message, "operation": incident.operation}
    store.record(
        case, event, actor=by, process=incident.process, element=incident.element, data=data
    )


def retry(incident: int, *, by: int, now: datetime | None = None) -> None:
    """Try the failed job again, at once and with fresh retries. A new failure makes a new
    incident."""
    with transaction.atomic():
        row, job, store = _begin(incident, TrailEvent.INCIDENT_RETRIED, by, now)
        job.retries, job.due_at, job.locked_until = RETRIES, store.now, None
        job.save(update_fields=["retries", "due_at", "locked_until"])
        _resolve(row, "retried", by, store.now)
        transaction.on_commit(wake)


def skip(
    incident: int,
    *,
    by: int,
    results: Mapping[tuple[str, str], Any] | None = None,
    now: datetime | None = None,
) -> None:
    """Go on without the operation that fails: its service task counts as done, with the result
    given for it; a change of people, or a mail of no case, is left as it is.

    `results` maps (process, element) of service tasks to results; by default the failed one gives
    None. Of a message it is an operation of the case that has heard it; a message that nobody waits
    for is dropped."""
    with transaction.atomic():
        heard = _lock_listener(incident)
        row, job, store = _begin(incident, TrailEvent.INCIDENT_SKIPPED, by, now)
        skipped = results or ({(row.process, row.element): None} if row.operation else {})
        if job.kind == JobKind.TIMER:
            (case,) = store.cases.values()
            require_active(case)
            Execution(case, store, actor=by, skipped=skipped).run(Fire([str(job.task_id)]))
        job.delete()
        store.save()
        if heard is not None and row.operation:
            message = job.payload or {}
            deliver(
                lock_instance(heard.instance_id),  # read afresh: it may be the one that has told it
                str(heard.task_id),
                message["name"],
                payload=message["payload"],
                by=by,
                skipped=skipped,
                now=store.now,
            )
        _resolve(row, "skipped", by, store.now)


def _who_waits(job: Job) -> EventSubscription | None:
    """Who waits for the message that a job is to deliver."""
    message = job.payload or {}
    waiting = EventSubscription.objects.filter(name=message["name"], key=message["key"])
    return waiting.order_by("id").first()


def _lock_listener(incident: int) -> EventSubscription | None:
    """Who waits for the message of an incident; the case is locked together with the one that has
    thrown it, in the order of their ids."""
    row = Incident.objects.select_related("job").filter(pk=incident).first()
    if row is None or row.job is None or row.job.kind != JobKind.MESSAGE:
        return None
    waiting = _who_waits(row.job)
    if waiting is not None:
        both = {each for each in (row.instance_id, waiting.instance_id) if each is not None}
        lock_instances(sorted(both))
    return waiting


def _begin(
    incident: int, event: TrailEvent, by: int, now: datetime | None
) -> tuple[Incident, Job, Store]:
    row = Incident.objects.filter(pk=incident).first()
    if row is None:
        raise NotFound(_("There is no incident %(id)s.") % {"id": incident})
    case = None if row.instance_id is None else lock_instance(row.instance_id)
    row = Incident.objects.select_for_update(of=("self",)).select_related("job").get(pk=incident)
    if row.state != Incident.State.OPEN or row.job is None:
        raise WrongState(_("This incident is resolved already."))
    store = Store(now or timezone.now(), wake)
    if case is not None:
        _tell(store, case, row, event, by)
        if event == TrailEvent.INCIDENT_RETRIED:
            store.save()
    return row, row.job, store


def _resolve(row: Incident, how: str, by: int, now: datetime) -> None:
    Incident.objects.filter(pk=row.pk).update(
        state=Incident.State.RESOLVED, resolved_at=now, resolved_by=by, resolution=how
    )
