"""Exclusive and event gateways: exactly one way is taken, whatever the data are."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Final, NamedTuple

from django.utils.translation import gettext_lazy as _

from engine.bpmn.findings import Finding, Problem, Repair, Verdict
from engine.bpmn.model import Flow, Node
from engine.bpmn.predicates import (
    Alternative,
    TooComplex,
    alternatives,
    can_meet,
    domain,
    share_a_subject,
    uncovered,
)
from engine.bpmn.rules.expressions import check_expression, tree_of
from engine.bpmn.rules.registry import World, node_rule

NO_CONDITION = Problem(
    "condition_missing",
    Verdict.DECISION,
    _("%(element)s has neither a condition nor is it the default flow. Say when it is taken."),
)
DEFAULT_CONDITION = Problem(
    "default_with_condition",
    Verdict.ERROR,
    _(
        "%(element)s is the default flow; its condition “%(condition)s” would be ignored. "
        "Remove it."
    ),
)
NO_DEFAULT = Problem(
    "default_missing",
    Verdict.DECISION,
    _(
        "%(element)s: when no condition holds (%(case)s), nothing is taken and the process stands"
        " still. Make one of the flows the default."
    ),
)
UNKNOWN_DEFAULT = Problem(
    "default_unknown",
    Verdict.ERROR,
    _("%(element)s: the default flow “%(flow)s” doesn't leave it. Choose one that does."),
)
OVERLAP = Problem(
    "conditions_overlap",
    Verdict.DECISION,
    _(
        "%(element)s: “%(one)s” and “%(two)s” can hold at once; which flow is taken would follow"
        " from the drawing. Make the conditions exclude each other."
    ),
)
MAY_OVERLAP = Problem(
    "conditions_may_overlap",
    Verdict.RUNS,
    _(
        "%(element)s: nothing shows that “%(one)s” and “%(two)s” never hold at once. Make "
        "sure of it."
    ),
)
NEVER = Problem(
    "condition_never",
    Verdict.DECISION,
    _("%(element)s: the condition “%(condition)s” never holds. Correct it or remove the flow."),
)
TOO_COMPLEX = Problem(
    "conditions_too_complex",
    Verdict.RUNS,
    _("%(element)s: the conditions are too many to be compared. Make sure that only one can hold."),
)
FEW_EVENTS = Problem(
    "event_gateway_single",
    Verdict.DECISION,
    _("%(element)s waits for one event only. Draw at least two, or the event without a gateway."),
)
NO_EVENT = Problem(
    "event_gateway_target",
    Verdict.DECISION,
    _(
        "%(element)s leads to %(target)s, which is no message or timer catch event. Draw one "
        "between."
    ),
)
SHARED_EVENT = Problem(
    "event_gateway_shared",
    Verdict.DECISION,
    _(
        "%(element)s leads to %(target)s, to which other flows lead as well. Draw an event of"
        " its own."
    ),
)
TWO_TIMERS = Problem(
    "event_gateway_timers",
    Verdict.ERROR,
    _("%(element)s waits for %(count)d timers; they would share one time. Keep the earlier one."),
)
INSTANTIATING = Problem(
    "event_gateway_starts",
    Verdict.SHOWN,
    _("%(element)s starts the process. Draw a plain start event before it."),
)


MAX_FLOWS: Final = 50
"""Conditions of one gateway that are compared with each other."""


@node_rule("exclusiveGateway", "inclusiveGateway")
def one_flow_is_taken(node: Node, world: World) -> Iterator[Finding]:
    if len(node.outgoing) < 2:
        return
    default = node.xml.get("default")
    if default and not any(flow.is_default for flow in node.outgoing):
        yield UNKNOWN_DEFAULT.at(node.place, flow=default)
    bare = [flow for flow in node.outgoing if not flow.condition and not flow.is_default]
    obvious = len(bare) == 1 and not default
    for flow in bare:
        repair = None
        if obvious and node.id and flow.id:
            repair = Repair("set_attribute", node.id, node.place.line, {"default": flow.id})
        yield NO_CONDITION.at(flow.place, repair=repair)


@node_rule("exclusiveGateway", "inclusiveGateway")
def conditions_compute(node: Node, world: World) -> Iterator[Finding]:
    for flow in node.outgoing:
        if flow.condition and flow.is_default:
            repair = Repair("remove_condition", flow.id, flow.place.line)
            yield DEFAULT_CONDITION.at(flow.place, repair=repair, condition=flow.condition)
        elif flow.condition:
            yield from check_expression(
                flow.condition, flow, "conditionExpression", action="set_condition"
            )


class _Branch(NamedTuple):
    flow: Flow
    ways: list[Alternative]


@node_rule("exclusiveGateway")
def conditions_divide(node: Node, world: World) -> Iterator[Finding]:
    """Two conditions never hold at once; without a default, one always holds."""
    asked = [flow for flow in node.outgoing if flow.condition and not flow.is_default]
    if len(asked) > MAX_FLOWS:
        yield TOO_COMPLEX.at(node.place)
        return
    try:
        branches = [_branch(flow) for flow in asked]
        readable = [branch for branch in branches if branch is not None]
        for branch in readable:
            if not branch.ways:
                yield NEVER.at(branch.flow.place, condition=branch.flow.condition)
        for one, two in combinations(readable, 2):
            yield from _meeting(node, one, two)
        if readable and len(readable) == len(node.outgoing):
            yield from _gap(node, readable)
    except TooComplex:
        yield TOO_COMPLEX.at(node.place)


def _branch(flow: Flow) -> _Branch | None:
    tree = tree_of(flow.condition)
    return None if tree is None else _Branch(flow, alternatives(tree))


def _meeting(node: Node, one: _Branch, two: _Branch) -> Iterator[Finding]:
    pairs = [(way, other) for way in one.ways for other in two.ways if can_meet(way, other)]
    if not pairs:
        return
    certain = any(share_a_subject(*pair) or not all(pair) for pair in pairs)
    problem = OVERLAP if certain else MAY_OVERLAP
    yield problem.at(node.place, one=one.flow.condition, two=two.flow.condition)


def _gap(node: Node, branches: list[_Branch]) -> Iterator[Finding]:
    ways = [way for branch in branches for way in branch.ways]
    subjects = dict.fromkeys(subject for way in ways for subject in way)
    found = uncovered(ways, {subject: domain(subject) for subject in subjects})
    if found is not None:
        case = ", ".join(f"{subject} = {values.sample()}" for subject, values in found.items())
        yield NO_DEFAULT.at(node.place, case=case or "…")


# --- event gateways -------------------------------------------------------------------------------
@node_rule("eventBasedGateway")
def events_follow(node: Node, world: World) -> Iterator[Finding]:
    if node.xml.get("instantiate") == "true":
        yield INSTANTIATING.at(node.place)
    if len(node.outgoing) < 2:
        yield FEW_EVENTS.at(node.place)
    targets = [flow.target for flow in node.outgoing if flow.target is not None]
    for target in targets:
        if target.kind != "intermediateCatchEvent":
            yield NO_EVENT.at(node.place, target=target.place.label)
        elif len(target.incoming) > 1:
            yield SHARED_EVENT.at(node.place, target=target.place.label)
    timers = sum(target.has_definition("timer") for target in targets)
    if timers > 1:
        yield TWO_TIMERS.at(node.place, count=timers)
