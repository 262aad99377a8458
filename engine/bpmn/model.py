"""A BPMN file as the linter and the outline see it: processes, nodes, flows, lanes, each with its
place in the file.

Made from any well-formed file, however broken: references that lead nowhere are None, ids may be
empty or taken twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Final

from lxml import etree

from engine.bpmn.findings import Place
from engine.bpmn.reading import (
    BPMN,
    BPMNDI,
    CAMUNDA,
    DMN,
    SPIFF,
    local_name,
    namespace,
    read,
)

HUMAN_TASKS: Final = frozenset({"userTask", "manualTask"})
TASKS: Final = HUMAN_TASKS | {
    *("task", "serviceTask", "businessRuleTask", "scriptTask", "sendTask", "receiveTask"),
}
SUBPROCESSES: Final = frozenset({"subProcess", "transaction", "adHocSubProcess"})
ACTIVITIES: Final = TASKS | SUBPROCESSES | {"callActivity"}
GATEWAYS: Final = frozenset(
    {
        *("exclusiveGateway", "parallelGateway", "inclusiveGateway"),
        *("eventBasedGateway", "complexGateway"),
    }
)
EVENTS: Final = frozenset(
    {
        *("startEvent", "endEvent", "boundaryEvent"),
        *("intermediateCatchEvent", "intermediateThrowEvent", "implicitThrowEvent"),
    }
)
FLOW_NODES: Final = ACTIVITIES | GATEWAYS | EVENTS
LOOPS: Final = frozenset({"standardLoopCharacteristics", "multiInstanceLoopCharacteristics"})

MAX_NODES: Final = 150
"""Nodes of one process, subprocesses included: more nobody reads, and SpiffWorkflow's parser walks
them recursively (it fails at about 400)."""
_SHORT: Final = 60


class Element:
    """Any element of a file."""

    def __init__(self, xml: etree._Element, file: str) -> None:
        self.xml = xml
        self.file = file
        self.kind = kind_of(xml)
        self.id = (xml.get("id") or "").strip()
        self.name = " ".join((xml.get("name") or "").split())

    @cached_property
    def place(self) -> Place:
        return Place(self.file, line_of(self.xml), self.id, self.kind, self._label())

    def _label(self) -> str:
        name, known = _short(self.name), _short(self.id)
        if name and known:
            return f"“{name}” ({known})"
        return f"“{name}”" if name else known or self.kind

    @cached_property
    def extensions(self) -> tuple[etree._Element, ...]:
        """Children of its extensionElements, of any vendor."""
        return tuple(
            extension
            for holder in self.xml.iterchildren(
                f"{{{BPMN}}}extensionElements", "{*}extensionElements"
            )
            for extension in holder.iterchildren("*")
        )

    def spiff_extensions(self, name: str) -> list[etree._Element]:
        """Its extensions of that name in SpiffWorkflow's namespace."""
        return [extension for extension in self.extensions if extension.tag == f"{{{SPIFF}}}{name}"]

    @cached_property
    def properties(self) -> Mapping[str, str]:
        """The properties that the engine reads: name → value."""
        found: dict[str, str] = {}
        for holder in self.spiff_extensions("properties"):
            for item in holder.iterchildren(f"{{{SPIFF}}}property"):
                found[item.get("name") or ""] = item.get("value") or ""
        return found

    def vendor_attribute(self, name: str) -> str:
        """Value of an attribute of Camunda's and its relatives' namespaces."""
        return next(
            (value for known in CAMUNDA if (value := self.xml.get(f"{{{known}}}{name}"))), ""
        )

    def children(self, kind: str) -> list[etree._Element]:
        """Its BPMN children of that name."""
        return list(self.xml.iterchildren(f"{{{BPMN}}}{kind}"))

    def child(self, kind: str) -> etree._Element | None:
        return next(iter(self.children(kind)), None)

    def child_text(self, kind: str) -> str:
        """Text of its first BPMN child of that name; empty where there is none."""
        return text_of(self.child(kind))


