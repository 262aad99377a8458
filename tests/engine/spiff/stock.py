"""Stock SpiffWorkflow, driven like a `Case`: the reference, with its own evaluator, serializer and
clock.

Only what it can't do without is given to it: a door to the operations (`call_service` must be
overridden by everybody) and a converter that leaves the specs out of the state.
"""

from __future__ import annotations

import datetime as dt
import json
import signal
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn import BpmnEvent, BpmnWorkflow
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine, TaskDataEnvironment
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer, DefaultRegistry
from SpiffWorkflow.bpmn.serializer.default.workflow import BpmnWorkflowConverter, WorkflowConverter
from SpiffWorkflow.bpmn.specs.event_definitions.timer import TimerEventDefinition
from SpiffWorkflow.bpmn.specs.mixins.events.end_event import EndEvent
from SpiffWorkflow.spiff.parser import SpiffBpmnParser
from SpiffWorkflow.spiff.serializer.config import SPIFF_CONFIG
from SpiffWorkflow.spiff.specs.event_definitions import MessageEventDefinition
from SpiffWorkflow.util.task import TaskState

from tests.engine.spiff.driver import World


class _State(BpmnWorkflowConverter):
    def to_dict(self, workflow: Any) -> dict[str, Any]:
        found = WorkflowConverter.to_dict(self, workflow)
        found["subprocesses"] = self.mapping_to_dict(workflow.subprocesses)
        found["bpmn_events"] = self.registry.convert(workflow.bpmn_events)
        return found


def _registry() -> DefaultRegistry:
    registry = DefaultRegistry()
    registry.register(Decimal, lambda v: {"value": str(v)}, lambda d: Decimal(d["value"]))
    return registry


SERIALIZER = BpmnWorkflowSerializer(
    BpmnWorkflowSerializer.configure({**SPIFF_CONFIG, BpmnWorkflow: _State}, _registry())
)


class Clock(dt.datetime):
    """What the library takes for `datetime` while a reference runs."""

    present = dt.datetime(2026, 11, 23, 1, 0, tzinfo=dt.UTC)

    @classmethod
    def now(cls, tz: dt.tzinfo | None = None) -> dt.datetime:  # type: ignore[override]
        return cls.present.astimezone(tz)


class _Engine(PythonScriptEngine):
    def __init__(self, world: World) -> None:
        functions = {
            "working": lambda text: world.working(text).isoformat(),
            "calendar": lambda text: _calendar(world, text),
            "every_working": lambda text: f"R/{world.working(text).isoformat()}/{text}",
        }
        super().__init__(TaskDataEnvironment(functions))
        self.world = world

    def call_service(self, task: Any, **given: Any) -> str:
        parameters = {name: p["value"] for name, p in given["operation_params"].items()}
        return json.dumps(self.world.call(given["operation_name"], parameters, task))


def _calendar(world: World, text: str) -> str:
    parts = TimerEventDefinition.parse_iso_duration(text)
    length = TimerEventDefinition.get_timedelta_from_start(parts, world.present)
    return (world.present + length).isoformat()


def parser_of(resources: Mapping[str, bytes]) -> SpiffBpmnParser:
    """The library's own parser, which refuses little, with these files."""
    parser = SpiffBpmnParser()
    for name in sorted(resources):
        root = etree.fromstring(resources[name])
        (parser.add_dmn_xml if name.endswith(".dmn") else parser.add_bpmn_xml)(root, name)
    return parser


def restored(spec: Any) -> Any:
    """A parsed spec, written and read: straight from the parser it hangs after a reload."""
    return SERIALIZER.from_dict(json.loads(json.dumps(SERIALIZER.to_dict(spec))))


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """For what never comes back: `TimeoutError` after so long."""

    def stop(*_: Any) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


