"""Jobs: timers, messages between instances, people to assign again. Leased, done in one
transaction, then gone.

Acquiring leases due rows in one statement; a worker that dies loses its lease and another takes
over. A job is done under the lock of its instance, and only if it is still there: so each is done
once, however often it is tried.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from engine import incidents, reassignment
from engine.cases import lock_instances
from engine.database import execute
from engine.exceptions import NothingCaught
from engine.execution import Execution
from engine.instances import deliver
from engine.models import EventSubscription, InstanceState, Job, JobKind, TrailEvent
from engine.spiff.types import Fire
from engine.store import Case, Store
from engine.wake import wake

logger = structlog.get_logger(__name__)

LEASE = timedelta(minutes=2)  # longer than any job works
BACK_OFF = (
    timedelta(seconds=10),
    timedelta(minutes=1),
    timedelta(minutes=5),
)  # after 3, 2, 1 retries left
CHUNK = 50

ACQUIRE = """
UPDATE engine_job j SET locked_until = %s
FROM (
    SELECT q.id FROM engine_job q LEFT JOIN engine_processinstance i ON i.id = q.instance_id
    WHERE q.retries > 0 AND q.due_at <= %s AND (q.locked_until IS NULL OR q.locked_until < %s)
        AND (i.id IS NULL OR i.state = 1)
    ORDER BY q.due_at LIMIT %s FOR UPDATE OF q SKIP LOCKED
) due
WHERE j.id = due.id
RETURNING j.id, j.kind, j.instance_id, j.payload
"""


@dataclass(frozen=True, slots=True)
class Leased:
    """A job that this worker may do until its lease ends."""

    id: int
    kind: str
    instance: int | None
    payload: dict[str, Any] | None


def acquire(now: datetime, limit: int = CHUNK) -> list[Leased]:
    """Lease jobs that are due at `now`, the longest due first. Jobs of suspended instances wait."""
    return [Leased(*row) for row in execute(ACQUIRE, [now + LEASE, now, now, limit])]


def run_due_jobs(*, now: datetime | None = None) -> int:
    """Do everything that is due; how many jobs were done or tried."""
    tried = 0
    while leased := acquire(now or timezone.now()):
        tried += len(leased)
        timers: dict[int, list[Leased]] = {}
        for job in leased:
            if job.kind == JobKind.TIMER and job.instance is not None:
                timers.setdefault(job.instance, []).append(job)
            else:
                _try([job], lambda job=job: HANDLERS[job.kind](job, now or timezone.now()))
        for instance, jobs in timers.items():
            _try(jobs, lambda i=instance: fire_timers(i, now or timezone.now()))
    return tried


def _try(jobs: Sequence[Leased], act: Callable[[], None]) -> None:
    try:
        act()
    except Exception as error:
        logger.warning("job_failed", jobs=[job.id for job in jobs], error=str(error))
        for job in jobs:
            _failed(job, error)


def _failed(job: Leased, error: Exception) -> None:
    """One retry less and a later date; without any left, an incident."""
    with transaction.atomic():
        row = Job.objects.select_for_update().filter(pk=job.id).first()
        if row is None:
            return
        row.retries = max(row.retries - 1, 0)
        row.error = "".join(traceback.format_exception(error))[-8000:]
        row.locked_until = None
        row.due_at = timezone.now() + BACK_OFF[max(0, len(BACK_OFF) - 1 - row.retries)]
        row.save(update_fields=["retries", "error", "locked_until", "due_at"])
        if row.retries == 0:
            incidents.open_incident(row, error)


def fire_timers(instance: int, now: datetime) -> None:
    """Fire all timers of an instance that are due, in one step."""
    with transaction.atomic():
        for case in lock_instances([instance]):
            if case.state != InstanceState.ACTIVE:
                return
            due = list(
                Job.objects.filter(
                    instance_id=instance, kind=JobKind.TIMER, due_at__lte=now, retries__gt=0
                ).order_by("due_at", "id")
            )
            if due:
                _fire(case, due, now)


def _fire(case: Case, due: Sequence[Job], now: datetime) -> None:
    store = Store(now, wake)
    for job in due:
        store.record(
            case,
            TrailEvent.TIMER_FIRED,
            actor=None,
            process=job.process,
            element=job.element,
            task=str(job.task_id),
            data={"due_at": job.due_at},
        )
    Job.objects.filter(pk__in=[job.pk for job in due]).delete()
    Execution(case, store, actor=None).run(Fire([str(job.task_id) for job in due]))
    store.save()


def _deliver_message(job: Leased, now: datetime) -> None:
    """Give a thrown message to whoever waits for it now. Nobody: dropped if marked optional, else
    tried again."""
    message = job.payload or {}
    waiting = list(
        EventSubscription.objects.filter(name=message["name"], key=message["key"]).order_by("id")[
            :1
        ]
    )
    with transaction.atomic():
        cases = lock_instances([*(w.instance_id for w in waiting), message["from"]])
        if not Job.objects.filter(pk=job.id).delete()[0]:
            return
        by_id = {case.id: case for case in cases}
        if waiting:
            deliver(
                by_id[waiting[0].instance_id],
                str(waiting[0].task_id),
                message["name"],
                payload=message["payload"],
                now=now,
            )
        elif message["optional"]:
            _note_dropped(by_id[message["from"]], message, now)
        else:
            raise NothingCaught(
                _("Nothing waits for the message “%(name)s” of “%(key)s”.")
                % {"name": message["name"], "key": message["key"]}
            )


def _note_dropped(case: Case, message: dict[str, Any], now: datetime) -> None:
    store = Store(now, wake)
    data = {"name": message["name"], "key": message["key"]}
    store.record(case, TrailEvent.MESSAGE_DROPPED, actor=None, data=data)
    store.save()


def _reassign(job: Leased, now: datetime) -> None:
    payload = job.payload or {}
    with transaction.atomic():
        if Job.objects.filter(pk=job.id).delete()[0]:
            reassignment.resolve_again(users=payload["users"], roles=payload["roles"], now=now)


HANDLERS: dict[str, Callable[[Leased, datetime], None]] = {
    JobKind.MESSAGE: _deliver_message,
    JobKind.REASSIGN: _reassign,
}
