"""Several decide together: approvers added before, beside and after somebody, and taken off."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine import approvers, tasks
from engine.exceptions import Conflict, InvalidData, NotAllowed, WrongState
from engine.models import Decision, TaskState
from tests.casework import MONDAY, Case, deploy_drawn
from tests.engine.bpmn.diagrams import (
    boundary,
    chain,
    end,
    line_of,
    process,
    start,
    timer,
    together,
    user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("any_form")]

A, B, C, D = "chenhai", "wulei", "zhamin", "linjing"


@pytest.fixture
def vote(people):
    """A case that asks people together; `initiator` 仇志远 is never asked."""

    def start(*names: str, mode: str = "all", threshold: int = 100) -> Case:
        deploy_drawn(line_of(together(tallyMode="mode", tallyThreshold="threshold")))
        return Case(
            people,
            "process",
            by="qiuzhiyuan",
            people=[{"user": people[name], "found": "asked"} for name in names],
            initiator=people["qiuzhiyuan"],
            mode=mode,
            threshold=threshold,
        )

    return start


def add(case: Case, name: str, *, by: str, place: str = "parallel") -> Case:
    result = approvers.add_approver(
        case.task(by).pk, user=case.people[name], by=case.people[by], place=place, now=case.now
    )
    return case.did(result)


def open_task(case: Case, name: str) -> int:
    """The open task of that person, also while it waits for its turn."""
    user_id = case.people[name]
    return next(t.pk for t in case.open if t.pool.members.filter(user=user_id).exists())


def remove(case: Case, name: str, *, by: str) -> Case:
    result = approvers.remove_approver(
        open_task(case, name), by=case.people[by], reason="多余", now=case.now
    )
    return case.did(result)


# --- places ---------------------------------------------------------------------------------------
def test_in_parallel_both_are_asked_and_both_count(vote):
    case = add(vote(A), B, by=A)
    assert case.who() == [A, B]
    assert not case.decide(A, "approve").row.end_event
    assert case.decide(B, "approve").ended("end")


def test_before_me_i_wait_until_they_have_decided(vote, people):
    case = add(vote(A), B, by=A, place="before")
    assert case.who() == [B]
    waiting = case.open[0]
    assert (waiting.state, waiting.waits_for.pool.members.get().user) == (
        TaskState.WAITING,
        people[B],
    )
    with pytest.raises(WrongState):
        tasks.complete(waiting.pk, user=people[A], decision="approve", now=MONDAY)
    assert case.decide(B, "approve").who() == [A]
    assert case.decide(A, "approve").ended("end")


def test_after_me_they_are_asked_once_i_have_decided(vote):
    case = add(vote(A), B, by=A, place="after")
    assert case.who() == [A]
    assert case.decide(A, "approve").who() == [B]
    assert case.decide(B, "approve").ended("end")


def test_one_behind_the_other(vote):
    case = add(vote(A), B, by=A, place="before")
    add(case, C, by=B, place="before")
    assert case.who() == [C]
    assert case.decide(C, "approve").who() == [B]
    assert case.decide(B, "approve").who() == [A]
    assert case.decide(A, "approve").ended("end")


@pytest.mark.parametrize("place", ["before", "after"])
def test_a_rejection_ends_it_for_those_who_wait(vote, place):
    case = add(vote(A), B, by=A, place=place)
    case.decide(B if place == "before" else A, "reject")
    assert case.ended("end")
    assert case.open == []


def test_any_is_not_enough_while_somebody_waits_for_their_turn(vote):
    case = add(vote(A, C, mode="any"), B, by=A, place="after")
    assert case.decide(C, "approve").who() == [A]
    assert case.decide(A, "approve").who() == [B]
    assert case.decide(B, "approve").ended("end")


def test_percent_counts_the_added(vote):
    case = add(vote(A, B, mode="percent", threshold=60), C, by=A)
    case.decide(A, "approve")
    assert case.who() == [B, C]
    assert case.decide(C, "approve").ended("end")


def test_the_timer_of_a_level_is_left_alone(people):
    """One for all who are asked: whoever is asked is added, hands it on, decides or is taken off,
    and it stays the same job."""
    reminded = process(
        start()
        + together()
        + boundary("remind", "task", timer("'P3D'", "timeDuration"), interrupts=False)
        + end()
        + end("reminded")
        + chain("start", "task", "end")
        + chain("remind", "reminded")
    )
    deploy_drawn(reminded)
    asked = [{"user": people[name], "found": "asked"} for name in (A, B)]
    case = Case(people, "process", by="qiuzhiyuan", people=asked)
    job = case.row.jobs.get()
    assert (job.element, job.due_at) == ("remind", MONDAY + timedelta(days=3))

    add(case, C, by=A)
    tasks.transfer(case.task(B).pk, to=people[D], by=people[B], now=case.now)
    case.did().decide(D, "approve")
    remove(case, C, by=A)
    after = case.row.jobs.get()
    assert (after.pk, after.task_id, after.due_at) == (job.pk, job.task_id, job.due_at)
    assert case.decide(A, "approve").ended("end")
    assert not case.row.jobs.exists()


# --- who may be added -----------------------------------------------------------------------------
def test_nobody_is_asked_twice(vote, people):
    case = vote(A, B)
    with pytest.raises(Conflict):
        add(case, B, by=A)
    assert case.check().who() == [A, B]


def test_the_initiator_is_not_added(vote):
    case = vote(A)
    with pytest.raises(NotAllowed):
        add(case, "qiuzhiyuan", by=A)


def test_only_those_asked_add_somebody(vote, people):
    case = vote(A)
    with pytest.raises(NotAllowed):
        approvers.add_approver(case.open[0].pk, user=people[B], by=people[C], now=MONDAY)


def test_where_one_decides_alone_nobody_is_added(people):
    deploy_drawn(line_of(user(candidateGroups="engineer", decisions="done")))
    case = Case(people, "process", by="qiuzhiyuan")
    with pytest.raises(WrongState):
        add(case, C, by=A)


# --- taken off again ------------------------------------------------------------------------------
def test_a_removed_approver_no_longer_counts(vote, people):
    case = remove(add(vote(A, B), C, by=A), C, by=A)
    assert case.who() == [A, B]
    (entry,) = case.trail("approver.removed")
    assert (entry.actor, entry.data) == (people[A], {"user": [people[C]], "reason": "多余"})
    decision = Decision.objects.get()
    assert (decision.user, decision.code) == (people[A], "removed")
    assert case.decide(A, "approve").decide(B, "approve").ended("end")


@pytest.mark.parametrize("place", ["before", "parallel", "after"])
def test_whoever_waited_for_a_removed_approver_goes_on(vote, place):
    case = remove(add(vote(A), B, by=A, place=place), B, by=A)
    assert case.who() == [A]
    assert case.decide(A, "approve").ended("end")


def test_removing_the_last_who_had_not_decided_closes_the_level(vote):
    case = add(vote(A), B, by=A).decide(A, "approve")
    assert remove(case, B, by="admin").ended("end")


def test_any_closes_when_the_one_it_was_held_for_is_removed(vote):
    case = add(vote(A, mode="any"), B, by=A, place="after").decide(A, "approve")
    assert remove(case, B, by=A).ended("end")


def test_only_the_added_are_removed_and_only_by_who_added_them(vote, people):
    case = add(vote(A, B), C, by=A)
    with pytest.raises(WrongState):
        remove(case, B, by=A)
    with pytest.raises(NotAllowed):
        remove(case, C, by=B)
    with pytest.raises(Conflict):
        task = open_task(case, C)
        case.decide(C, "approve")
        approvers.remove_approver(task, by=people[A], now=MONDAY)
    assert case.check().who() == [A, B]


def test_nobody_takes_themselves_off_by_a_decision(vote, people):
    case = vote(A, B)
    with pytest.raises(InvalidData):
        tasks.complete(case.task(A).pk, user=people[A], decision="removed", now=MONDAY)
    assert case.check().who() == [A, B]


def test_an_added_approver_hands_it_on(vote, people):
    case = add(vote(A), B, by=A)
    tasks.transfer(open_task(case, B), to=people[D], by=people[B], now=MONDAY)
    assert case.did().who() == [A, D]
    assert case.decide(A, "approve").decide(D, "approve").ended("end")
    assert case.now - MONDAY == timedelta(0)


def test_nobody_gets_a_second_vote(vote, people) -> None:
    case = vote(A, B, C)
    case.decide(C, "approve")
    for name in (B, C):  # asked already, and has decided already
        with pytest.raises(Conflict):
            tasks.transfer(case.task(A).pk, to=people[name], by=people[A], now=case.now)
        with pytest.raises(Conflict):
            add(case, name, by=A)
    tasks.transfer(case.task(A).pk, to=people[D], by=people[A], now=case.now)
    assert case.task(D).assignee == people[D]
