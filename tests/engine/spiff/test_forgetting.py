"""What the state forgets makes no difference; and it stays small."""

from __future__ import annotations

import threading
from random import Random
from typing import Any, cast

import pytest

from engine.spiff import advance, state
from engine.spiff.tree import EngineTask, Instance
from engine.spiff.types import Complete, Deliver, Fire, Start
from tests.engine.spiff.approvals import contract
from tests.engine.spiff.driver import Case, process_of, trail
from tests.engine.spiff.generated import Drawing, files_of
from tests.engine.spiff.pair import VARIABLES, Items, open_tasks, subscriptions, world

EXAMPLES = 25


def keep_all(instance: Instance) -> None:
    """In the place of `forget`: only what hangs in the air goes, the scopes of discarded tasks."""
    for scope in list(instance.subprocesses.values()):
        owner = cast(EngineTask, scope.parent_task)
        if owner.workflow.tasks.get(owner.id) is not owner:
            instance.drop_scope(owner)


class Remembering(Case):
    """A case whose state forgets nothing."""

    def act_unchecked(self, act: Any) -> Any:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(state, "forget", keep_all)
            return super().act_unchecked(act)


def seen(case: Case) -> Any:
    """What people and the clock could tell apart."""
    if case.ended:
        return case.ends, case.last.variables
    return (
        sorted((t.element, t.index or 0) for t in case.open.values()),
        case.timers,
        case.messages,
        case.picture().variables,
    )


def test_forgetting_makes_no_difference() -> None:
    for number in range(EXAMPLES):
        choose = Random(number).choice
        drawing = Drawing(choose, splits_in_loops=True)
        process = process_of(files_of(drawing, number))
        ours, other = Case(process, VARIABLES, world()), Remembering(process, VARIABLES, world())
        for _ in range(60):
            if ours.ended:
                break
            act = choose(options(ours, drawing.items))
            code, again = choose(("yes", "no", "back")), choose((0, 1, 1, 2))
            for case in (ours, other):
                do(case, drawing.items, act, code, again)
            assert seen(ours) == seen(other)
        assert ours.world.calls == other.world.calls
        assert trail(ours) == trail(other)


def options(case: Case, items: Items) -> list[Any]:
    return [
        *(("task", at) for at in sorted(open_tasks(case, items))),
        *(("message", at) for at in sorted(subscriptions(case))),
        *([("time", None)] if case.timers else []),
    ]


def do(case: Case, items: Items, act: Any, code: str, again: int) -> None:
    kind, at = act
    if kind == "time":
        due = min(case.picture().timers, key=lambda timer: (timer.due_at, timer.element))
        case.world.present = due.due_at
        case.act(Fire([due.task_id]))
    elif kind == "message":
        found = subscriptions(case)[at]
        case.act(Deliver(found.task_id, found.name, {"n": at[0]}))
    else:
        task = open_tasks(case, items)[at]
        decision = "" if task.index is None else code
        case.act(Complete(task.task_id, decision, {f"choice_{task.element}": again}))


def test_states_of_real_approvals_are_small() -> None:
    case = contract()
    sizes = [len(case.state or b"")]
    for person in ("li", "fang", "fei", "a"):
        case.decide(person, "approve")
        sizes.append(len(case.state or b""))
    assert max(sizes) < 1200


def test_threads_share_a_process() -> None:
    """Specs are read-only: many instances at once, each comes out as if it were alone."""
    case = contract(600000)
    process, first = case.process, case.steps[0].variables
    facts = {name: first[name] for name in first if name not in ("matrix",)}
    results: list[Any] = []
    barrier = threading.Barrier(6)

    def walk() -> None:
        alone = contract(600000)
        barrier.wait()
        for person in ("li", "fang", "fei", "a", "b", "c"):
            alone.decide(person, "approve")
        results.append((alone.ends, alone.last.variables, trail(alone)))

    threads = [threading.Thread(target=walk) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 6
    assert all(result == results[0] for result in results)
    assert results[0][0] == ["end_approved"]
    assert advance(process, None, Start(facts), case.world).opened


def test_nothing_is_written_to_a_process() -> None:
    case = contract(600000)
    process = case.process
    specs = {("", process.spec.name): process.spec, **{(k, k): v for k, v in process.specs.items()}}

    def picture() -> Any:
        return {
            (spec.name, name): dict(vars(task_spec))
            for spec in specs.values()
            for name, task_spec in spec.task_specs.items()
        }

    before = picture()
    for person in ("li", "fang"):
        case.decide(person, "approve")
    case.withdraw()
    case.resubmit("revise_withdrawn")
    case.wait(hours=40)
    assert picture() == before
