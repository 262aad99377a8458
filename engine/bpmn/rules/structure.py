"""The graph: ids, ends of flows, starts and ends, ways in and out, loops, size."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from django.utils.translation import gettext_lazy as _
from lxml import etree

from engine.bpmn.findings import Finding, Problem, Repair, Verdict
from engine.bpmn.graph import reachable, strong_components
from engine.bpmn.model import (
    FLOW_NODES,
    GATEWAYS,
    MAX_NODES,
    Diagram,
    Element,
    Node,
    Scope,
)
from engine.bpmn.reading import BPMNDI, namespace
from engine.bpmn.rules.registry import World, diagram_rule, node_rule, scope_rule, world_rule

BIG: Final = 30

NO_PROCESS = Problem(
    "no_process", Verdict.SHOWN, _("%(element)s: the file holds no process, so nothing can run.")
)
SEVERAL_PROCESSES = Problem(
    "several_processes",
    Verdict.DECISION,
    _(
        "%(element)s: the file holds %(count)d processes. Put each into a file of its own; those"
        " that need each other call each other."
    ),
)
NOT_EXECUTABLE = Problem(
    "not_executable",
    Verdict.ERROR,
    _("%(element)s is marked as not executable. Set isExecutable to true."),
)
NO_ID = Problem("id_missing", Verdict.ERROR, _("%(element)s has no id. Every element needs one."))
DUPLICATE_ID = Problem(
    "id_duplicate",
    Verdict.ERROR,
    _("%(element)s: the id is also that of the %(kind)s in line %(line)d. Give it another one."),
)
HIDDEN_ID = Problem(
    "id_hidden",
    Verdict.DECISION,
    _(
        "%(element)s has the same id as the %(kind)s in line %(line)d, which would be taken for"
        " it. Rename %(element)s."
    ),
)
RESERVED_ID = Problem(
    "id_reserved",
    Verdict.ERROR,
    _(
        "%(element)s: this id is kept for the engine, as is every id with a dot. Give it "
        "another one."
    ),
)
DUPLICATE_KEY = Problem(
    "key_duplicate",
    Verdict.ERROR,
    _(
        "%(element)s: the id is also used in %(file)s. Processes and subprocesses need ids of"
        " their own."
    ),
)
DANGLING_FLOW = Problem(
    "flow_dangling",
    Verdict.ERROR,
    _(
        "%(element)s: the sequence flow leads from “%(source)s” to “%(target)s”, which its "
        "process lacks."
    ),
)
START_COUNT = Problem(
    "start_count",
    Verdict.DECISION,
    _("%(element)s has %(count)d start events. It needs exactly one."),
)
NO_END = Problem("end_missing", Verdict.DECISION, _("%(element)s has no end event. Draw one."))
INTO_START = Problem(
    "start_has_incoming", Verdict.ERROR, _("%(element)s is a start event; no flow may lead to it.")
)
OUT_OF_END = Problem(
    "end_has_outgoing", Verdict.ERROR, _("%(element)s is an end event; no flow may leave it.")
)
UNREACHABLE = Problem(
    "unreachable",
    Verdict.DECISION,
    _("%(element)s can't be reached from the start. Connect or remove it."),
)
DEAD_END = Problem(
    "dead_end",
    Verdict.DECISION,
    _("%(element)s leads nowhere. Let it go on to a task or to an end event."),
)
SEVERAL_OUT = Problem(
    "several_outgoing",
    Verdict.DECISION,
    _("%(element)s has several ways out. Draw a gateway that says whether one or all are taken."),
)
CONDITION_IGNORED = Problem(
    "condition_ignored",
    Verdict.DECISION,
    _(
        "%(element)s has a condition but doesn't come from an exclusive gateway; it would be"
        " ignored. Draw an exclusive gateway before it."
    ),
)
BARE_LOOP = Problem(
    "loop_without_gateway",
    Verdict.DECISION,
    _("%(element)s is in a loop without a gateway. Draw the exclusive gateway that ends the loop."),
)
ENDLESS_LOOP = Problem(
    "loop_without_exit",
    Verdict.DECISION,
    _("%(element)s is in a loop that nothing leads out of. Draw a way to an end event."),
)
BUSY_LOOP = Problem(
    "loop_never_waits",
    Verdict.RUNS,
    _(
        "%(element)s is in a loop in which nobody and nothing is waited for; after 1,000 automatic"
        " steps it fails."
    ),
)
TOO_BIG = Problem(
    "process_too_big",
    Verdict.DECISION,
    _("%(element)s has %(count)d nodes; at most %(limit)d run. Move parts into called processes."),
)
RATHER_BIG = Problem(
    "process_big",
    Verdict.RUNS,
    _(
        "%(element)s has %(count)d nodes. About 20 can be read at a glance: move parts into "
        "called processes."
    ),
)
_BREAKS_LOOP: Final = GATEWAYS | {"boundaryEvent"}
_WAITS: Final = frozenset(
    {
        *("userTask", "manualTask", "intermediateCatchEvent", "receiveTask"),
        *("eventBasedGateway", "callActivity", "subProcess", "task"),
    }
)


# --- files and ids --------------------------------------------------------------------------------
@diagram_rule
def one_process(diagram: Diagram, world: World) -> Iterator[Finding]:
    if not diagram.processes:
        yield NO_PROCESS.at(diagram.element.place)
    elif len(diagram.processes) > 1:
        yield SEVERAL_PROCESSES.at(diagram.element.place, count=len(diagram.processes))


@scope_rule
def executable(scope: Scope, world: World) -> Iterator[Finding]:
    declared = (scope.xml.get("isExecutable") or "true").strip()
    if scope.parent is None and declared != "true":
        repair = Repair("set_attribute", scope.id, scope.place.line, {"isExecutable": "true"})
        yield NOT_EXECUTABLE.at(scope.place, repair=repair if scope.id else None)


@diagram_rule
def ids(diagram: Diagram, world: World) -> Iterator[Finding]:
    """Every node and flow has an id of its own; nothing else in the file bears a node's."""
    named: list[Element] = [*diagram.processes]
    for scope in diagram.scopes:
        named += [*scope.nodes, *scope.flows]
    own = {element.xml for element in named}
    bearers = _bearers(diagram)
    for element in named:
        if not element.id:
            yield NO_ID.at(element.place)
        for xml in bearers.get(element.id, ()):
            problem = DUPLICATE_ID if xml in own else HIDDEN_ID
            if xml is not element.xml and (problem is DUPLICATE_ID or isinstance(element, Node)):
                other = Element(xml, diagram.file)
                yield problem.at(element.place, kind=other.kind, line=other.place.line or 0)
                break


