"""Tokens, timers, messages, starts and deployments at the same moment."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import psycopg
import pytest

from engine import definitions, incidents, instances, tasks, worker
from engine.exceptions import Conflict, EngineError, NothingCaught, WrongState
from engine.models import (
    ActivityInstance,
    Incident,
    InstanceState,
    Job,
    ProcessDefinition,
    ProcessInstance,
    Resource,
)
from tests.casework import MONDAY, Case, deploy_drawn
from tests.engine.bpmn.diagrams import (
    boundary,
    chain,
    element,
    end,
    flow,
    gateway,
    message,
    process,
    service,
    start,
    timer,
    user,
)
from tests.engine.races.conftest import Unchecked, World
from tests.engine.races.racing import THREADS, crowd, losers, race, winners

ROUNDS = 3
ME = "chenhai"
LATER = MONDAY + timedelta(days=1)
WITHDRAW = '<bpmn:message id="withdraw" name="withdraw"/>\n'
SAID = '<bpmn:message id="message" name="demo.said"/>\n'
DECIDE = {"decision": "approve", "now": LATER}


def start_cases(world: World, number: int, **given: object) -> list[Case]:
    return [
        Unchecked(world.people, "process", by="qiuzhiyuan", business_key=f"demo:{turn}", **given)
        for turn in range(number)
    ]


def mine(id_: str = "task", content: str = "") -> str:
    return user(id_, content, assignee="me", candidateGroups=None)


# --- tokens ---------------------------------------------------------------------------------------
def test_the_last_two_tokens_of_a_join_arrive_together(world):
    content = start() + gateway("split", "parallelGateway") + mine("left") + mine("right")
    content += gateway("join", "parallelGateway") + service("effect", "demo.effect") + end()
    content += chain("start", "split", "left", "join", "effect", "end")
    deploy_drawn(process(content + flow("split", "right") + flow("right", "join")))
    me = world.people[ME]
    cases = start_cases(world, THREADS // 2, me=me)
    acts = [
        partial(tasks.complete, task.pk, user=me, **DECIDE) for case in cases for task in case.open
    ]
    results = crowd([case.id for case in cases], *acts)
    assert losers(results) == []
    assert [result.state for result in results].count(InstanceState.COMPLETED) == len(cases)
    assert all(case.ended("end") for case in cases)
    assert world.effects() == {case.id: 1 for case in cases}
    world.check()


# --- a task that can be left in several ways ------------------------------------------------------
@pytest.fixture
def crossroads(world: World) -> list[Case]:
    """A task that ends by its decision, a timer that is due tomorrow, a message or a withdrawal."""
    events = {
        "late": timer("calendar('P1D')"),
        "said": message(),
        "withdrawn": message("withdraw", "withdrawal"),
    }
    content = start() + mine() + end() + chain("start", "task", "end")
    for name, event in events.items():
        values = {} if name == "late" else {"correlationKey": "key"}
        content += boundary(name, "task", event, **values) + element("endEvent", f"end_{name}")
        content += flow(name, f"end_{name}")
    deploy_drawn(process(content, head=SAID + WITHDRAW))
    return [
        Unchecked(
            world.people,
            "process",
            by="qiuzhiyuan",
            business_key=f"demo:{number}",
            me=world.people[ME],
            key=f"key-{number}",
        )
        for number in range(ROUNDS)
    ]


ENDS = {"end", "end_late", "end_said", "end_withdrawn"}


def test_a_timer_and_many_decisions(world, crossroads):
    for case in crossroads:
        decide = partial(tasks.complete, case.open[0].pk, user=world.people[ME], **DECIDE)
        fire = partial(worker.fire_timers, [case.id], LATER)
        results = crowd([case.id], *[decide, fire] * (THREADS // 2))
        decided = winners(results[::2])
        assert [type(error) for error in losers(results)] == [Conflict] * (10 - len(decided))
        assert case.ended("end" if decided else "end_late")
        assert len(case.trail("timer.fired")) == 1 - len(decided)
    world.check()


def test_a_message_a_timer_a_withdrawal_and_a_decision(world, crossroads):
    for number, case in enumerate(crossroads):
        acts = [
            partial(tasks.complete, case.open[0].pk, user=world.people[ME], **DECIDE),
            partial(instances.correlate, "demo.said", f"key-{number}", now=LATER),
            partial(instances.withdraw, case.id, user=world.people["qiuzhiyuan"], now=LATER),
            partial(worker.fire_timers, [case.id], LATER),
        ]
        results = crowd([case.id], *acts * (THREADS // len(acts)))
        refused = losers(results)
        assert {type(error) for error in refused} <= {Conflict, WrongState, NothingCaught}
        fired = len(case.trail("timer.fired"))
        timers = results[3::4]
        assert timers == [set()] * len(timers)
        assert len(results) - len(timers) - len(refused) + fired == 1
        assert case.row.end_event in ENDS
        assert case.row.state == InstanceState.COMPLETED
    world.check()


# --- jobs -----------------------------------------------------------------------------------------
@pytest.fixture
def waiting(world: World) -> list[Case]:
    """Cases whose timer, due tomorrow, reminds beside an open task and has an effect."""
    content = start() + mine() + end() + chain("start", "task", "end")
    late = timer("calendar('P1D')")
    content += boundary("late", "task", late, interrupts=False)
    content += service("effect", "demo.effect") + element("endEvent", "reminded")
    deploy_drawn(process(content + chain("late", "effect", "reminded")))
    return start_cases(world, 2 * THREADS, me=world.people[ME])


def test_workers_never_lease_the_same_jobs(world, waiting):
    leased = race(*[partial(worker.acquire, LATER, 4)] * THREADS)
    taken = [job.id for jobs in leased for job in jobs]
    assert sorted(taken) == sorted(set(taken)) == sorted(Job.objects.values_list("pk", flat=True))


def test_many_workers_fire_each_timer_once(world, waiting):
    race(*[partial(worker.run_due_jobs, now=LATER)] * THREADS)
    assert world.effects() == {case.id: 1 for case in waiting}
    assert not Job.objects.exists()
    world.check()


def test_the_lease_of_a_dead_worker_ends_and_a_late_one_finds_nothing(world, waiting):
    dead = worker.acquire(LATER, 2 * THREADS)
    assert len(dead) == len(waiting)
    assert worker.run_due_jobs(now=LATER) == 0
    after = LATER + worker.LEASE + timedelta(seconds=1)
    both = (partial(worker.run_due_jobs, now=after), partial(worker.fire_timers, [], after))
    again = partial(worker.fire_timers, [case.id for case in waiting], after)
    race(*both, *[again] * 4)
    assert world.effects() == {case.id: 1 for case in waiting}
    world.check()


def test_a_timer_whose_case_is_busy_waits_for_nobody_and_loses_no_retry(world, waiting):
    busy, *others = (case.id for case in waiting)
    with psycopg.connect(world.url) as other:
        other.execute("SELECT FROM t_one.engine_processinstance WHERE id = %s FOR UPDATE", [busy])
        worker.run_due_jobs(now=LATER)
    assert set(world.effects()) == set(others)
    left = Job.objects.get()
    assert (left.instance_id, left.retries, left.error) == (busy, 3, "")
    assert worker.run_due_jobs(now=LATER) == 0
    worker.run_due_jobs(now=LATER + worker.BUSY + timedelta(seconds=1))
    assert world.effects() == {case.id: 1 for case in waiting}
    world.check()


def test_timers_due_while_their_tasks_are_decided(world, waiting):
    decide = [
        partial(tasks.complete, case.open[0].pk, user=world.people[ME], **DECIDE)
        for case in waiting[: THREADS - 4]
    ]
    results = race(*decide, *[partial(worker.run_due_jobs, now=LATER)] * 4)
    assert losers(results) == []
    worker.run_due_jobs(now=LATER + worker.LEASE)
    assert set(world.effects().values()) == {1}
    assert not Job.objects.exists()
    world.check()


def test_a_task_is_decided_whose_timer_has_failed(world, waiting):
    """Its timer's incident is settled with it, whatever the moment; also one that was retried."""
    world.broken = True
    cases, now = waiting[:10], LATER
    for case in waiting[10:]:
        instances.terminate(case.id, by=None, reason="")
    for _attempt in range(2):
        worker.run_due_jobs(now=now)
        now += timedelta(hours=1)
    decide = [
        partial(tasks.complete, case.open[0].pk, user=world.people[ME], **DECIDE) for case in cases
    ]
    fail = [partial(worker.fire_timers, [case.id], now) for case in cases]
    results = crowd([case.id for case in cases], *decide, *fail)
    assert losers(results) == []
    assert not Incident.objects.filter(state=Incident.State.OPEN).exists()
    assert not Job.objects.exists()
    assert world.effects() == {}
    world.check()


