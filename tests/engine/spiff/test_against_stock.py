"""The engine does what stock SpiffWorkflow does: random diagrams, random walks, saved and loaded
after every act.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
import SpiffWorkflow.bpmn.specs.event_definitions.timer as timer_module
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from engine.spiff.types import Complete
from tests.engine.spiff.driver import Case, World, process_of, trail
from tests.engine.spiff.generated import Drawing, files_of
from tests.engine.spiff.stock import Clock, Stock

EXAMPLES, MANY = 120, 2000
ACTS = 40
VARIABLES = {"size": 12, "key": "k", "people": ["ann", "bob"]}


def world() -> World:
    # the stock engine has no error events for service tasks: there the operation just succeeds
    return World({"nothing": lambda site: [], "fail": lambda site: "well"})


class Pair:
    """The same instance twice."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.ours = Case(process_of(files), VARIABLES, world())
        self.stock = Stock(files, VARIABLES, world())
        self.compare()

    def compare(self) -> None:
        ours, stock = self.ours, self.stock
        assert ours.ended == stock.ended
        open_tasks = sorted(
            ((t.element, t.index) for t in ours.open.values()),
            key=lambda found: (found[0], -1 if found[1] is None else found[1]),
        )
        assert open_tasks == stock.ready
        assert ours.timers == {} if ours.ended else ours.timers == stock.timers
        if not ours.ended:
            assert sorted(name for _element, name, _key in ours.messages) == stock.messages
        # Which of two parallel branches comes first, the standard leaves open.
        assert sorted(ours.world.calls, key=repr) == sorted(stock.world.calls, key=repr)
        assert sorted(t.name for s in ours.steps for t in s.thrown) == sorted(stock.thrown)
        assert self.completed() == without_differences(stock.completed)
        if ours.ended:
            assert ours.ends == stock.ends
            assert comparable(ours.last.variables) == comparable(stock.data)

    def completed(self) -> Counter[str]:
        found = Counter(element for element, state in trail(self.ours) if state == "completed")
        return without_differences(found)

    # --- acts, done to both
    def complete(self, element: str, index: int | None, **variables: Any) -> None:
        task = next(t for t in self.ours.open.values() if (t.element, t.index) == (element, index))
        if index is not None:
            stopped = variables.pop("stopped")
            vote = {f"vote_{element}": "yes", "stopped": stopped}
            # `Complete` fills the output item with the decision
            self.ours.act(Complete(task.task_id, "yes", {"stopped": stopped}))
            self.stock.do(element, index, **vote)
        else:
            self.ours.act(Complete(task.task_id, "", variables))
            self.stock.do(element, **variables)
        self.compare()

    def pass_time(self) -> None:
        """To the moment at which the next timer is due."""
        moment = min(self.ours.timers.values()) + timedelta(seconds=1)  # stock is late by design
        self.ours.until(moment)
        self.stock.world.present = moment
        Clock.present = moment
        self.stock.refresh()
        self.compare()

    def send(self, name: str) -> None:
        self.ours.message(name, {"n": name})
        self.stock.message(name, {"n": name})
        self.compare()


def without_differences(found: Counter[str]) -> Counter[str]:
    """Tokens that merge in a parallel gateway are cancelled in stock, completed here; a subprocess
    left by its error event is completed in stock, failed here."""
    return Counter({name: count for name, count in found.items() if name[0] not in "pd"})


def comparable(variables: dict[str, Any]) -> dict[str, Any]:
    """Variables without three that differ: the result of a decision is one variable here, columns
    in stock; a list of votes loses in stock what was added after a side branch had begun; and what
    the branch of a repeating timer has set is lost in stock when its activity ends."""
    rest = {
        name: value
        for name, value in variables.items()
        if name != "row" and not isinstance(value, list) and not name.startswith("cycle_")
    }
    return {**rest, **variables.get("row", {})}


WALKS = settings(
    max_examples=EXAMPLES,
    deadline=None,
    report_multiple_bugs=False,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
)


@WALKS
@given(st.data())
def test_random_walks_agree(data: st.DataObject) -> None:
    walk(data)


@pytest.mark.long
@settings(WALKS, max_examples=MANY, derandomize=False)
@given(st.data())
def test_very_many_random_walks_agree(data: st.DataObject) -> None:
    walk(data)


def walk(data: st.DataObject) -> None:
    """A random diagram, to its end or for a while."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timer_module, "datetime", Clock)
        files = files_of(Drawing(data.draw))
        for name, content in files.items():
            note(f"{name}: {content.decode()}")
        pair = Pair(files)
        for _ in range(ACTS):
            if pair.ours.ended:
                break
            act(data, pair)


def act(data: st.DataObject, pair: Pair) -> None:
    """One random act."""
    tasks = sorted(
        ((t.element, t.index) for t in pair.ours.open.values()),
        key=lambda found: (found[0], found[1] or 0),
    )
    names = sorted(name for _element, name, _key in pair.ours.messages)
    options: list[tuple[str, Any]] = [
        *(("task", task) for task in tasks),
        *(("message", name) for name in names if names.count(name) == 1),
        *([("time", None)] if pair.ours.timers else []),
    ]
    kind, what = data.draw(st.sampled_from(options))
    note(f"{kind} {what}")
    if kind == "task":
        element, index = what
        given_now: dict[str, Any] = {f"choice_{element}": data.draw(st.sampled_from((0, 1, 2)))}
        if index is not None:
            given_now = {"stopped": data.draw(st.booleans())}
        pair.complete(element, index, **given_now)
    elif kind == "message":
        pair.send(what)
    else:
        pair.pass_time()
