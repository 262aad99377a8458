"""Messages: given from outside, thrown from one case to another, and what nobody waits for."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine import incidents, instances, worker
from engine.exceptions import Conflict, NothingCaught, WrongState
from engine.models import Incident, Job
from tests.casework import MONDAY, Case, deploy_drawn
from tests.engine.bpmn.diagrams import (
    MESSAGE,
    boundary,
    catch,
    chain,
    element,
    end,
    extensions,
    gateway,
    message,
    process,
    properties,
    service,
    start,
    user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("any_form")]

ENGINEER, ADMIN = "chenhai", "admin"

LISTENER = process(
    start()
    + catch("heard", message(variable="said"), correlationKey="number")
    + end()
    + chain("start", "heard", "end"),
    "listener",
)


def telling(**over: str) -> str:
    """Inside an event: a message is thrown under the case's number."""
    payload = extensions("<spiffworkflow:messagePayload>payload</spiffworkflow:messagePayload>")
    definition = element("messageEventDefinition", "", payload, messageRef="message")
    return extensions(properties(correlationKey="number", **over)) + definition


def thrower(**over: str) -> str:
    """Done by an engineer, it tells whoever waits under its number."""
    return process(
        start()
        + user(candidateGroups="engineer", decisions="done")
        + element("endEvent", "end", telling(**over), name="已告知")
        + chain("start", "task", "end"),
        "thrower",
        head=MESSAGE,
    )


@pytest.fixture
def listen(people):
    return lambda number: Case(people, "listener", by="qiuzhiyuan", number=number)


@pytest.fixture
def throw(people):
    def start_and_throw(number: int) -> Case:
        case = Case(people, "thrower", by="qiuzhiyuan", number=number, payload={"order": number})
        return case.decide(ENGINEER, "done")

    return start_and_throw


# --- from outside ---------------------------------------------------------------------------------
def test_a_message_goes_to_the_case_that_waits_under_its_key(listen):
    deploy_drawn(LISTENER)
    one, two = listen(1), listen(2)
    two.message("demo.said", "2", {"agreed": True})
    assert two.ended("end")
    assert two.variables()["said"] == {"agreed": True}
    assert one.check().subscriptions() == ["heard"]


def test_nobody_waits_for_it(listen):
    deploy_drawn(LISTENER)
    case = listen(1)
    for name, key in (("demo.said", "2"), ("demo.other", "1")):
        with pytest.raises(NothingCaught):
            case.message(name, key)
    case.message("demo.said", "1")
    with pytest.raises(NothingCaught):
        case.message("demo.said", "1")


def test_which_of_two_is_meant_is_not_guessed(listen):
    deploy_drawn(LISTENER)
    listen(1), listen(1)
    with pytest.raises(WrongState):
        instances.correlate("demo.said", "1", now=MONDAY)


def test_a_suspended_case_hears_nothing(listen, people):
    deploy_drawn(LISTENER)
    case = listen(1)
    instances.suspend(case.id, by=people[ADMIN], reason="", now=MONDAY)
    with pytest.raises(WrongState):
        case.message("demo.said", "1")
    assert case.check().subscriptions() == ["heard"]


def test_an_interrupting_message_ends_what_it_is_attached_to(people):
    deploy_drawn(
        process(
            start()
            + user(candidateGroups="engineer", decisions="done")
            + boundary("stop", "task", message(variable="said"), correlationKey="number")
            + end()
            + end("stopped")
            + chain("start", "task", "end")
            + chain("stop", "stopped")
        )
    )
    case = Case(people, "process", by="qiuzhiyuan", number=7)
    task = case.open[0]
    case.message("demo.said", "7")
    assert case.ended("stopped")
    task.refresh_from_db()
    assert task.audience_id is None
    assert case.visits("task") == ["CANCELLED"]


# --- from case to case ----------------------------------------------------------------------------
def test_a_message_to_a_busy_case_loses_no_retry(listen, throw, monkeypatch):
    def busy(ids, **options):
        raise Conflict("busy", by=None, at=None)

    deploy_drawn(LISTENER, thrower())
    listening, _thrown = listen(1), throw(1)
    with monkeypatch.context() as patch:
        patch.setattr(worker, "lock_instances", busy)
        worker.run_due_jobs(now=MONDAY)
    left = Job.objects.get()
    assert (left.retries, left.error, left.locked_until) == (3, "", MONDAY + worker.BUSY)
    worker.run_due_jobs(now=MONDAY + 2 * worker.BUSY)
    assert listening.ended("end")


def test_a_terminated_case_takes_its_failed_messages_along(people):
    content = start() + element("intermediateThrowEvent", "say", telling(), name="告知")
    content += user(candidateGroups="engineer", decisions="done") + end()
    content += chain("start", "say", "task", "end")
    deploy_drawn(process(content, "thrower", head=MESSAGE))
    case, now = Case(people, "thrower", by="qiuzhiyuan", number=1, payload={}), MONDAY
    while not Incident.objects.exists():
        worker.run_due_jobs(now=now)
        now += timedelta(hours=1)
    instances.terminate(case.id, by=people[ADMIN], reason="")
    assert not Job.objects.exists()


