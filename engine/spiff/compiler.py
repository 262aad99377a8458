"""From BPMN and DMN files to the stored form of a process, with everything it calls and decides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson
from django.utils.translation import gettext as _
from lxml import etree
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from SpiffWorkflow.bpmn.specs.event_definitions import CycleTimerEventDefinition
from SpiffWorkflow.exceptions import SpiffWorkflowException
from SpiffWorkflow.spiff.parser import SpiffBpmnParser
from SpiffWorkflow.spiff.parser.process import SpiffProcessParser

from engine.bpmn.reading import read
from engine.exceptions import InvalidDefinition
from engine.spiff.elements import elements_of
from engine.spiff.storage import runs, spec_to_dict

FORMAT: Final = 1
"""Number of the stored form; a reader refuses any other."""
MAX_CALL_DEPTH: Final = 16
_BPMN: Final = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
_SPIFF: Final = "{http://spiffworkflow.org/bpmn/schema/1.0/core}"
_RESERVED_IDS: Final = frozenset({"Start", "End", "Root", "StartEventSplit", "StartEventJoin"})


def compile_process(key: str, resources: Mapping[str, bytes]) -> bytes:
    """The stored form (JSON) of the process `key` found in `resources` (file name -> original
    bytes).

    Names end in .bpmn or .dmn. Equal resources give equal bytes. No expression is run. Raises
    `InvalidDefinition` with `element`, `file` and `line` where they are known, for whatever can't
    run here; whether a diagram is also sensible is the linter's question.
    """
    roots = {name: _read(name, resources[name]) for name in sorted(resources)}
    try:
        return _compile(key, roots)
    except ValidationException as error:
        raise _from_library(error, roots) from error
    except (SpiffWorkflowException, KeyError, ValueError, TypeError, AttributeError) as error:
        raise InvalidDefinition(
            _("The process “%(key)s” can't be read: %(reason)s") % {"key": key, "reason": error},
            element=key,
            file="",
            line=None,
        ) from error
    except RecursionError as error:
        raise InvalidDefinition(
            _("The process “%(key)s” has too many nodes in a row, or calls itself.") % {"key": key},
            element=key,
            file="",
            line=None,
        ) from error


class _ProcessParser(SpiffProcessParser):
    """Takes for nodes only what BPMN has. The library also indexes parameters and operators of
    service tasks by their id, and takes one for the node of the same id."""

    def _index_process_nodes(self) -> None:
        super()._index_process_nodes()
        for node in self.xpath(".//bpmn:*[@id]"):
            self.nodes_by_id[node.get("id")] = node


class _Parser(SpiffBpmnParser):
    PROCESS_PARSER_CLASS = _ProcessParser


def _compile(key: str, roots: Mapping[str, etree._Element]) -> bytes:
    parser = _Parser()
    files: dict[str, str] = {}
    for name, root in roots.items():
        if name.endswith(".dmn"):
            parser.add_dmn_xml(root, name)
            continue
        for process in root.iter(f"{_BPMN}process"):
            files[process.get("id", "")] = name
            _refuse_unsupported(process, name)
        parser.add_bpmn_xml(root, name)
    if key not in files:
        raise InvalidDefinition(
            _("There is no process “%(key)s” in these files.") % {"key": key},
            element=key,
            file="",
            line=None,
        )
    spec = parser.get_spec(key)
    specs = parser.get_subprocess_specs(key)
    owners = {name: _owner(parser, name) for name in (key, *specs)}
    for name, found in ((key, spec), *specs.items()):
        _refuse_specs(found, owners[name], files[owners[name]])
    _check_calls(key, {key: spec, **specs})
    processes = sorted(set(owners.values()))
    return orjson.dumps(
        {
            "format": FORMAT,
            "key": key,
            "spec": spec_to_dict(spec),
            "specs": {name: spec_to_dict(specs[name]) for name in sorted(specs)},
            "owners": {name: owners[name] for name in sorted(owners)},
            "elements": [
                element
                for process in processes
                for element in elements_of(_process_node(roots[files[process]], process))
            ],
        }
    )


def _owner(parser: Any, name: str) -> str:
    """Key of the process in whose diagram the spec `name` is drawn: a subprocess belongs to the
    process around it."""
    found = parser.process_parsers[name]
    while found.parent is not None:
        found = found.parent
    return str(found.bpmn_id)


def _process_node(root: etree._Element, key: str) -> etree._Element:
    return next(node for node in root.iter(f"{_BPMN}process") if node.get("id") == key)


def _read(name: str, content: bytes) -> etree._Element:
    if not name.endswith((".bpmn", ".dmn")):
        raise InvalidDefinition(
            _("“%(file)s” is neither a .bpmn nor a .dmn file.") % {"file": name},
            element="",
            file=name,
            line=None,
        )
    return read(content, name)


# --- what can't run -------------------------------------------------------------------------------
_UNSUPPORTED: Final = {
    f"{_BPMN}{name}"
    for name in (
        *("scriptTask", "sendTask", "receiveTask", "task", "inclusiveGateway", "complexGateway"),
        *("transaction", "adHocSubProcess", "callChoreography", "standardLoopCharacteristics"),
        *("signalEventDefinition", "escalationEventDefinition", "conditionalEventDefinition"),
        *("linkEventDefinition", "compensateEventDefinition", "cancelEventDefinition"),
        *("dataInputAssociation", "dataOutputAssociation"),
    )
} | {f"{_SPIFF}preScript", f"{_SPIFF}postScript"}
_NODES: Final = {
    f"{_BPMN}{name}"
    for name in (
        *("startEvent", "endEvent", "boundaryEvent", "intermediateCatchEvent"),
        *("intermediateThrowEvent", "userTask", "manualTask", "serviceTask", "businessRuleTask"),
        *("subProcess", "callActivity", "exclusiveGateway", "parallelGateway", "eventBasedGateway"),
    )
}


def _refuse_unsupported(process: etree._Element, file: str) -> None:
    sources = {flow.get("sourceRef") for flow in process.iter(f"{_BPMN}sequenceFlow")}
    for node in process.iter(tag=etree.Element):
        problem = _problem(node)
        if node.tag in _NODES and node.tag != f"{_BPMN}endEvent" and node.get("id") not in sources:
            problem = problem or _("“%(id)s” leads nowhere.") % {"id": node.get("id", "")}
        if problem:
            raise _refusal(problem, node, file)


def _problem(node: etree._Element) -> str:
    """Why a node of the XML can't run; empty if it can."""
    if node.tag in _UNSUPPORTED:
        name = etree.QName(node).localname
        return _("“%(what)s” does not run here.") % {"what": name}
    if node.tag not in _NODES:
        return _multi_instance_problem(node)
    if node.get("id", "") in _RESERVED_IDS or "." in node.get("id", ""):
        return _("The id “%(id)s” is reserved.") % {"id": node.get("id", "")}
    if node.get("triggeredByEvent") == "true":
        return _("Event subprocesses do not run here.")
    return _event_problem(node)


