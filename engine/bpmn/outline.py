"""A diagram as a text: its elements in the order in which tokens meet them, and where each leads.

For people who can't see the drawing, and for programs.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from engine.bpmn.model import Diagram, Element, Flow, Node, Scope


@dataclass(frozen=True, slots=True)
class Way:
    """A sequence flow that leaves an element."""

    flow: str
    target: str
    name: str
    name_en: str
    condition: str
    default: bool


@dataclass(frozen=True, slots=True)
class Step:
    """A flow node. `depth` counts the subprocesses around it; `attached_to` is set at a boundary
    event.
    """

    id: str
    type: str
    event: str  # timer, message, error, terminate; '' for a plain event and for anything else
    name: str
    name_en: str
    documentation: str
    lane: str
    lane_name: str
    lane_name_en: str
    depth: int
    subprocess: str  # id of the subprocess it is in; '' at the top
    attached_to: str
    interrupting: bool
    multiple: bool
    calls: str  # process, operation or decision table it names
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class Outline:
    """One process."""

    key: str
    name: str
    name_en: str
    documentation: str
    steps: tuple[Step, ...]

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def outlines(content: bytes, name: str = "") -> tuple[Outline, ...]:
    """Of every process of a BPMN file; raises InvalidDefinition where it can't be read."""
    diagram = Diagram(content, name)
    return tuple(_outline(process) for process in diagram.processes)


def _outline(process: Scope) -> Outline:
    return Outline(
        key=process.id,
        name=process.name,
        name_en=_name_en(process),
        documentation=process.child_text("documentation"),
        steps=tuple(_step(node, depth) for node, depth in _in_order(process)),
    )


def _in_order(process: Scope) -> list[tuple[Node, int]]:
    """Nodes along the flows from the start, boundary events right behind their hosts; the
    unreachable ones last.
    """
    found: dict[Node, int] = {}
    waiting = [(node, 0) for node in reversed([*process.starts, *process.nodes])]
    while waiting:
        node, depth = waiting.pop()
        if node in found:
            continue
        found[node] = depth
        follows = [flow.target for flow in node.outgoing if flow.target is not None]
        waiting += [(following, depth) for following in reversed(follows)]
        waiting += [(boundary, depth) for boundary in reversed(node.boundaries)]
        if node.inner is not None:
            inside = [*node.inner.starts, *node.inner.nodes]
            waiting += [(inner, depth + 1) for inner in reversed(inside)]
    return list(found.items())


def _step(node: Node, depth: int) -> Step:
    definition = next(iter(node.definitions), None)
    return Step(
        id=node.id,
        type=node.kind,
        event=definition.kind.removesuffix("EventDefinition") if definition else "",
        name=node.name,
        name_en=_name_en(node),
        documentation=node.child_text("documentation"),
        lane=node.lane.id if node.lane else "",
        lane_name=node.lane.name if node.lane else "",
        lane_name_en=_name_en(node.lane) if node.lane else "",
        depth=depth,
        subprocess=node.scope.holder.id if node.scope.holder else "",
        attached_to=node.host.id if node.host else "",
        interrupting=node.kind == "boundaryEvent" and node.interrupts,
        multiple=node.is_multi_instance,
        calls=_calls(node),
        ways=tuple(_way(flow) for flow in node.outgoing),
    )


def _way(flow: Flow) -> Way:
    return Way(
        flow=flow.id,
        target=flow.target.id if flow.target else flow.target_ref,
        name=flow.name,
        name_en=_name_en(flow),
        condition=flow.condition,
        default=flow.is_default,
    )


def _calls(node: Node) -> str:
    named = [
        extension.get("id") or "" for extension in node.spiff_extensions("serviceTaskOperator")
    ]
    named += [extension.text or "" for extension in node.spiff_extensions("calledDecisionId")]
    named.append(node.xml.get("calledElement") or "")
    return next((name.strip() for name in named if name.strip()), "")


def _name_en(element: Element) -> str:
    return element.properties.get("name_en", "")
