"""The same command by many at once, for each command beside claiming and deciding: one is done, the
others are refused by a typed error; of those that nothing refuses none is lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Event
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction

from config.services.processes import wait_until
from engine import approvers, completion, instances, tasks
from engine.cases import lock_instances
from engine.exceptions import Conflict, EngineError, OperationFailed, WrongState
from engine.models import HumanTask, InstanceState, Job
from tests.casework import MONDAY, Case, Registered, deploy_drawn
from tests.engine.bpmn.diagrams import (
    boundary,
    chain,
    end,
    process,
    service,
    start,
    timer,
    together,
    user,
)
from tests.engine.races.conftest import Unchecked, World
from tests.engine.races.racing import SECONDS, THREADS, Act, crowd, losers, waiting, winners

ME, OTHER, THIRD = "chenhai", "wulei", "zhamin"
ADMIN, INITIATOR = "admin", "qiuzhiyuan"
LATER = MONDAY + timedelta(days=2)


@pytest.fixture
def case(world: World) -> Case:
    """A task for three, with a timer, and then a vote of two."""
    first = user("first", candidates="asked", candidateGroups=None, decisions="done")
    first += boundary("late", "first", timer("calendar('P1D')"), interrupts=False)
    content = start() + first + together() + end() + end("late_end")
    content += chain("start", "first", "task", "end") + chain("late", "late_end")
    deploy_drawn(process(content))
    return Unchecked(
        world.people,
        "process",
        by=INITIATOR,
        asked=[world.people[name] for name in (ME, OTHER, THIRD)],
        people=[{"user": world.people[name], "found": "asked"} for name in (ME, OTHER)],
        initiator=world.people[INITIATOR],
    )


def voting(case: Case) -> HumanTask:
    """My task of the vote, to which the first step has led."""
    return case.decide(ME, "done").task(ME)


def again(command: Callable[..., object], task: HumanTask, **given: object) -> list[Act]:
    """All have seen the same version of the task."""
    return [partial(command, task.pk, seen_version=task.version, now=MONDAY, **given)] * THREADS


# --- one is done ----------------------------------------------------------------------------------
def unclaim(case: Case) -> Sequence[Act]:
    me = case.people[ME]
    tasks.claim(case.open[0].pk, user=me, now=MONDAY)
    return again(tasks.unclaim, case.open[0], user=me)


def assign(case: Case) -> Sequence[Act]:
    task, admin = case.open[0], case.people[ADMIN]
    seen = {"by": admin, "seen_version": task.version, "now": MONDAY}
    people = [case.people[name] for name in ("zhoumin", "baixue", "qinyong", "linjing")]
    return [partial(tasks.assign, task.pk, to=user, **seen) for user in people] * (THREADS // 4)


def delegate(case: Case) -> Sequence[Act]:
    return again(tasks.delegate, case.open[0], to=case.people["zhoumin"], by=case.people[ME])


def resolve(case: Case) -> Sequence[Act]:
    asked = case.people["zhoumin"]
    tasks.delegate(case.open[0].pk, to=asked, by=case.people[ME], now=MONDAY)
    return again(tasks.resolve, case.open[0], user=asked, opinion="可以")


def set_dates(case: Case) -> Sequence[Act]:
    return again(tasks.set_dates, case.open[0], user=case.people[ME], due_at=LATER)


def urge(case: Case) -> Sequence[Act]:
    about = {"by": case.people[INITIATOR], "now": MONDAY}
    return [partial(tasks.urge, case.open[0].pk, **about)] * THREADS


def send_back(case: Case) -> Sequence[Act]:
    first = case.open[0].task_id
    return again(
        approvers.send_back, voting(case), to=str(first), user=case.people[ME], opinion="不对"
    )


def add_approver(case: Case) -> Sequence[Act]:
    """Both add the same colleague, whatever they have seen of it."""
    mine = voting(case)
    others = {"user": case.people[THIRD], "now": MONDAY}
    return [
        partial(approvers.add_approver, task.pk, by=case.people[name], **others)
        for name, task in ((ME, mine), (OTHER, case.task(OTHER)))
    ] * (THREADS // 2)


def remove_approver(case: Case) -> Sequence[Act]:
    me = case.people[ME]
    added = approvers.add_approver(voting(case).pk, user=case.people[THIRD], by=me, now=MONDAY)
    return [partial(approvers.remove_approver, added.opened[0], by=me, now=MONDAY)] * THREADS


def suspend(case: Case) -> Sequence[Act]:
    about = {"by": case.people[ADMIN], "reason": "核查", "now": MONDAY}
    return [partial(instances.suspend, case.id, **about)] * THREADS


def resume(case: Case) -> Sequence[Act]:
    about = {"by": case.people[ADMIN], "reason": "核查", "now": MONDAY}
    instances.suspend(case.id, **about)
    return [partial(instances.resume, case.id, **about)] * THREADS


def terminate(case: Case) -> Sequence[Act]:
    about = {"by": case.people[ADMIN], "reason": "作废", "now": MONDAY}
    return [partial(instances.terminate, case.id, **about)] * THREADS


@pytest.mark.parametrize(
    ("begin", "event", "refusal"),
    [
        (unclaim, "task.unclaimed", Conflict),
        (assign, "task.assigned", Conflict),
        (delegate, "task.delegated", Conflict),
        (resolve, "task.resolved", Conflict),
        (set_dates, "task.rescheduled", Conflict),
        (urge, "task.urged", WrongState),
        (send_back, "instance.sent_back", Conflict),
        (add_approver, "approver.added", Conflict),
        (remove_approver, "approver.removed", Conflict),
        (suspend, "instance.suspended", WrongState),
        (resume, "instance.resumed", WrongState),
        (terminate, "instance.terminated", WrongState),
    ],
    ids=lambda given: getattr(given, "__name__", given),
)
def test_one_is_done_and_the_others_are_refused(
    world: World,
    case: Case,
    begin: Callable[[Case], Sequence[Act]],
    event: str,
    refusal: type[EngineError],
) -> None:
    results = crowd([case.id], *begin(case))
    assert len(winners(results)) == 1
    assert {type(error) for error in losers(results)} == {refusal}
    assert len(case.trail(event)) == 1
    world.check()


# --- all are done, one after the other ------------------------------------------------------------
def test_data_mended_by_many_is_what_the_last_has_written(world: World, case: Case) -> None:
    about = {"by": case.people[ADMIN], "reason": "改正", "now": MONDAY}
    mend = [
        partial(instances.set_variables, case.id, {"turn": turn, f"only_{turn}": True}, **about)
        for turn in range(THREADS)
    ]
    assert losers(crowd([case.id], *mend)) == []
    said = [entry.data["variables"]["turn"] for entry in case.trail("variables.set")]
    assert sorted(said) == list(range(THREADS))
    values = case.row.values.filter(name="turn", element="first").order_by("id")
    assert [change.value for change in values] == said
    mended = case.variables()
    assert mended["turn"] == said[-1]
    assert all(mended[f"only_{turn}"] for turn in range(THREADS))
    world.check()


def test_a_timer_moved_by_many_is_due_when_the_last_has_said(world: World, case: Case) -> None:
    job = Job.objects.get(instance=case.id)
    moments = [MONDAY + timedelta(hours=hour) for hour in range(1, THREADS + 1)]
    move = partial(instances.reschedule, case.id, str(job.task_id), by=None, now=MONDAY)
    assert losers(crowd([case.id], *[partial(move, moment) for moment in moments])) == []
    said = [entry.data["due_at"] for entry in case.trail("timer.moved")]
    assert sorted(said) == sorted(moment.isoformat() for moment in moments)
    (due_at,) = case.timers().values()
    assert due_at.isoformat() == said[-1]
    world.check()


def test_a_case_is_held_while_it_is_steered(world: World, case: Case) -> None:
    """What comes after the suspension is refused, what came before is whole."""
    job: UUID = Job.objects.get(instance=case.id).task_id
    about = {"by": case.people[ADMIN], "reason": "核查", "now": MONDAY}
    results = crowd(
        [case.id],
        *[partial(instances.set_variables, case.id, {"note": "x"}, **about)] * 6,
        *[partial(instances.reschedule, case.id, str(job), LATER, by=None, now=MONDAY)] * 6,
        *[partial(tasks.claim, case.open[0].pk, user=case.people[ME], now=MONDAY)] * 4,
        *[partial(instances.suspend, case.id, **about)] * 4,
    )
    assert {type(error) for error in losers(results)} == {WrongState}
    assert case.row.state == InstanceState.SUSPENDED
    last = case.row.trail.order_by("-seq").first()
    assert last.event == "instance.suspended"
    world.check()


# --- the reason of a failure ----------------------------------------------------------------------
def test_a_failed_decision_tells_its_reason_though_the_case_is_busy_then(
    world: World, registered: Registered, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The trail can't keep it, as somebody else holds the case when it is to be written."""
    locked, release = Event(), Event()
    keep_reason = completion._keep_reason

    def keep_reason_later(*args: Any, **options: Any) -> None:
        assert locked.wait(SECONDS)
        keep_reason(*args, **options)

    monkeypatch.setattr(completion, "_keep_reason", keep_reason_later)

    def hold(instance: int) -> None:
        connection.set_schema("t_one")
        with transaction.atomic():
            lock_instances([instance])
            locked.set()
            release.wait(SECONDS)
        connection.close()

    def fail(context) -> None:
        held.append(pool.submit(hold, context.instance))
        assert wait_until(lambda: waiting() == 1, SECONDS)
        raise RuntimeError("没有库存")

    registered.operation("demo.fail", fail)
    content = start() + user(candidateGroups="engineer") + service("last", "demo.fail") + end()
    deploy_drawn(process(content + chain("start", "task", "last", "end")))
    case = Unchecked(world.people, "process", by=INITIATOR)
    held: list = []
    with ThreadPoolExecutor(1) as pool:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '100ms'")
        me = case.people[ME]
        with pytest.raises(OperationFailed, match="没有库存"):
            tasks.complete(case.open[0].pk, user=me, decision="approve", now=MONDAY)
        release.set()
        held[0].result(SECONDS)
    assert case.trail("task.failed") == []
    assert case.elements() == ["task"]
    world.check()
