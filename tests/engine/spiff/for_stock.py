"""Diagrams that stock SpiffWorkflow does wrong, drawn so that it does the same as the engine with
the original.

- An operation that fails (`test_a_failing_service_ignores_its_error_boundary`,
  `test_an_error_goes_up_to_whoever_catches_it`): a gateway behind its task reads what `fail`
  returns and leads to an error end; if the event is at the task, all this is in a subprocess.
- A called process that terminates (`test_a_called_process_that_terminates_returns_nothing`):
  everything in it becomes a subprocess of it.

What is drawn in addition has ids that begin with a capital letter.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from lxml import etree

from tests.engine.spiff.diagrams import end, error, exclusive, flow, path, start

_NAMESPACE: Final = "http://www.omg.org/spec/BPMN/20100524/MODEL"
_BPMN: Final = f"{{{_NAMESPACE}}}"
_SPIFF: Final = "{http://spiffworkflow.org/bpmn/schema/1.0/core}"


def for_stock(files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {name: _redrawn(content, name) for name, content in files.items()}


def _redrawn(content: bytes, name: str) -> bytes:
    if name.endswith(".dmn"):
        return content
    root = etree.fromstring(content)
    for operator in list(root.iter(f"{_SPIFF}serviceTaskOperator")):
        if operator.get("id") == "fail":
            _end_in_an_error(next(operator.iterancestors(f"{_BPMN}serviceTask")), operator)
    process = next(root.iter(f"{_BPMN}process"))
    ends = process.iterchildren(f"{_BPMN}endEvent")
    if name != "p.bpmn" and any(
        e.find(f"{_BPMN}terminateEventDefinition") is not None for e in ends
    ):
        _wrap(process)
    return etree.tostring(root)


def _end_in_an_error(task: etree._Element, operator: etree._Element) -> None:
    scope, identity = task.getparent(), task.get("id", "")
    assert scope is not None
    code = next(p.get("value", "") for p in operator.iter() if p.get("id") == "code").strip("'")
    begin, fork, over, wrong = (f"{kind}{identity}" for kind in ("S", "G", "O", "E"))
    failed = f"{operator.get('resultVariable')} == True"
    loop = task.find(f"{_BPMN}multiInstanceLoopCharacteristics")
    if loop is None and all(other.get("attachedToRef") != identity for other in scope):
        (way,) = (other for other in scope if other.get("sourceRef") == identity)
        way.set("sourceRef", fork)
        body = exclusive(fork, way.get("id", "")) + path(identity, fork)
        _add(scope, body + end(wrong, error(code)) + flow(fork, wrong, failed))
        return
    for other in scope:
        for attribute in ("sourceRef", "targetRef", "attachedToRef"):
            if other.get(attribute) == identity:
                other.set(attribute, f"W{identity}")
    around = etree.SubElement(scope, f"{_BPMN}subProcess", id=f"W{identity}")
    around.extend([task] if loop is None else [loop, task])
    body = start(begin) + exclusive(fork, f"{fork}-{over}") + end(over) + end(wrong, error(code))
    _add(around, body + path(begin, identity, fork, over) + flow(fork, wrong, failed))


def _wrap(process: etree._Element) -> None:
    key = process.get("id", "")
    inside = [child for child in process if child.tag != f"{_BPMN}ioSpecification"]
    etree.SubElement(process, f"{_BPMN}subProcess", id=f"W{key}").extend(inside)
    begin, over = f"S{key}", f"O{key}"
    _add(process, start(begin) + end(over) + path(begin, f"W{key}", over))


def _add(scope: etree._Element, text: str) -> None:
    scope.extend(etree.fromstring(f'<bpmn:x xmlns:bpmn="{_NAMESPACE}">{text}</bpmn:x>'))
