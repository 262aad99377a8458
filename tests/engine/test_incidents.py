"""What can't be done is tried again, and then waits for a person."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest

from engine import assignment, incidents, instances
from engine.exceptions import BusinessError, LimitExceeded, NotFound, OperationFailed, WrongState
from engine.models import Incident, Job, OutboxMessage
from engine.notices import letter
from tests.casework import MONDAY, Case, deploy_drawn
from tests.engine.bpmn.diagrams import (
    ERROR,
    boundary,
    catch,
    chain,
    definition,
    end,
    flow,
    gateway,
    parameter,
    process,
    service,
    start,
    timer,
    user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("any_form")]

ENGINEER, ADMIN = "chenhai", "admin"
BY_TIMER = process(
    start()
    + catch("wait", timer('working("PT4H")'))
    + service("effect", "demo.effect", "outcome", parameter("amount", "amount"))
    + end()
    + chain("start", "wait", "effect", "end")
)


class Effect:
    """Fails as often as told, or for an amount below zero."""

    def __init__(self) -> None:
        self.failures = 0
        self.done: list[object] = []
        self.keys: list[str] = []

    def run(self, context, *, amount: int) -> str:
        self.keys.append(context.key)
        if self.failures or amount < 0:
            self.failures = max(self.failures - 1, 0)
            raise RuntimeError("没有库存")
        self.done.append(amount)
        return "done"


@pytest.fixture
def effect(registered) -> Effect:
    operation = Effect()
    registered.operation("demo.effect", operation.run)
    return operation


@pytest.fixture
def start_case(people, effect):
    deploy_drawn(BY_TIMER)
    return lambda amount=1: Case(people, "process", by="qiuzhiyuan", amount=amount)


def fail_for_good(case: Case) -> Incident:
    for _try in range(3):
        case.pass_time(hours=6)
    return Incident.objects.get(state=Incident.State.OPEN)


def test_a_cause_that_the_database_cannot_keep_is_kept_all_the_same(people, registered):
    def fail(context, *, amount: int) -> None:
        raise RuntimeError("before\x00after")

    registered.operation("demo.effect", fail)
    deploy_drawn(BY_TIMER)
    incident = fail_for_good(Case(people, "process", by="qiuzhiyuan", amount=1))
    assert incident.message == "beforeafter"


def test_a_failing_job_is_tried_again_later(start_case, effect):
    effect.failures = 1
    case = start_case().pass_time(hours=6)
    assert effect.done == []
    assert len(effect.keys) == 1
    job = Job.objects.get()
    assert (job.retries, job.due_at) == (2, case.now + timedelta(seconds=10))
    assert "没有库存" in job.error
    case.pass_time(seconds=10)
    assert case.ended("end", "done")
    assert not Incident.objects.exists()
    assert effect.done == [1]


def test_after_three_failures_it_waits_for_a_person(start_case, effect):
    effect.failures = 3
    case = start_case()
    incident = fail_for_good(case)
    assert (incident.element, incident.operation, incident.message) == (
        "effect",
        "demo.effect",
        "没有库存",
    )
    assert "Traceback" in incident.cause
    assert incident.opened_at == case.now
    case.pass_time(days=30)
    assert len(effect.keys) == 3  # nothing is tried any more
    (entry,) = case.trail("incident.opened")
    assert entry.data["incident"] == incident.pk


def test_who_administers_processes_is_told_once_of_what_fails_together(start_case, effect, people):
    effect.failures = 9
    start_case()
    case = start_case()
    for _try in range(3):
        case.pass_time(hours=6)
    assert Incident.objects.count() == 2
    (mail,) = OutboxMessage.objects.all()
    assert mail.payload["user"] == people[ADMIN]
    assert letter(mail.payload)["subject"].endswith("没有库存")
    told = [mail.created_at]
    for hours in (18.7, 19.2, 19.7, 20.4):  # after the first one
        effect.failures = 3
        later = start_case()
        later.now = case.now - timedelta(hours=18) + timedelta(hours=hours)
        for _try in range(3):
            later.until(later.now + timedelta(minutes=5))
        told = list(OutboxMessage.objects.order_by("pk").values_list("created_at", flat=True))
    assert Incident.objects.count() == 6
    gaps = [after - before for before, after in pairwise(told)]
    assert len(told) == 3
    assert all(gap >= timedelta(hours=1) for gap in gaps)


def test_a_timer_that_fails_keeps_no_other_of_its_case_from_firing(people, effect, registered):
    """Both are due together, after a standstill say."""
    registered.operation("demo.note", lambda context: None)
    deploy_drawn(
        process(
            start()
            + user(candidateGroups="engineer", decisions="done")
            + boundary("one", "task", timer('working("PT1H")'), interrupts=False)
            + service("effect", "demo.effect", "outcome", parameter("amount", "amount"))
            + boundary("two", "task", timer('working("PT2H")'), interrupts=False)
            + service("note", "demo.note", "noted")
            + end("one_end")
            + end("two_end")
            + end()
            + chain("start", "task", "end")
            + chain("one", "effect", "one_end")
            + chain("two", "note", "two_end")
        )
    )
    case = Case(people, "process", by="qiuzhiyuan", amount=-1).pass_time(days=1)
    assert case.visits("note") == ["COMPLETED"]
    assert list(case.timers()) == ["one"]
    for _try in range(2):
        case.pass_time(hours=1)
    assert Incident.objects.get().element == "effect"
    assert [entry.element for entry in case.trail("timer.fired")] == ["two"]


def test_an_unforeseen_fault_costs_only_the_timer_to_blame_a_retry(people, registered, monkeypatch):
    """Nothing that an operation or the database says: the people can't be asked."""
    resolve = assignment.resolve

    def broken(rule, *, people):
        if any(term.get("role") == "finance" for term in rule["terms"]):
            raise RuntimeError("unforeseen")
        return resolve(rule, people=people)

    registered.operation("demo.note", lambda context: None)
    deploy_drawn(
        process(
            start()
            + gateway("both", "parallelGateway")
            + catch("one", timer('working("PT1H")'))
            + user(candidateGroups="finance", decisions="done")
            + end("one_end")
            + catch("two", timer('working("PT2H")'))
            + service("note", "demo.note", "noted")
            + end("two_end")
            + chain("start", "both", "one", "task", "one_end")
            + chain("both", "two", "note", "two_end")
        )
    )
    case = Case(people, "process", by="qiuzhiyuan")
    monkeypatch.setattr(assignment, "resolve", broken)
    case.pass_time(days=1)
    assert case.visits("note") == ["COMPLETED"]
    job = Job.objects.get()
    assert (job.element, job.retries) == ("one", 2)
    monkeypatch.undo()
    case.pass_time(hours=1)
    assert [task.element for task in case.open] == ["task"]


