"""Names in another language have room beside the lines they belong to."""

from __future__ import annotations

from itertools import pairwise

import pytest
from lxml import etree

from apps.core.diagrams.files import diagram_in
from apps.core.diagrams.labels import LETTER
from engine.bpmn.drawing import DC, DI
from engine.bpmn.reading import BPMNDI
from engine.definitions import shipped_files

DIAGRAMS = {name: content for name, content in shipped_files().items() if name.endswith(".bpmn")}


@pytest.mark.parametrize("name", DIAGRAMS)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_no_name_of_a_flow_stands_on_its_line(name: str, language: str) -> None:
    root = etree.fromstring(diagram_in(DIAGRAMS[name], language))
    names = {element.get("id"): element.get("name") for element in root.iter("{*}sequenceFlow")}
    for edge in root.iter(f"{{{BPMNDI}}}BPMNEdge"):
        text = names.get(edge.get("bpmnElement"))
        bounds = next(edge.iter(f"{{{DC}}}Bounds"), None)
        if not text or bounds is None:
            continue
        x, y, width, height = (float(bounds.get(side)) for side in ("x", "y", "width", "height"))
        letters = LETTER if text.isascii() else 11
        half = min(letters * len(text), 90) / 2
        begin, end = x + width / 2 - half, x + width / 2 + half
        points = [(float(p.get("x")), float(p.get("y"))) for p in edge.iter(f"{{{DI}}}waypoint")]
        for (left, top), (right, bottom) in pairwise(points):
            if left == right and min(top, bottom) < y + height and max(top, bottom) > y:
                assert not begin < left < end, (text, begin, left, end)
