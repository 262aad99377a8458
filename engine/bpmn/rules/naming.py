"""Names in both languages, lanes, properties that nobody reads, and the drawing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Final

from django.utils.translation import gettext_lazy as _

from engine.bpmn.findings import Finding, Problem, Verdict
from engine.bpmn.model import FLOW_NODES, HUMAN_TASKS, Diagram, Element, Node, Scope
from engine.bpmn.reading import BPMN, BPMNDI, SPIFF
from engine.bpmn.rules.multi_instance import TALLY
from engine.bpmn.rules.registry import World, diagram_rule, node_rule, scope_rule, table_rule
from engine.bpmn.tables import Table

NO_ENGLISH = Problem(
    "name_en_missing",
    Verdict.RUNS,
    _("%(element)s has no English name. Set the property name_en."),
)
NO_END_NAME = Problem(
    "end_without_name",
    Verdict.RUNS,
    _("%(element)s has no name. Name an end event by its business result."),
)
UNKNOWN_PROPERTY = Problem(
    "property_unknown",
    Verdict.RUNS,
    _("%(element)s has the property “%(name)s”, which nobody reads. Known here: %(known)s."),
)
BROKEN_PROPERTY = Problem(
    "property_incomplete",
    Verdict.ERROR,
    _("%(element)s has a property “%(name)s” without name or value. Complete or remove it."),
)
LANE_ID = Problem(
    "lane_role",
    Verdict.DECISION,
    _(
        "%(element)s: which role is this lane? Give it the id lane_ and the code of the role, or"
        " lane_initiator, lane_approver, lane_recipient, lane_system."
    ),
)
LANE_NAME = Problem(
    "lane_without_name", Verdict.DECISION, _("%(element)s has no name. Name the lane.")
)
LANE_MEMBER = Problem(
    "lane_member_unknown",
    Verdict.ERROR,
    _("%(element)s claims “%(ref)s”, which its process lacks. Remove it from the lane."),
)
TWO_LANES = Problem(
    "lane_twice",
    Verdict.ERROR,
    _("%(element)s is in several lanes: %(lanes)s. Keep one."),
)
NO_LANE = Problem("lane_none", Verdict.RUNS, _("%(element)s is in no lane. Put it into one."))
NO_DRAWING = Problem(
    "drawing_missing",
    Verdict.RUNS,
    _("%(element)s has no drawing; it is laid out when it is shown."),
)
BAD_BOUNDS = Problem(
    "drawing_invalid",
    Verdict.ERROR,
    _("%(element)s has a place in the drawing that is no number. Draw it again."),
)
NOT_DRAWN = Problem(
    "not_drawn",
    Verdict.RUNS,
    _("%(element)s has no place in the drawing, so nobody sees it. Draw it."),
)

SPECIAL_LANES: Final = frozenset({"initiator", "approver", "recipient", "system"})
_PROPERTIES: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(
        HUMAN_TASKS,
        (
            *("formKey", "category", "candidateGroups", "candidates", "assignee"),
            *(
                "dueIn",
                "followUpIn",
                "priority",
                "decisions",
                "opinionRequired",
                "variables",
                "queue",
            ),
            *TALLY,
        ),
    ),
    "businessRuleTask": ("resultVariable",),
    "boundaryEvent": ("correlationKey", "until"),
    "intermediateCatchEvent": ("correlationKey", "until"),
    "intermediateThrowEvent": ("correlationKey", "optional"),
    "endEvent": ("correlationKey", "optional"),
    "process": ("exclusive",),
}


@node_rule(*FLOW_NODES)
def node_in_english(node: Node, world: World) -> Iterator[Finding]:
    yield from _in_english(node)


@node_rule("endEvent")
def end_has_a_name(node: Node, world: World) -> Iterator[Finding]:
    if not node.name:
        yield NO_END_NAME.at(node.place)


@scope_rule
def the_rest_in_english(scope: Scope, world: World) -> Iterator[Finding]:
    named: list[Element] = [*scope.flows, *scope.lanes]
    if scope.parent is None:
        named.append(scope)
        named += scope.diagram.definitions("participant").values()
    for element in named:
        yield from _in_english(element)


@table_rule
def table_in_english(table: Table, world: World) -> Iterator[Finding]:
    for element in table.decisions:
        yield from _in_english(element)
    for column in (*table.inputs, *table.outputs):
        if column.title and not column.properties.get("name_en"):
            yield NO_ENGLISH.at(column.place)


def _in_english(element: Element) -> Iterator[Finding]:
    if element.name and not element.properties.get("name_en"):
        yield NO_ENGLISH.at(element.place)


@node_rule(*FLOW_NODES)
def node_properties_are_read(node: Node, world: World) -> Iterator[Finding]:
    yield from _read_properties(node)


@scope_rule
def process_properties_are_read(scope: Scope, world: World) -> Iterator[Finding]:
    if scope.parent is None:
        yield from _read_properties(scope)


@diagram_rule
def properties_are_whole(diagram: Diagram, world: World) -> Iterator[Finding]:
    """SpiffWorkflow's parser breaks off at a property that lacks its name or value."""
    for xml in diagram.root.iter(f"{{{SPIFF}}}property"):
        if xml.get("name") is None or xml.get("value") is None:
            holder = next(xml.iterancestors(f"{{{BPMN}}}extensionElements"), xml).getparent()
            bearer = Element(xml if holder is None else holder, diagram.file)
            yield BROKEN_PROPERTY.at(bearer.place, name=xml.get("name") or "")


