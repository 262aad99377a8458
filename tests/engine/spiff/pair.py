"""The same instance twice, in the engine and in stock SpiffWorkflow, compared after every act.

Where stock is wrong, what the engine does is compared with what its paper says instead: the count
of decisions, the rounds of a cycle in working time, a message event that goes on waiting, what
repeated branches leave.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import product
from typing import Any, Final

from SpiffWorkflow.bpmn.specs.mixins.events.intermediate_event import BoundaryEvent
from SpiffWorkflow.spiff.specs.event_definitions import MessageEventDefinition
from SpiffWorkflow.util.task import TaskState

from engine.exceptions import BusinessError
from engine.spiff import advance
from engine.spiff.elements import Element
from engine.spiff.types import AddChild, Complete, Deliver, Visit
from tests.engine.spiff.driver import Case, World, process_of, trail
from tests.engine.spiff.for_stock import for_stock
from tests.engine.spiff.generated import Drawing
from tests.engine.spiff.mended import MendedStock

VARIABLES: Final = {"size": 12, "key": "k", "people": ["ann", "bob", "cyd"], "pair": ["ann", "bob"]}


def fail(*, raises: bool) -> Any:
    """The operation that may fail. Stock hears of it by its result (`for_stock`)."""

    def operation(site: Any, *, x: bool, code: str) -> bool:
        if x and raises:
            raise BusinessError(code)
        return x

    return operation


def world(*, raises: bool = True) -> World:
    return World(
        {
            "nothing": lambda site: [],
            "echo": lambda site, *, x: x,
            "fail": fail(raises=raises),
        }
    )


Items = Mapping[str, tuple[str, ...]]
"""Of each element the items of the multi-instances around it."""
Address = tuple[str, int, str]
"""Element, position among those of its multi-instance (-1 outside of one), and the items of the
multi-instances around it."""


def address(items: Items, element: str, index: int | None, data: Mapping[str, Any]) -> Address:
    return element, -1 if index is None else index, repr([data[name] for name in items[element]])


def open_tasks(case: Case, items: Items) -> dict[Address, Any]:
    found = {address(items, t.element, t.index, t.variables): t for t in case.open.values()}
    assert len(found) == len(case.open), "tasks that can't be told apart"
    return found


def subscriptions(case: Case) -> dict[tuple[str, str], Any]:
    """By element and key."""
    waiting = () if case.ended else case.picture().subscriptions
    return {(found.element, found.key): found for found in waiting}


class Pair:
    """The same instance twice."""

    def __init__(self, files: Mapping[str, bytes], drawing: Drawing) -> None:
        self.items = drawing.items
        self.votes: dict[str, list[str]] = defaultdict(list)  # by the id of the activity
        self.added: dict[str, int] = defaultdict(int)  # likewise
        self.ours = Case(process_of(files), VARIABLES, world())
        self.stock = MendedStock(for_stock(files), VARIABLES, world(raises=False))
        self.compare()

    # --- addresses
    def tasks(self) -> dict[Address, Any]:
        """Our open tasks."""
        return open_tasks(self.ours, self.items)

    def _stock_tasks(self) -> dict[Address, Any]:
        found = (
            (t, t.task_spec.bpmn_id, t.internal_data.get("key_or_index")) for t in self.stock.open
        )
        return {address(self.items, element, index, t.data): t for t, element, index in found}

    def messages(self) -> dict[tuple[str, str], Any]:
        """Our subscriptions."""
        return subscriptions(self.ours)

    def _stock_messages(self) -> dict[tuple[str, str], Any]:
        return {(e, self._key(e, task.data)): task for _name, e, task in self.stock.catching}

    def _again(self) -> Iterator[tuple[str, str]]:
        """Message events that have fired and don't interrupt: stock's are over then, ours wait as
        long as their activity is open."""
        for task in self.stock.tasks():
            spec = task.task_spec
            if isinstance(spec, BoundaryEvent) and task.state == TaskState.COMPLETED:
                waits = isinstance(spec.event_definition, MessageEventDefinition)
                siblings = task.parent.children
                main = next(t for t in siblings if not isinstance(t.task_spec, BoundaryEvent))
                over = spec.cancel_activity or main.has_state(TaskState.FINISHED_MASK)
                if waits and not over:
                    yield spec.bpmn_id, self._key(spec.bpmn_id, task.data)

    def _key(self, element: str, data: Mapping[str, Any]) -> str:
        names = self.items[element]
        return str(data[names[-1]] if names else data["key"])

    # --- comparing
    def compare(self) -> None:
        ours, stock = self.ours, self.stock
        assert ours.ended == stock.ended
        assert sorted(self.tasks()) == sorted(self._stock_tasks())
        timers = [] if ours.ended else [(t.element, t.due_at) for t in ours.picture().timers]
        assert sorted(timers) == ([] if ours.ended else stock.due)
        if not ours.ended:
            assert sorted(self.messages()) == sorted([*self._stock_messages(), *self._again()])
        # Which of two parallel branches comes first, the standard leaves open.
        assert sorted(ours.world.calls, key=repr) == sorted(stock.world.calls, key=repr)
        thrown = [(thrown.name, thrown.payload) for step in ours.steps for thrown in step.thrown]
        assert sorted(thrown, key=repr) == sorted(stock.thrown, key=repr)
        assert self._completed() == without_differences(stock.completed)
        if ours.ended:
            assert ours.ends == stock.ends
            self._compare_variables()

    def _completed(self) -> Counter[str]:
        states = ("completed", "failed")  # stock completes what an error has left
        return without_differences(Counter(e for e, state in trail(self.ours) if state in states))

    def _compare_variables(self) -> None:
        ours, stock = flat(self.ours.last.variables), flat(self.stock.data)
        left = Leavings(self.ours)
        for name in [name for name in {**ours, **stock} if name.startswith("cycle_")]:
            left.check(name, ours)
            ours.pop(name, None)
            stock.pop(name, None)
        assert ours == stock

    # --- acts, done to both
    def complete(self, at: Address, decision: str, variables: Mapping[str, Any]) -> None:
        ours, stock = self.tasks()[at], self._stock_tasks()[at]
        if ours.index is None:
            self.ours.act(Complete(ours.task_id, "", dict(variables)))
            self.stock.complete(stock, **variables)
        else:
            self._vote(ours, stock, decision)
        self.compare()

    def _vote(self, ours: Any, stock: Any, decision: str) -> None:
        codes = self.votes[ours.activity]
        codes.append(decision)
        asked = len(VARIABLES["people"]) + self.added[ours.activity]
        properties = self.ours.process.elements[ours.process, ours.element].properties
        kind = outcome(codes, asked, properties["tallyMode"], int(properties["tallyThreshold"]))
        self.ours.act(Complete(ours.task_id, decision))
        votes = {f"vote_{ours.element}": decision, "level_closed": bool(kind)}
        self.stock.complete(stock, **votes)
        tally = self.ours.last.tally
        assert (tally.kind if tally else "") == kind

    def add(self, at: Address, item: str) -> None:
        """One more to decide."""
        ours, stock = self.tasks()[at], self._stock_tasks()[at]
        self.ours.act(AddChild(ours.task_id, item))
        self.stock.add(stock, item)
        self.added[ours.activity] += 1
        self.compare()

    def pass_time(self) -> None:
        """To the moment at which the next timer is due."""
        moment = self.moments()[0] + timedelta(seconds=1)  # stock is late by design
        self.ours.until(moment)
        self.stock.world.present = moment
        self.stock.refresh()
        self.compare()

    def moments(self) -> list[datetime]:
        """When timers are due."""
        return sorted(t.due_at for t in self.ours.picture().timers)

    def send(self, at: tuple[str, str]) -> None:
        ours, payload = self.messages()[at], {"n": at[0]}
        stock = self._stock_messages().get(at)
        if stock is None:
            self._send_again(ours, payload)
            return
        self.ours.act(Deliver(ours.task_id, ours.name, payload))
        self.stock.deliver(stock, ours.name, payload)
        self.compare()

    def _send_again(self, subscription: Any, payload: Any) -> None:
        """What stock can't do is tried, and not kept: the branch runs, and the event waits on."""
        elsewhere = world()
        elsewhere.present = self.ours.world.present
        act = Deliver(subscription.task_id, subscription.name, payload)
        step = advance(self.ours.process, self.ours.state, act, elsewhere)
        assert any(visit.began for visit in step.visits)
        assert (step.opened, step.closed, step.subscriptions_gone) == ([], [], [])


