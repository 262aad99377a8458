"""A diagram without a drawing gets one that a person can read; a drawing of its own stays."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest
from lxml import etree

from engine.bpmn.drawing import add_drawing
from engine.bpmn.model import Diagram, Flow, Node
from engine.bpmn.reading import BPMNDI
from engine.definitions import shipped_files
from tests.engine.bpmn.diagrams import HEAD, element

VENDORS = Path(__file__).parent / "vendors"


class Box(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float

    def holds(self, other: Box) -> bool:
        return (
            self.left <= other.left
            and self.top <= other.top
            and self.right >= other.right
            and self.bottom >= other.bottom
        )

    def meets(self, other: Box) -> bool:
        """Whether they share more than a border."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


def boxes(diagram: Diagram) -> dict[str, Box]:
    found = {}
    for shape in diagram.root.iter(f"{{{BPMNDI}}}BPMNShape"):
        (bounds,) = shape
        x, y, width, height = (float(bounds.get(n)) for n in ("x", "y", "width", "height"))
        found[shape.get("bpmnElement")] = Box(x, y, x + width, y + height)
    return found


def lines(diagram: Diagram) -> dict[str, list[tuple[float, float]]]:
    return {
        edge.get("bpmnElement"): [(float(p.get("x")), float(p.get("y"))) for p in edge]
        for edge in diagram.root.iter(f"{{{BPMNDI}}}BPMNEdge")
    }


def without_drawing(content: bytes) -> bytes:
    root = Diagram(content, "a.bpmn").root
    for drawing in root.findall(f"{{{BPMNDI}}}BPMNDiagram"):
        root.remove(drawing)
    return etree.tostring(root)


def drawn(content: bytes) -> Diagram:
    diagram = Diagram(without_drawing(content), "a.bpmn")
    add_drawing(diagram)
    return diagram


FILES = {
    **{name: file for name, file in shipped_files().items() if name.endswith(".bpmn")},
    **{path.name: path.read_bytes() for path in sorted(VENDORS.iterdir())},
}


@pytest.fixture(params=sorted(FILES))
def diagram(request: pytest.FixtureRequest) -> Diagram:
    return drawn(FILES[request.param])


def test_everything_has_its_place_and_nothing_lies_upon_another(diagram: Diagram) -> None:
    places = boxes(diagram)
    for scope in diagram.scopes:
        nodes = [node for node in scope.nodes if node.kind != "boundaryEvent"]
        assert {node.id for node in scope.nodes} <= places.keys()
        for number, node in enumerate(nodes):
            for other in nodes[:number]:
                assert not places[node.id].meets(places[other.id]), (node.id, other.id)
        if scope.holder is not None:
            assert all(places[scope.holder.id].holds(places[node.id]) for node in scope.nodes)


def test_lanes_hold_their_nodes_and_pools_their_lanes(diagram: Diagram) -> None:
    places = boxes(diagram)
    pools = {
        pool.xml.get("processRef"): pool for pool in diagram.definitions("participant").values()
    }
    for process in diagram.processes:
        for lane in process.lanes:
            if pool := pools.get(process.id):
                assert places[pool.id].holds(places[lane.id])
        for node in process.nodes:
            if node.lane is not None and node.host is None:
                assert places[node.lane.id].holds(places[node.id]), node.id


def test_flows_turn_at_right_angles_and_cross_no_node(diagram: Diagram) -> None:
    places, ways = boxes(diagram), lines(diagram)
    for scope in diagram.scopes:
        for flow in scope.flows:
            assert len(ways[flow.id]) >= 2
            others = [n for n in scope.nodes if n.host is None and n not in _ends(flow)]
            for (x, y), (to_x, to_y) in pairwise(ways[flow.id]):
                assert x == to_x or y == to_y, flow.id
                segment = Box(min(x, to_x), min(y, to_y), max(x, to_x) + 0.1, max(y, to_y) + 0.1)
                crossed = [node.id for node in others if segment.meets(places[node.id])]
                assert crossed == [], flow.id


def _ends(flow: Flow) -> set[Node | None]:
    source = flow.source
    return {source, flow.target, source.host if source is not None else None}


def test_it_is_read_from_left_to_right() -> None:
    places = boxes(drawn(FILES["flowable.bpmn20.xml"]))
    order = sorted(places, key=lambda element: places[element].left)
    assert order == ["begin", "review", "sum", "end"]
    camunda = boxes(drawn(FILES["camunda8.bpmn"]))
    assert camunda["Activity_check"].right < camunda["Gateway_ok"].left  # though a flow leads back


def test_pools_without_a_process_annotations_and_messages_are_drawn() -> None:
    diagram = drawn(FILES["camunda8.bpmn"])
    places, ways = boxes(diagram), lines(diagram)
    assert places["Participant_supplier"].top > places["Participant_buyer"].bottom
    assert {"TextAnnotation_1", "Lane_store", "Event_short"} <= places.keys()
    assert {"Association_1", "Flow_order", "Flow_goods"} <= ways.keys()
    assert places["Lane_store"].holds(places["Lane_in"])


def test_several_processes_without_a_collaboration_are_all_drawn() -> None:
    processes = "".join(
        element("process", f"p{number}", element("startEvent", f"start{number}"))
        for number in (1, 2)
    )
    diagram = drawn(f"{HEAD}{processes}</bpmn:definitions>".encode())
    places = boxes(diagram)
    assert not places["start1"].meets(places["start2"])
    (plane,) = diagram.root.iter(f"{{{BPMNDI}}}BPMNPlane")
    assert plane.get("bpmnElement") == "laid_out"


@pytest.mark.parametrize("name", ["bizagi.bpmn", "signavio.bpmn", "signavio_gbk.bpmn"])
def test_a_drawing_of_its_own_is_kept(name: str) -> None:
    diagram = Diagram(FILES[name], name)
    before = etree.tostring(diagram.root)
    add_drawing(diagram)
    assert etree.tostring(diagram.root) == before


def test_long_and_deep_processes_are_drawn_too() -> None:
    steps = "".join(element("task", f"t{number}") for number in range(2_000))
    flows = "".join(
        element("sequenceFlow", f"f{n}", sourceRef=f"t{n}", targetRef=f"t{(n * 7 + 1) % 2_000}")
        for n in range(2_000)
    )
    deep = element("task", "inmost")
    for number in range(200):
        deep = element("subProcess", f"s{number}", deep)
    content = f"{HEAD}{element('process', 'p', steps + flows + deep)}</bpmn:definitions>"
    assert len(boxes(drawn(content.encode()))) == 2_201


def test_a_file_without_a_process_gets_no_shape() -> None:
    assert boxes(drawn(f"{HEAD}</bpmn:definitions>".encode())) == {}
