"""Jobs: timers, messages between instances, people to assign again, refused mails. Leased, done in
one transaction, then gone.

Acquiring leases due rows in one statement; a worker that dies loses its lease and another takes
over. A job is done under the lock of its instance, and only if it is still there: so each is done
once, however often it is tried.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from time import monotonic
from typing import Any

import structlog
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from engine import incidents, outbox, reassignment
from engine.cases import lock_instances
from engine.database import execute, unavailable
from engine.exceptions import Conflict, NothingCaught
from engine.execution import Execution
from engine.instances import deliver, waiting_for
from engine.models import InstanceState, Job, JobKind, TrailEvent
from engine.spiff.types import Fire
from engine.store import Case, Savepoint, Store
from engine.trail import plain
from engine.wake import wake

logger = structlog.get_logger(__name__)

LEASE = timedelta(minutes=2)  # longer than any job works (`jobs.WORK_SECONDS`)
ROUND = timedelta(seconds=30)  # then the rest is left to another message
BUSY = timedelta(seconds=5)  # after that, one whose instance somebody has locked is tried again
BACK_OFF = (
    timedelta(seconds=10),
    timedelta(minutes=1),
    timedelta(minutes=5),
)  # after 3, 2, 1 retries left
RESUMED_IN = timedelta(minutes=1)  # after that, a message to a suspended instance is tried again
WALK = timedelta(seconds=10)  # so long changes of people go on, then what is due meanwhile
CHUNK = 50

# Materialized: a plan that asks for the rows again and again would each time find others.
ACQUIRE = """
WITH due AS MATERIALIZED (
    SELECT q.id FROM engine_job q LEFT JOIN engine_processinstance i ON i.id = q.instance_id
    WHERE q.retries > 0 AND q.due_at <= %s AND (q.locked_until IS NULL OR q.locked_until < %s)
        AND (i.id IS NULL OR i.state = 1)
    ORDER BY q.due_at LIMIT %s FOR UPDATE OF q SKIP LOCKED
)
UPDATE engine_job j SET locked_until = %s
FROM due
WHERE j.id = due.id
RETURNING j.id, j.kind, j.instance_id, j.payload
"""


DUE_TIMERS = """
SELECT instance_id, id, task_id::text FROM engine_job
WHERE instance_id = ANY(%s) AND kind = 'timer' AND due_at <= %s AND retries > 0
    AND (%s::bigint IS NULL OR id = %s::bigint)
ORDER BY due_at, id
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
    return [Leased(*row) for row in execute(ACQUIRE, [now, now, limit, now + LEASE])]


def run_due_jobs(*, now: datetime | None = None, at_most: timedelta = ROUND) -> int:
    """Do everything that is due; how many jobs were done or tried. After `at_most` the rest is left
    to another round."""
    tried, end = 0, monotonic() + at_most.total_seconds()
    while leased := acquire(now or timezone.now()):
        tried += len(leased)
        timers = [job for job in leased if job.kind == JobKind.TIMER]
        for job in leased:
            if job.kind in WORK:
                _try(partial(WORK[job.kind], job, now or timezone.now()), job.id, now)
        if timers:
            _fire_leased(timers, now or timezone.now())
        changes = [job for job in leased if job.kind == JobKind.REASSIGN]
        if changes:
            until = min(end, monotonic() + WALK.total_seconds())
            _reassign_leased(changes, now or timezone.now(), until)
        if monotonic() >= end:
            wake()
            break
    return tried


def _try(work: Callable[[], object], job: int, now: datetime | None) -> bool:
    """Whether a job's work says that there is more of it; what fails is noted with the job."""
    try:
        return bool(work())
    except Exception as error:
        _failed(job, error, now or timezone.now())
        return False


def _fire_leased(jobs: Sequence[Leased], now: datetime) -> None:
    """All in one transaction; where that can't be, case by case, and in a case one by one."""
    instances = sorted({job.instance for job in jobs if job.instance is not None})
    only = jobs[0].id if len(jobs) == 1 else None
    try:
        busy = fire_timers(instances, now, skip_locked=True, only=only)
        _put_off([job.id for job in jobs if job.instance in busy], now)
    except Exception as error:
        if only is not None or unavailable(error):
            _failed(jobs[0].id, error, now)
            return
        parts = [[job for job in jobs if job.instance == instance] for instance in instances]
        for part in parts if len(parts) > 1 else [[job] for job in jobs]:
            _fire_leased(part, now)


def _failed(job: int, error: Exception, now: datetime) -> None:
    """One retry less and a later date; without any left, an incident.

    A database that can't work costs no retry: its error goes on, and the lease is the pause. Nor
    does an instance that somebody else has locked."""
    if unavailable(error):
        raise error
    try:
        if isinstance(error, Conflict):
            raise error
        _note_failure(job, error, now)
    except Conflict:
        _put_off([job], now)


def _put_off(jobs: Sequence[int], now: datetime) -> None:
    Job.objects.filter(pk__in=jobs).update(locked_until=now + BUSY)


def _note_failure(job: int, error: Exception, now: datetime) -> None:
    logger.warning("job_failed", job=job, error=str(error))
    with transaction.atomic():
        row = _lock_job(job)
        if row is None:
            return
        row.retries -= 1
        row.error = plain("".join(traceback.format_exception(error)))[-8000:]
        row.locked_until = None
        row.due_at = now + BACK_OFF[max(0, len(BACK_OFF) - 1 - row.retries)]
        row.save(update_fields=["retries", "error", "locked_until", "due_at"])
        if row.retries == 0:
            incidents.open_incident(row, error, now=now)


