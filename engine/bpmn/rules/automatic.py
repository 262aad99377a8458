"""Service tasks and business rule tasks: what they call, with what, and where the result goes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _
from lxml import etree

from engine.bpmn.findings import Finding, Problem, Repair, Verdict
from engine.bpmn.model import Node, text_of
from engine.bpmn.reading import SPIFF
from engine.bpmn.rules.expressions import check_expression, check_variable
from engine.bpmn.rules.registry import World, node_rule

NO_OPERATION = Problem(
    "operation_missing",
    Verdict.DECISION,
    _("%(element)s doesn't say what it does. Name an operation (serviceTaskOperator)."),
)
SEVERAL_OPERATIONS = Problem(
    "operation_several",
    Verdict.ERROR,
    _("%(element)s names several operations. Draw a service task for each."),
)
UNKNOWN_OPERATION = Problem(
    "operation_unknown",
    Verdict.DECISION,
    _("%(element)s: there is no operation “%(operation)s”. Choose one that exists."),
)
UNKNOWN_PARAMETER = Problem(
    "parameter_unknown",
    Verdict.DECISION,
    _(
        "%(element)s: the operation “%(operation)s” has no parameter “%(parameter)s”. It has:"
        " %(known)s."
    ),
)
MISSING_PARAMETER = Problem(
    "parameter_missing",
    Verdict.DECISION,
    _("%(element)s: the operation “%(operation)s” needs the parameter “%(parameter)s”."),
)
PARAMETER_TWICE = Problem(
    "parameter_twice",
    Verdict.ERROR,
    _("%(element)s gives the parameter “%(parameter)s” twice. Remove one."),
)
PARAMETER_WITHOUT_NAME = Problem(
    "parameter_without_name",
    Verdict.DECISION,
    _("%(element)s gives “%(value)s” to no parameter. Set the id to the parameter's name."),
)
PARAMETER_WITHOUT_VALUE = Problem(
    "parameter_without_value",
    Verdict.DECISION,
    _("%(element)s: the parameter “%(parameter)s” has no value. Write an expression."),
)
PARAMETER_WITHOUT_TYPE = Problem(
    "parameter_without_type",
    Verdict.ERROR,
    _("%(element)s: the parameter “%(parameter)s” has no type. Set type to any."),
)
NO_DECISION = Problem(
    "table_missing",
    Verdict.DECISION,
    _("%(element)s doesn't say by which table it decides. Name it in calledDecisionId."),
)
UNKNOWN_DECISION = Problem(
    "table_unknown",
    Verdict.DECISION,
    _("%(element)s: there is no decision table “%(table)s”. Choose one that exists."),
)
NO_RESULT = Problem(
    "result_variable_missing",
    Verdict.DECISION,
    _("%(element)s doesn't say where its result goes. Set the property resultVariable."),
)


# --- service tasks --------------------------------------------------------------------------------
@node_rule("serviceTask")
def operation_exists(node: Node, world: World) -> Iterator[Finding]:
    operators = node.spiff_extensions("serviceTaskOperator")
    names = [(operator.get("id") or "").strip() for operator in operators]
    if not any(names):
        yield NO_OPERATION.at(node.place)
    elif len(names) > 1:
        yield SEVERAL_OPERATIONS.at(node.place)
    known = world.known.operations
    for name in filter(None, names):
        if known is not None and name not in known:
            yield UNKNOWN_OPERATION.at(node.place, operation=name)


@node_rule("serviceTask")
def parameters_fit(node: Node, world: World) -> Iterator[Finding]:
    for operator in node.spiff_extensions("serviceTaskOperator"):
        given = Counter((one.get("id") or "").strip() for one in _parameters(operator))
        for name, count in given.items():
            if count > 1:
                yield PARAMETER_TWICE.at(node.place, parameter=name)
        operation = (operator.get("id") or "").strip()
        signature = (world.known.operations or {}).get(operation)
        if signature is None:
            continue
        known = signature.required | signature.optional
        for name in given:
            if name not in known:
                yield UNKNOWN_PARAMETER.at(
                    node.place, operation=operation, parameter=name, known=", ".join(sorted(known))
                )
        for name in sorted(signature.required - set(given)):
            yield MISSING_PARAMETER.at(node.place, operation=operation, parameter=name)


@node_rule("serviceTask")
def parameters_compute(node: Node, world: World) -> Iterator[Finding]:
    for operator in node.spiff_extensions("serviceTaskOperator"):
        for parameter in _parameters(operator):
            name = (parameter.get("id") or "").strip()
            value = parameter.get("value")
            if not name:
                yield PARAMETER_WITHOUT_NAME.at(node.place, value=value or "")
            if not value:
                yield PARAMETER_WITHOUT_VALUE.at(node.place, parameter=name)
                continue
            if parameter.get("type") is None:  # SpiffWorkflow's parser breaks off without it
                values = {"parameter": name, "type": "any"}
                repair = Repair("set_parameter_type", node.id, node.place.line, values)
                yield PARAMETER_WITHOUT_TYPE.at(
                    node.place, repair=repair if node.id else None, parameter=name
                )
            yield from check_expression(
                value, node, f"parameter {name}", action="set_parameter", parameter=name
            )


@node_rule("serviceTask")
def result_has_a_name(node: Node, world: World) -> Iterator[Finding]:
    for operator in node.spiff_extensions("serviceTaskOperator"):
        name = (operator.get("resultVariable") or "").strip()
        if name:
            yield from check_variable(name, node, "resultVariable")


def _parameters(operator: etree._Element) -> list[etree._Element]:
    return list(operator.iter(f"{{{SPIFF}}}parameter"))


# --- business rule tasks --------------------------------------------------------------------------
@node_rule("businessRuleTask")
def table_exists(node: Node, world: World) -> Iterator[Finding]:
    called = [text_of(xml) for xml in node.spiff_extensions("calledDecisionId")]
    key = called[0] if called else ""
    if not key:
        vendors = node.vendor_attribute("decisionRef")
        repair = None
        if vendors in world.decision_keys and node.id:
            repair = Repair("set_decision", node.id, node.place.line, {"value": vendors})
        yield NO_DECISION.at(node.place, repair=repair)
    elif key not in world.decision_keys:
        yield UNKNOWN_DECISION.at(node.place, table=key)


@node_rule("businessRuleTask")
def table_has_a_result(node: Node, world: World) -> Iterator[Finding]:
    name = node.properties.get("resultVariable", "").strip()
    if name:
        yield from check_variable(name, node, "resultVariable")
        return
    vendors, repair = node.vendor_attribute("resultVariable"), None
    if vendors and node.id and not list(check_variable(vendors, node, "resultVariable")):
        values = {"name": "resultVariable", "value": vendors}
        repair = Repair("set_property", node.id, node.place.line, values)
    yield NO_RESULT.at(node.place, repair=repair)
