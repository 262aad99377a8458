"""Commands on one human task at the same moment: one winner, the others read what happened."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from django.db import transaction

from apps.people.models import Employee
from apps.people.services import end_employment, grant_role
from engine import inbox, instances, reassignment, tasks, worker
from engine.cases import lock_instances
from engine.exceptions import Conflict, NotAllowed, WrongState
from engine.models import (
    Decision,
    HumanTask,
    InstanceState,
    Job,
    JobKind,
    ProcessInstance,
    TaskState,
)
from tests.casework import MONDAY, Case, deploy_drawn
from tests.engine.bpmn.diagrams import chain, end, process, service, start, user
from tests.engine.races.conftest import Unchecked, World
from tests.engine.races.racing import THREADS, crowd, losers, race, winners

ROUNDS = 3
DONE = {"decision": "approve", "now": MONDAY}
ASKED = (  # everybody but those who can't be asked in their own case
    *("chenhai", "wulei", "zhoumin", "baixue", "linjing", "qinyong", "yunxiaoyan", "shanlina"),
    *("xiexiaomei", "ouwenbin"),
)


@pytest.fixture
def case(world: World) -> Case:
    """One task for ten people; deciding it has an effect."""
    everybody = [world.people[name] for name in ASKED]
    task = user(candidates="asked", candidateGroups=None)
    content = start() + task + service("effect", "demo.effect") + end()
    deploy_drawn(process(content + chain("start", "task", "effect", "end")))
    return Unchecked(world.people, "process", by="qiuzhiyuan", asked=everybody)


def another(case: Case, number: int) -> Case:
    asked = [case.people[name] for name in ASKED]
    key = f"contracts.salescontract:{number}"
    return Unchecked(case.people, "process", by="qiuzhiyuan", business_key=key, asked=asked)


def rounds(case: Case) -> list[Case]:
    return [case, *(another(case, number) for number in range(1, ROUNDS))]


def test_many_decide_one_task(world, case):
    for one in rounds(case):
        task = one.open[0].pk
        acts = [
            partial(tasks.complete, task, user=one.people[name], **DONE)
            for name in ASKED * (THREADS // len(ASKED))
        ]
        results = crowd([one.id], *acts)
        assert len(winners(results)) == 1
        decision = Decision.objects.get(task=task)
        for error in losers(results):
            assert isinstance(error, Conflict)
            assert error.data["by"] == decision.user
            assert error.data["at"] == MONDAY
        assert one.ended("end")
    world.check()


def test_many_claim_one_task(world, case):
    for one in rounds(case):
        task = one.open[0].pk
        users = [one.people[name] for name in ASKED * 2]
        results = crowd([one.id], *[partial(tasks.claim, task, user=u, now=MONDAY) for u in users])
        holder = HumanTask.objects.get(pk=task).assignee
        for asker, result in zip(users, results, strict=True):
            if asker == holder:
                assert result is None
            else:
                assert isinstance(result, Conflict)
                assert result.data["by"] == holder
        assert len(one.trail("task.claimed")) == 1
    world.check()


def test_whoever_claims_and_decides_at_once_is_never_told_that_somebody_else_has_it(world, case):
    """The winner's rows are newer than what the waiting statement has begun to read."""
    for name, one in zip(ASKED, rounds(case), strict=False):
        task, me = one.open[0].pk, one.people[name]
        results = crowd(
            [one.id],
            *[partial(tasks.claim, task, user=me, now=MONDAY)] * 5,
            *[partial(tasks.complete, task, user=me, **DONE)] * 5,
        )
        assert {r.data["by"] for r in losers(results) if isinstance(r, Conflict)} <= {me}
        assert not [r for r in losers(results) if type(r) is not Conflict]
        assert one.ended("end")
        assert Decision.objects.filter(task=task).count() == 1
    world.check()


