"""The database function that steps are written by."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

import pytest

from engine.cases import change_task, lock_instance, lock_task
from engine.inbox import counts, page
from engine.models import (
    Deployment,
    HumanTask,
    InboxCount,
    InstanceState,
    ProcessDefinition,
    ProcessInstance,
    TaskState,
    TrailEntry,
    TrailEvent,
)
from engine.store import Case, Store
from engine.trail import verify_instances

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)


def new_store() -> Store:
    return Store(NOW, lambda: None)


@pytest.fixture
def case() -> Case:
    deployment = Deployment.objects.create(source="admin", deployed_at=NOW)
    definition = ProcessDefinition.objects.create(
        key="p", version=1, checksum="c", name="p", compiled=b"", deployment=deployment
    )
    store = new_store()
    store.add(
        "started",
        id=1,
        definition=definition.pk,
        business_key="k",
        exclusive=True,
        starter=7,
        card={},
    )
    case = Case(1, definition.pk, "c", "k", InstanceState.ACTIVE, 7, {}, b"state", 0, 0, b"")
    case.new_runtime = True
    store.record(case, TrailEvent.STARTED, actor=7, data={"amount": 1.5})
    store.save()
    return case


def open_task(case: Case, *users: int, queue: str = "other", **over: Any) -> int:
    store = new_store()
    row = {
        "instance": case.id,
        "task": str(uuid.uuid4()),
        "activity": str(uuid.uuid4()),
        "process": "p",
        "element": "decide",
        "state": TaskState.READY,
        "queue": queue,
        "priority": 50,
        "audience": sorted(users),
        "pool": sorted(users),
        "assignee": None,
        "added_by": None,
        "waits_for": None,
        "rule": {},
        "assignment": {},
        "due_at": NOW,
        "rank_at": NOW,
        "subject": "",
        "party": "",
        "amount": "12.50",
        "initiator": 7,
    } | over
    store.add("opened", **row)
    (made,) = store.save()
    return made


def summed() -> dict[int, int]:
    found: dict[int, int] = {}
    for row in InboxCount.objects.all():
        found[row.audience_id] = found.get(row.audience_id, 0) + row.delta
    return {audience: number for audience, number in found.items() if number}


def test_an_instance_is_written_whole(case: Case) -> None:
    row = ProcessInstance.objects.get()
    assert (row.version, row.state, bytes(row.runtime), row.trail_length) == (1, 1, b"state", 1)
    entry = TrailEntry.objects.get()
    assert entry.data == {"amount": "1.5"} and bytes(entry.hash) == bytes(row.trail_head)
    assert list(verify_instances()) == []


def test_audiences_are_shared_and_counted(case: Case) -> None:
    first, second = open_task(case, 1, 2), open_task(case, 1, 2, queue="contracts")
    a, b = HumanTask.objects.in_bulk([first, second]).values()
    assert a.audience_id == b.audience_id and a.amount == b.amount
    assert counts(1).queues == {"other": 1, "contracts": 1} and counts(2).to_claim == 2
    assert counts(3).total == 0


def test_a_change_of_audience_moves_the_count(case: Case) -> None:
    made = open_task(case, 1, 2)
    _case, task = lock_task(made)
    store = new_store()
    change_task(store, task, state=TaskState.RESERVED, assignee=2, audience=[2])
    store.save()
    assert counts(1).total == 0 and counts(2).queues == {"other": 1} and counts(2).to_claim == 0
    assert HumanTask.objects.get().version == 2


def test_closing_takes_the_task_out_of_the_inbox(case: Case) -> None:
    made = open_task(case, 1)
    _case, task = lock_task(made)
    store = new_store()
    store.add(
        "closed", task=task.task_id, state=TaskState.COMPLETED, decided_by=1, decision="approve"
    )
    store.save()
    row = HumanTask.objects.get()
    assert (row.state, row.audience_id, row.decided_by, row.ended_at) == (4, None, 1, NOW)
    assert row.pool_id is not None and summed() == {} and page(1).tasks == []


def test_many_rows_keep_their_order(case: Case) -> None:
    store = new_store()
    assert lock_instance(case.id).trail_length == 1
    for number in range(50):
        store.record(case, TrailEvent.NOTE, actor=None, data={"number": number})
    store.save()
    assert [e.data.get("number") for e in TrailEntry.objects.order_by("seq")][1:] == list(range(50))
    assert list(verify_instances()) == []


def test_what_was_added_since_a_mark_is_forgotten(case: Case) -> None:
    store = new_store()
    store.record(case, TrailEvent.NOTE, actor=None)
    mark = store.mark()
    other = Case(2, 1, "c", "k2", InstanceState.ACTIVE, 7, {}, None, 0, 0, b"")
    store.record(other, TrailEvent.NOTE, actor=None)
    store.add("visits", instance=2)
    mark.undo()
    assert set(store.cases) == {1} and "visits" not in store.rows and len(store.rows["trail"]) == 1


def test_pages_follow_the_due_date(case: Case) -> None:
    made = [open_task(case, 1, rank_at=NOW.replace(hour=h)) for h in (5, 3, 4, 1, 2)]
    first = page(1, limit=2)
    assert [t.pk for t in first.tasks] == [made[3], made[4]] and first.previous == ""
    second = page(1, limit=2, cursor=first.next)
    assert [t.pk for t in second.tasks] == [made[1], made[2]]
    third = page(1, limit=2, cursor=second.next)
    assert [t.pk for t in third.tasks] == [made[0]] and third.next == ""
    back = page(1, limit=2, cursor=third.previous)
    assert [t.pk for t in back.tasks] == [made[1], made[2]] and back.previous and back.next
    assert page(1, limit=2, cursor=back.previous).previous == ""