def _lock_job(job: int) -> Job | None:
    """Lock a job after the instance that its incident would belong to: the order of every step."""
    row = Job.objects.filter(pk=job).first()
    instance = incidents.owner(row) if row is not None else None
    if instance is not None:
        lock_instances([instance])
    return Job.objects.select_for_update().filter(pk=job).first()


def fire_timers(
    instances: Sequence[int], now: datetime, *, skip_locked: bool = False, only: int | None = None
) -> set[int]:
    """Fire all timers of these instances that are due, or the one of the job `only`: a step for
    each instance, written by one call. Returns the instances that were left out because somebody
    else has them locked, with `skip_locked`.

    An instance whose step fails stays as it was; its timers are then fired one by one, and the one
    to blame has a retry less. The others go on."""
    failed: list[tuple[int, Sequence[DueTimer], Exception]] = []
    with transaction.atomic():
        store = Store(now, wake)
        done: list[int] = []
        locked = lock_instances(instances, skip_locked=skip_locked)
        cases = [case for case in locked if case.state == InstanceState.ACTIVE]
        due = _due_timers([case.id for case in cases], now, only)
        for case in cases:
            timers = due.get(case.id, [])
            try:
                _fire_in_savepoint(case, timers, store)
            except Exception as error:
                failed.append((case.id, timers, error))
            else:
                done += [timer.job for timer in timers]
        Job.objects.filter(pk__in=done).delete()
        store.save()
    for instance, (first, *others), cause in failed:
        if not others:
            _failed(first.job, cause, now)
            continue
        for timer in (first, *others):
            if fire_timers([instance], now, skip_locked=skip_locked, only=timer.job):
                _put_off([timer.job], now)
    return set(instances) - {case.id for case in locked} if skip_locked else set()


@dataclass(frozen=True, slots=True)
class DueTimer:
    """A timer job that is due."""

    job: int
    task_id: str


def _due_timers(
    instances: Sequence[int], now: datetime, only: int | None
) -> dict[int, list[DueTimer]]:
    due: dict[int, list[DueTimer]] = {}
    for instance, *row in execute(DUE_TIMERS, [list(instances), now, only, only]):
        due.setdefault(instance, []).append(DueTimer(*row))
    return due


def _fire_in_savepoint(case: Case, timers: Sequence[DueTimer], store: Store) -> None:
    if not timers:
        return
    mark, savepoint = store.mark(), Savepoint()
    try:
        execution = Execution(case, store, actor=None, before_effects=savepoint.set)
        execution.run(Fire([timer.task_id for timer in timers]))
    except BaseException:
        mark.undo()
        savepoint.roll_back()
        raise
    savepoint.release()


def _deliver_message(job: Leased, now: datetime) -> None:
    """Give a thrown message to whoever waits for it now. Nobody: dropped if marked optional, else
    tried again; so is one for which several wait. One to a suspended instance waits until that is
    resumed."""
    message = job.payload or {}
    waiting = waiting_for(message["name"], message["key"])
    with transaction.atomic():
        receiver = [waiting.instance_id] if waiting else []
        by_id = {case.id: case for case in lock_instances([*receiver, message["from"]])}
        if waiting and by_id[waiting.instance_id].state == InstanceState.SUSPENDED:
            Job.objects.filter(pk=job.id).update(due_at=now + RESUMED_IN, locked_until=None)
            return
        if not Job.objects.filter(pk=job.id).delete()[0]:
            return
        if waiting:
            deliver(
                by_id[waiting.instance_id],
                str(waiting.task_id),
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


def _send_mail(job: Leased, now: datetime) -> None:
    """Send what the outbox has given up."""
    outbox.send_again((job.payload or {})["mail"], now=now)
    Job.objects.filter(pk=job.id).delete()


WORK: dict[str, Callable[[Leased, datetime], None]] = {
    JobKind.MESSAGE: _deliver_message,
    JobKind.MAIL: _send_mail,
}


def _reassign_leased(jobs: Sequence[Leased], now: datetime, end: float) -> None:
    """Changes of people, those that have not begun together. What is not through at `end` goes on
    where it stopped, whoever takes it next."""
    walks = [job.id for job in jobs if "task" not in (job.payload or {})]
    for job in jobs:
        if job.id not in walks:
            _try(partial(_resolve_task, job, now), job.id, now)
    waiting = _merged(walks)
    while waiting:
        going_on = partial(reassignment.go_on, waiting[0], now=now)
        if not _try(going_on, waiting[0], now):
            waiting.pop(0)
        if monotonic() >= end:
            break
    Job.objects.filter(pk__in=waiting).update(locked_until=None)


def _merged(walks: list[int]) -> list[int]:
    """Those left; where they can't be made one, each by itself, so that the one to blame fails
    alone."""
    try:
        return reassignment.merge(walks)
    except Exception as error:
        if unavailable(error):
            raise
        return walks


def _resolve_task(job: Leased, now: datetime) -> None:
    payload = job.payload or {}
    reassignment.resolve_task(payload["task"], job=job.id, now=now)
