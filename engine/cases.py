"""Locking: every command begins here. The instance row is locked first, then what decides; then all
is read afresh.

One statement locks and reads. It must lock every row whose value decides: after waiting, PostgreSQL
reads again only the rows that the statement locks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from engine.database import execute
from engine.exceptions import NotFound
from engine.models import InstanceState, TaskState
from engine.store import Case, Store

INSTANCE = """i.id, i.definition_id, d.checksum, i.business_key, i.state, i.starter, i.card,
    i.runtime, i.version, i.trail_length, i.trail_head"""

LOCK_INSTANCES = f"""
SELECT {INSTANCE}
FROM engine_processinstance i JOIN engine_processdefinition d ON d.id = i.definition_id
WHERE i.id = ANY(%s) ORDER BY i.id FOR UPDATE OF i
"""  # noqa: S608 (constants)

TASK = """t.id, t.task_id::text, t.activity::text, t.process, t.element, t.state, t.version,
    t.assignee, t.owner, t.decided_by, t.ended_at, t.rule, t.assignment, t.priority, t.due_at,
    t.follow_up_at, t.rank_at, t.waits_for_id, t.queue, t.added_by, t.initiator,
    ARRAY(SELECT m."user" FROM engine_audiencemember m WHERE m.audience_id = t.audience_id),
    ARRAY(SELECT m."user" FROM engine_audiencemember m WHERE m.audience_id = t.pool_id),
    t.audience_id, t.pool_id"""

MEMBERS = 'SELECT "user" FROM engine_audiencemember WHERE audience_id = %s'

LOCK_TASKS = f"""
SELECT {INSTANCE}, {TASK}
FROM engine_humantask t
    JOIN engine_processinstance i ON i.id = t.instance_id
    JOIN engine_processdefinition d ON d.id = i.definition_id
WHERE t.id = ANY(%s) ORDER BY i.id, t.id FOR UPDATE OF i, t
"""  # noqa: S608 (constants)

COLUMNS = 11  # of INSTANCE


@dataclass(slots=True)
class Task:
    """A human task as it was read under the lock."""

    id: int
    task_id: str
    activity: str
    process: str
    element: str
    state: TaskState
    version: int
    assignee: int | None
    owner: int | None
    decided_by: int | None
    ended_at: datetime | None
    rule: dict[str, Any]
    assignment: dict[str, dict[str, Any]]
    priority: int
    due_at: datetime | None
    follow_up_at: datetime | None
    rank_at: datetime
    waits_for: int | None
    queue: str
    added_by: int | None
    initiator: int | None
    audience: list[int]
    pool: list[int]

    @property
    def open(self) -> bool:
        return self.state in (TaskState.READY, TaskState.RESERVED)


def lock_instances(ids: Sequence[int]) -> list[Case]:
    """Lock instances, in the order of their ids. Those that don't exist are missing from the
    result."""
    return [_case(row) for row in execute(LOCK_INSTANCES, [list(ids)])]


def lock_instance(instance: int) -> Case:
    """Lock one instance; raises NotFound."""
    cases = lock_instances([instance])
    if not cases:
        raise NotFound(_("There is no process instance %(id)s.") % {"id": instance})
    return cases[0]


def lock_tasks(ids: Sequence[int], *, skip_locked: bool = False) -> list[tuple[Case, Task]]:
    """Lock human tasks with their instances, by instance. Tasks of one instance share its
    `Case`."""
    cases: dict[int, Case] = {}
    found = []
    for row in execute(LOCK_TASKS + (" SKIP LOCKED" if skip_locked else ""), [list(ids)]):
        case = cases.get(row[0]) or cases.setdefault(row[0], _case(row[:COLUMNS]))
        *values, audience, pool = row[COLUMNS:]
        values[5] = TaskState(values[5])
        task = Task(*values)
        task.audience = _members(audience, task.audience)
        task.pool = _members(pool, task.pool)
        found.append((case, task))
    return found


def _members(audience: int | None, found: list[int]) -> list[int]:
    """The users of an audience.

    Where the lock was waited for, the row is the winner's, but a subquery still sees what was there
    when the statement began: an audience made since has no members then. None is really empty."""
    if audience is None or found:
        return found
    return [user for (user,) in execute(MEMBERS, [audience])]


def lock_task(task: int) -> tuple[Case, Task]:
    """Lock one human task with its instance; raises NotFound."""
    found = lock_tasks([task])
    if not found:
        raise NotFound(_("There is no task %(id)s.") % {"id": task})
    return found[0]


def change_task(store: Store, task: Task, **changes: Any) -> None:
    """Write a human task's new assignment and dates; what `changes` doesn't name stays."""
    row = {
        "state": task.state,
        "audience": sorted(task.audience),
        "pool": sorted(task.pool),
        "assignee": task.assignee,
        "owner": task.owner,
        "waits_for": task.waits_for,
        "assignment": task.assignment,
        "priority": task.priority,
        "due_at": task.due_at,
        "follow_up_at": task.follow_up_at,
        "rank_at": task.rank_at,
        **changes,
    }
    store.add("changed", id=task.id, **row)


def _case(row: Sequence[Any]) -> Case:
    values = list(row)
    values[4] = InstanceState(values[4])
    if values[7] is not None:
        values[7] = bytes(values[7])
    values[10] = bytes(values[10])
    return Case(*values)
