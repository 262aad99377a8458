"""What of BPMN and DMN some files use, in words that can be compared."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from engine.bpmn.graph import reachable
from engine.bpmn.model import Diagram, Node, Scope
from engine.bpmn.rules.expressions import tree_of
from engine.bpmn.rules.multi_instance import TALLY
from engine.bpmn.tables import Table


class Use(NamedTuple):
    """A feature, and the node that has it; no node, if it is of the whole process. `flow` must be
    taken for the feature to be used, if it isn't enough that a token comes to the node."""

    process: str
    element: str
    feature: str
    flow: str = ""


def uses(files: Mapping[str, bytes]) -> Iterator[Use]:
    """Each feature of each node. Of processes that call each other, `p` is the one at the top."""
    tables = [Table(content, name) for name, content in files.items() if name.endswith(".dmn")]
    policies = {table.key: table.hit_policy for table in tables}
    for name, content in files.items():
        for scope in Diagram(content, name).scopes if name.endswith(".bpmn") else ():
            for element in (*scope.others, *scope.lanes):
                yield Use(scope.process.id, "", f"{element.kind} around")
            for node in scope.nodes:
                way = _way_out(node)
                for feature in _features(node, policies):
                    yield Use(scope.process.id, node.id, feature, way)


def features_of(files: Mapping[str, bytes]) -> set[str]:
    return {use.feature for use in uses(files)}


def _features(node: Node, policies: Mapping[str, str]) -> Iterator[str]:
    kind = _kind(node)
    if node.kind == "boundaryEvent":
        yield from _at_the_border(node, kind)
    else:
        yield f"{kind} in {_place(node.scope)}"
    if node.is_multi_instance:
        yield from _several(node)
    for function in _functions(node):
        yield f"{function}() in {kind}"
    for name in ("correlationKey", "optional"):
        if name in node.properties:
            yield f"{name} of {kind}"
    if node.kind == "exclusiveGateway" and len(node.outgoing) > 1:
        yield f"exclusiveGateway with{'' if node.xml.get('default') else 'out'} default"
    for called in node.spiff_extensions("calledDecisionId"):
        yield f"{policies.get(called.text or '', 'no')} table"


def _way_out(node: Node) -> str:
    """Of a boundary event, the way that is taken when it fires. At an automatic task only errors
    do."""
    if node.host is None or not node.outgoing:
        return ""
    automatic = node.host.kind in ("serviceTask", "businessRuleTask")
    return "" if automatic and not node.has_definition("error") else node.outgoing[0].id


def _kind(node: Node) -> str:
    """Its kind, with what an event waits for or does."""
    found = [node.kind]
    for definition in node.definitions:
        found.append(definition.kind.removesuffix("EventDefinition"))
        found += [k for k in ("timeDate", "timeDuration", "timeCycle") if definition.children(k)]
    return " ".join(found)


def _place(scope: Scope) -> str:
    if scope.parent is not None:
        return "a subprocess"
    return "the process" if scope.id == "p" else "a called process"


def _at_the_border(node: Node, kind: str) -> Iterator[str]:
    host = node.host
    assert host is not None
    how = "interrupting" if node.interrupts else "beside"
    yield f"{kind} {how} on {host.kind}"
    if host.is_multi_instance:
        yield f"{kind} {how} on several"
    if not node.interrupts:
        for after in reachable([node], Node.successors):
            if after is not node:
                yield f"{_kind(after)} beside"


def _several(node: Node) -> Iterator[str]:
    loop = node.loop
    assert loop is not None
    source = "each" if loop.child_text("loopDataInputRef") else "number"
    item = "" if loop.child("inputDataItem") is None else " item"
    results = " list" if loop.child_text("loopDataOutputRef") else ""
    yield f"several {node.kind} {source}{item}{results}"
    for name in TALLY:
        value = node.properties.get(name)
        if value is not None:
            yield f"{node.kind} {name}{f' {value}' if name == 'tallyMode' else ''}"


def _functions(node: Node) -> Iterator[str]:
    for definition in node.definitions:
        for kind in ("timeDate", "timeDuration", "timeCycle"):
            tree = tree_of(definition.child_text(kind))
            for part in ast.walk(tree) if tree is not None else ():
                if isinstance(part, ast.Call) and isinstance(part.func, ast.Name):
                    yield part.func.id
