"""Drives one instance: every act works on the bytes that the last one left, as in another
process."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache
from typing import Any

from engine.spiff import CompiledProcess, advance, compile_process, load_process, peek
from engine.spiff.types import (
    Act,
    AddChild,
    CallSite,
    Complete,
    Deliver,
    Fire,
    Start,
    Step,
    Timer,
)
from engine.working_time import WORKING_DAY, parse_duration

UTC = UTC
SHANGHAI = timezone(timedelta(hours=8))
MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai

Operation = Callable[..., Any]


def raising(error: Exception) -> Operation:
    """An operation that always fails with that."""

    def operation(site: CallSite, **given: Any) -> Any:
        raise error

    return operation


class Office:
    """09:00 to 12:00 and 13:30 to 18:00, Monday to Friday; one holiday, one worked Saturday."""

    hours = ((time(9), time(12)), (time(13, 30), time(18)))
    off = frozenset({date(2026, 11, 25)})
    worked = frozenset({date(2026, 11, 28)})

    def works(self, day: date) -> bool:
        return day in self.worked or (day.weekday() < 5 and day not in self.off)

    def add(self, moment: datetime, work: timedelta) -> datetime:
        at = moment.astimezone(SHANGHAI)
        while True:
            for opens, closes in self.hours if self.works(at.date()) else ():
                begin = max(at, datetime.combine(at.date(), opens, SHANGHAI))
                close = datetime.combine(at.date(), closes, SHANGHAI)
                if begin < close:
                    if begin + work <= close:
                        return (begin + work).astimezone(UTC)
                    work -= close - begin
            at = datetime.combine(at.date() + timedelta(days=1), time(0), SHANGHAI)


class World:
    """The host of a step, with everything in memory: a clock to move, operations, and a log of
    calls."""

    def __init__(self, operations: Mapping[str, Operation] | None = None) -> None:
        self.present = MONDAY
        self.operations = {"note": lambda site, **given: "noted", **(operations or {})}
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.office: Office | None = Office()

    def call(self, operation: str, parameters: Mapping[str, Any], site: CallSite) -> Any:
        self.calls.append((operation, dict(parameters)))
        return self.operations[operation](site, **parameters)

    def fires(self, timer: Timer) -> None:
        """Nothing is kept of it."""

    def now(self) -> datetime:
        return self.present

    def working(self, duration: str) -> datetime:
        if self.office is None:
            return self.present + parse_duration(duration)
        return self.office.add(self.present, parse_duration(duration, day=WORKING_DAY))

    @property
    def called(self) -> list[str]:
        return [name for name, _parameters in self.calls]


@lru_cache(256)
def _compiled(key: str, resources: tuple[tuple[str, bytes], ...]) -> tuple[bytes, str]:
    stored = compile_process(key, dict(resources))
    return stored, hashlib.sha256(stored).hexdigest()


def process_of(resources: Mapping[str, bytes], key: str = "p") -> CompiledProcess:
    return load_process(*_compiled(key, tuple(sorted(resources.items()))))


class Case:
    """An instance and its world. `last` is the step that the last act gave."""

    def __init__(
        self,
        process: CompiledProcess,
        variables: Mapping[str, Any] | None = None,
        world: World | None = None,
        **operations: Operation,
    ) -> None:
        self.process = process
        self.world = world or World(operations)
        self.state: bytes | None = None
        self.steps: list[Step] = []
        self.act(Start(dict(variables or {})))

    def act(self, act: Act) -> Step:
        step = self.act_unchecked(act)
        check(self)
        return step

    def act_unchecked(self, act: Act) -> Step:
        """For long walks: `check` adds up all steps."""
        step = advance(self.process, self.state, act, self.world)
        self.steps.append(step)
        self.state = step.state
        return step

    @property
    def last(self) -> Step:
        return self.steps[-1]

    @property
    def ended(self) -> bool:
        return self.last.ended

    # --- what is there
    def picture(self) -> Any:
        assert self.state is not None
        return peek(self.process, self.state, self.world)

    @property
    def open(self) -> dict[str, Any]:
        """Open human tasks by id."""
        return {} if self.state is None else {t.task_id: t for t in self.picture().tasks}

    @property
    def ready(self) -> list[str]:
        return sorted(task.element for task in self.open.values())

    @property
    def timers(self) -> dict[str, datetime]:
        return {} if self.state is None else {t.element: t.due_at for t in self.picture().timers}

    @property
    def messages(self) -> list[tuple[str, str, str]]:
        """(element, name, key) of what is waited for."""
        if self.state is None:
            return []
        return sorted((s.element, s.name, s.key) for s in self.picture().subscriptions)

    @property
    def ends(self) -> list[str]:
        return sorted(end for step in self.steps for end in step.end_events)

    def task(self, element: str, **matching: Any) -> Any:
        """The one open task of that element (and with those values)."""
        found = [
            task
            for task in self.open.values()
            if task.element == element
            and all(task.variables.get(name) == value for name, value in matching.items())
        ]
        assert len(found) == 1, (element, matching, self.ready)
        return found[0]

    # --- acts
    def do(self, element: str, decision: str = "", /, **variables: Any) -> Case:
        self.act(Complete(self.task(element).task_id, decision, variables))
        return self

    def do_one(self, element: str, /, **matching: Any) -> Case:
        """Complete one of several, by what it sees."""
        self.act(Complete(self.task(element, **matching).task_id))
        return self

    def vote(self, element: str, decision: str, **matching: Any) -> Case:
        self.act(Complete(self.task(element, **matching).task_id, decision))
        return self

    def add(self, element: str, item: Any, **matching: Any) -> Case:
        self.act(AddChild(self.task(element, **matching).task_id, item))
        return self

    def wait(self, **length: float) -> Case:
        """Time passes; then all timers that are due fire."""
        self.world.present += timedelta(**length)
        return self.fire()

    def until(self, moment: datetime) -> Case:
        self.world.present = moment
        return self.fire()

    def fire(self) -> Case:
        """What the worker does: fires what is due, the longest overdue first, each timer in a step
        of its own."""
        while self.state is not None:
            due = [t for t in self.picture().timers if t.due_at <= self.world.present]
            if not due:
                break
            first = min(due, key=lambda t: (t.due_at, t.element))
            self.act(Fire([first.task_id]))
        return self

    def message(self, name: str, payload: Any = None, key: str | None = None) -> Case:
        """What the router does: finds the one subscription, and delivers to its task."""
        found = [
            s
            for s in (self.picture().subscriptions if self.state else ())
            if s.name == name and key in (None, s.key)
        ]
        assert len(found) == 1, (name, key, found)
        self.act(Deliver(found[0].task_id, name, payload))
        return self


def check(case: Case) -> None:
    """What must hold after every act."""
    step = case.last
    if step.state is None:
        assert step.ended and case.ends, "ended without an end event"
        return
    assert not step.ended
    picture = case.picture()
    assert picture.tasks or picture.timers or picture.subscriptions, "the token is lost"
    assert step.variables == picture.variables
    known = open_after(case.steps)
    assert {t.task_id for t in picture.tasks} == known["tasks"], "steps don't add up"
    assert {t.task_id: t.due_at for t in picture.timers} == known["timers"]
    assert {s.task_id for s in picture.subscriptions} == known["subscriptions"]
    assert len({t.task_id for t in picture.tasks}) == len(picture.tasks)


def open_after(steps: list[Step]) -> dict[str, Any]:
    """What must be open when all steps are added up, as the tables of the engine would have it."""
    tasks: set[str] = set()
    timers: dict[str, datetime] = {}
    waiting: set[str] = set()
    for step in steps:
        tasks |= {task.task_id for task in step.opened}
        tasks -= {task.task_id for task in step.closed}
        timers |= {timer.task_id: timer.due_at for timer in step.timers}
        for gone in step.timers_gone:
            del timers[gone]
        waiting |= {subscription.task_id for subscription in step.subscriptions}
        waiting -= set(step.subscriptions_gone)
    return {"tasks": tasks, "timers": timers, "subscriptions": waiting}


def trail(case: Case) -> list[tuple[str, str]]:
    """(element, state) of all visits: those of each step in its order, with the state they finally
    had."""
    visits: dict[str, tuple[str, str]] = {}
    for step in case.steps:
        for visit in step.visits:
            visits[visit.task_id] = (visit.element, visit.state)
    return list(visits.values())
