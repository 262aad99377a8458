"""Cases as a whole: started, held, ended, mended, and what is known of their variables."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from engine import instances, tasks
from engine.exceptions import (
    Conflict,
    InvalidData,
    InvalidDefinition,
    NotFound,
    OperationFailed,
    WrongState,
)
from engine.models import (
    HumanTask,
    InstanceState,
    ProcessDefinition,
    ProcessInstance,
    VariableValue,
)
from tests.casework import MONDAY, Case, deploy_drawn
from tests.engine.bpmn.diagrams import (
    boundary,
    catch,
    chain,
    end,
    extensions,
    flow,
    gateway,
    line_of,
    message,
    parameter,
    process,
    properties,
    service,
    start,
    timer,
    user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("any_form")]

ENGINEER, MANAGER, ADMIN = "chenhai", "yuchigang", "admin"
WITH_TIMER = (
    start()
    + user(candidateGroups="engineer", decisions="done", variables="amount,note")
    + boundary("late", "task", timer('working("PT4H")'), interrupts=False)
    + service("tell", "demo.tell", "told", parameter("amount", "amount"))
    + end("told_end")
    + end()
    + chain("start", "task", "end")
    + chain("late", "tell", "told_end")
)


@pytest.fixture
def told(registered) -> list[object]:
    """What the operation demo.tell was told."""
    heard: list[object] = []

    def tell(context, *, amount) -> bool:
        heard.append(amount)
        return True

    registered.operation("demo.tell", tell)
    return heard


@pytest.fixture
def case(people, told) -> Case:
    deploy_drawn(process(WITH_TIMER))
    return Case(people, "process", by="qiuzhiyuan", amount=Decimal("12.50"))


# --- starting -------------------------------------------------------------------------------------
def test_an_unknown_process_cant_be_started():
    with pytest.raises(NotFound):
        instances.start("nothing", business_key="x:1", starter=None)


def test_a_suspended_definition_starts_nothing_new_and_lets_the_old_go_on(case, people):
    ProcessDefinition.objects.update(suspended=True)
    with pytest.raises(WrongState):
        Case(people, "process", by="qiuzhiyuan", amount=1)
    assert case.decide(ENGINEER, "done").ended("end")


def test_what_fails_at_the_first_steps_starts_nothing(people, registered):
    def fail(context) -> None:
        raise RuntimeError("没有库存")

    registered.operation("demo.fail", fail)
    deploy_drawn(
        process(
            start() + service("effect", "demo.fail", "x") + end() + chain("start", "effect", "end")
        )
    )
    with pytest.raises(OperationFailed, match="没有库存") as error:
        Case(people, "process", by="qiuzhiyuan")
    assert (error.value.data["operation"], error.value.data["element"]) == ("demo.fail", "effect")
    assert not ProcessInstance.objects.exists()


def test_an_exclusive_process_runs_once_for_each_business_key(people, told):
    deploy_drawn(process(extensions(properties(exclusive="true")) + WITH_TIMER))
    first = Case(people, "process", by="qiuzhiyuan", business_key="x:1", amount=1)
    with pytest.raises(Conflict):
        Case(people, "process", by="qiuzhiyuan", business_key="x:1", amount=1)
    Case(people, "process", by="qiuzhiyuan", business_key="x:2", amount=1)
    assert first.check().decide(ENGINEER, "done").ended("end")
    Case(people, "process", by="qiuzhiyuan", business_key="x:1", amount=1)


def test_a_running_case_keeps_the_version_it_began_with(case, people):
    deploy_drawn(
        process(start() + user("other", decisions="done") + end() + chain("start", "other", "end"))
    )
    newer = Case(people, "process", by="qiuzhiyuan")
    assert newer.elements() == ["other"]
    assert case.decide(ENGINEER, "done").ended("end")
    assert newer.row.definition.version > case.row.definition.version


# --- suspending, terminating ----------------------------------------------------------------------
def test_a_suspended_case_holds_its_timers(case, people, told):
    instances.suspend(case.id, by=people[ADMIN], reason="审计", now=MONDAY)
    with pytest.raises(WrongState):
        instances.suspend(case.id, by=people[ADMIN], reason="noch einmal")
    case.pass_time(days=3)
    assert told == []
    instances.resume(case.id, by=people[ADMIN], now=case.now)
    case.until(case.now)
    assert told == [Decimal("12.50")]
    assert [entry.data["reason"] for entry in case.trail("instance.suspended")] == ["审计"]


def test_a_terminated_case_leaves_nothing_to_do(case, people, told):
    result = instances.terminate(case.id, by=people[ADMIN], reason="误提交", now=MONDAY)
    assert result.state == InstanceState.TERMINATED
    assert case.check().open == []
    assert case.visits("task") == ["CANCELLED"]
    case.pass_time(days=30)
    assert told == []
    for act in (
        lambda: instances.terminate(case.id, by=people[ADMIN], reason=""),
        lambda: instances.resume(case.id, by=people[ADMIN]),
        lambda: instances.set_variables(case.id, {"amount": 1}, by=people[ADMIN], reason=""),
    ):
        with pytest.raises(WrongState):
            act()
    with pytest.raises(Conflict):
        task = HumanTask.objects.get()
        tasks.complete(task.pk, user=people[ENGINEER], decision="done")


def test_withdrawing_needs_a_place_to_withdraw_from(case, people):
    with pytest.raises(WrongState):
        case.withdraw("qiuzhiyuan")
    assert case.check().elements() == ["task"]


# --- variables ------------------------------------------------------------------------------------
def test_only_the_declared_variables_are_taken_from_a_form(case):
    case.decide(ENGINEER, "done", amount=Decimal("99.95"), note="x", other="no")
    assert case.ended("end")
    assert case.variables() == {"amount": "99.95", "note": "x", "decision": "done"}


def test_the_history_tells_when_and_where_a_variable_got_its_value(case):
    case.now += timedelta(hours=1)
    case.decide(ENGINEER, "done", amount=Decimal("99.95"))
    rows = VariableValue.objects.filter(instance=case.id, name="amount").order_by("id")
    assert list(rows.values_list("element", "value", "at")) == [
        ("", "12.50", MONDAY),  # what it was started with
        ("task", "99.95", case.now),
    ]


def test_an_administrator_mends_the_data(case, people, told):
    case.did(
        instances.set_variables(
            case.id, {"amount": Decimal(7)}, by=people[ADMIN], reason="输错", now=MONDAY
        )
    )
    assert case.variables()["amount"] == Decimal(7)
    (entry,) = case.trail("variables.set")
    assert entry.data == {"variables": {"amount": "7"}, "reason": "输错", "scope": ""}
    case.until(case.timers()["late"])
    assert told == [Decimal(7)]


def test_a_running_case_is_searched_by_what_it_is_about(people, told):
    deploy_drawn(process(WITH_TIMER))
    case = Case(
        people,
        "process",
        by="qiuzhiyuan",
        amount=Decimal("1.20"),
        subject="椅子",
        card={"party": "医院"},
    )
    assert case.row.card == {"party": "医院", "subject": "椅子", "amount": "1.20"}
    task = case.open[0]
    assert (task.subject, task.party, task.amount) == ("椅子", "医院", Decimal("1.20"))


# --- timers ---------------------------------------------------------------------------------------
def test_a_moved_timer_fires_at_its_new_moment(case, people, told):
    job = case.row.jobs.get()
    later = MONDAY + timedelta(days=10)
    case.did(instances.reschedule(case.id, str(job.task_id), later, by=people[ADMIN], now=MONDAY))
    assert case.timers() == {"late": later}
    case.pass_time(days=9)
    assert told == []
    case.pass_time(days=1)
    assert len(told) == 1
    assert [entry.actor for entry in case.trail("timer.moved")] == [people[ADMIN]]


def test_of_timers_due_together_only_those_have_fired_that_were_still_waiting(case, people, told):
    """After a standstill the deadline ends what another timer would have reminded of."""
    deploy_drawn(
        process(
            WITH_TIMER
            + boundary("lapse", "task", timer('working("PT2H")'))
            + end("lapsed")
            + chain("lapse", "lapsed")
        )
    )
    later = Case(people, "process", by="qiuzhiyuan", amount=1).pass_time(days=3)
    assert later.ended("lapsed")
    assert [entry.element for entry in later.trail("timer.fired")] == ["lapse"]
    assert [entry.element for entry in case.trail("timer.fired")] == ["late"]


def test_a_timer_of_a_finished_task_is_gone(case, told):
    case.decide(ENGINEER, "done")
    case.pass_time(days=30)
    assert told == []


def test_timers_of_many_cases_fire_each_once_after_a_standstill(people, told):
    deploy_drawn(process(WITH_TIMER))
    many = [Case(people, "process", by="qiuzhiyuan", amount=number) for number in range(20)]
    many[0].pass_time(days=3)
    assert sorted(told) == list(range(20))
    many[0].pass_time(days=3)
    assert len(told) == 20
    for case in many:
        case.check()


# --- the path taken -------------------------------------------------------------------------------
def test_the_path_tells_the_flows_taken(people):
    deploy_drawn(
        process(
            start()
            + user(candidateGroups="engineer", decisions="again,done")
            + gateway(default="gateway_end")
            + end()
            + chain("start", "task", "gateway", "end")
            + flow("gateway", "task", 'decision == "again"')
        )
    )
    case = Case(people, "process", by="qiuzhiyuan").decide(ENGINEER, "again")
    case.decide(ENGINEER, "done")
    path = case.row.activities.order_by("id").values_list("element", "flow")
    assert list(path) == [
        ("start", ""),
        ("task", "start_task"),
        ("gateway", "task_gateway"),
        ("task", "gateway_task"),
        ("gateway", "task_gateway"),
        ("end", "gateway_end"),
    ]


def test_names_and_keys_that_cannot_be_kept_are_refused(people):
    deploy_drawn(line_of(user(candidateGroups="engineer", decisions="done")))
    for name in ("n" * 101, "n\x00"):
        with pytest.raises(InvalidData):
            Case(people, "process", by="qiuzhiyuan", **{name: 1})
    deploy_drawn(
        process(
            start()
            + catch("heard", message(variable="said"), correlationKey="number")
            + end()
            + chain("start", "heard", "end"),
            "listener",
        )
    )
    for key in ("7" * 201, "7\x00"):
        with pytest.raises(InvalidData):
            Case(people, "listener", by="qiuzhiyuan", number=key)


# --- queues ---------------------------------------------------------------------------------------
def queue_of(people, card: dict | None = None, **given) -> str:
    case = Case(people, "process", by="qiuzhiyuan", card=card, **given)
    return case.open[0].queue


def test_the_start_variable_queue_says_where_approvals_lie(people):
    deploy_drawn(line_of(user(candidateGroups="engineer", decisions="done", category="approval")))
    assert queue_of(people) == "other"
    assert queue_of(people, queue="contracts") == "contracts"
    assert queue_of(people, {"queue": "stock"}, queue="contracts") == "stock"
    for nonsense in ("contrats", 7, ["contracts"]):
        with pytest.raises(InvalidData):
            queue_of(people, queue=nonsense)


def test_a_queue_that_no_app_has_registered_is_not_deployed(people):
    with pytest.raises(InvalidDefinition) as caught:
        deploy_drawn(line_of(user(candidateGroups="engineer", queue="contrats")))
    assert (caught.value.data["element"], caught.value.data["line"]) == ("task", 7)
    deploy_drawn(line_of(user(candidateGroups="engineer", decisions="done", queue="contracts")))
    assert queue_of(people) == "contracts"
