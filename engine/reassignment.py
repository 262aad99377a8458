"""Resolving open human tasks again when roles, superiors, substitutes or employment change.

A change is a job, and a walk through the open tasks that it concerns. Each chunk is a transaction
of its own, which also notes in the job how far the walk has come: whoever takes the job next goes
on from there, however many tasks there are. A case that somebody holds is left out and looked at
again; a task that can't be resolved gets a job of its own, whose case shows the incident. A walk
that fails as a whole, three times in a row, is an incident of no case.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, NamedTuple

import structlog
from django.db import transaction

from engine.assignment import resolve_open
from engine.cases import Task, change_task, lock_tasks
from engine.database import execute, unavailable
from engine.exceptions import Conflict
from engine.models import Job, JobKind, TaskState, TrailEvent
from engine.models.runtime import RETRIES
from engine.organisation import Answers
from engine.store import Case, Store
from engine.trail import plain
from engine.wake import wake

logger = structlog.get_logger(__name__)

OPEN = (TaskState.READY, TaskState.RESERVED, TaskState.WAITING)
CHUNK = 200  # tasks looked at in a transaction: nobody waits longer for a case than these take
BUSY = timedelta(seconds=5)  # after that, cases that somebody held are looked at again
STEPS_TAKE = timedelta(seconds=5)  # after that, one that was under way has mostly ended


@dataclass(slots=True)
class Walk:
    """A change of people, and how far it has been carried through; the payload of its job.

    A step that was under way when the walk began may still ask as before: once the last of those
    has ended, the tasks are walked through a second time, `after` them."""

    users: list[int]
    roles: list[str]
    after: list[str] | None = None  # transactions that have to end before this walk may begin
    under_way: list[str] | None = None  # those that wrote when it began; None: it has not begun
    beyond: int = 0  # the last task looked at
    walked: bool = False  # there is none beyond
    busy: list[int] = field(default_factory=list)  # tasks whose cases somebody held


class Concerned(NamedTuple):
    """An open task that a change may concern, as it stands."""

    id: int
    instance: int
    process: str
    element: str
    rule: dict[str, Any]
    pool: list[int]
    assignee: int | None


def merge(jobs: Sequence[int]) -> list[int]:
    """Make one of those that have not begun, so that many changes are one walk; the jobs left, in
    the order of their ids."""
    with transaction.atomic():
        rows = list(Job.objects.select_for_update().filter(pk__in=jobs).order_by("pk"))
        walks = {row.pk: _walk(row) for row in rows}
        left = [row.pk for row in rows if walks[row.pk].under_way is not None]
        begins = [row for row in rows if walks[row.pk].under_way is None]
        begins.sort(key=lambda row: (walks[row.pk].after is None, row.pk))
        for _first, alike in groupby(begins, key=lambda row: walks[row.pk].after is None):
            first, *others = alike
            left.append(first.pk)
            if others:
                together = [walks[row.pk] for row in (first, *others)]
                _keep(first, _together(together))
                Job.objects.filter(pk__in=[row.pk for row in others]).delete()
        return sorted(left)


def _together(walks: Sequence[Walk]) -> Walk:
    after = {step for walk in walks for step in walk.after or ()}
    return Walk(
        users=sorted({user for walk in walks for user in walk.users}),
        roles=sorted({role for walk in walks for role in walk.roles}),
        after=None if walks[0].after is None else sorted(after),
    )


def go_on(job: int, *, now: datetime) -> bool:
    """Take the next chunk of a walk; whether another one may follow at once. The job is gone after
    the last one, or waits for its turn.

    What fails for another reason than a database that can't work, or a lock, is left to a job for
    each task of the chunk, so that it keeps no other from being resolved."""
    try:
        return _chunk(job, now, alone=False)
    except Conflict:
        raise
    except Exception as error:
        if unavailable(error):
            raise
        logger.warning("reassignment_failed", job=job, error=str(error))
        return _chunk(job, now, alone=True)


def _chunk(job: int, now: datetime, *, alone: bool) -> bool:
    with transaction.atomic():
        # The lock gives the transaction its id before anybody is asked: see `steps_under_way`.
        row = Job.objects.select_for_update().filter(pk=job).first()
        if row is None:
            return False
        walk = _walk(row)
        if walk.under_way is None:
            under_way = steps_under_way()
            if under_way.intersection(walk.after or ()):
                return _wait(row, walk, now + STEPS_TAKE)
            walk.under_way = sorted(under_way) if walk.after is None else []
        concerned = _concerned(walk)
        busy = _leave_alone(concerned, now) if alone else _resolve(concerned, now)
        if walk.walked:
            walk.busy = busy
        else:
            walk.busy += busy
            walk.walked = len(concerned) < CHUNK
            walk.beyond = concerned[-1].id if concerned else walk.beyond
        return _after_chunk(row, walk, now)


def _after_chunk(row: Job, walk: Walk, now: datetime) -> bool:
    if not walk.walked:
        _keep(row, walk)
        return True
    if walk.busy:
        return _wait(row, walk, now + BUSY)
    if walk.under_way:
        return _wait(row, Walk(walk.users, walk.roles, after=walk.under_way), now + STEPS_TAKE)
    row.delete()
    return False


def _walk(row: Job) -> Walk:
    return Walk(**(row.payload or {}))


def _keep(row: Job, walk: Walk) -> None:
    """After a chunk that went well: what failed before is over."""
    row.payload, row.retries, row.error = asdict(walk), RETRIES, ""
    row.save(update_fields=["payload", "retries", "error"])


def _wait(row: Job, walk: Walk, until: datetime) -> bool:
    row.due_at, row.locked_until = until, None
    row.save(update_fields=["due_at", "locked_until"])
    _keep(row, walk)
    return False


UNDER_WAY = """
SELECT backend_xid::text FROM pg_stat_activity
WHERE datname = current_database() AND backend_xid IS NOT NULL AND pid <> pg_backend_pid()
"""


def steps_under_way() -> frozenset[str]:
    """Ids of the transactions that write to this database now. A step has its id before it asks
    about people."""
    return frozenset(transaction for (transaction,) in execute(UNDER_WAY))


CONCERNED = """
SELECT t.id, t.instance_id, t.process, t.element, t.rule, ARRAY(
    SELECT m."user" FROM engine_audiencemember m WHERE m.audience_id = t.pool_id ORDER BY m."user"),
    t.assignee