def commands(case: Case, seen: int | None) -> list[partial]:
    """Five of each kind, by different people."""
    task, users = case.open[0].pk, [case.people[name] for name in ASKED]
    common = {"seen_version": seen, "now": MONDAY}
    stranger = case.people["zengguoqiang"]
    acts = []
    for number in range(5):
        one, other = users[number], users[number + 5]
        acts += [
            partial(tasks.claim, task, user=one, **common),
            partial(tasks.transfer, task, to=stranger, by=other, **common),
            partial(tasks.delegate, task, to=stranger, by=one, **common),
            partial(tasks.complete, task, user=other, decision="approve", **common),
        ]
    return acts


def test_of_different_commands_on_what_all_have_seen_one_succeeds(world, case):
    for one in rounds(case):
        results = crowd([one.id], *commands(one, seen=one.open[0].version))
        assert len(winners(results)) == 1
        assert {type(error) for error in losers(results)} == {Conflict}
    world.check()


def test_different_commands_follow_each_other_or_are_refused(world, case):
    for one in rounds(case):
        task = one.open[0].pk
        results = race(*commands(one, seen=None))
        assert winners(results)
        assert {type(error) for error in losers(results)} <= {Conflict, NotAllowed, WrongState}
        assert Decision.objects.filter(task=task).count() <= 1
    world.check()


def test_one_decides_while_another_terminates_or_suspends(world, case):
    for one in rounds(case):
        task, me = one.open[0].pk, one.people["chenhai"]
        about = {"by": one.people["admin"], "reason": "停", "now": MONDAY}
        results = crowd(
            [one.id],
            *[partial(tasks.complete, task, user=me, **DONE)] * 4,
            *[partial(instances.terminate, one.id, **about)] * 4,
            *[partial(instances.suspend, one.id, **about)] * 4,
        )
        assert all(isinstance(error, WrongState) for error in losers(results))
        row = ProcessInstance.objects.get(pk=one.id)
        decided = HumanTask.objects.get(pk=task).state == TaskState.COMPLETED
        assert decided == (row.state == InstanceState.COMPLETED)
        world.check()


# --- many tasks -----------------------------------------------------------------------------------
def test_batches_and_single_decisions_overlap(world, case):
    cases = [case, *(another(case, number) for number in range(1, 24))]
    every = [one.open[0].pk for one in cases]
    users = [case.people[name] for name in ASKED]
    batches = [(every[:16], users[0]), (every[8:], users[1]), (every[::-1], users[2])]
    acts = [partial(tasks.complete_many, ids, user=u, **DONE) for ids, u in batches]
    acts += [partial(tasks.complete, task, user=users[3], **DONE) for task in every[::2]]
    results = race(*acts)
    outcomes = [outcome for batch in results[:3] for outcome in batch]
    single = results[3:]
    won = [o for o in outcomes if o.error is None] + winners(single)
    lost = [o.error for o in outcomes if o.error is not None] + losers(single)
    assert {type(error) for error in lost} <= {Conflict}
    assert len(won) == Decision.objects.count()
    left = [task.pk for task in HumanTask.objects.filter(state__lte=TaskState.WAITING)]
    assert len(left) + len(won) == len(every)
    # Skipped, because each batch met what the others had locked: nothing stands in the way now.
    assert all(o.error is None for o in tasks.complete_many(left, user=users[0], **DONE))
    assert sorted(world.effects()) == sorted(one.id for one in cases)
    world.check()


def test_who_first_asks_a_circle_of_people_is_not_waited_for(world, case):
    """Interning an audience must not wait: the other transaction may wait for us."""
    other, to = another(case, 1), world.people["zengguoqiang"]
    give = partial(tasks.transfer, other.open[0].pk, to=to, by=world.people["wulei"], now=MONDAY)
    with transaction.atomic():
        tasks.transfer(case.open[0].pk, to=to, by=world.people["wulei"], now=MONDAY)
        assert race(give) == [None]
    assert case.who() == other.who() == ["zengguoqiang"]
    assert inbox.counts(to).total == 2
    world.check()


