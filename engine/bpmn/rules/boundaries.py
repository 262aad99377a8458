"""Boundary events: where they may sit, and what may follow a branch that doesn't interrupt."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.utils.translation import gettext_lazy as _

from engine.bpmn.findings import Finding, Problem, Verdict
from engine.bpmn.graph import reachable, strong_components
from engine.bpmn.model import ACTIVITIES, Node
from engine.bpmn.rules.registry import World, node_rule
from engine.bpmn.rules.variables import result_variables

NOT_ATTACHED = Problem(
    "boundary_not_attached",
    Verdict.ERROR,
    _(
        "%(element)s is a boundary event of “%(ref)s”, which its process lacks. Attach it to "
        "a task."
    ),
)
WRONG_HOST = Problem(
    "boundary_host",
    Verdict.ERROR,
    _(
        "%(element)s sits on %(host)s; a boundary event sits on a task, subprocess or call "
        "activity."
    ),
)
INCOMING = Problem(
    "boundary_has_incoming",
    Verdict.ERROR,
    _("%(element)s is a boundary event; no flow may lead to it."),
)
ERROR_HOST = Problem(
    "error_boundary_host",
    Verdict.DECISION,
    _(
        "%(element)s sits on %(host)s, where no error comes from: operations report them. Put it"
        " on a service task, or on the subprocess or call activity around it."
    ),
)
ERROR_NOT_INTERRUPTING = Problem(
    "error_boundary_not_interrupting",
    Verdict.ERROR,
    _("%(element)s catches an error, after which its task is over. Let it interrupt."),
)
DIRECT_MULTI_INSTANCE = Problem(
    "boundary_into_multi_instance",
    Verdict.DECISION,
    _(
        "%(element)s leads to %(target)s, which is done by several, without an exclusive gateway"
        " between; it would fail. Draw one."
    ),
)
SIDE_TASK = Problem(
    "side_branch_node",
    Verdict.DECISION,
    _(
        "%(element)s doesn't interrupt, but leads to %(target)s. Its branch has a copy of the"
        " variables that would overwrite the newer ones: only service tasks may follow."
    ),
)
SIDE_LOOP = Problem(
    "side_branch_loop",
    Verdict.DECISION,
    _(
        "%(element)s doesn't interrupt, but its branch loops at %(target)s and would outlive the"
        " task. Repeat by a cycle timer."
    ),
)
SIDE_VARIABLE = Problem(
    "side_branch_variable",
    Verdict.DECISION,
    _(
        "%(element)s doesn't interrupt, but %(target)s sets “%(name)s”, which is set elsewhere"
        " too. Choose a result variable of its own."
    ),
)
SIDE_MERGE = Problem(
    "side_branch_merges",
    Verdict.DECISION,
    _(
        "%(element)s doesn't interrupt, but its branch joins the main path at %(target)s, which"
        " would then be passed twice. End the branch by itself."
    ),
)

_SIDE_KINDS: Final = frozenset(
    {"serviceTask", "exclusiveGateway", "endEvent", "intermediateThrowEvent", "boundaryEvent"}
)


_ERROR_HOSTS: Final = frozenset({"serviceTask", "callActivity", "subProcess"})


@node_rule("boundaryEvent")
def sits_on_an_activity(node: Node, world: World) -> Iterator[Finding]:
    if node.incoming:
        yield INCOMING.at(node.place)
    if node.host is None:
        yield NOT_ATTACHED.at(node.place, ref=node.xml.get("attachedToRef") or "")
    elif node.host.kind not in ACTIVITIES:
        yield WRONG_HOST.at(node.place, host=node.host.place.label)


@node_rule("boundaryEvent")
def errors_come_from_operations(node: Node, world: World) -> Iterator[Finding]:
    if not node.has_definition("error") or node.host is None:
        return
    if node.host.kind not in _ERROR_HOSTS:
        yield ERROR_HOST.at(node.place, host=node.host.place.label)
    if not node.interrupts:
        yield ERROR_NOT_INTERRUPTING.at(node.place)


@node_rule("boundaryEvent")
def gateway_before_multi_instance(node: Node, world: World) -> Iterator[Finding]:
    """SpiffWorkflow has predicted the way on from the boundary and fails: “non-predicted child”."""
    if node.scope.too_big:
        return

    def following(one: Node) -> Iterator[Node]:
        if one.kind != "exclusiveGateway" and not one.is_multi_instance:
            yield from one.successors()

    for target in reachable([node], following):
        if target.is_multi_instance:
            yield DIRECT_MULTI_INSTANCE.at(node.place, target=target.place.label)


@node_rule("boundaryEvent")
def side_branch_stays_aside(node: Node, world: World) -> Iterator[Finding]:
    if node.interrupts or node.scope.too_big:
        return
    branch = [one for one in reachable([node], Node.successors) if one is not node]
    main = reachable(
        node.scope.starts, lambda one: (next_ for next_ in one.successors() if next_ is not node)
    )
    for target in branch:
        if target in main:
            yield SIDE_MERGE.at(node.place, target=target.place.label)
            return
    for target in branch:
        if target.kind not in _SIDE_KINDS or _ends_all(target):
            yield SIDE_TASK.at(node.place, target=target.place.label)
    for component in strong_components(branch, Node.successors):
        if len(component) > 1 or component[0] in component[0].successors():
            yield SIDE_LOOP.at(node.place, target=component[-1].place.label)


@node_rule("boundaryEvent")
def side_branch_variables(node: Node, world: World) -> Iterator[Finding]:
    if node.interrupts or node.scope.too_big:
        return
    branch = reachable([node], Node.successors)
    elsewhere = {
        name
        for other in node.scope.nodes
        if other not in branch
        for name in result_variables(other)
    }
    for target in branch:
        for name in result_variables(target):
            if name in elsewhere:
                yield SIDE_VARIABLE.at(node.place, target=target.place.label, name=name)


def _ends_all(node: Node) -> bool:
    return node.kind == "endEvent" and node.has_definition("terminate")