def test_an_incident_is_retried_and_its_task_is_decided_then(world, waiting):
    world.broken = True
    now = LATER
    for _attempt in range(3):
        worker.run_due_jobs(now=now)
        now += timedelta(hours=1)
    first, second = waiting[:2]
    incidents.retry(Incident.objects.get(instance=first.id).pk, by=world.people["admin"], now=now)
    for case in (first, second):
        case.decide(ME, "approve").ended("end")
    said = Incident.objects.filter(instance__in=[first.id, second.id]).order_by("instance")
    assert list(said.values_list("state", "resolution", "job")) == [
        (Incident.State.RESOLVED, "retried", None),
        (Incident.State.RESOLVED, "obsolete", None),
    ]
    world.check()


# --- starting and deploying -----------------------------------------------------------------------
def test_an_exclusive_process_is_started_once(world):
    only_one = '<spiffworkflow:property name="exclusive" value="true"/>'
    head = f"<bpmn:extensionElements><spiffworkflow:properties>{only_one}"
    head += "</spiffworkflow:properties></bpmn:extensionElements>"
    content = start() + service("effect", "demo.effect") + mine() + end()
    deploy_drawn(process(head + content + chain("start", "effect", "task", "end")))
    for number in range(ROUNDS):
        begin = partial(
            instances.start,
            "process",
            business_key=f"demo:{number}",
            variables={"me": world.people[ME]},
            starter=world.people["qiuzhiyuan"],
            now=MONDAY,
        )
        results = race(*[begin] * THREADS)
        (started,) = winners(results)
        assert {type(error) for error in losers(results)} == {Conflict}
        assert world.effects()[started.instance] == 1
    assert ProcessInstance.objects.count() == ROUNDS
    world.check()