class Flow(Element):
    """A sequence flow."""

    source: Node | None = None
    target: Node | None = None

    def __init__(self, xml: etree._Element, file: str, scope: Scope) -> None:
        super().__init__(xml, file)
        self.scope = scope
        self.source_ref = (xml.get("sourceRef") or "").strip()
        self.target_ref = (xml.get("targetRef") or "").strip()

    @cached_property
    def condition(self) -> str:
        """The expression; empty where it has none."""
        return self.child_text("conditionExpression")

    @property
    def is_default(self) -> bool:
        return (
            self.source is not None and bool(self.id) and self.source.xml.get("default") == self.id
        )


class Node(Element):
    """A flow node: activity, event or gateway."""

    host: Node | None = None  # of a boundary event: what it is attached to
    inner: Scope | None = None  # of a subprocess: what is inside
    lane: Lane | None = None

    def __init__(self, xml: etree._Element, file: str, scope: Scope) -> None:
        super().__init__(xml, file)
        self.scope = scope
        self.incoming: list[Flow] = []
        self.outgoing: list[Flow] = []
        self.boundaries: list[Node] = []

    @cached_property
    def definitions(self) -> tuple[Element, ...]:
        """Event definitions of an event, or of a start event of its own kind."""
        return tuple(
            Element(child, self.file)
            for child in self.xml.iterchildren("*")
            if namespace(child) == BPMN and local_name(child).endswith("EventDefinition")
        )

    @cached_property
    def loop(self) -> Element | None:
        """Its standard loop or multi-instance characteristics."""
        found = (child for child in self.xml.iterchildren("*") if kind_of(child) in LOOPS)
        return next((Element(child, self.file) for child in found), None)

    @property
    def is_multi_instance(self) -> bool:
        return self.loop is not None and self.loop.kind == "multiInstanceLoopCharacteristics"

    @property
    def interrupts(self) -> bool:
        """Of a boundary event: whether it ends what it is attached to."""
        return (self.xml.get("cancelActivity") or "true").strip().lower() == "true"

    @property
    def called(self) -> str:
        """Of a call activity: the process it calls; empty for any other node."""
        called = self.xml.get("calledElement") if self.kind == "callActivity" else ""
        return (called or "").strip()

    def has_definition(self, kind: str) -> bool:
        return any(definition.kind == f"{kind}EventDefinition" for definition in self.definitions)

    def successors(self) -> Iterator[Node]:
        """Where a token may go next: along its flows, or out by a boundary event."""
        for flow in self.outgoing:
            if flow.target is not None:
                yield flow.target
        yield from self.boundaries


class Lane(Element):
    """A lane, with the ids of the nodes it claims."""

    @cached_property
    def refs(self) -> tuple[str, ...]:
        return tuple(text_of(child) for child in self.children("flowNodeRef"))

    @cached_property
    def is_leaf(self) -> bool:
        return self.child("childLaneSet") is None


class Scope(Element):
    """A process, or the inside of a subprocess."""

    def __init__(
        self, xml: etree._Element, file: str, diagram: Diagram, holder: Node | None = None
    ) -> None:
        super().__init__(xml, file)
        self.diagram = diagram
        self.holder = holder
        self.parent: Scope | None = holder.scope if holder else None
        self.process: Scope = self.parent.process if self.parent else self
        self.nodes: list[Node] = []
        self.flows: list[Flow] = []
        self.lanes: list[Lane] = []
        self.others: list[Element] = []  # whatever else a process may hold
        self.data_objects: set[str] = set()

    @cached_property
    def starts(self) -> list[Node]:
        return [node for node in self.nodes if node.kind == "startEvent"]

    @property
    def too_big(self) -> bool:
        """Whether it holds more nodes than a process may; some rules don't look that far."""
        return len(self.nodes) > MAX_NODES

    @cached_property
    def input_output(self) -> Element | None:
        """Its ioSpecification."""
        xml = self.child("ioSpecification")
        return None if xml is None else Element(xml, self.file)

    def parameters(self, kind: str) -> list[Element]:
        """`dataInput` or `dataOutput` elements of its ioSpecification."""
        declared = self.input_output
        return [] if declared is None else [Element(x, self.file) for x in declared.children(kind)]


