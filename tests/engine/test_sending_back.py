"""Back to an earlier human step whose scope is still open."""

from __future__ import annotations

import pytest

from engine import approvers
from engine.exceptions import NotAllowed, NotFound, WrongState
from engine.models import HumanTask
from tests.casework import MONDAY, Case, deploy_drawn
from tests.engine.bpmn.diagrams import (
    boundary,
    chain,
    element,
    end,
    gateway,
    line_of,
    process,
    service,
    start,
    timer,
    together,
    user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("any_form")]

ENGINEER, MANAGER = "chenhai", "yuchigang"


def inside(*content: str) -> str:
    return element("subProcess", "sub", "".join(content), name="子流程")


@pytest.fixture
def case(people) -> Case:
    """first → second (with a timer) → third."""
    deploy_drawn(
        process(
            start()
            + user("first", candidateGroups="engineer", decisions="done", variables="note")
            + user("second", candidateGroups="service_manager", decisions="done")
            + boundary("late", "second", timer('working("PT4H")'), interrupts=False)
            + service("tell", "demo.note", "told")
            + end("told_end")
            + user("third", candidateGroups="finance", decisions="done")
            + end()
            + chain("start", "first", "second", "third", "end")
            + chain("late", "tell", "told_end")
        )
    )
    return Case(people, "process", by="qiuzhiyuan")


@pytest.fixture(autouse=True)
def note(registered):
    registered.operation("demo.note", lambda context: None)


def send_back(case: Case, element_id: str, *, by: str) -> Case:
    task = case.open[0]
    to = next(t for t in approvers.earlier_steps(task) if t.element == element_id)
    result = approvers.send_back(
        task.pk, to=str(to.task_id), user=case.people[by], opinion="不对", now=case.now
    )
    return case.did(result)


def test_the_earlier_step_is_asked_again(case, people):
    case.decide(ENGINEER, "done", note="eins")
    send_back(case, "first", by=MANAGER)
    assert (case.elements(), case.who()) == (["first"], ["chenhai|wulei"])
    assert case.timers() == {}
    (entry,) = case.trail("instance.sent_back")
    assert (entry.actor, entry.data["opinion"]) == (people[MANAGER], "不对")
    case.decide("wulei", "done").decide(MANAGER, "done").decide("zhoumin", "done")
    assert case.ended("end")


def test_two_steps_back_makes_fresh_timers(case):
    case.decide(ENGINEER, "done").pass_time(hours=2)
    first_due = case.timers()["late"]
    case.decide(MANAGER, "done")
    send_back(case, "second", by="zhoumin")
    assert case.elements() == ["second"]
    assert case.timers()["late"] > first_due
    case.until(case.timers()["late"])
    assert case.visits("tell") == ["COMPLETED"]
    assert case.decide(MANAGER, "done").decide("zhoumin", "done").ended("end")


def test_only_who_is_asked_sends_back(case, people):
    case.decide(ENGINEER, "done")
    (to,) = approvers.earlier_steps(case.open[0])
    with pytest.raises(NotAllowed):
        approvers.send_back(
            case.open[0].pk, to=str(to.task_id), user=people[ENGINEER], opinion="", now=MONDAY
        )
    with pytest.raises(NotFound):
        approvers.send_back(
            case.open[0].pk,
            to="00000000-0000-4000-8000-000000000000",
            user=people[MANAGER],
            opinion="",
            now=MONDAY,
        )
    assert case.check().elements() == ["second"]


def test_a_scope_that_has_ended_is_not_entered_again(people):
    deploy_drawn(
        process(
            start()
            + inside(
                start("sub_in"),
                user("first", candidateGroups="engineer", decisions="done"),
                end("sub_out"),
                chain("sub_in", "first", "sub_out"),
            )
            + user("second", candidateGroups="service_manager", decisions="done")
            + end()
            + chain("start", "sub", "second", "end")
        )
    )
    case = Case(people, "process", by="qiuzhiyuan")
    first = case.open[0]
    case.decide(ENGINEER, "done")
    assert approvers.earlier_steps(case.open[0]) == []
    with pytest.raises((NotFound, WrongState)):
        approvers.send_back(
            case.open[0].pk, to=str(first.task_id), user=people[MANAGER], opinion="", now=MONDAY
        )
    assert case.check().elements() == ["second"]


# --- what doesn't lead to the sender's task -------------------------------------------------------
def refused(case: Case, sender: HumanTask, to: HumanTask, by: str) -> None:
    """It is neither offered nor done."""
    assert str(to.task_id) not in [str(t.task_id) for t in approvers.earlier_steps(sender)]
    with pytest.raises(WrongState):
        approvers.send_back(
            sender.pk, to=str(to.task_id), user=case.people[by], opinion="", now=MONDAY
        )


def test_a_step_of_a_parallel_branch_is_no_earlier_one(people):
    deploy_drawn(
        process(
            start()
            + user("before", candidateGroups="engineer", decisions="done")
            + gateway("fork", "parallelGateway")
            + user("first", candidateGroups="engineer", decisions="done")
            + user("second", candidateGroups="service_manager", decisions="done")
            + gateway("meet", "parallelGateway")
            + user("third", candidateGroups="finance", decisions="done")
            + end()
            + chain("start", "before", "fork", "first", "meet", "third", "end")
            + chain("fork", "second", "meet")
        )
    )
    case = Case(people, "process", by="qiuzhiyuan").decide(ENGINEER, "done")
    first, second = (next(t for t in case.open if t.element == e) for e in ("first", "second"))
    case.decide(ENGINEER, "done")
    refused(case, second, first, MANAGER)
    assert [t.element for t in approvers.earlier_steps(second)] == ["before"]
    case.decide(MANAGER, "done")  # behind the join both lead to it
    offered = [t.element for t in approvers.earlier_steps(case.open[0])]
    assert offered == ["before", "first", "second"]
    send_back(case, "second", by="zhoumin")
    assert case.elements() == ["second"]
    case.decide(MANAGER, "done").decide("zhoumin", "done")
    assert case.ended("end")


def test_a_colleagues_vote_is_no_earlier_step(people):
    deploy_drawn(line_of(together()))
    asked = [{"user": people[name], "found": "asked"} for name in (ENGINEER, "wulei")]
    case = Case(people, "process", by="qiuzhiyuan", people=asked)
    first = case.task(ENGINEER)
    case.decide(ENGINEER, "approve")
    refused(case, case.task("wulei"), first, "wulei")
    assert case.decide("wulei", "approve").ended("end")