def test_retrying_goes_on_where_it_failed(start_case, effect, people):
    effect.failures = 3
    case = start_case()
    incident = fail_for_good(case)
    incidents.retry(incident.pk, by=people[ADMIN], now=case.now)
    case.until(case.now)
    assert case.ended("end", "done")
    incident.refresh_from_db()
    assert (incident.state, incident.resolution, incident.resolved_by) == (
        Incident.State.RESOLVED,
        "retried",
        people[ADMIN],
    )
    with pytest.raises(WrongState):
        incidents.retry(incident.pk, by=people[ADMIN])


def test_failing_again_is_a_new_incident(start_case, effect, people):
    effect.failures = 6
    case = start_case()
    first = fail_for_good(case)
    incidents.retry(first.pk, by=people[ADMIN], now=case.now)
    second = fail_for_good(case)
    assert second.pk != first.pk


def test_skipping_takes_the_result_given(start_case, effect, people):
    case = start_case(-1)
    incident = fail_for_good(case)
    incidents.skip(
        incident.pk,
        by=people[ADMIN],
        results={("process", "effect"): "by hand"},
        now=case.now,
    )
    assert case.did().ended("end", "by hand")
    assert effect.done == []
    assert [entry.actor for entry in case.trail("incident.skipped")] == [people[ADMIN]]


def test_mended_data_let_it_go_on(start_case, effect, people):
    case = start_case(-1)
    incident = fail_for_good(case)
    instances.set_variables(case.id, {"amount": 5}, by=people[ADMIN], reason="输错", now=case.now)
    incidents.retry(incident.pk, by=people[ADMIN], now=case.now)
    case.until(case.now)
    assert case.ended("end")
    assert effect.done == [5]


