"""What the state forgets makes no difference; and it stays small."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from engine.spiff import advance, state
from engine.spiff.tree import Instance
from engine.spiff.types import Complete, Deliver, Fire, Start
from tests.engine.spiff.approvals import contract
from tests.engine.spiff.driver import Case, World, process_of, trail
from tests.engine.spiff.generated import Drawing, files_of

EXAMPLES = 25
VARIABLES = {"size": 12, "key": "k", "people": ["ann", "bob"]}


def world() -> World:
    return World({"nothing": lambda site: [], "fail": lambda site: "well"})


def keep_all(instance: Instance) -> None:
    """In the place of `forget`."""


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


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
)
@given(st.data())
def test_forgetting_makes_no_difference(data: st.DataObject) -> None:
    drawing = Drawing(data.draw, splits_in_loops=True)
    process = process_of(files_of(drawing))
    ours, other = Case(process, VARIABLES, world()), Remembering(process, VARIABLES, world())
    for _ in range(60):
        if ours.ended:
            break
        kind, what = data.draw(st.sampled_from(options(ours)))
        again = data.draw(st.sampled_from((0, 1, 1, 2)))
        for case in (ours, other):
            do(case, kind, what, again)
        assert seen(ours) == seen(other)
    assert ours.world.calls == other.world.calls
    assert trail(ours) == trail(other)


def options(case: Case) -> list[tuple[str, Any]]:
    tasks = sorted((t.element, t.index or 0) for t in case.open.values())
    names = sorted(element for element, _name, _key in case.messages)
    return [
        *(("task", task) for task in tasks),
        *(("message", name) for name in names),
        *([("time", None)] if case.timers else []),
    ]


def do(case: Case, kind: str, what: Any, again: int) -> None:
    if kind == "time":
        moment = min(case.timers.values())
        case.world.present = moment
        picture = case.picture()
        due = sorted(t.element for t in picture.timers if t.due_at == moment)[0]
        case.act(Fire([t.task_id for t in picture.timers if t.element == due][:1]))
    elif kind == "message":
        found = next(s for s in case.picture().subscriptions if s.element == what)
        case.act(Deliver(found.task_id, found.name, {"n": what}))
    else:
        element, index = what
        task = next(t for t in case.open.values() if (t.element, t.index or 0) == (element, index))
        case.act(Complete(task.task_id, "yes", {f"choice_{element}": again, "stopped": again == 2}))


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
