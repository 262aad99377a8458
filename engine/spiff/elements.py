"""The element table of a process: what is drawn, by (process key, element id)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from lxml import etree

_BPMN: Final = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
_SPIFF: Final = "{http://spiffworkflow.org/bpmn/schema/1.0/core}"


@dataclass(frozen=True, slots=True)
class Element:
    """A node, sequence flow, lane, or the process itself, as drawn.

    `type` is the BPMN name ('userTask', 'sequenceFlow', 'lane', 'process' …).
    """

    process: str
    id: str
    type: str
    name: str = ""
    name_en: str = ""
    documentation: str = ""
    properties: Mapping[str, str] = field(default_factory=dict)
    lane: str = ""  # id of the lane
    scope: str = ""  # id of the subprocess it is drawn in; '' at the top
    incoming: tuple[str, ...] = ()  # ids of sequence flows
    outgoing: tuple[str, ...] = ()
    source: str = ""  # of a sequence flow
    target: str = ""
    attached_to: str = ""  # of a boundary event: the activity
    interrupting: bool = False
    event: str = ""  # 'timer' | 'message' | 'error' | 'terminate' of an event
    called: str = ""  # process key of a call activity, decision id of a business rule task
    operation: str = ""  # of a service task
    multi_instance: bool = False

    def label(self, language: str) -> str:
        """The name in that language, in the other one where it has none, else the id."""
        if language.startswith("en"):
            return self.name_en or self.name or self.id
        return self.name or self.name_en or self.id


def elements_of(process: etree._Element) -> Iterator[dict[str, Any]]:
    """The element table of one process, as dicts of the fields of `Element` that aren't empty."""
    key = process.get("id", "")
    lanes = {
        reference.text: lane.get("id", "")
        for lane in process.iter(f"{_BPMN}lane")
        for reference in lane.findall(f"{_BPMN}flowNodeRef")
    }
    flows = list(process.iter(f"{_BPMN}sequenceFlow"))
    yield {**_common(process, key), "type": "process"}
    for lane in process.iter(f"{_BPMN}lane"):
        yield _common(lane, key)
    for node in _nodes(process):
        scope = _scope(node, process)
        identity = node.get("id", "")
        yield _without_empty(
            {
                **_common(node, key),
                **_special(node),
                "lane": lanes.get(identity) or lanes.get(scope, ""),
                "scope": scope,
                "incoming": [f.get("id", "") for f in flows if f.get("targetRef") == identity],
                "outgoing": [f.get("id", "") for f in flows if f.get("sourceRef") == identity],
            }
        )
    for flow in flows:
        ends = {"source": flow.get("sourceRef", ""), "target": flow.get("targetRef", "")}
        yield _without_empty({**_common(flow, key), **ends, "scope": _scope(flow, process)})


def element_from(stored: Mapping[str, Any]) -> Element:
    lists = {name: tuple(stored.get(name, ())) for name in ("incoming", "outgoing")}
    return Element(**{**stored, **lists})


def _nodes(process: etree._Element) -> Iterator[etree._Element]:
    """Flow nodes, those of subprocesses included."""
    for node in process.iter(tag=etree.Element):
        name = etree.QName(node).localname
        if node.tag.startswith(_BPMN) and (
            name.endswith(("Task", "Event", "Gateway")) or name in ("subProcess", "callActivity")
        ):
            yield node


def _scope(node: etree._Element, process: etree._Element) -> str:
    parent = node.getparent()
    while parent is not None and parent is not process:
        if parent.tag == f"{_BPMN}subProcess":
            return str(parent.get("id", ""))
        parent = parent.getparent()
    return ""


def _common(node: etree._Element, key: str) -> dict[str, Any]:
    properties = {
        p.get("name", ""): p.get("value", "")
        for p in node.iterfind(f"{_BPMN}extensionElements/{_SPIFF}properties/{_SPIFF}property")
    }
    documentation = node.find(f"{_BPMN}documentation")
    return _without_empty(
        {
            "process": key,
            "id": node.get("id", ""),
            "type": etree.QName(node).localname,
            "name": node.get("name", ""),
            "name_en": properties.get("name_en", ""),
            "documentation": "" if documentation is None else (documentation.text or "").strip(),
            "properties": properties,
        }
    )


def _special(node: etree._Element) -> dict[str, Any]:
    """What only some types of node have."""
    event = next((c for c in node if str(c.tag).endswith("EventDefinition")), None)
    decision = node.find(f"{_BPMN}extensionElements/{_SPIFF}calledDecisionId")
    operator = node.find(f"{_BPMN}extensionElements/{_SPIFF}serviceTaskOperator")
    boundary = node.tag == f"{_BPMN}boundaryEvent"
    called = node.get("calledElement", "") if decision is None else (decision.text or "").strip()
    return {
        "event": ""
        if event is None
        else etree.QName(event).localname.removesuffix("EventDefinition"),
        "called": called,
        "operation": "" if operator is None else operator.get("id", ""),
        "attached_to": node.get("attachedToRef", ""),
        "interrupting": boundary and node.get("cancelActivity", "true") == "true",
        "multi_instance": node.find(f"{_BPMN}multiInstanceLoopCharacteristics") is not None,
    }


def _without_empty(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value}