def test_terminating_resolves_it(start_case, people):
    case = start_case(-1)
    fail_for_good(case)
    case.did(instances.terminate(case.id, by=people[ADMIN], reason="x", now=case.now))
    assert not Incident.objects.filter(state=Incident.State.OPEN).exists()


def test_there_is_no_such_incident(people):
    with pytest.raises(NotFound):
        incidents.retry(0, by=people[ADMIN])


def test_one_failing_case_doesnt_hold_up_the_others(start_case, effect):
    bad, good = start_case(-1), start_case(1)
    good.pass_time(hours=6)
    assert good.ended("end")
    assert bad.check().timers() != {}


# --- decisions and business errors ----------------------------------------------------------------
AFTER_A_DECISION = process(
    start()
    + user(candidateGroups="engineer", decisions="done")
    + service("effect", "demo.refuse", "outcome")
    + boundary("refused", "effect", definition("error", 'errorRef="error"'))
    + user("repair", candidateGroups="finance", decisions="done")
    + end()
    + chain("start", "task", "effect", "end")
    + chain("refused", "repair", "end"),
    head=ERROR,
)


@pytest.mark.parametrize(
    ("code", "caught"), [("failed", True), ("something_else", False)], ids=["caught", "not caught"]
)
def test_a_business_error_goes_to_the_boundary_that_catches_it(people, registered, code, caught):
    def refuse(context) -> None:
        Incident.objects.create(
            instance_id=context.instance, message="written before", opened_at=MONDAY
        )
        raise BusinessError(code, "库存已出")

    registered.operation("demo.refuse", refuse)
    deploy_drawn(AFTER_A_DECISION)
    case = Case(people, "process", by="qiuzhiyuan")
    if caught:
        assert case.decide(ENGINEER, "done").elements() == ["repair"]
        assert case.visits("effect") == ["FAILED"]
    else:
        with pytest.raises(OperationFailed, match="库存已出"):
            case.decide(ENGINEER, "done")
        assert case.check().elements() == ["task"]
    assert not Incident.objects.exists()  # what it had written is undone in either case


def test_a_failing_decision_is_no_incident_and_its_reason_is_kept(people, registered):
    def fail(context) -> None:
        raise RuntimeError("没有库存")

    registered.operation("demo.refuse", fail)
    deploy_drawn(AFTER_A_DECISION)
    case = Case(people, "process", by="qiuzhiyuan")
    with pytest.raises(OperationFailed):
        case.decide(ENGINEER, "done")
    assert not Incident.objects.exists()
    (entry,) = case.trail("task.failed")
    assert (entry.actor, entry.element) == (people[ENGINEER], "task")
    assert "没有库存" in entry.data["message"]
    assert entry.data["operation"] == "demo.refuse"
    assert case.check().elements() == ["task"]


def deploy_endless(first: str) -> None:
    """After the element `first`, a loop that nothing stops."""
    content = start() + first + gateway("join") + service("effect", "demo.refuse", "outcome")
    content += gateway("over", default="over_join") + end()
    content += chain("start", "first", "join", "effect", "over", "join")
    deploy_drawn(process(content + flow("over", "end", 'outcome == "enough"')))


def test_a_loop_without_end_after_a_timer_is_an_incident(people, registered):
    registered.operation("demo.refuse", lambda context: "again")
    deploy_endless(catch("first", timer('working("PT4H")')))
    case = Case(people, "process", by="qiuzhiyuan")
    assert "LimitExceeded" in fail_for_good(case).cause
    assert case.check().visits("effect") == []  # nothing of all its rounds is left


def test_a_loop_without_end_after_a_decision_is_refused_with_its_reason(people, registered):
    registered.operation("demo.refuse", lambda context: "again")
    deploy_endless(user("first", candidateGroups="engineer", decisions="done"))
    case = Case(people, "process", by="qiuzhiyuan")
    with pytest.raises(LimitExceeded):
        case.decide(ENGINEER, "done")
    assert len(case.trail("task.failed")) == 1
    assert case.check().elements() == ["first"]
