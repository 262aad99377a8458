"""Resolving open human tasks again when roles, superiors, substitutes or employment change."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction

from engine.assignment import resolve_open
from engine.cases import change_task, lock_task
from engine.database import execute
from engine.models import TaskState, TrailEvent
from engine.organisation import Answers
from engine.store import Store
from engine.trail import plain
from engine.wake import wake

OPEN = (TaskState.READY, TaskState.RESERVED, TaskState.WAITING)


def resolve_again(*, users: Collection[int], roles: Collection[str], now: datetime) -> int:
    """Ask the right people for every open task that one of `users` is asked for or that one of
    `roles` decides; how many changed.

    A task that somebody has claimed stays theirs as long as they are asked; one that is delegated
    stays with whoever looks into it as long as they may log in. Only tasks whose people change are
    locked, each in a savepoint; why they changed is in their trail."""
    people = Answers(now)
    changed = 0
    for task, rule, pool, assignee in _concerned(users, roles):
        if list(resolve_open(rule, people=people).pool) != pool or not _stands(assignee, people):
            with transaction.atomic():
                changed += _resolve_one(task, people, now)
    return changed


UNDER_WAY = """
SELECT backend_xid::text FROM pg_stat_activity
WHERE datname = current_database() AND backend_xid IS NOT NULL AND pid <> pg_backend_pid()
"""


def steps_under_way() -> frozenset[str]:
    """Ids of the transactions that write to this database now. A step has its id before it asks
    about people."""
    return frozenset(transaction for (transaction,) in execute(UNDER_WAY))


CONCERNED = """
SELECT t.id, t.rule, ARRAY(
    SELECT m."user" FROM engine_audiencemember m WHERE m.audience_id = t.pool_id ORDER BY m."user"),
    t.assignee
FROM engine_humantask t
WHERE t.state <= 3 AND (
    t.pool_id IN (SELECT audience_id FROM engine_audiencemember WHERE "user" = ANY(%(users)s))
    OR t.assignee = ANY(%(users)s)  -- delegated to one who isn't of the pool
    OR EXISTS (
        SELECT FROM jsonb_array_elements(t.rule->'terms') term
        WHERE term->>'role' = ANY(%(roles)s) OR (term->>'superior_of')::bigint = ANY(%(users)s))
    OR 'administrator' = ANY(%(roles)s) AND EXISTS (  -- they stand in where nobody was found
        SELECT FROM jsonb_each(t.assignment) why WHERE why.value->>'rule' = 'nobody_found'))
ORDER BY t.instance_id, t.id
"""


def _concerned(
    users: Collection[int], roles: Collection[str]
) -> list[tuple[int, dict[str, Any], list[int], int | None]]:
    """Open tasks, their rules, who is asked now and who has it."""
    rows = execute(CONCERNED, {"users": list(users), "roles": list(roles)})
    return [(task, rule, pool, assignee) for task, rule, pool, assignee in rows]


def _stands(assignee: int | None, people: Answers) -> bool:
    """Whether nobody has the task, or somebody who may log in."""
    return assignee is None or bool(people.standing([assignee]))


def _resolve_one(task: int, people: Answers, now: datetime) -> bool:
    case, row = lock_task(task)
    if row.state not in OPEN or not case.live:
        return False
    found = resolve_open(row.rule, people=people)
    stands = _stands(row.assignee, people)
    if stands and (row.owner is not None or list(found.pool) == sorted(row.pool)):
        return False  # what is delegated comes back to its owner first
    claimant = None if row.rule.get("reserve") else row.assignee
    keeps = row.owner if row.owner is not None else claimant
    assignee = keeps if keeps in found.pool else found.assignee
    audience = [assignee] if assignee is not None else list(found.pool)
    waiting = row.state == TaskState.WAITING
    state = TaskState.READY if assignee is None else TaskState.RESERVED
    store = Store(now, wake)
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
    store.save()
    return True