def _multi_instance_problem(node: etree._Element) -> str:
    if (
        node.tag == f"{_BPMN}multiInstanceLoopCharacteristics"
        and node.get("isSequential") == "true"
    ):
        return _("A sequential multi-instance does not run here.")
    return ""


def _event_problem(node: etree._Element) -> str:
    definitions = [child for child in node if str(child.tag).endswith("EventDefinition")]
    if len(definitions) > 1:
        return _("An event with several definitions does not run here.")
    if not definitions:
        return ""
    kind = etree.QName(definitions[0]).localname
    where = etree.QName(node).localname
    if where == "startEvent":
        return _("Only a plain start event runs here.")
    repeats = definitions[0].find(f"{_BPMN}timeCycle") is not None
    if repeats and (where != "boundaryEvent" or node.get("cancelActivity", "true") == "true"):
        return _("A repeating timer runs only as a boundary event that doesn't interrupt.")
    if kind == "errorEventDefinition" and node.get("cancelActivity") == "false":
        return _("An error event interrupts.")
    return ""


def _refuse_specs(spec: Any, process: str, file: str) -> None:
    """What shows only in the parsed specs: classes that don't run, tables, event gateways."""
    for node in spec.task_specs.values():
        problem = (
            "" if runs(node) else _("“%(what)s” does not run here.") % {"what": type(node).__name__}
        )
        table = getattr(getattr(node, "dmnEngine", None), "decision_table", None)
        if table is not None:
            problem = problem or _table_problem(node, table)
        definitions = getattr(getattr(node, "event_definition", None), "event_definitions", ())
        timers = [
            d for d in definitions if hasattr(d, "expression") and not hasattr(d, "message_var")
        ]
        if len(timers) > 1:
            problem = problem or _("Two timers at one event gateway share a time.")
        if any(isinstance(definition, CycleTimerEventDefinition) for definition in timers):
            problem = problem or _("A repeating timer can't stand at an event gateway.")
        if problem:
            raise InvalidDefinition(problem, element=node.bpmn_id or process, file=file, line=None)


def _table_problem(node: Any, table: Any) -> str:
    if table.hit_policy not in ("UNIQUE", "COLLECT"):
        return _("Decision table “%(table)s”: the hit policy %(policy)s does not run here.") % {
            "table": table.id,
            "policy": table.hit_policy,
        }
    if not (getattr(node, "extensions", None) or {}).get("properties", {}).get("resultVariable"):
        return _("The business rule task “%(id)s” needs the property resultVariable.") % {
            "id": node.bpmn_id
        }
    return ""


def _check_calls(key: str, specs: Mapping[str, Any]) -> None:
    """No process may be called by itself, or through more than `MAX_CALL_DEPTH` others."""

    def visit(name: str, above: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        if name in above or len(above) > MAX_CALL_DEPTH:
            yield (*above, name)
            return
        for node in specs[name].task_specs.values():
            if getattr(node, "spec", None) in specs:
                yield from visit(node.spec, (*above, name))

    path = next(visit(key, ()), None)
    if path is not None:
        message = _("Processes call each other too deeply: %(path)s.")
        raise InvalidDefinition(
            message % {"path": " → ".join(path[:20])}, element=path[-1], file="", line=None
        )


# --- errors ---------------------------------------------------------------------------------------
def _refusal(message: str, node: etree._Element, file: str) -> InvalidDefinition:
    named: etree._Element | None = node
    while named is not None and not named.get("id"):
        named = named.getparent()
    element = "" if named is None else named.get("id", "")
    return InvalidDefinition(message, element=element, file=file, line=node.sourceline)


def _from_library(
    error: ValidationException, roots: Mapping[str, etree._Element]
) -> InvalidDefinition:
    element, file = str(error.id or ""), str(error.file_name or "")
    line = None
    for node in roots[file].iter(tag=etree.Element) if file in roots and element else ():
        if node.get("id") == element:
            line = node.sourceline
            break
    return InvalidDefinition(str(error), element=element, file=file, line=line)
