"""Locking: every command begins here. The instance row is locked first, then what decides; then all
is read afresh.

One statement locks and reads. After waiting, PostgreSQL reads again only the rows that the
statement locks; what stands in others may be older. Every step counts the version of its instance
up: where that isn't what the statement saw when it began, it is run once more, now without waiting.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

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
WHERE i.id = ANY(%s) ORDER BY i.id FOR UPDATE OF i"""  # noqa: S608 (constants)

# Of an activity with several tasks also the others, with their decisions, open ones last.
TASK = """(SELECT s.version FROM engine_processinstance s WHERE s.id = i.id),
    t.id, t.task_id::text, t.activity::text, t.process, t.element, t.state, t.version,
    t.assignee, t.owner, t.decided_by, t.ended_at, t.rule, t.assignment, t.priority, t.due_at,
    t.follow_up_at, t.rank_at, t.waits_for_id, t.queue, t.added_by, t.initiator,
    ARRAY(SELECT m."user" FROM engine_audiencemember m WHERE m.audience_id = t.audience_id),
    ARRAY(SELECT m."user" FROM engine_audiencemember m WHERE m.audience_id = t.pool_id),
    CASE WHEN t.activity <> t.task_id THEN (
        SELECT jsonb_agg(jsonb_build_array(b.id, b.task_id, b.state, b.waits_for_id, b.assignment,
            d."user", d.on_behalf_of, d.code) ORDER BY d.id, b.id)
        FROM engine_humantask b LEFT JOIN engine_decision d ON d.task_id = b.id
        WHERE b.instance_id = t.instance_id AND b.activity = t.activity) END"""

LOCK_TASKS = f"""
SELECT {INSTANCE}, {TASK}
FROM engine_humantask t
    JOIN engine_processinstance i ON i.id = t.instance_id
    JOIN engine_processdefinition d ON d.id = i.definition_id
WHERE t.id = ANY(%s) ORDER BY i.id, t.id FOR UPDATE OF i, t
"""  # noqa: S608 (constants)

COLUMNS = 11  # of INSTANCE
VERSION = 8  # among them


class Sibling(NamedTuple):
    """A task of the same activity. Undecided ones have no `user`, `on_behalf_of` and `code`."""

    id: int
    task_id: str
    state: int
    waits_for: int | None
    assignment: dict[str, dict[str, Any]]
    user: int | None
    on_behalf_of: int | None
    code: str | None


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
    activity_tasks: list[Sibling]  # itself among them; empty where it is the activity's only one

    @property
    def open(self) -> bool:
        return self.state in (TaskState.READY, TaskState.RESERVED)


def lock_instances(ids: Sequence[int], *, skip_locked: bool = False) -> list[Case]:
    """Lock instances, in the order of their ids. Those that don't exist are missing from the
    result, and with `skip_locked` those that somebody else has locked."""
    statement = LOCK_INSTANCES + (" SKIP LOCKED" if skip_locked else "")
    return [_case(row) for row in execute(statement, [list(ids)])]


def lock_instance(instance: int) -> Case:
    """Lock one instance; raises NotFound."""
    cases = lock_instances([instance])
    if not cases:
        raise NotFound(_("There is no process instance %(id)s.") % {"id": instance})
    return cases[0]


def lock_tasks(ids: Sequence[int], *, skip_locked: bool = False) -> list[tuple[Case, Task]]:
    """Lock human tasks with their instances, by instance. Tasks of one instance share its
    `Case`."""
    statement = LOCK_TASKS + (" SKIP LOCKED" if skip_locked else "")
    rows = execute(statement, [list(ids)])
    if any(row[VERSION] != row[COLUMNS] for row in rows):
        rows = execute(statement, [list(ids)])
    cases: dict[int, Case] = {}
    found = []
    for row in rows:
        case = cases.get(row[0]) or cases.setdefault(row[0], _case(row[:COLUMNS]))
        values = list(row[COLUMNS + 1 :])
        values[5] = TaskState(values[5])
        values[-1] = [Sibling(*each) for each in values[-1] or ()]
        found.append((case, Task(*values)))
    return found


def lock_task(task: int) -> tuple[Case, Task]:
    """Lock one human task with its instance; raises NotFound."""
    found = lock_tasks([task])
    if not found:
        raise NotFound(_("There is no task %(id)s.") % {"id": task})
    return found[0]


def change_task(store: Store, task: Task, **changes: Any) -> None:
    """Write a human task's new assignment and dates; what `changes` doesn't name stays. Only where
    the task comes to somebody new it is no longer put off, for nobody: newcomers see it at once."""
    newcomers = set(changes.get("audience", ())).difference(task.audience)
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
        "follow_up_at": None if newcomers else task.follow_up_at,
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
