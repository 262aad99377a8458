"""Many tasks decided alike in one transaction."""

from __future__ import annotations

import pytest
from django.db import transaction

from engine import tasks
from engine.exceptions import Conflict, InvalidData, NotAllowed, NotFound, OperationFailed
from engine.models import InstanceState, ProcessInstance, TrailEntry
from tests.casework import MONDAY, Case, check_inboxes, check_instance, deploy_drawn
from tests.engine.bpmn.diagrams import (
    chain,
    end,
    parameter,
    process,
    service,
    start,
    together,
    user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("any_form")]

HEAD = "yuchigang"
DRAWN = process(
    start()
    + user(candidateGroups="service_manager", decisions="approve,reject")
    + service("effect", "demo.effect", "outcome", parameter("number", "number"))
    + end()
    + chain("start", "task", "effect", "end")
)


@pytest.fixture
def after_commit():
    """The numbers whose effects were told of the commit."""
    return []


@pytest.fixture
def cases(people, registered, after_commit):
    """Cases whose effect fails for number 3."""

    def effect(context, *, number: int) -> str:
        transaction.on_commit(lambda: after_commit.append(number))
        ProcessInstance.objects.filter(pk=context.instance).update(card={"touched": number})
        if number == 3:
            raise RuntimeError("没有库存")
        return f"done {number}"

    registered.operation("demo.effect", effect)
    deploy_drawn(DRAWN)
    return [Case(people, "process", by="qiuzhiyuan", number=number) for number in range(6)]


def decide(people, ids, **over):
    return tasks.complete_many(
        ids, user=people[HEAD], **{"decision": "approve", "batch": "b1", "now": MONDAY, **over}
    )


def test_those_that_can_are_decided_and_the_others_say_why(people, cases):
    ids = [case.open[0].pk for case in cases]
    outcomes = decide(people, [*ids, 0])
    assert [outcome.task for outcome in outcomes] == [*ids, 0]
    failed = {outcome.task: type(outcome.error) for outcome in outcomes if outcome.error}
    assert failed == {ids[3]: OperationFailed, 0: NotFound}
    for number, case in enumerate(cases):
        case.check()
        if number == 3:
            assert case.who() == [HEAD]
            assert case.row.card == {}  # what its effect wrote is undone
        else:
            assert case.ended("end", f"done {number}")
            assert case.trail("task.completed")[0].data["batch"] == "b1"


def test_what_a_failed_one_would_do_after_the_commit_is_not_done(
    people, cases, after_commit, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        outcomes = decide(people, [case.open[0].pk for case in cases])
    assert sum(outcome.error is not None for outcome in outcomes) == 1
    assert after_commit == [0, 1, 2, 4, 5]


def test_what_was_not_decided_can_be_decided_later(people, cases):
    ids = [case.open[0].pk for case in cases]
    decide(people, ids)
    again = decide(people, ids)
    assert [type(outcome.error) for outcome in again] == [
        *3 * [Conflict],
        OperationFailed,
        *2 * [Conflict],
    ]
    check_inboxes()


def test_a_wrong_decision_changes_nothing(people, cases):
    ids = [case.open[0].pk for case in cases]
    entries = TrailEntry.objects.count()
    outcomes = decide(people, ids, decision="maybe")
    assert {type(outcome.error) for outcome in outcomes} == {InvalidData}
    stranger = tasks.complete_many(ids, user=people["qinyong"], decision="approve", now=MONDAY)
    assert {type(outcome.error) for outcome in stranger} == {NotAllowed}
    assert TrailEntry.objects.count() == entries


def test_of_one_instance_the_first_that_can_be_decided_is(people, registered):
    """The first of its tasks fails in the middle of its step and leaves nothing behind."""

    def effect(context, *, number: int) -> str:
        assert context.decided is not None
        if context.decided.user == people[HEAD] and number == 0:
            raise RuntimeError("nein")
        return "done"

    registered.operation("demo.effect", effect)
    deploy_drawn(
        process(
            start()
            + together(assignee="person", category="work", tallyMode='"any"')
            + service("effect", "demo.effect", "outcome", parameter("number", "number"))
            + end()
            + chain("start", "task", "effect", "end")
        )
    )
    both = [people[HEAD], people[HEAD]]
    case = Case(people, "process", by="qiuzhiyuan", people=both, number=0)
    ids = [task.pk for task in case.open]
    outcomes = decide(people, ids)
    assert [type(outcome.error) for outcome in outcomes] == [OperationFailed, OperationFailed]
    case.check()
    good = Case(people, "process", by="qiuzhiyuan", people=both, number=1)
    outcomes = decide(people, [task.pk for task in good.open])
    assert [type(outcome.error) for outcome in outcomes] == [type(None), Conflict]
    assert good.check().row.state == InstanceState.COMPLETED
    for row in ProcessInstance.objects.all():
        check_instance(row)