FROM engine_humantask t
WHERE t.state <= 3 AND t.id > %(beyond)s AND (%(only)s::bigint[] IS NULL OR t.id = ANY(%(only)s))
AND (
    t.pool_id IN (SELECT audience_id FROM engine_audiencemember WHERE "user" = ANY(%(users)s))
    OR t.assignee = ANY(%(users)s)  -- delegated to one who isn't of the pool
    OR EXISTS (
        SELECT FROM jsonb_array_elements(t.rule->'terms') term
        WHERE term->>'role' = ANY(%(roles)s) OR (term->>'superior_of')::bigint = ANY(%(users)s)
            -- near an initiator who may work elsewhere now
            OR t.initiator = ANY(%(users)s) AND term ? 'role' AND term->'department' IS NULL)
    OR 'administrator' = ANY(%(roles)s) AND EXISTS (  -- they stand in where nobody was found
        SELECT FROM jsonb_each(t.assignment) why WHERE why.value->>'rule' = 'nobody_found'))
ORDER BY t.id LIMIT %(limit)s
"""


def _concerned(walk: Walk) -> list[Concerned]:
    """The next open tasks that one of the users is asked for, that one of the roles decides, or
    that are decided near one of the users; the busy ones once there are no others."""
    what = {
        "users": walk.users,
        "roles": walk.roles,
        "beyond": 0 if walk.walked else walk.beyond,
        "only": walk.busy if walk.walked else None,
        "limit": len(walk.busy) if walk.walked else CHUNK,
    }
    return [Concerned(*row) for row in execute(CONCERNED, what)]


def _resolve(concerned: Sequence[Concerned], now: datetime) -> list[int]:
    """Ask the right people; the tasks whose cases somebody holds.

    Only tasks whose people change are locked; why they changed is in their trail."""
    store = Store(now, wake)
    wanted = [task.id for task in concerned if _differs(task, store.people)]
    found = lock_tasks(wanted, skip_locked=True) if wanted else []
    for case, row in found:
        _resolve_one(case, row, store)
    store.save()
    return sorted(set(wanted) - {row.id for _case, row in found})


def _leave_alone(concerned: Sequence[Concerned], now: datetime) -> list[int]:
    """A job for each task: `resolve_task`. None of them is busy."""
    jobs = [
        Job(
            kind=JobKind.REASSIGN,
            process=task.process,
            element=task.element,
            payload={"task": task.id, "from": task.instance},
            due_at=now,
        )
        for task in concerned
    ]
    Job.objects.bulk_create(jobs)
    return []


def resolve_task(task: int, *, job: int, now: datetime) -> None:
    """Do the job of a single task: ask the right people for it, as a walk would."""
    with transaction.atomic():
        found = lock_tasks([task])
        if not Job.objects.filter(pk=job).delete()[0]:
            return
        store = Store(now, wake)
        for case, row in found:
            _resolve_one(case, row, store)
        store.save()


def _differs(task: Concerned, people: Answers) -> bool:
    """Whether others would be asked now, or its holder is gone."""
    pool = list(resolve_open(task.rule, people=people).pool)
    return pool != task.pool or not _stands(task.assignee, people)


def _stands(assignee: int | None, people: Answers) -> bool:
    """Whether nobody has the task, or somebody who may log in."""
    return assignee is None or bool(people.standing([assignee]))


def _resolve_one(case: Case, row: Task, store: Store) -> None:
    """A task that somebody has claimed stays theirs as long as they are asked; one that is
    delegated stays with whoever looks into it as long as they may log in."""
    if row.state not in OPEN or not case.live:
        return
    found = resolve_open(row.rule, people=store.people)
    stands = _stands(row.assignee, store.people)
    if stands and (row.owner is not None or list(found.pool) == sorted(row.pool)):
        return  # what is delegated comes back to its owner first
    claimant = None if row.rule.get("reserve") else row.assignee
    keeps = row.owner if row.owner is not None else claimant
    assignee = keeps if keeps in found.pool else found.assignee
    audience = [assignee] if assignee is not None else list(found.pool)
    waiting = row.state == TaskState.WAITING
    state = TaskState.READY if assignee is None else TaskState.RESERVED
    change_task(
        store,
        row,
        state=row.state if waiting else state,
        assignee=assignee,
        owner=None,
        audience=[] if waiting else audience,
        pool=list(found.pool),
        assignment=plain(found.reasons),
    )
    store.record(
        case,
        TrailEvent.TASK_REASSIGNED,
        actor=None,
        process=row.process,
        element=row.element,
        task=row.task_id,
        data={"asked": found.reasons, "before": sorted(row.pool)},
    )