class Diagram:
    """One BPMN file."""

    def __init__(self, content: bytes, file: str) -> None:
        """Raises InvalidDefinition where the file can't be read."""
        self.file = file
        self.root = read(content, file)
        self.element = Element(self.root, file)
        self.processes: list[Scope] = []
        self.scopes: list[Scope] = []
        for xml in self.root.iterchildren(f"{{{BPMN}}}process"):
            self.processes.append(self._read_scope(xml))

    @property
    def nodes(self) -> Iterator[Node]:
        return (node for scope in self.scopes for node in scope.nodes)

    @cached_property
    def shapes(self) -> frozenset[str]:
        """Ids of the elements that have a place in the drawing."""
        drawn = self.root.iter(f"{{{BPMNDI}}}BPMNShape", f"{{{BPMNDI}}}BPMNEdge")
        return frozenset(shape.get("bpmnElement") or "" for shape in drawn)

    def definitions(self, kind: str) -> dict[str, Element]:
        """Elements at the top of the file by id: `message`, `error`, `participant` …"""
        found = (Element(xml, self.file) for xml in self.root.iter(f"{{{BPMN}}}{kind}"))
        return {element.id: element for element in found}

    @cached_property
    def messages(self) -> dict[str, Element]:
        return self.definitions("message")

    @cached_property
    def errors(self) -> dict[str, Element]:
        return self.definitions("error")

    def _read_scope(self, xml: etree._Element) -> Scope:
        process = Scope(xml, self.file, self)
        waiting = [process]
        while waiting:  # not recursive: the nesting is the uploader's choice
            scope = waiting.pop()
            self.scopes.append(scope)
            self._read_children(scope)
            _connect(scope)
            waiting += reversed([node.inner for node in scope.nodes if node.inner is not None])
        _assign_lanes(process, [scope for scope in self.scopes if scope.process is process])
        return process

    def _read_children(self, scope: Scope) -> None:
        for xml in scope.xml.iterchildren("*"):
            kind = kind_of(xml)
            if kind in FLOW_NODES:
                node = Node(xml, self.file, scope)
                scope.nodes.append(node)
                if kind in SUBPROCESSES:
                    node.inner = Scope(xml, self.file, self, holder=node)
            elif kind == "sequenceFlow":
                scope.flows.append(Flow(xml, self.file, scope))
            elif kind == "laneSet":
                lanes = xml.iter(f"{{{BPMN}}}lane")
                scope.lanes += [Lane(lane, self.file) for lane in lanes]
            else:
                scope.others.append(Element(xml, self.file))
                if kind == "dataObject":
                    scope.data_objects.add(xml.get("id") or "")


def kind_of(xml: etree._Element) -> str:
    """BPMN's word for an element; another vendor's with the prefix it has in the file."""
    name = local_name(xml)
    if namespace(xml) == BPMN or namespace(xml) in DMN:
        return name
    return f"{xml.prefix or ''}:{name}"


def line_of(xml: etree._Element) -> int | None:
    """Line of its start tag in the file."""
    line: int | None = xml.sourceline  # type: ignore[assignment]  # the stubs say `...`
    return line


def text_of(xml: etree._Element | None) -> str:
    """Text of an element up to its first child, which is what SpiffWorkflow reads; stripped; empty
    for None.
    """
    return "" if xml is None else (xml.text or "").strip()


def _connect(scope: Scope) -> None:
    by_id = {node.id: node for node in reversed(scope.nodes) if node.id}
    for flow in scope.flows:
        flow.source, flow.target = by_id.get(flow.source_ref), by_id.get(flow.target_ref)
        if flow.source is not None:
            flow.source.outgoing.append(flow)
        if flow.target is not None:
            flow.target.incoming.append(flow)
    for node in scope.nodes:
        if node.kind == "boundaryEvent":
            node.host = by_id.get((node.xml.get("attachedToRef") or "").strip())
            if node.host is not None:
                node.host.boundaries.append(node)


def _assign_lanes(process: Scope, scopes: list[Scope]) -> None:
    leaves = [lane for scope in scopes for lane in scope.lanes if lane.is_leaf]
    lanes = {ref: lane for lane in reversed(leaves) for ref in lane.refs}
    for scope in scopes:  # outer scopes come first
        for node in scope.nodes:
            node.lane = lanes.get(node.id) or (scope.holder.lane if scope.holder else None)


def _short(text: str) -> str:
    return text if len(text) <= _SHORT else text[: _SHORT - 1] + "…"
