"""The linter: what of some BPMN and DMN files runs, and what not, why, where, and what to do about
it.

It explains any file, of whatever vendor; it never runs anything of it. The rules are in
`engine.bpmn.rules`. Trusted files are checked here, in the process; what strangers upload goes
through `engine.bpmn.sandbox`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from django.utils.translation import gettext_lazy as _

from engine.bpmn.findings import Finding, Place, Problem, Report, Verdict, make_report
from engine.bpmn.known import Known
from engine.bpmn.model import Diagram
from engine.bpmn.rules import (  # noqa: F401  (the rules register themselves)
    automatic,
    boundaries,
    calls,
    dataflow,
    decisions,
    elements,
    events,
    gateways,
    human_tasks,
    multi_instance,
    naming,
    schema,
    structure,
)
from engine.bpmn.rules.registry import (
    DIAGRAM_RULES,
    NODE_RULES,
    SCOPE_RULES,
    TABLE_RULES,
    WORLD_RULES,
    World,
)
from engine.bpmn.tables import Table
from engine.exceptions import InvalidDefinition

UNREADABLE = Problem("unreadable", Verdict.ERROR, _("%(element)s can't be read: %(reason)s"))
WRONG_TYPE = Problem(
    "file_type", Verdict.ERROR, _("%(element)s is neither a .bpmn nor a .dmn file.")
)


def check(files: Mapping[str, bytes], known: Known | None = None) -> Report:
    """Everything the linter has to say about `files` (name → bytes), which may call and decide by
    each other.

    Names end in .bpmn or .dmn. A file that can't be read gives a finding, not an exception.
    """
    diagrams: list[Diagram] = []
    tables: list[Table] = []
    findings: list[Finding] = []
    for name, content in files.items():
        try:
            if name.lower().endswith((".bpmn", ".bpmn20.xml")):
                diagrams.append(Diagram(content, name))
            elif name.lower().endswith(".dmn"):
                tables.append(Table(content, name))
            else:
                findings.append(WRONG_TYPE.at(_file(name)))
        except InvalidDefinition as error:
            place = _file(name, error.data.get("line"))
            findings.append(UNREADABLE.at(place, reason=str(error)))
    world = World(diagrams, tables, known or Known())
    findings += _apply_rules(world)
    return make_report(findings, _places(world))


def _file(name: str, line: int | None = None) -> Place:
    return Place(name, line, "", "file", name)


def _apply_rules(world: World) -> Iterator[Finding]:
    for diagram in world.diagrams:
        yield from _apply_to_diagram(diagram, world)
    for table in world.tables:
        for table_rule in TABLE_RULES:
            yield from table_rule(table, world)
    for world_rule in WORLD_RULES:
        yield from world_rule(world)


def _apply_to_diagram(diagram: Diagram, world: World) -> Iterator[Finding]:
    for diagram_rule in DIAGRAM_RULES:
        yield from diagram_rule(diagram, world)
    for scope in diagram.scopes:
        for scope_rule in SCOPE_RULES:
            yield from scope_rule(scope, world)
        for node in scope.nodes:
            for node_rule in NODE_RULES.get(node.kind, ()):
                yield from node_rule(node, world)


def _places(world: World) -> Iterable[Place]:
    """Every element that has a verdict of its own."""
    for diagram in world.diagrams:
        yield diagram.element.place
        for scope in diagram.scopes:
            if scope.parent is None:
                yield scope.place
            for element in (*scope.lanes, *scope.nodes, *scope.flows):
                yield element.place
    for table in world.tables:
        yield table.element.place
        for element in table.elements:
            yield element.place