def _read_properties(element: Element) -> Iterator[Finding]:
    known = ("name_en", *_PROPERTIES.get(element.kind, ()))
    for name in element.properties:
        if name not in known:
            yield UNKNOWN_PROPERTY.at(element.place, name=name, known=", ".join(known))


# --- lanes ----------------------------------------------------------------------------------------
@scope_rule
def lanes_are_roles(scope: Scope, world: World) -> Iterator[Finding]:
    for lane in scope.lanes:
        if not lane.name:
            yield LANE_NAME.at(lane.place)
        if lane.is_leaf and not _is_role(lane.id, world):
            yield LANE_ID.at(lane.place)


def _is_role(lane: str, world: World) -> bool:
    code = lane.removeprefix("lane_")
    roles = world.known.roles
    return code != lane and (code in SPECIAL_LANES or roles is None or code in roles)


@scope_rule
def lanes_hold_their_nodes(scope: Scope, world: World) -> Iterator[Finding]:
    leaves = [lane for lane in scope.lanes if lane.is_leaf]
    if not leaves:
        return
    inside = {xml.get("id") for xml in scope.xml.iter(f"{{{BPMN}}}*")}
    lanes: dict[str, list[str]] = {}
    for lane in leaves:
        for ref in lane.refs:
            lanes.setdefault(ref, []).append(lane.id)
            if ref not in inside:
                yield LANE_MEMBER.at(lane.place, ref=ref)
    for node in scope.nodes:
        found = lanes.get(node.id, [])
        if len(found) > 1:
            yield TWO_LANES.at(node.place, lanes=", ".join(found))
        elif not found:
            yield NO_LANE.at(node.place)


# --- the drawing ----------------------------------------------------------------------------------
@diagram_rule
def is_drawn(diagram: Diagram, world: World) -> Iterator[Finding]:
    if not diagram.processes:
        return
    if not diagram.shapes:
        yield NO_DRAWING.at(diagram.element.place)
        return
    for scope in diagram.scopes:
        for element in (*scope.nodes, *scope.flows):
            if element.id and element.id not in diagram.shapes:
                yield NOT_DRAWN.at(element.place)


@diagram_rule
def drawing_can_be_read(diagram: Diagram, world: World) -> Iterator[Finding]:
    for shape in diagram.root.iter(f"{{{BPMNDI}}}BPMNShape"):
        places = [bounds.get(axis) for bounds in shape.iter("{*}Bounds") for axis in ("x", "y")]
        if not all(place is None or _is_number(place) for place in places):
            yield BAD_BOUNDS.at(Element(shape, diagram.file).place)


def _is_number(text: str) -> bool:
    try:
        return isfinite(float(text))
    except ValueError:
        return False
