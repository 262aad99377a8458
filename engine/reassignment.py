"""Resolving open human tasks again when roles, superiors, substitutes or employment change."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from engine.assignment import Standing, resolve
from engine.cases import change_task, lock_task
from engine.models import Audience, HumanTask, TaskState, TrailEvent
from engine.store import Store
from engine.trail import plain
from engine.wake import wake

OPEN = (TaskState.READY, TaskState.RESERVED, TaskState.WAITING)


def resolve_again(*, users: Collection[int], roles: Collection[str], now: datetime) -> int:
    """Ask the right people for every open task that one of `users` is asked for or that one of
    `roles` decides; how many changed.

    A task that somebody has claimed stays theirs as long as they may log in. Each instance in its
    own savepoint and lock; why it changed is in its trail."""
    changed = 0
    standing = Standing(now)
    for task in _concerned(users, roles):
        with transaction.atomic():
            changed += _resolve_one(task, standing, now)
    return changed


def _concerned(users: Collection[int], roles: Collection[str]) -> list[int]:
    asked = Q(pool__in=Audience.objects.filter(members__user__in=users))
    by_role = Q()
    for role in roles:
        by_role |= Q(rule__terms__contains=[{"role": role}])
    superiors = Q()
    for user in users:
        superiors |= Q(rule__terms__contains=[{"superior_of": user}])
    condition = asked | by_role | superiors if roles else asked | superiors
    tasks = HumanTask.objects.filter(condition, state__in=OPEN)
    return list(tasks.order_by("instance_id", "id").values_list("pk", flat=True).distinct())


def _resolve_one(task: int, standing: Standing, now: datetime) -> bool:
    case, row = lock_task(task)
    if row.state not in OPEN or not case.live:
        return False
    found = resolve(row.rule, standing=standing)
    if list(found.pool) == sorted(row.pool):
        return False
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
