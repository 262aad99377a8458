"""Approvers come and go while others decide: every order ends with a case that adds up."""

from __future__ import annotations

from functools import partial

from engine import approvers, tasks
from engine.exceptions import Conflict, InvalidData, NotAllowed, WrongState
from engine.models import HumanTask, TaskState
from tests.casework import MONDAY, Case, deploy_drawn
from tests.engine.bpmn.diagrams import line_of, together
from tests.engine.races.conftest import Unchecked, World
from tests.engine.races.racing import crowd, losers, winners

ASKED = ("chenhai", "wulei", "zhamin", "linjing")
OTHERS = ("zhoumin", "baixue", "qinyong", "yunxiaoyan")
REFUSED = {Conflict, InvalidData, NotAllowed, WrongState}
ROUNDS = 3


def vote(world: World, number: int) -> Case:
    """All four must approve."""
    return Unchecked(
        world.people,
        "process",
        by="qiuzhiyuan",
        business_key=f"demo:{number}",
        people=[{"user": world.people[name], "found": "asked"} for name in ASKED],
        initiator=world.people["qiuzhiyuan"],
    )


def test_approvers_are_added_and_removed_while_others_decide(world):
    deploy_drawn(line_of(together()))
    for number in range(ROUNDS):
        case = vote(world, number)
        acts = []
        for name, other in zip(ASKED, OTHERS, strict=True):
            me, task = world.people[name], case.task(name).pk
            add = partial(approvers.add_approver, task, user=world.people[other], by=me, now=MONDAY)
            acts += [partial(add, place=place) for place in ("before", "parallel", "after")]
            acts.append(partial(tasks.complete, task, user=me, decision="approve", now=MONDAY))
            acts.append(partial(tasks.urge, task, by=world.people["qiuzhiyuan"], now=MONDAY))
        results = crowd([case.id], *acts)
        assert winners(results)
        assert {type(error) for error in losers(results)} <= REFUSED
        added = HumanTask.objects.filter(instance=case.id, added_by__isnull=False)
        assert len(added) == len({task.pool_id for task in added})  # nobody is asked twice
        world.check()
        take_off(world, case, list(added.filter(state__lte=TaskState.WAITING)))
        finish(world, case)
    world.check()


def take_off(world: World, case: Case, added: list[HumanTask]) -> None:
    """Each by whoever added it, while those that were added decide."""
    acts = []
    for task in added:
        me = task.pool.members.get().user
        acts.append(partial(approvers.remove_approver, task.pk, by=task.added_by, now=MONDAY))
        acts.append(partial(tasks.complete, task.pk, user=me, decision="approve", now=MONDAY))
    results = crowd([case.id], *acts)
    assert {type(error) for error in losers(results)} <= REFUSED
    for task in added:
        task.refresh_from_db()
        assert task.state > TaskState.WAITING, task.state  # one of both has happened


def finish(world: World, case: Case) -> None:
    """Whoever is still asked approves; then it is approved, whatever went before."""
    while open_tasks := [t for t in case.open if t.state != TaskState.WAITING]:
        task = open_tasks[0]
        me = task.pool.members.get().user
        tasks.complete(task.pk, user=me, decision="approve", now=MONDAY)
    assert case.ended("end")
