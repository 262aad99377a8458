"""Batches: rehearsed first, a result for each row, taken up again where they were left."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine import batches, tasks
from engine.exceptions import InvalidData, NotFound, WrongState
from engine.models import (
    Batch,
    BatchPhase,
    InstanceState,
    OutboxMessage,
    ProcessInstance,
    RowState,
    TrailEntry,
)
from tests.casework import MONDAY, Case, check_inboxes, deploy_drawn
from tests.engine.bpmn.diagrams import chain, end, parameter, process, service, start, user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("any_form")]

HEAD = "yuchigang"
DRAWN = process(
    start()
    + user(candidateGroups="service_manager", decisions="approve,reject", opinionRequired="reject")
    + service("effect", "demo.effect", "outcome", parameter("number", "number"))
    + user("again", candidateGroups="finance", decisions="approve", dueIn="PT4H")
    + end()
    + chain("start", "task", "effect", "again", "end")
)
APPROVE = {"decision": "approve", "now": MONDAY}


@pytest.fixture
def cases(people, registered):
    """A maker of cases whose effect fails for number 3."""

    def effect(context, *, number: int) -> str:
        ProcessInstance.objects.filter(pk=context.instance).update(card={"touched": number})
        context.tell([people[HEAD]], subject="told", text="told", values={})
        if number == 3:
            raise RuntimeError("没有库存")
        return f"done {number}"

    registered.operation("demo.effect", effect)
    deploy_drawn(DRAWN)
    return lambda number: [
        Case(people, "process", by="qiuzhiyuan", number=place) for place in range(number)
    ]


def rows(batch: Batch) -> list[tuple[RowState, str]]:
    found = batch.rows.order_by("position").values_list("state", "message")
    return [(RowState(state), message) for state, message in found]


def seen(found) -> dict[int, int | None]:
    return {task.pk: task.version for case in found for task in case.open}


def test_a_rehearsal_changes_nothing_and_tells_what_would_come(people, cases):
    found = cases(5)
    trail, mails = TrailEntry.objects.count(), OutboxMessage.objects.count()
    batch = batches.rehearse(seen(found), user=people[HEAD], **APPROVE)
    assert batch.phase == BatchPhase.REHEARSED
    passes = (RowState.PASSES, "")
    assert rows(batch) == [passes, passes, passes, (RowState.BLOCKED, "没有库存"), passes]
    after = batch.rows.get(position=1).after
    assert after["people"] == [people["zhoumin"]]
    assert after["element"] == "again"
    assert after["due_at"].startswith("2031-03-03T06:30")  # the noon break between
    assert (TrailEntry.objects.count(), OutboxMessage.objects.count()) == (trail, mails)
    for case in found:
        assert case.who() == [HEAD]
        assert case.row.card == {}
    found[0].check()


def test_what_passed_is_decided_and_the_rest_left_alone(people, cases):
    found = cases(5)
    batch = batches.rehearse(seen(found), user=people[HEAD], **APPROVE)
    done = batches.confirm(batch.pk, user=people[HEAD], opinion="同意", now=MONDAY)
    assert done.phase == BatchPhase.DONE
    assert done.ended_at == MONDAY
    assert [state for state, _message in rows(batch)].count(RowState.DONE) == 4
    said = [case.trail("task.completed") for case in found]
    assert [len(entries) for entries in said] == [1, 1, 1, 0, 1]
    assert {entries[0].data["batch"] for entries in said if entries} == {str(batch.pk)}
    assert said[0][0].data["opinion"] == "同意"
    check_inboxes()
    with pytest.raises(WrongState):
        batches.confirm(batch.pk, user=people[HEAD], now=MONDAY)


def test_what_was_handled_meanwhile_says_by_whom_and_when(people, cases):
    found = cases(3)
    batch = batches.rehearse(seen(found), user=people[HEAD], **APPROVE)
    found[1].decide(HEAD, "approve")
    tasks.set_dates(
        found[2].open[0].pk, user=people[HEAD], due_at=MONDAY + timedelta(days=1), now=MONDAY
    )
    batches.confirm(batch.pk, user=people[HEAD], now=MONDAY)
    first, second, third = rows(batch)
    assert first == (RowState.DONE, "")
    assert second[0] == RowState.FAILED
    assert "尉迟刚" in second[1]
    assert "09:00" in second[1]
    assert third[0] == RowState.FAILED  # it has changed since it was seen
    assert found[2].who() == [HEAD]


def test_what_needs_an_opinion_of_its_own_says_so(people, cases):
    batch = batches.rehearse(seen(cases(2)), user=people[HEAD], decision="reject", now=MONDAY)
    assert batches.progress(batch.pk).needs_opinion == 2


def test_many_wait_for_the_workers(people, cases, django_capture_on_commit_callbacks):
    found = cases(batches.AT_ONCE + 2)
    with django_capture_on_commit_callbacks() as called:
        batch = batches.rehearse(seen(found), user=people[HEAD], **APPROVE)
    assert batches.wake_batches in called
    assert batch.phase == BatchPhase.REHEARSING
    assert batches.progress(batch.pk).waiting == len(found)
    assert batches.run_pending(now=MONDAY) == 1
    batch = batches.confirm(batch.pk, user=people[HEAD], now=MONDAY)
    assert batch.phase == BatchPhase.RUNNING
    batches.run_pending(now=MONDAY)
    assert batches.progress(batch.pk).done == len(found) - 1
    assert batches.run_pending(now=MONDAY) == 0


def test_a_chunk_that_dies_is_taken_up_again(people, cases, monkeypatch):
    """The worker is killed after it has decided a chunk and before it commits; a chunk before
    that has been committed."""
    monkeypatch.setattr(batches, "CHUNK", 4)
    found = cases(9)
    monkeypatch.setattr(batches, "AT_ONCE", 0)
    batch = batches.rehearse(seen(found), user=people[HEAD], **APPROVE)
    batches.run_pending(now=MONDAY)
    batch = batches.confirm(batch.pk, user=people[HEAD], now=MONDAY)
    write, calls = batches._write, []

    def dies(*arguments, **named):
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        write(*arguments, **named)

    monkeypatch.setattr(batches, "_write", dies)
    with pytest.raises(KeyboardInterrupt):
        batches.run_pending(now=MONDAY)
    left = batches.progress(batch.pk)
    assert (left.done, left.waiting) == (4, 4)
    monkeypatch.setattr(batches, "_write", write)
    batches.run_pending(now=MONDAY)
    assert batches.progress(batch.pk).done == 8
    for case in found:
        assert len(case.trail("task.completed")) == (0 if case is found[3] else 1)
    check_inboxes()


def test_a_chunk_that_cannot_be_written_is_tried_row_by_row(people, cases, monkeypatch):
    found = cases(3)
    batch = batches.rehearse(seen(found), user=people[HEAD], **APPROVE)
    decide = batches.complete_many

    def broken(wanted, **named):
        if found[1].open[0].pk in wanted:
            raise ValueError("nein")
        return decide(wanted, **named)

    monkeypatch.setattr(batches, "complete_many", broken)
    batches.confirm(batch.pk, user=people[HEAD], now=MONDAY)
    assert [state for state, _message in rows(batch)] == [
        RowState.DONE,
        RowState.FAILED,
        RowState.DONE,
    ]
    check_inboxes()


def test_a_batch_belongs_to_whoever_made_it(people, cases):
    batch = batches.rehearse(seen(cases(1)), user=people[HEAD], **APPROVE)
    with pytest.raises(NotFound):
        batches.confirm(batch.pk, user=people["qinyong"], now=MONDAY)
    stranger = batches.rehearse(seen(cases(1)), user=people["qinyong"], **APPROVE)
    assert batches.progress(stranger.pk).blocked == 1


@pytest.mark.parametrize("number", [0, batches.LIMIT + 1])
def test_none_or_too_many_are_refused(people, number):
    with pytest.raises(InvalidData):
        batches.rehearse(dict.fromkeys(range(number)), user=people[HEAD], decision="approve")
    assert not Batch.objects.exists()


def test_two_tasks_of_one_case_are_decided_one_after_the_other(people, registered):
    registered.operation("demo.effect", lambda context: None)
    deploy_drawn(
        process(
            start()
            + user(candidateGroups="service_manager", decisions="approve")
            + end()
            + chain("start", "task", "end")
        )
    )
    case = Case(people, "process", by="qiuzhiyuan")
    task = case.open[0]
    batch = batches.rehearse({task.pk: task.version}, user=people[HEAD], **APPROVE)
    assert batch.rows.get().after["end_event"] == "end"
    batches.confirm(batch.pk, user=people[HEAD], now=MONDAY)
    assert case.row.state == InstanceState.COMPLETED
