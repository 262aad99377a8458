"""Variables that nobody sets: a misspelt name would show only when a case comes by.

Only processes with an ioSpecification are looked at; what the others are started with isn't known.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.utils.translation import gettext_lazy as _

from engine.bpmn.findings import Finding, Problem, Verdict
from engine.bpmn.model import HUMAN_TASKS, Element, Node, Scope, text_of
from engine.bpmn.reading import SPIFF
from engine.bpmn.rules.multi_instance import CLOSED, TALLY, item_name
from engine.bpmn.rules.registry import World, world_rule
from engine.bpmn.rules.variables import result_variables
from engine.exceptions import InvalidExpression
from engine.spiff.expressions import variables_of

UNSET = Problem(
    "variable_unset",
    Verdict.RUNS,
    _("%(element)s reads “%(name)s” (%(what)s), which nothing in its process sets. Correct it."),
)
INPUT_UNSET = Problem(
    "call_input_unset",
    Verdict.RUNS,
    _("%(element)s must give “%(name)s” to the process it calls, but nothing here sets it."),
)
OUTPUT_UNSET = Problem(
    "output_unset",
    Verdict.RUNS,
    _("%(element)s must give “%(name)s” back to its caller, but nothing in it sets it."),
)

_ASKED: Final = ("assignee", "candidates", *TALLY)
Read = tuple[str, str]
"""A variable and BPMN's word for the place where it is read."""


@world_rule
def variables_are_set(world: World) -> Iterator[Finding]:
    for process in world.processes.values():
        known = _set_in(process, world) if process.input_output is not None else None
        if known is not None:
            yield from _unset_in(process, world, known)


def _unset_in(process: Scope, world: World, known: set[str]) -> Iterator[Finding]:
    for scope in _scopes(process):
        for element, (name, what) in _reads(scope, world):
            if name not in known:
                yield UNSET.at(element.place, name=name, what=what)
        for node in scope.nodes:
            yield from _inputs_unset(node, world, known)
    for output in process.parameters("dataOutput"):
        if output.id not in known:
            yield OUTPUT_UNSET.at(process.place, name=output.id)


def _inputs_unset(node: Node, world: World, known: set[str]) -> Iterator[Finding]:
    called = world.processes.get(node.called)
    for parameter in called.parameters("dataInput") if called is not None else ():
        if parameter.id not in known:
            yield INPUT_UNSET.at(node.place, name=parameter.id)


def _scopes(process: Scope) -> list[Scope]:
    return [scope for scope in process.diagram.scopes if scope.process is process]


# --- what is set ----------------------------------------------------------------------------------
def _set_in(process: Scope, world: World) -> set[str] | None:
    """Names that something in the process sets; None where a call may set anything."""
    known = {parameter.id for parameter in process.parameters("dataInput")}
    for scope in _scopes(process):
        for node in scope.nodes:
            known.update(result_variables(node))
            known.update(_loop_variables(node))
            if node.kind == "callActivity":
                called = world.processes.get(node.called)
                if called is None or called.input_output is None:
                    return None
                outputs = called.input_output.children("outputSet")
                known.update(text_of(ref) for group in outputs for ref in group)
    return known


def _loop_variables(node: Node) -> Iterator[str]:
    if node.loop is not None:
        yield item_name(node.loop, "inputDataItem")
        yield item_name(node.loop, "outputDataItem")
        yield CLOSED


# --- what is read ---------------------------------------------------------------------------------
def _reads(scope: Scope, world: World) -> Iterator[tuple[Element, Read]]:
    for flow in scope.flows:
        for name in _names(flow.condition):
            yield flow, (name, "conditionExpression")
    for node in scope.nodes:
        for what, source in _sources(node):
            for name in _names(source):
                yield node, (name, what)
        if node.kind == "businessRuleTask":
            for name in _table_reads(node, world):
                yield node, (name, "inputExpression")


def _sources(node: Node) -> Iterator[tuple[str, str]]:
    """Expressions of a node, each with the place where it stands."""
    for definition in node.definitions:
        for kind in ("timeDate", "timeDuration", "timeCycle"):
            yield kind, definition.child_text(kind)
    for kind in ("loopDataInputRef", "loopCardinality"):
        yield kind, node.loop.child_text(kind) if node.loop is not None else ""
    for name in ("correlationKey", *(_ASKED if node.kind in HUMAN_TASKS else ())):
        yield name, node.properties.get(name, "")
    for operator in node.spiff_extensions("serviceTaskOperator"):
        for parameter in operator.iter(f"{{{SPIFF}}}parameter"):
            yield f"parameter {parameter.get('id')}", parameter.get("value") or ""


def _table_reads(node: Node, world: World) -> Iterator[str]:
    called = [text_of(xml) for xml in node.spiff_extensions("calledDecisionId")]
    for table in world.tables:
        if table.key in called:
            for column in table.inputs:
                yield from _names(column.expression)


def _names(source: str) -> list[str]:
    try:
        return sorted(variables_of(source)) if source else []
    except InvalidExpression:
        return []  # said elsewhere
