"""Events that wait: boundary and intermediate timers, messages and errors, and the event gateway.

A waiting event is fired from outside by `fire` (a timer's job) or `catch_message` (a subscription),
never because some other task of the instance happens to move; the library looks at every timer in
every step, and hands a message to every task of the instance that waits for its name.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, cast

from SpiffWorkflow.bpmn.specs.defaults import BoundaryEvent as StockBoundaryEvent
from SpiffWorkflow.bpmn.specs.defaults import EventBasedGateway as StockEventBasedGateway
from SpiffWorkflow.bpmn.specs.defaults import IntermediateCatchEvent as StockIntermediateCatchEvent
from SpiffWorkflow.bpmn.specs.event_definitions import CycleTimerEventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.timer import TimerEventDefinition
from SpiffWorkflow.spiff.specs.event_definitions import MessageEventDefinition

from engine.spiff.specs import ElementSpec
from engine.spiff.timers import armed, next_round
from engine.spiff.tree import READY, WAITING, EngineTask


class CatchingSpec(ElementSpec):
    catching = True
    event_definition: Any

    def link(self, index: int, process_key: str) -> None:
        super().link(index, process_key)
        self.timer = next(self._definitions(TimerEventDefinition), None)
        self.messages = {d.name: (s, d) for s, d in self._definitions(MessageEventDefinition)}

    def _definitions(self, kind: type) -> Iterator[tuple[ElementSpec, Any]]:
        """The definitions of that kind, each with the node it is drawn at."""
        if isinstance(self.event_definition, kind):
            yield self, self.event_definition

    def _update_hook(self, my_task: EngineTask) -> bool:
        my_task._inherit_data()
        if self.timer is None and not self.messages and not self.waits_for_errors:
            return True  # the event of an event gateway, which has waited for it
        my_task._set_state(WAITING)
        run = my_task.workflow.top_workflow.run
        if self.timer is not None:
            definition = self.timer[1]
            value = run.evaluate(my_task, definition.expression)
            with run.located(my_task):
                my_task.internal_data["timer"] = armed(definition, value, run.host)
        for name, (spec, _definition) in self.messages.items():
            key = spec.properties.get("correlationKey")
            value = "" if key is None else str(run.evaluate(my_task, key))
            my_task.internal_data.setdefault("keys", {})[name] = value
        return False

    @property
    def waits_for_errors(self) -> bool:
        return False

    def fire(self, task: EngineTask) -> None:
        """The timer is due."""
        self._caught(task, self.timer)

    def catch_message(self, task: EngineTask, name: str, payload: Any) -> None:
        spec, definition = self.messages[name]
        if definition.message_var:
            task.workflow.top_workflow.run.set_variable(task, definition.message_var, payload)
        self._caught(task, (spec, definition))

    def _caught(self, task: EngineTask, what: tuple[ElementSpec, Any] | None) -> None:
        task.internal_data = {}
        task._set_state(READY)


class IntermediateCatchEvent(CatchingSpec, StockIntermediateCatchEvent):
    pass


class BoundaryEvent(CatchingSpec, StockBoundaryEvent):
    cancel_activity: bool

    @property
    def waits_for_errors(self) -> bool:
        return True

    def fire(self, task: EngineTask) -> None:
        if isinstance(self.event_definition, CycleTimerEventDefinition):
            host = task.workflow.top_workflow.run.host
            following = next_round(task.internal_data["timer"], host)
            if following is not None:
                task.internal_data = {"timer": following}
                self._branch_off(task)
                return
        super().fire(task)

    def catch_message(self, task: EngineTask, name: str, payload: Any) -> None:
        waiting = task.data
        if not self.cancel_activity:
            # The message is the branch's own, which brings it to the end.
            task.data = waiting.copy()
        super().catch_message(task, name, payload)
        if not self.cancel_activity:
            task.data = waiting

    def _caught(self, task: EngineTask, what: tuple[ElementSpec, Any] | None) -> None:
        if self.messages and not self.cancel_activity:
            self._branch_off(task)  # and wait for the next message
        else:
            super()._caught(task, what)

    def _branch_off(self, task: EngineTask) -> None:
        """Begin the branch of an event that doesn't interrupt and goes on waiting."""
        task.workflow.top_workflow.run.count_step(task)
        for spec in self.successors:
            child = task._add_child(spec)
            child.task_spec._update(child)


class EventBasedGateway(CatchingSpec, StockEventBasedGateway):
    """Waits for the first of the events behind it."""

    def _definitions(self, kind: type) -> Iterator[tuple[ElementSpec, Any]]:
        for spec, definition in zip(
            self.successors, self.event_definition.event_definitions, strict=True
        ):
            if isinstance(definition, kind):
                yield spec, definition

    def _caught(self, task: EngineTask, what: tuple[ElementSpec, Any] | None) -> None:
        spec = cast(tuple[ElementSpec, Any], what)[0]
        task.internal_data = {"chosen": spec.name}
        task._set_state(READY)

    def next_specs(self, task: EngineTask) -> Sequence[ElementSpec]:
        return [s for s in self.successors if s.name == task.internal_data["chosen"]]