def _bearers(diagram: Diagram) -> dict[str, list[etree._Element]]:
    """Elements of the file by id, shapes of the drawing left out."""
    found: dict[str, list[etree._Element]] = {}
    for xml in diagram.root.iter("*"):
        if xml.get("id") and namespace(xml) != BPMNDI:
            found.setdefault((xml.get("id") or "").strip(), []).append(xml)
    return found


_RESERVED_IDS: Final = frozenset({"Start", "End", "Root", "StartEventSplit", "StartEventJoin"})


@node_rule(*FLOW_NODES)
def id_is_free(node: Node, world: World) -> Iterator[Finding]:
    if node.id in _RESERVED_IDS or "." in node.id:
        yield RESERVED_ID.at(node.place)


@world_rule
def keys(world: World) -> Iterator[Finding]:
    """SpiffWorkflow knows processes and subprocesses of all files by their ids alone."""
    taken: dict[str, Scope] = {}
    for diagram in world.diagrams:
        for scope in diagram.scopes:
            first = taken.setdefault(scope.id, scope)
            if first.file != scope.file and scope.id:
                yield DUPLICATE_KEY.at(scope.place, file=first.file)


@scope_rule
def flows_connect(scope: Scope, world: World) -> Iterator[Finding]:
    for flow in scope.flows:
        if flow.source is None or flow.target is None:
            yield DANGLING_FLOW.at(flow.place, source=flow.source_ref, target=flow.target_ref)


