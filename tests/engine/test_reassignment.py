"""A change of people is walked through in chunks that commit each, however many tasks there are."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest

from apps.people import services
from apps.people.models import Employee
from engine import incidents, reassignment, worker
from engine.models import HumanTask, Incident, Job, JobKind
from engine.models.runtime import RETRIES
from engine.store import Store
from tests.casework import MONDAY, Case, deploy_drawn
from tests.engine.bpmn.diagrams import line_of, user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("any_form")]

OLD, NEW = ["zhoumin"], ["baixue|zhoumin"]
AT_ONCE = timedelta(0)  # leaves after a chunk


@pytest.fixture
def cases(people, monkeypatch) -> list[Case]:
    """Five tasks of finance, which are looked at by twos."""
    monkeypatch.setattr(reassignment, "CHUNK", 2)
    deploy_drawn(line_of(user(candidateGroups="finance", decisions="done")))
    return [
        Case(people, "process", by="qiuzhiyuan", business_key=f"demo:{number}")
        for number in range(5)
    ]


def promote() -> None:
    employee = Employee.objects.get(user__username="baixue")
    services.grant_role(role="finance", employee=employee)


def asked_anew(cases: list[Case]) -> list[bool]:
    assert all(case.who() in (OLD, NEW) for case in cases)
    return [case.check().who() == NEW for case in cases]


def test_what_is_left_goes_on_where_it_stopped(cases):
    promote()
    worker.run_due_jobs(now=MONDAY, at_most=AT_ONCE)
    assert asked_anew(cases) == [True, True, False, False, False]
    worker.run_due_jobs(now=MONDAY, at_most=AT_ONCE)
    assert asked_anew(cases) == [True, True, True, True, False]
    worker.run_due_jobs(now=MONDAY)
    assert asked_anew(cases) == [True] * 5
    assert [len(case.trail("task.reassigned")) for case in cases] == [1] * 5
    assert not Job.objects.exists()


class Killed(BaseException):
    """The worker is gone."""


def test_a_worker_that_dies_loses_its_chunk_only(cases, monkeypatch):
    promote()
    save, saved = Store.save, []

    def die_at_the_second(store: Store) -> list[int]:
        saved.append(store)
        if len(saved) == 2:
            raise Killed
        return save(store)

    with monkeypatch.context() as patch:
        patch.setattr(Store, "save", die_at_the_second)
        with pytest.raises(Killed):
            worker.run_due_jobs(now=MONDAY)
    assert asked_anew(cases) == [True, True, False, False, False]
    worker.run_due_jobs(now=MONDAY)  # the dead one's lease holds
    assert asked_anew(cases) == [True, True, False, False, False]
    worker.run_due_jobs(now=MONDAY + worker.LEASE + timedelta(seconds=1))
    assert asked_anew(cases) == [True] * 5
    assert not Job.objects.exists()


def test_changes_that_come_together_are_one_walk(cases):
    promote()
    worker.run_due_jobs(now=MONDAY, at_most=AT_ONCE)
    for name in ("linjing", "qinyong", "yunxiaoyan"):  # a walk begins with what is known then
        services.grant_role(role="finance", employee=Employee.objects.get(user__username=name))
    worker.run_due_jobs(now=MONDAY, at_most=AT_ONCE)
    assert Job.objects.count() == 2  # the one that has begun, and the others
    worker.run_due_jobs(now=MONDAY)
    assert {tuple(case.check().who()) for case in cases} == {
        ("baixue|linjing|qinyong|yunxiaoyan|zhoumin",)
    }
    assert not Job.objects.exists()


def test_a_chunk_costs_the_same_however_many_tasks_it_holds(
    cases, monkeypatch, django_assert_num_queries
):
    promote()
    job = Job.objects.get(kind=JobKind.REASSIGN).pk
    reassignment.go_on(job, now=MONDAY)
    with django_assert_num_queries(8):
        reassignment.go_on(job, now=MONDAY)
    monkeypatch.setattr(reassignment, "CHUNK", 1)
    with django_assert_num_queries(8):
        reassignment.go_on(job, now=MONDAY)


def test_a_task_that_cannot_be_resolved_is_an_incident_and_keeps_no_other(cases, people):
    task = cases[1].open[0]
    rule = dict(task.rule)
    HumanTask.objects.filter(pk=task.pk).update(rule={"terms": rule["terms"]})
    promote()
    worker.run_due_jobs(now=MONDAY)
    assert asked_anew(cases) == [True, False, True, True, True]
    for minutes in (1, 10, 20):
        worker.run_due_jobs(now=MONDAY + timedelta(minutes=minutes))
    incident = Incident.objects.get()
    assert incident.instance_id == cases[1].id
    HumanTask.objects.filter(pk=task.pk).update(rule=rule)
    later = MONDAY + timedelta(hours=1)
    incidents.retry(incident.pk, by=people["admin"], now=later)
    assert cases[1].until(later).who() == NEW
    assert not Job.objects.exists()


# --- failing as a whole ---------------------------------------------------------------------------
def break_walks(patch) -> list[object]:
    """Walks fail, whatever they find; how often they tried."""
    tried: list[object] = []

    def fail(walk: object) -> None:
        tried.append(walk)
        raise ValueError("the map is gone")

    patch.setattr(reassignment, "_concerned", fail)
    return tried


def test_a_walk_that_fails_is_tried_ever_less_often_then_an_incident_of_no_case(
    cases, people, monkeypatch
):
    promote()
    moment, moments = MONDAY, [MONDAY]
    with monkeypatch.context() as patch:
        tried = break_walks(patch)
        for _step in range(60):
            before = len(tried)
            worker.run_due_jobs(now=moment)
            moments += [moment] if len(tried) > before else []
            moment += timedelta(seconds=5)
    assert len(moments) == 1 + RETRIES
    pauses = [after - before for before, after in pairwise(moments[1:])]
    assert pauses == sorted(set(pauses))
    incident = Incident.objects.get()
    assert incident.instance is None
    assert "the map is gone" in incident.message
    assert "Traceback" in incident.cause
    assert asked_anew(cases) == [False] * 5
    incidents.retry(incident.pk, by=people["admin"], now=moment)
    worker.run_due_jobs(now=moment)
    assert asked_anew(cases) == [True] * 5
    assert not Job.objects.exists()
    incident.refresh_from_db()
    assert (incident.state, incident.resolved_by) == (Incident.State.RESOLVED, people["admin"])


def test_one_that_is_skipped_leaves_people_as_they_are(cases, people, monkeypatch):
    promote()
    Job.objects.update(retries=1)
    with monkeypatch.context() as patch:
        break_walks(patch)
        worker.run_due_jobs(now=MONDAY)
    incidents.skip(Incident.objects.get().pk, by=people["admin"], now=MONDAY)
    worker.run_due_jobs(now=MONDAY + timedelta(days=1))
    assert asked_anew(cases) == [False] * 5
    assert not Job.objects.exists()


def test_a_chunk_that_goes_well_ends_the_failures_before_it(cases):
    promote()
    Job.objects.update(retries=1, error="once")
    worker.run_due_jobs(now=MONDAY, at_most=AT_ONCE)
    assert list(Job.objects.values_list("retries", "error")) == [(RETRIES, "")]


def test_a_change_that_nobody_can_read_keeps_no_other_from_being_walked(cases):
    promote()
    Job.objects.create(
        kind=JobKind.REASSIGN, due_at=MONDAY, retries=1, payload={"users": [], "rolls": []}
    )
    worker.run_due_jobs(now=MONDAY)
    assert asked_anew(cases) == [True] * 5
    assert "rolls" in Incident.objects.get().message
