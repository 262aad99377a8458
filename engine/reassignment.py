"""Resolving open human tasks again when roles, superiors, substitutes or employment change."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction

from engine.assignment import resolve
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

    A task that somebody has claimed stays theirs as long as they may log in. Only tasks whose
    people change are locked, each in a savepoint; why they changed is in their trail."""
    people = Answers(now)
    changed = 0
    for task, rule, pool in _concerned(users, roles):
        if list(resolve(rule, people=people).pool) != pool:
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
    SELECT m."user" FROM engine_audiencemember m WHERE m.audience_id = t.pool_id ORDER BY m."user")
FROM engine_humantask t
WHERE t.state <= 3 AND (
    t.pool_id IN (SELECT audience_id FROM engine_audiencemember WHERE "user" = ANY(%(users)s))
    OR EXISTS (
        SELECT FROM jsonb_array_elements(t.rule->'terms') term
        WHERE term->>'role' = ANY(%(roles)s) OR (term->>'superior_of')::bigint = ANY(%(users)s)))
ORDER BY t.instance_id, t.id
"""


def _concerned(
    users: Collection[int], roles: Collection[str]
) -> list[tuple[int, dict[str, Any], list[int]]]:
    """Open tasks, their rules and who is asked now."""
    rows = execute(CONCERNED, {"users": list(users), "roles": list(roles)})
    return [(task, rule, pool) for task, rule, pool in rows]


def _resolve_one(task: int, people: Answers, now: datetime) -> bool:
    case, row = lock_task(task)
    if row.state not in OPEN or not case.live:
        return False
    found = resolve(row.rule, people=people)
    if list(found.pool) == sorted(row.pool):
        return False
    if row.owner is not None and people.standing([row.assignee or 0]):
        return False  # delegated: it comes back to its owner first
    claimed = row.assignee is not None and not row.rule.get("reserve")
    keeps = claimed and row.assignee in found.pool
    assignee = row.assignee if keeps else found.assignee
    audience = [assignee] if assignee is not None else list(found.pool)
    waiting = row.state == TaskState.WAITING
    state = TaskState.READY if assignee is None else TaskState.RESERVED
    store = Store(now, wake)
    change_task(
        store,
        row,
        state=row.state if waiting else state,
        assignee=assignee,
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