# --- starts and ends ------------------------------------------------------------------------------
@scope_rule
def starts_and_ends(scope: Scope, world: World) -> Iterator[Finding]:
    if _is_not_asked(scope):
        return
    if len(scope.starts) != 1:
        yield START_COUNT.at(scope.place, count=len(scope.starts))
    if not any(node.kind == "endEvent" for node in scope.nodes):
        yield NO_END.at(scope.place)


@node_rule("startEvent")
def nothing_enters_start(node: Node, world: World) -> Iterator[Finding]:
    if node.incoming:
        yield INTO_START.at(node.place)


@node_rule("endEvent")
def nothing_leaves_end(node: Node, world: World) -> Iterator[Finding]:
    if node.outgoing:
        yield OUT_OF_END.at(node.place)


@scope_rule
def ways(scope: Scope, world: World) -> Iterator[Finding]:
    """Every node is on a way from the start, and goes on."""
    if _is_not_asked(scope):
        return
    reached = reachable(scope.starts, Node.successors)
    for node in scope.nodes:
        if scope.starts and node not in reached and not _stands_alone(node):
            yield UNREACHABLE.at(node.place)
        if not node.outgoing and node.kind != "endEvent" and not _stands_alone(node):
            yield DEAD_END.at(node.place)


def _is_not_asked(scope: Scope) -> bool:
    """Nothing of an ad-hoc subprocess, and nothing of a pool that is only a name."""
    return scope.kind == "adHocSubProcess" or (not scope.nodes and scope.parent is None)


def _stands_alone(node: Node) -> bool:
    """Event subprocesses and compensation are not in the flow; that they don't run is said
    elsewhere.
    """
    xml = node.xml
    return xml.get("triggeredByEvent") == "true" or xml.get("isForCompensation") == "true"


@node_rule(*(FLOW_NODES - GATEWAYS - {"endEvent"}))
def one_way_out(node: Node, world: World) -> Iterator[Finding]:
    if len(node.outgoing) > 1:
        yield SEVERAL_OUT.at(node.place)


@scope_rule
def conditions_are_asked(scope: Scope, world: World) -> Iterator[Finding]:
    for flow in scope.flows:
        source = flow.source
        if flow.condition and source is not None and source.kind not in _CONDITIONAL:
            yield CONDITION_IGNORED.at(flow.place)


_CONDITIONAL: Final = frozenset({"exclusiveGateway", "inclusiveGateway", "complexGateway"})


# --- loops ----------------------------------------------------------------------------------------
@scope_rule
def loops(scope: Scope, world: World) -> Iterator[Finding]:
    """Every cycle holds a gateway (SpiffWorkflow walks it for ever otherwise), an exit, and
    something that waits.
    """
    bare = [node for node in scope.nodes if node.kind not in _BREAKS_LOOP]
    for cycle in _cycles(bare):
        yield BARE_LOOP.at(cycle[0].place)
    for cycle in _cycles(scope.nodes):
        inside = set(cycle)
        if all(after in inside for node in cycle for after in node.successors()):
            yield ENDLESS_LOOP.at(cycle[0].place)
    automatic = [node for node in scope.nodes if node.kind not in _WAITS]
    for cycle in _cycles(automatic):
        yield BUSY_LOOP.at(cycle[0].place)


def _cycles(nodes: list[Node]) -> Iterator[list[Node]]:
    """Groups of nodes that lead to each other, without leaving `nodes`; each in the order of the
    file.
    """
    order = {node: position for position, node in enumerate(nodes)}
    for component in strong_components(nodes, Node.successors):
        if len(component) > 1 or component[0] in component[0].successors():
            yield sorted(component, key=order.__getitem__)


# --- size -----------------------------------------------------------------------------------------
@diagram_rule
def size(diagram: Diagram, world: World) -> Iterator[Finding]:
    counts = Counter(node.scope.process for node in diagram.nodes)
    for process in diagram.processes:
        count = counts[process]
        if count > MAX_NODES:
            yield TOO_BIG.at(process.place, count=count, limit=MAX_NODES)
        elif count > BIG:
            yield RATHER_BIG.at(process.place, count=count)