# --- people change meanwhile ----------------------------------------------------------------------
@pytest.fixture
def twice(world: World) -> list[Case]:
    """Cases that lead from one task of the engineers to another."""
    content = user("one", candidateGroups="engineer") + user("two", candidateGroups="engineer")
    deploy_drawn(process(start() + content + end() + chain("start", "one", "two", "end")))
    return [
        Unchecked(world.people, "process", by="qiuzhiyuan", business_key=f"demo:{number}")
        for number in range(THREADS - 4)
    ]


def promote(people: dict[str, int], name: str) -> None:
    grant_role(role="engineer", employee=Employee.objects.get(user_id=people[name]))


def test_people_change_while_tasks_are_decided_and_made(world, twice):
    engineer = world.people["chenhai"]
    decide = [partial(tasks.complete, c.open[0].pk, user=engineer, **DONE) for c in twice]
    work = partial(worker.run_due_jobs, now=MONDAY)
    change = partial(promote, world.people, "zhoumin")
    results = race(work, *decide[::2], change, work, *decide[1::2], work)
    assert losers(results) == []
    for minutes in range(3):
        worker.run_due_jobs(now=MONDAY + timedelta(minutes=minutes))
    for case in twice:
        assert case.who() == ["chenhai|wulei|zhoumin"]
    assert not Job.objects.exists()
    world.check()


def test_a_step_that_was_under_way_when_people_changed_asks_the_new_ones_too(world, twice):
    with transaction.atomic():
        case = Unchecked(world.people, "process", by="qiuzhiyuan")
        race(lambda: (promote(world.people, "zhoumin"), worker.run_due_jobs(now=MONDAY)))
        assert case.who() == ["chenhai|wulei"]
    assert twice[0].who() == ["chenhai|wulei|zhoumin"]
    worker.run_due_jobs(now=MONDAY + timedelta(minutes=1))
    assert case.who() == ["chenhai|wulei|zhoumin"]
    assert not Job.objects.exists()


def test_a_case_that_somebody_holds_keeps_no_other_from_being_asked_anew(world, twice, monkeypatch):
    monkeypatch.setattr(reassignment, "CHUNK", 3)
    held, *others = twice
    new = ["chenhai|wulei|zhoumin"]
    with transaction.atomic():
        lock_instances([held.id])
        race(lambda: (promote(world.people, "zhoumin"), worker.run_due_jobs(now=MONDAY)))
        assert [case.who() for case in others] == [new] * len(others)
        assert held.who() == ["chenhai|wulei"]
    worker.run_due_jobs(now=MONDAY + timedelta(minutes=1))
    assert held.who() == new
    assert len(held.trail("task.reassigned")) == 1
    worker.run_due_jobs(now=MONDAY + timedelta(minutes=2))  # after the steps that were under way
    assert not Job.objects.exists()
    world.check()


def test_a_task_is_asked_anew_while_its_holder_works_on_it(world, case):
    """Whoever is asked before and after may go on, however new the circle is."""
    names = set(ASKED)
    for one, leaving in zip(rounds(case), ("wulei", "baixue", "linjing"), strict=True):
        task, me = one.open[0].pk, one.people["chenhai"]
        names -= {name for name in ASKED if name == leaving}
        gone = one.people[leaving]
        end_employment(employee=Employee.objects.get(user_id=gone))
        job = Job.objects.create(kind=JobKind.REASSIGN, payload={"task": task}, due_at=MONDAY)
        again = partial(reassignment.resolve_task, task, job=job.pk, now=MONDAY)
        later = MONDAY + timedelta(days=1)
        postpone = partial(tasks.set_dates, task, user=me, due_at=later, now=MONDAY)
        assert losers(crowd([one.id], again, *[postpone] * 4)) == []
        assert one.who() == ["|".join(sorted(names))]
        assert one.decide("chenhai", "approve").ended("end")
    world.check()