def test_the_same_files_are_deployed_once_and_others_one_after_the_other(world):
    def files(name: str) -> dict[str, bytes]:
        drawn = process(start() + mine(name) + end() + chain("start", name, "end"))
        return {"process.bpmn": drawn.encode()}

    source = definitions.Deployment.Source.SHIPPED
    same = partial(definitions.deploy, files("task"), source=source)
    results = race(*[same] * 6)
    assert sorted(len(deployed.made) for deployed in results) == [0] * 5 + [1]
    race(*[partial(definitions.deploy, files(f"task{n}"), source=source) for n in range(6)])
    versions = ProcessDefinition.objects.order_by("version").values_list("version", flat=True)
    assert list(versions) == list(range(1, 8))
    assert Resource.objects.count() == 7


def test_cases_go_on_while_a_new_version_is_deployed(world, waiting):
    content = start() + mine("changed") + end() + chain("start", "changed", "end")
    me = world.people[ME]
    decide = [partial(tasks.complete, c.open[0].pk, user=me, **DECIDE) for c in waiting[:8]]
    begin = partial(start_case_at_once, world, me)
    results = race(*decide, *[begin] * 8, partial(deploy_drawn, process(content)))
    assert not [result for result in results if isinstance(result, EngineError)]
    elements = ActivityInstance.objects.filter(instance__in=results[8:16])
    assert set(elements.values_list("element", flat=True)) <= {"start", "task", "late", "changed"}
    world.check()


def start_case_at_once(world: World, me: int) -> int:
    variables = {"me": me}
    begun = instances.start(
        "process", business_key="demo:new", variables=variables, starter=me, now=MONDAY
    )
    return begun.instance