def test_a_thrown_message_is_delivered_in_a_transaction_of_its_own(listen, throw):
    deploy_drawn(LISTENER, thrower())
    listening, thrown = listen(1), throw(1)
    assert thrown.ended("end")
    assert listening.subscriptions() == ["heard"]
    listening.until(MONDAY)
    assert listening.ended("end")
    assert listening.variables()["said"] == {"order": 1}
    assert not Job.objects.exists()


def test_one_that_nobody_waits_for_becomes_an_incident_of_its_thrower(listen, throw, people):
    deploy_drawn(LISTENER, thrower())
    thrown = throw(1)
    for _try in range(3):
        thrown.pass_time(hours=1)
    incident = Incident.objects.get()
    assert (incident.instance_id, incident.element) == (thrown.id, "end")
    listening = listen(1)
    incidents.retry(incident.pk, by=people[ADMIN], now=thrown.now)
    listening.until(thrown.now)
    assert listening.ended("end")
    incident.refresh_from_db()
    assert (incident.state, incident.resolution) == (Incident.State.RESOLVED, "retried")


def test_one_for_which_two_wait_goes_to_neither_of_them(listen, throw, people):
    deploy_drawn(LISTENER, thrower())
    listening, thrown = [listen(1), listen(1)], throw(1)
    for _try in range(3):
        thrown.pass_time(hours=1)
    incident = Incident.objects.get()
    assert incident.instance_id == thrown.id
    assert "demo.said" in incident.message
    assert [case.check().subscriptions() for case in listening] == [["heard"]] * 2
    instances.terminate(listening[0].id, by=people[ADMIN], reason="")
    incidents.retry(incident.pk, by=people[ADMIN], now=thrown.now)
    assert listening[1].until(thrown.now).ended("end")


def test_an_administrator_drops_it(throw, people):
    deploy_drawn(LISTENER, thrower())
    thrown = throw(1)
    for _try in range(3):
        thrown.pass_time(hours=1)
    incidents.skip(Incident.objects.get().pk, by=people[ADMIN], now=thrown.now)
    assert not Job.objects.exists()
    assert [e.actor for e in thrown.check().trail("incident.skipped")] == [people[ADMIN]]


def test_what_fails_in_the_case_that_hears_it_can_be_skipped(listen, throw, people, registered):
    """The message is heard; the thrower's incident says in which case it failed."""

    def fail(context):
        raise ValueError("kaputt")

    registered.operation("demo.fail", fail)
    content = start() + catch("heard", message(variable="said"), correlationKey="number")
    content += service("effect", "demo.fail", "outcome") + end()
    content += chain("start", "heard", "effect", "end")
    deploy_drawn(process(content, "listener"), thrower())
    listening, thrown = listen(1), throw(1)
    for _try in range(3):
        thrown.pass_time(hours=1)
    incident = Incident.objects.get()
    assert (incident.instance_id, incident.operation) == (thrown.id, "demo.fail")
    assert str(listening.id) in incident.message
    assert listening.check().subscriptions() == ["heard"]
    results = {("listener", "effect"): "by hand"}
    incidents.skip(incident.pk, by=people[ADMIN], results=results, now=thrown.now)
    assert listening.ended("end")
    assert (listening.variables()["said"], listening.variables()["outcome"]) == (
        {"order": 1},
        "by hand",
    )
    assert not Job.objects.exists()


def test_what_fails_in_the_very_case_that_has_told_it_can_be_skipped(people, registered):
    def fail(context):
        raise ValueError("kaputt")

    registered.operation("demo.fail", fail)
    content = start() + gateway("fork", "parallelGateway") + gateway("meet", "parallelGateway")
    content += element("intermediateThrowEvent", "say", telling(), name="告知")
    content += catch("heard", message(variable="said"), correlationKey="number")
    content += service("effect", "demo.fail", "outcome") + end()
    content += chain("start", "fork", "say", "meet", "end")
    content += chain("fork", "heard", "effect", "meet")
    deploy_drawn(process(content))
    case = Case(people, "process", by="qiuzhiyuan", number=1, payload={})
    for _try in range(3):
        case.pass_time(hours=1)
    incidents.skip(Incident.objects.get().pk, by=people[ADMIN], now=case.now)
    assert case.check().ended("end")


def test_an_optional_one_is_dropped_with_a_note(throw):
    deploy_drawn(thrower(optional="true"))
    thrown = throw(1).until(MONDAY)
    (entry,) = thrown.trail("message.dropped")
    assert entry.data == {"name": "demo.said", "key": "1"}
    assert not Job.objects.exists()
    assert not Incident.objects.exists()


def test_a_message_waits_for_a_suspended_case(listen, throw, people):
    deploy_drawn(LISTENER, thrower())
    listening = listen(1)
    instances.suspend(listening.id, by=people[ADMIN], reason="", now=MONDAY)
    throw(1)
    for minute in range(8):
        worker.run_due_jobs(now=MONDAY + timedelta(minutes=10 * minute))
    assert not Incident.objects.exists()
    instances.resume(listening.id, by=people[ADMIN], now=MONDAY)
    listening.pass_time(hours=2)
    assert listening.ended("end")
