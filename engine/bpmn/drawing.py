"""A drawing for a file that has none: pools, lanes and subprocesses around what `layout` places,
written as BPMN's diagram interchange.

The drawing is made for whoever looks at the file; what is stored keeps its own bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lxml import etree

from engine.bpmn.layout import Box, Layout, Point
from engine.bpmn.model import SUBPROCESSES, Diagram, Element, Lane, Node, Scope
from engine.bpmn.reading import BPMN, BPMNDI

DC: Final = "http://www.omg.org/spec/DD/20100524/DC"
DI: Final = "http://www.omg.org/spec/DD/20100524/DI"
HEADER: Final = 30.0  # width of the name of a pool or a lane
INSIDE: Final = Point(0.0, 30.0)  # of a subprocess: room for its name
APART: Final = 50.0  # between pools
CLOSED: Final = 60.0  # height of a pool without a process


def add_drawing(diagram: Diagram) -> None:
    """Draw a diagram that has no shape; one that has is left as it is."""
    if not diagram.shapes:
        _Drawing(diagram).write()


class _Drawing:
    """The shapes and edges of a file, by element."""

    def __init__(self, diagram: Diagram) -> None:
        self.diagram = diagram
        self.shapes: dict[Element, Box] = {}
        self.edges: dict[Element, list[Point]] = {}
        self.layouts: dict[Scope, Layout] = {}
        sizes: dict[Node, tuple[float, float]] = {}
        for scope in reversed(diagram.scopes):  # the inner ones come last
            self.layouts[scope] = layout = Layout(scope, sizes)
            if scope.holder is not None:
                sizes[scope.holder] = (layout.width, layout.height + INSIDE.y)
        self._place_pools()
        self._place_contents()
        self._place_messages()

    def _place_pools(self) -> None:
        """Pools, and processes that are in none, one below the other."""
        self.origins: dict[Scope, Point] = {}
        processes = {process.id: process for process in self.diagram.processes}
        pools: list[tuple[Element | None, Scope | None]] = [
            (pool, processes.pop((pool.xml.get("processRef") or "").rpartition(":")[2], None))
            for pool in self.diagram.definitions("participant").values()
        ]
        pools += [(None, process) for process in processes.values()]
        around = {process: HEADER * (1 + _depth(process)) for process in self.diagram.processes}
        width = max(
            (self.layouts[process].width + around[process] for process in around), default=600.0
        )
        y = 0.0
        for pool, process in pools:
            height = self.layouts[process].height if process is not None else CLOSED
            if pool is not None:
                self.shapes[pool] = Box(0, y, width, height)
            if process is not None:
                self.origins[process] = Point(around[process], y)
                self._place_lanes(process, Box(HEADER, y, width - HEADER, height))
            y += height + APART

    def _place_lanes(self, process: Scope, within: Box) -> None:
        bands = self.layouts[process].bands
        parents = {lane.xml: lane for lane in process.lanes}
        covered: dict[Lane, list[tuple[float, float]]] = {}
        for band, (top, height) in bands.items():
            for lane in _around(band, parents) if band is not None else ():
                covered.setdefault(lane, []).append((top, top + height))
        for lane, parts in covered.items():
            left = HEADER * (len(list(_around(lane, parents))) - 1)
            top, bottom = min(top for top, _ in parts), max(bottom for _, bottom in parts)
            self.shapes[lane] = Box(
                within.x + left, within.y + top, within.width - left, bottom - top
            )

    def _place_contents(self) -> None:
        for scope in self.diagram.scopes:  # the outer ones come first
            holder = self.shapes.get(scope.holder) if scope.holder is not None else None
            if holder is not None:
                self.origins[scope] = Point(holder.x + INSIDE.x, holder.y + INSIDE.y)
            if (origin := self.origins.get(scope)) is None:
                continue  # a process whose id another one has
            layout = self.layouts[scope]
            self.shapes |= {element: box.moved(origin) for element, box in layout.boxes.items()}
            for element, points in layout.lines.items():
                self.edges[element] = [Point(p.x + origin.x, p.y + origin.y) for p in points]

    def _place_messages(self) -> None:
        by_id = {element.id: box for element, box in self.shapes.items()}
        for flow in self.diagram.definitions("messageFlow").values():
            ends = [by_id.get(flow.xml.get(end) or "") for end in ("sourceRef", "targetRef")]
            source, target = ends
            if source is None or target is None:
                continue
            down = source.y < target.y
            start = Point(source.centre.x, source.y + (source.height if down else 0))
            goal = Point(target.centre.x, target.y + (0 if down else target.height))
            middle = (start.y + goal.y) / 2
            self.edges[flow] = [start, Point(start.x, middle), Point(goal.x, middle), goal]

    # --- writing --------------------------------------------------------------------------------
    def write(self) -> None:
        """Put the drawing at the end of the file's tree, in the place of an empty one."""
        root = self.diagram.root
        for empty in root.findall(f"{{{BPMNDI}}}BPMNDiagram"):
            root.remove(empty)
        names = {"bpmndi": BPMNDI, "dc": DC, "di": DI}
        holder = etree.SubElement(root, f"{{{BPMNDI}}}BPMNDiagram", nsmap=names)
        plane = etree.SubElement(holder, f"{{{BPMNDI}}}BPMNPlane", bpmnElement=self._plane())
        for element, box in self.shapes.items():
            if element.id:
                shape = etree.SubElement(plane, f"{{{BPMNDI}}}BPMNShape", _look(element))
                values = {name: f"{value:g}" for name, value in box._asdict().items()}
                etree.SubElement(shape, f"{{{DC}}}Bounds", values)
        for element, points in self.edges.items():
            if element.id and len(points) > 1:
                edge = etree.SubElement(plane, f"{{{BPMNDI}}}BPMNEdge", bpmnElement=element.id)
                for point in points:
                    etree.SubElement(edge, f"{{{DI}}}waypoint", x=f"{point.x:g}", y=f"{point.y:g}")
        for number, made in enumerate(holder.iter(f"{{{BPMNDI}}}*")):
            made.set("id", f"laid_out_{number}")

    def _plane(self) -> str:
        """Id of what is drawn: the collaboration, or the only process. Several processes without a
        collaboration get one, for a drawing shows one thing."""
        root, processes = self.diagram.root, self.diagram.processes
        found = root.find(f"{{{BPMN}}}collaboration")
        if found is None and len(processes) == 1:
            return processes[0].id
        if found is None:
            found = etree.SubElement(root, f"{{{BPMN}}}collaboration", id="laid_out")
            for process in processes:
                values = {"id": f"laid_out_{process.id}", "processRef": process.id}
                pool = etree.SubElement(found, f"{{{BPMN}}}participant", values, name=process.name)
                origin, layout = self.origins.get(process), self.layouts[process]
                if origin is not None:
                    box = Box(0, origin.y, layout.width + origin.x, layout.height)
                    self.shapes = {Element(pool, ""): box, **self.shapes}
        return found.get("id") or ""


def _look(element: Element) -> dict[str, str]:
    """Attributes of a shape."""
    look = {"bpmnElement": element.id}
    if element.kind in ("participant", "lane"):
        look["isHorizontal"] = "true"
    elif element.kind in SUBPROCESSES:
        look["isExpanded"] = "true"
    elif element.kind == "exclusiveGateway":
        look["isMarkerVisible"] = "true"
    return look


def _around(lane: Lane, lanes: dict[etree._Element, Lane]) -> Iterator[Lane]:
    """A lane and those it lies in, outwards."""
    yield lane
    for xml in lane.xml.iterancestors():
        if xml in lanes:
            yield lanes[xml]


def _depth(process: Scope) -> int:
    """How many names of lanes stand beside each other."""
    lanes = {lane.xml: lane for lane in process.lanes}
    return max((len(list(_around(lane, lanes))) for lane in process.lanes), default=0)
