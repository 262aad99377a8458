"""Hours in which nothing ran, or nothing could: what came due meanwhile is done, each once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import OperationalError
from psycopg.errors import DiskFull

from engine import worker
from engine.models import Job
from engine.operations import Context
from tests.casework import MONDAY, Case, deploy_drawn, people, registered
from tests.engine.bpmn.diagrams import (
    boundary,
    catch,
    chain,
    element,
    end,
    process,
    service,
    start,
    timer,
    user,
)

__all__ = ["people", "registered"]
pytestmark = pytest.mark.django_db
STANDSTILL = timedelta(hours=7)


@pytest.fixture
def effects(registered) -> list[int]:
    """Instances in the order of their effects."""
    done: list[int] = []

    def effect(context: Context) -> None:
        done.append(context.instance)

    registered.operation("demo.effect", effect)
    registered.form("demo.form")
    return done


def test_every_timer_fires_once(people, effects):
    content = start() + catch("wait", timer("calendar(wait)")) + service("effect", "demo.effect")
    deploy_drawn(process(content + end() + chain("start", "wait", "effect", "end")))
    cases = [
        Case(people, "process", by="qiuzhiyuan", business_key=f"demo:{hours}", wait=f"PT{hours}H")
        for hours in range(1, 11)
    ]
    for _sweep in range(3):
        worker.run_due_jobs(now=MONDAY + STANDSTILL)
    due = cases[:7]
    assert effects == [case.id for case in due]
    assert all(case.did().ended("end") for case in due)
    assert Job.objects.count() == len(cases) - len(due)


def test_missed_rounds_of_a_cycle_are_one(people, effects):
    content = start() + user(candidateGroups="engineer") + end() + chain("start", "task", "end")
    every = timer("'R/PT10M'", "timeCycle")
    content += boundary("again", "task", every, interrupts=False) + service("effect", "demo.effect")
    content += element("endEvent", "reminded") + chain("again", "effect", "reminded")
    deploy_drawn(process(content))
    case = Case(people, "process", by="qiuzhiyuan")
    case.until(MONDAY + STANDSTILL)
    assert effects == [case.id]
    assert case.timers()["again"] == MONDAY + STANDSTILL + timedelta(minutes=10)
    case.pass_time(minutes=10)
    assert len(effects) == 2
    assert case.decide("chenhai", "approve").ended("end")
    assert not Job.objects.exists()


def test_a_database_that_cannot_work_costs_no_retry(people, registered):
    """It is not the step that failed: after hours of a full disk nothing has become an incident."""
    room = False
    done: list[int] = []

    def effect(context: Context) -> None:
        if not room:
            raise OperationalError("no space left on device") from DiskFull()
        done.append(context.instance)

    registered.operation("demo.effect", effect)
    content = start() + catch("wait", timer("calendar('PT1H')")) + service("effect", "demo.effect")
    deploy_drawn(process(content + end() + chain("start", "wait", "effect", "end")))
    case = Case(people, "process", by="qiuzhiyuan")
    job = Job.objects.get()
    for hours in range(1, 7):
        with pytest.raises(OperationalError):
            worker.run_due_jobs(now=MONDAY + timedelta(hours=hours))
    assert Job.objects.get().retries == job.retries
    room = True
    worker.run_due_jobs(now=MONDAY + STANDSTILL)
    assert done == [case.id]
    assert case.did().ended("end")
