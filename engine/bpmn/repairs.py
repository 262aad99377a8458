"""Carrying out the repairs that the linter offers. The rest of the file stays as it was: layout and
vendors' parts too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from lxml import etree

from engine.bpmn.findings import Repair
from engine.bpmn.model import line_of
from engine.bpmn.reading import BPMN, SPIFF, local_name, read

_EXTENSIONS: Final = f"{{{BPMN}}}extensionElements"
_AFTER_DOCUMENTATION: Final = f"{{{BPMN}}}documentation"
Values = Mapping[str, str]


def apply(content: bytes, repairs: Iterable[Repair], name: str = "") -> bytes:
    """The file with these repairs carried out, as UTF-8. A repair whose element is gone is passed
    over.

    Raises InvalidDefinition where the file can't be read.
    """
    root = read(content, name)
    for repair in repairs:
        element = _find(root, repair)
        if element is not None:
            ACTIONS[repair.action](element, repair.values)
    return etree.tostring(root.getroottree(), xml_declaration=True, encoding="UTF-8")


def _find(root: etree._Element, repair: Repair) -> etree._Element | None:
    found = [xml for xml in root.iter("*") if xml.get("id") == repair.element]
    exact = [xml for xml in found if line_of(xml) == repair.line]
    return next(iter(exact or found), None)


def _set_attribute(element: etree._Element, values: Values) -> None:
    for name, value in values.items():
        element.set(name, value)


def _set_property(element: etree._Element, values: Values) -> None:
    holder = _child(_extensions(element), f"{{{SPIFF}}}properties")
    for found in holder:
        if found.get("name") == values["name"]:
            found.set("value", values["value"])
            return
    etree.SubElement(holder, f"{{{SPIFF}}}property", name=values["name"], value=values["value"])


def _set_condition(flow: etree._Element, values: Values) -> None:
    _child(flow, f"{{{BPMN}}}conditionExpression").text = values["value"]


def _remove_condition(flow: etree._Element, values: Values) -> None:
    for condition in flow.findall(f"{{{BPMN}}}conditionExpression"):
        flow.remove(condition)


def _set_completion_condition(task: etree._Element, values: Values) -> None:
    loop = task.find(f"{{{BPMN}}}multiInstanceLoopCharacteristics")
    if loop is not None:
        _child(loop, f"{{{BPMN}}}completionCondition").text = values["value"]


def _set_timer(event: etree._Element, values: Values) -> None:
    for time in event.iter(f"{{{BPMN}}}{values['kind']}"):
        time.text = values["value"]


def _set_parameter(task: etree._Element, values: Values) -> None:
    for parameter in _parameters(task, values["parameter"]):
        parameter.set("value", values["value"])


def _set_parameter_type(task: etree._Element, values: Values) -> None:
    for parameter in _parameters(task, values["parameter"]):
        parameter.set("type", values["type"])


def _set_decision(task: etree._Element, values: Values) -> None:
    _child(_extensions(task), f"{{{SPIFF}}}calledDecisionId").text = values["value"]


def _set_cell(cell: etree._Element, values: Values) -> None:
    """Of a cell, or of the input expression of a column."""
    inner = next((child for child in cell if local_name(child) == "inputExpression"), cell)
    for text in inner:
        if local_name(text) == "text":
            text.text = values["value"]


def _parameters(task: etree._Element, name: str) -> list[etree._Element]:
    return [xml for xml in task.iter(f"{{{SPIFF}}}parameter") if xml.get("id") == name]


def _extensions(element: etree._Element) -> etree._Element:
    """Its extensionElements, which BPMN wants behind the documentation."""
    found = element.find(_EXTENSIONS)
    if found is None:
        found = etree.Element(_EXTENSIONS)
        element.insert(len(element.findall(_AFTER_DOCUMENTATION)), found)
    return found


def _child(element: etree._Element, tag: str) -> etree._Element:
    found = element.find(tag)
    return etree.SubElement(element, tag) if found is None else found


ACTIONS: Final[Mapping[str, Callable[[etree._Element, Values], None]]] = {
    "set_attribute": _set_attribute,
    "set_property": _set_property,
    "set_condition": _set_condition,
    "remove_condition": _remove_condition,
    "set_completion_condition": _set_completion_condition,
    "set_timer": _set_timer,
    "set_parameter": _set_parameter,
    "set_parameter_type": _set_parameter_type,
    "set_decision": _set_decision,
    "set_cell": _set_cell,
}
"""What a repair may do, by the name it has in `Repair.action`."""
