"""The nodes of a process: SpiffWorkflow's specs with the engine's behaviour (start, end, gateways,
human tasks).

Specs are shared by all threads and never written after `link`; whatever a run needs to remember is
in the task tree.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from django.utils.translation import gettext as _
from SpiffWorkflow.bpmn.specs.bpmn_task_spec import BpmnTaskSpec
from SpiffWorkflow.bpmn.specs.control import (
    BoundaryEventJoin as StockBoundaryEventJoin,
)
from SpiffWorkflow.bpmn.specs.control import (
    BoundaryEventSplit as StockBoundaryEventSplit,
)
from SpiffWorkflow.bpmn.specs.control import BpmnStartTask as StockBpmnStartTask
from SpiffWorkflow.bpmn.specs.control import SimpleBpmnTask as StockSimpleBpmnTask
from SpiffWorkflow.bpmn.specs.control import _EndJoin as StockEndJoin
from SpiffWorkflow.bpmn.specs.defaults import EndEvent as StockEndEvent
from SpiffWorkflow.bpmn.specs.defaults import ExclusiveGateway as StockExclusiveGateway
from SpiffWorkflow.bpmn.specs.defaults import IntermediateThrowEvent as StockIntermediateThrowEvent
from SpiffWorkflow.bpmn.specs.defaults import ParallelGateway as StockParallelGateway
from SpiffWorkflow.bpmn.specs.defaults import StartEvent as StockStartEvent
from SpiffWorkflow.bpmn.specs.event_definitions import TerminateEventDefinition
from SpiffWorkflow.spiff.specs.defaults import ManualTask as StockManualTask
from SpiffWorkflow.spiff.specs.defaults import UserTask as StockUserTask
from SpiffWorkflow.spiff.specs.event_definitions import ErrorEventDefinition, MessageEventDefinition

from engine.exceptions import BusinessError, WrongState
from engine.spiff.errors import error_boundary, leave_through
from engine.spiff.pruning import changes, end_token, take_what_was_brought
from engine.spiff.tree import COMPLETED, UNFINISHED, WAITING, EngineTask
from engine.spiff.types import Thrown


class ElementSpec(BpmnTaskSpec):
    """What all nodes share. Comes first among the bases of a node's class."""

    visible = False
    """Whether the node is drawn; the others (splits, joins, ends of scopes) are the library's."""
    catching = False
    named = False
    """Whether a visit may be named from outside after it is finished: human tasks, to which one may
    go back."""
    owns_scope = False
    forgettable = False
    """Whether earlier visits may give way to a later one; see `pruning`."""
    successors: tuple[ElementSpec, ...] = ()
    """Nodes that follow, in the order in which they are drawn from top to bottom."""
    settles = False
    """Whether the node has boundary events, or is one."""
    loop: Any = None
    """The multi-instance whose children are visits to this node."""
    properties: Mapping[str, str] = {}
    process_key = ""
    """Key of the process in whose diagram the node is drawn."""
    index = 0
    """Number of the node within its spec, by which states name it."""

    def link(self, index: int, process_key: str) -> None:
        """Prepare for running; called once, when the spec is loaded."""
        self.index = index
        self.process_key = process_key
        self.visible = self.bpmn_id is not None
        specs = self._wf_spec.task_specs
        followers = [specs[name] for name in self._outputs]
        self.successors = tuple(s for s in followers if not isinstance(s, BoundaryEventJoin))
        self.settles = len(self.successors) < len(followers)
        extensions = getattr(self, "extensions", None) or {}
        self.properties = extensions.get("properties", {})

    def _update(self, my_task: EngineTask) -> None:
        if self._update_hook(my_task):
            my_task._ready()

    def _update_hook(self, my_task: EngineTask) -> bool:
        my_task._inherit_data()
        return True

    def _run_hook(self, my_task: EngineTask) -> bool | None:
        return True

    def next_specs(self, task: EngineTask) -> Sequence[ElementSpec]:
        """Nodes that the token moves to when `task` completes."""
        return self.successors

    def _on_complete(self, my_task: EngineTask) -> None:
        if self.loop is not None:
            self.loop.merge_child(my_task.workflow, my_task)
        if self.settles:
            settle(my_task)
        children = [my_task._add_child(spec) for spec in self.next_specs(my_task)]
        for child in children:
            if child._state & UNFINISHED:  # an interrupting event may have cancelled it
                child.task_spec._update(child)
        my_task.workflow._task_completed_notify(my_task)

    def _on_cancel(self, my_task: EngineTask) -> None:
        """Nothing to do, but for activities with a scope of their own."""


class StartTask(ElementSpec, StockBpmnStartTask):
    """The root of a scope."""

    def _run_hook(self, my_task: EngineTask) -> bool:
        return True


class SimpleTask(ElementSpec, StockSimpleBpmnTask):
    """`End` of a scope."""


class StartEvent(ElementSpec, StockStartEvent):
    pass


class UserTask(ElementSpec, StockUserTask):
    named = True


class ManualTask(ElementSpec, StockManualTask):
    named = True


# --- ends -----------------------------------------------------------------------------------------
class ThrowingSpec(ElementSpec):
    """Message events that throw. A message leaves the instance and comes back by a subscription,
    never directly."""

    event_definition: Any

    def _run_hook(self, my_task: EngineTask) -> bool:
        definition = self.event_definition
        if isinstance(definition, MessageEventDefinition):
            run = my_task.workflow.top_workflow.run
            key = self.properties.get("correlationKey")
            payload = definition.expression
            run.thrown.append(
                Thrown(
                    process=self.process_key,
                    element=self.bpmn_id,
                    name=definition.name,
                    key=str(run.evaluate(my_task, key)) if key else "",
                    payload=run.evaluate(my_task, payload) if payload else None,
                    optional=self.properties.get("optional") == "true",
                )
            )
        return True