DIFFERENT: Final = (
    "p",  # parallel gateways: a token that merges is cancelled in stock, completed here
    "d",  # what an error leaves, which stock completes
    "a",  # message events that don't interrupt: over in stock when they have fired, active here
)
"""What the ids of nodes begin with whose visits end differently."""


def without_differences(found: Counter[str]) -> Counter[str]:
    """Without these, and without what is drawn for stock only."""
    return Counter(
        {n: count for n, count in found.items() if n[0] not in DIFFERENT and n[0].islower()}
    )


def flat(variables: Mapping[str, Any]) -> dict[str, Any]:
    """Variables as both have them: the result of a decision is one variable here, columns in
    stock; the items of a multi-instance without a list stay in stock."""
    found: dict[str, Any] = {}
    for name, value in variables.items():
        if name.startswith("row_"):
            found |= columns(value)
        elif not name.startswith("who_") and name != "data_objects":
            several = isinstance(value, list)
            found[name] = [bare(name, one) for one in value] if several else bare(name, value)
    return found


def bare(name: str, value: Any) -> Any:
    """The cell of a row that has just one."""
    ((column, cell),) = value.items() if isinstance(value, dict) and len(value) == 1 else ((0, 0),)
    return cell if column in (name, name.replace("list_", "vote_")) else value


