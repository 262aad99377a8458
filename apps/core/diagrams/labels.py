"""Room for names of flows that are longer in another language: they grow away from their lines."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Final

from lxml import etree

from engine.bpmn.drawing import DC, DI
from engine.bpmn.reading import BPMNDI

LETTER: Final = 5.6  # width of a letter in a drawing, on average
WIDEST: Final = 90.0  # then a viewer begins another line
SIDES: Final = ("x", "y", "width", "height")


def make_room(root: etree._Element, names: Mapping[str, str]) -> None:
    """Widen the labels of the flows that got a name (id → name). A viewer writes a name across the
    middle of its label, whose other side stays where it was drawn."""
    for edge in root.iter(f"{{{BPMNDI}}}BPMNEdge"):
        name = names.get(edge.get("bpmnElement", ""))
        bounds = next(edge.iter(f"{{{DC}}}Bounds"), None)
        if name is None or bounds is None:
            continue
        left, top, width, height = (float(bounds.get(side, 0)) for side in SIDES)
        wider = max(width, min(LETTER * len(name), WIDEST))
        line = _beside(edge, top, top + height)
        if line is None:
            left -= (wider - width) / 2
        elif line > left + width / 2:
            left -= wider - width
        bounds.set("x", f"{left:g}")
        bounds.set("width", f"{wider:g}")


def _beside(edge: etree._Element, top: float, bottom: float) -> float | None:
    """Where the flow goes up or down at that height; None where it goes across."""
    points = [
        (float(point.get("x", 0)), float(point.get("y", 0)))
        for point in edge.iter(f"{{{DI}}}waypoint")
    ]
    for (x, begin), (other, end) in pairwise(points):
        if x == other and min(begin, end) < bottom and max(begin, end) > top:
            return x
    return None