class Stock:
    """An instance of stock SpiffWorkflow; saved and loaded as JSON after every act."""

    def __init__(
        self,
        resources: Mapping[str, bytes],
        variables: Mapping[str, Any] | None = None,
        world: World | None = None,
        key: str = "p",
        saves: bool = True,
    ) -> None:
        parser = parser_of(resources)
        self.spec = restored(parser.get_spec(key))
        self.specs = {n: restored(s) for n, s in parser.get_subprocess_specs(key).items()}
        self.world = world or World()
        self.engine = _Engine(self.world)
        self.saves = saves
        self.thrown: list[tuple[str, Any]] = []  # name and payload
        self.visits: dict[Any, str] = {}  # completed: element by id of the task
        Clock.present = self.world.present
        self.workflow = BpmnWorkflow(self.spec, self.specs, script_engine=self.engine)
        start = next(t for t in self.workflow.tasks.values() if t.state == TaskState.READY)
        start.set_data(**(variables or {}))
        self._go_on()

    def _go_on(self) -> None:
        Clock.present = self.world.present
        self.mend()
        self.workflow.do_engine_steps(did_complete_task=self.mend)
        self.mend()
        for event in self.workflow.get_events():
            if isinstance(event.event_definition, MessageEventDefinition):
                self.thrown.append((event.event_definition.name, event.payload or None))
        self.visits |= {
            t.id: t.task_spec.bpmn_id
            for t in self.tasks()
            if t.state == TaskState.COMPLETED and t.task_spec.bpmn_id
        }
        if self.saves:
            self.reload()

    def mend(self, task: Any = None) -> None:
        """Nothing: it is stock. Called whenever it has moved."""

    def reload(self) -> None:
        state = SERIALIZER.serialize_json(self.workflow)
        stored = json.loads(state)
        SERIALIZER.migrate(stored)
        stored["spec"], stored["subprocess_specs"] = self.spec, self.specs
        self.workflow = SERIALIZER.from_dict(stored)
        self.workflow.script_engine = self.engine

    # --- what is there
    def tasks(self) -> Iterator[Any]:
        yield from self.workflow.tasks.values()
        for scope in self.workflow.subprocesses.values():
            yield from scope.tasks.values()

    @property
    def open(self) -> list[Any]:
        """Human tasks that are ready."""
        found = [t for t in self.tasks() if t.state == TaskState.READY and t.task_spec.manual]
        return sorted(found, key=lambda t: (t.task_spec.bpmn_id, _index(t)))

    @property
    def ready(self) -> list[tuple[str, int | None]]:
        return [(t.task_spec.bpmn_id, t.internal_data.get("key_or_index")) for t in self.open]

    @property
    def due(self) -> list[tuple[str, dt.datetime]]:
        """(element, time) of the timers that wait."""
        found = []
        for task in self.workflow.event_manager.tasks.values():
            value = task.internal_data.get("event_value")
            value = value["next"] if isinstance(value, dict) else value
            if value is not None:
                found.append((_name_of_timer(task), dt.datetime.fromisoformat(value)))
        return sorted(found)

    @property
    def timers(self) -> dict[str, dt.datetime]:
        return dict(self.due)

    @property
    def catching(self) -> list[tuple[str, str, Any]]:
        """(name, element, task) of each message that is waited for."""
        return [
            (definition.name, spec.bpmn_id, task)
            for task in self.workflow.event_manager.tasks.values()
            for spec, definition in _definitions(task.task_spec)
            if isinstance(definition, MessageEventDefinition)
        ]

    @property
    def messages(self) -> list[str]:
        return sorted(name for name, _element, _task in self.catching)

    @property
    def ended(self) -> bool:
        return bool(self.workflow.is_completed())

    @property
    def data(self) -> dict[str, Any]:
        return dict(self.workflow.data)

    @property
    def completed(self) -> Counter[str]:
        """How often each drawn node was completed, also in what has gone from the tree since."""
        return Counter(self.visits.values())

    @property
    def ends(self) -> list[str]:
        return sorted(
            t.task_spec.bpmn_id
            for t in self.workflow.tasks.values()
            if t.state == TaskState.COMPLETED and isinstance(t.task_spec, EndEvent)
        )

    def task(self, element: str, index: int | None = None) -> Any:
        return next(
            t for t in self.open if t.task_spec.bpmn_id == element and index in (None, _index(t))
        )

    # --- acts
    def do(self, element: str, index: int | None = None, /, **variables: Any) -> Stock:
        return self.complete(self.task(element, index), **variables)

    def complete(self, task: Any, /, **variables: Any) -> Stock:
        Clock.present = self.world.present
        task.set_data(**variables)
        task.run()
        self._go_on()
        return self

    def deliver(self, task: Any, name: str, payload: Any) -> Stock:
        """A message for one of those that wait for it."""
        Clock.present = self.world.present
        definition = next(
            d for _spec, d in _definitions(task.task_spec) if getattr(d, "name", None) == name
        )
        task.task_spec.catch(task, BpmnEvent(definition, payload=payload))
        task.task_spec._update(task)
        self._go_on()
        return self

    def add(self, task: Any, item: Any) -> Stock:
        """One more child of the multi-instance that the task belongs to."""
        activity = task.parent
        activity.task_spec.create_child(activity, item, sum(t.triggered for t in activity.children))
        self._go_on()
        return self

    def message(self, name: str, payload: Any = None) -> Stock:
        Clock.present = self.world.present
        event = BpmnEvent(MessageEventDefinition(name), payload=payload or {})
        self.workflow.send_event(event)
        self._go_on()
        return self

    def wait(self, **length: float) -> Stock:
        self.world.present += timedelta(**length)
        return self.refresh()

    def refresh(self) -> Stock:
        Clock.present = self.world.present
        self.workflow.refresh_timers()
        self._go_on()
        return self


def _index(task: Any) -> int:
    return int(task.internal_data.get("key_or_index", -1))


def _definitions(spec: Any) -> Iterator[tuple[Any, Any]]:
    """What an event waits for, each with the node it is drawn at: behind an event gateway, or
    itself."""
    definitions = getattr(spec.event_definition, "event_definitions", None)
    if definitions is None:
        yield spec, spec.event_definition
    else:
        yield from zip(spec.outputs, definitions, strict=True)


def _name_of_timer(task: Any) -> str:
    found = (
        spec.bpmn_id
        for spec, definition in _definitions(task.task_spec)
        if isinstance(definition, TimerEventDefinition)
    )
    return str(next(found))