def columns(rows: Any) -> dict[str, Any]:
    if isinstance(rows, dict):
        return rows
    return {name: [row[name] for row in rows] for name in (rows[0] if rows else ())}


class Leavings:
    """What the branches of repeated events leave to their scope. In stock they leave nothing if
    the event ends with its activity (`test_what_a_repeated_branch_has_set_is_lost`)."""

    def __init__(self, case: Case) -> None:
        self.elements = case.process.elements
        self.visits = {visit.task_id: visit for step in case.steps for visit in step.visits}
        self.terminated = {
            visit.scope
            for visit in self.visits.values()
            if visit.state == "completed" and self._element(visit).event == "terminate"
        }

    def check(self, name: str, variables: Mapping[str, Any]) -> None:
        """The variable that the node of that name has set in a branch."""
        visits = [
            visit
            for visit in self.visits.values()
            if f"cycle_{visit.element}" == name and visit.state == "completed"
        ]
        assert name not in variables or visits
        assert name in variables or not any(self._stays(visit) for visit in visits)
        assert variables.get(name) in (None, False, "noted")

    def _stays(self, visit: Visit) -> bool:
        """Whether nothing has kept it from the end of the process: called processes return what
        they declare, and a scope that terminates what the terminating token has."""
        if visit.scope in self.terminated:
            return False
        if not visit.scope:
            return True
        owner = self.visits[visit.scope]
        element = self._element(owner)
        whole = element.type == "subProcess" and not element.multi_instance
        return whole and owner.state == "completed" and self._stays(owner)

    def _element(self, visit: Visit) -> Element:
        return self.elements[visit.process, visit.element]


# --- counting -------------------------------------------------------------------------------------
def outcome(codes: Sequence[str], asked: int, mode: str, threshold: int) -> str:
    """How a multi-instance is decided by these codes: yes, no, stop, or not yet. It is when the
    others, whatever they said, could change nothing."""
    if codes[-1] == "back":
        return "stop"
    left = asked - len(codes)
    possible = {
        agreed([*codes, *rest], mode.strip('"'), threshold)
        for rest in product(("yes", "no"), repeat=left)
    }
    return "" if len(possible) > 1 else "yes" if possible.pop() else "no"


def agreed(codes: Sequence[str], mode: str, threshold: int) -> bool:
    yes, of = codes.count("yes"), len(codes) - codes.count("removed")
    if mode == "any":
        return yes > 0
    return of > 0 and (yes == of if mode == "all" else yes * 100 >= threshold * of)
