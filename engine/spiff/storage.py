"""Specs as JSON: written with SpiffWorkflow's converters, restored as the engine's classes.

The JSON is the library's own format; stock SpiffWorkflow reads it too (the tests compare both on
the same bytes).
"""

from __future__ import annotations

from typing import Any, cast

from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.serializer.helpers.registry import DefaultRegistry
from SpiffWorkflow.bpmn.specs import control, defaults
from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.spiff.serializer.config import SPIFF_CONFIG
from SpiffWorkflow.spiff.specs import defaults as spiff_defaults

from engine.spiff import activities, events, specs
from engine.spiff.specs import ElementSpec

_CLASSES: dict[type, type[ElementSpec]] = {
    control.BpmnStartTask: specs.StartTask,
    control.SimpleBpmnTask: specs.SimpleTask,
    control._EndJoin: specs.EndJoin,
    control.BoundaryEventSplit: specs.BoundaryEventSplit,
    control.BoundaryEventJoin: specs.BoundaryEventJoin,
    defaults.StartEvent: specs.StartEvent,
    defaults.EndEvent: specs.EndEvent,
    defaults.IntermediateThrowEvent: specs.IntermediateThrowEvent,
    defaults.ExclusiveGateway: specs.ExclusiveGateway,
    defaults.ParallelGateway: specs.ParallelGateway,
    defaults.IntermediateCatchEvent: events.IntermediateCatchEvent,
    defaults.BoundaryEvent: events.BoundaryEvent,
    defaults.EventBasedGateway: events.EventBasedGateway,
    spiff_defaults.UserTask: specs.UserTask,
    spiff_defaults.ManualTask: specs.ManualTask,
    spiff_defaults.ServiceTask: activities.ServiceTask,
    spiff_defaults.BusinessRuleTask: activities.BusinessRuleTask,
    spiff_defaults.SubWorkflowTask: activities.SubWorkflowTask,
    spiff_defaults.CallActivity: activities.CallActivity,
    spiff_defaults.ParallelMultiInstanceTask: activities.ParallelMultiInstanceTask,
}
"""Stock class -> the engine's. What isn't here doesn't run."""


def _restoring() -> DefaultRegistry:
    registry = DefaultRegistry()
    for stock, converter in SPIFF_CONFIG.items():
        converter(_CLASSES.get(stock, stock), registry, stock.__name__)
    return registry


_WRITING: DefaultRegistry = BpmnWorkflowSerializer.configure(SPIFF_CONFIG)


def runs(spec: Any) -> bool:
    """Whether a parsed node is of a class that the engine runs."""
    return type(spec) in _CLASSES


def spec_to_dict(spec: BpmnProcessSpec) -> dict[str, Any]:
    return cast(dict[str, Any], _WRITING.convert(spec))


def spec_from_dict(stored: dict[str, Any], process_key: str) -> BpmnProcessSpec:
    """The spec ready to run: linked, and never written again. `stored` is used up."""
    spec = _restoring().restore(stored)
    spec.end = spec.task_specs[f"{spec.name}.EndJoin"]
    for index, task_spec in enumerate(spec.task_specs.values()):
        task_spec.link(index, process_key)
    spec.numbered = tuple(spec.task_specs.values())
    return cast(BpmnProcessSpec, spec)