class IntermediateThrowEvent(ThrowingSpec, StockIntermediateThrowEvent):
    pass


class EndEvent(ThrowingSpec, StockEndEvent):
    def _on_complete(self, my_task: EngineTask) -> None:
        scope = my_task.workflow
        scope.top_workflow.run.reached_end(my_task)
        if isinstance(self.event_definition, TerminateEventDefinition):
            scope.cancel()
            scope._mark_complete(my_task)
            scope._task_completed_notify(my_task)
        elif isinstance(self.event_definition, ErrorEventDefinition):
            self._throw_error(my_task, self.event_definition)
        else:
            super()._on_complete(my_task)

    def _throw_error(self, task: EngineTask, definition: Any) -> None:
        owner, code = task.workflow.parent_task, definition.code or ""
        event = None if owner is None else error_boundary(owner, code)
        if event is None:
            message = _("No error event catches “%(name)s”.") % {
                "name": definition.name or code or self.bpmn_id
            }
            raise BusinessError(
                code or "error", message, process=self.process_key, element=self.bpmn_id
            )
        leave_through(event, code, "")


# --- joins of the library -------------------------------------------------------------------------
class BoundaryEventSplit(ElementSpec, StockBoundaryEventSplit):
    """Stands before an activity with boundary events; the activity and its events are its
    children."""


class BoundaryEventJoin(ElementSpec, StockBoundaryEventJoin):
    """Follows an activity and its boundary events. No token enters it: what it does in the library,
    ending the activity or its events, `settle` does, so that no task per event has to wait for the
    end."""


def settle(task: EngineTask) -> None:
    """An activity that ends takes its boundary events along; an interrupting event the activity and
    its other events."""
    spec = cast(Any, task.task_spec)
    if spec.catching and not spec.cancel_activity:
        return
    for sibling in list(task.up.down) if task.up is not None else ():
        if (
            sibling is not task
            and sibling._state & UNFINISHED
            and (sibling.task_spec.catching or spec.catching)
        ):
            sibling.cancel()


class EndJoin(ElementSpec, StockEndJoin):
    """Ends a scope when its last token arrives; those before it leave what they bring, and go."""

    def _update_hook(self, my_task: EngineTask) -> bool:
        my_task._inherit_data()
        scope = my_task.workflow
        if any(t._state & UNFINISHED and t is not my_task for t in scope.tasks.values()):
            end_token(my_task)
            return False
        take_what_was_brought(my_task)
        return True

    def _on_complete(self, my_task: EngineTask) -> None:
        my_task.workflow.data.update(my_task.data)
        super()._on_complete(my_task)


# --- gateways -------------------------------------------------------------------------------------
class ParallelGateway(ElementSpec, StockParallelGateway):
    """Splits; and joins when a token has come over each incoming flow since it last did.

    Each token waits as a task of its own, and the last goes on. A token brings along the variables
    that were changed on its branch since the branches parted. In the library the last token
    overwrites the others with whatever stale values it carries, lists of different branches are
    mixed, and what came in an earlier round of a loop is counted again.
    """

    forgettable = True

    def _update_hook(self, my_task: EngineTask) -> bool:
        my_task._inherit_data()
        if len(self._inputs) == 1:
            return True
        arrivals = self._arrivals(my_task)
        came_from = {task.up.task_spec.name for task in (*arrivals, my_task) if task.up is not None}
        if not came_from.issuperset(self._inputs):
            my_task._set_state(WAITING)
            return False
        my_task.data = merged_data(my_task, arrivals)
        number = my_task.last_state_change
        my_task.internal_data["join"] = number
        for task in arrivals:
            task._set_state(COMPLETED)
            task.internal_data["joined"] = number
        return True

    def _arrivals(self, my_task: EngineTask) -> list[EngineTask]:
        """Other tokens that wait here, in the order in which they came."""
        tasks = [
            task
            for task in my_task.workflow.tasks.values()
            if task.task_spec is self and task is not my_task and task._state == WAITING
        ]
        return sorted(tasks, key=lambda task: task.last_state_change)


def merged_data(task: EngineTask, arrivals: Sequence[EngineTask]) -> dict[str, Any]:
    """Data of the token that goes on from a join: what all had when they parted, and what each
    changed since."""
    ancestors = {id(ancestor): ancestor for ancestor in task.above()}
    for arrival in arrivals:
        above = {id(ancestor) for ancestor in arrival.above()}
        ancestors = {key: value for key, value in ancestors.items() if key in above}
    base = next(iter(ancestors.values())).data  # the nearest: dicts keep their order
    result = base.copy()
    for token in (*arrivals, task):
        result.update(changes(base, token.data))
    return result


class ExclusiveGateway(ElementSpec, StockExclusiveGateway):
    forgettable = True
    branches: tuple[tuple[str, ElementSpec], ...] = ()
    default: tuple[ElementSpec, ...] = ()

    def link(self, index: int, process_key: str) -> None:
        super().link(index, process_key)
        specs = self._wf_spec.task_specs
        self.branches = tuple(
            (condition.args[0], specs[name])
            for condition, name in self.cond_task_specs
            if condition is not None
        )
        if self.default_task_spec is not None:
            self.default = (specs[self.default_task_spec],)

    def next_specs(self, task: EngineTask) -> Sequence[ElementSpec]:
        evaluate = task.workflow.top_workflow.run.evaluate
        for condition, spec in self.branches:
            if evaluate(task, condition):
                return (spec,)
        if not self.default:
            raise WrongState(
                _("No condition of the gateway “%(name)s” holds, and it has no default.")
                % {"name": self.bpmn_name or self.bpmn_id},
                process=self.process_key,
                element=self.bpmn_id,
            )
        return self.default
