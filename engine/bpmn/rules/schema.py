"""What the standard's XML schema says. A warning only: a sixth of the files that real tools write
don't follow it, and run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from django.utils.translation import gettext_lazy as _
from lxml import etree

from engine.bpmn.findings import Finding, Problem, Verdict
from engine.bpmn.model import Diagram, Element
from engine.bpmn.reading import BPMN
from engine.bpmn.rules.registry import World, diagram_rule

MISPLACED = Problem(
    "schema_element",
    Verdict.RUNS,
    _(
        "%(element)s stands where the BPMN schema has no “%(name)s”. It runs here; other tools may"
        " refuse the file."
    ),
)
WRONG_ATTRIBUTE = Problem(
    "schema_attribute",
    Verdict.RUNS,
    _(
        "%(element)s has or lacks the attribute “%(name)s” against the BPMN schema. It runs here;"
        " other tools may refuse the file."
    ),
)
WRONG_VALUE = Problem(
    "schema_value",
    Verdict.RUNS,
    _(
        "%(element)s has a value that the BPMN schema doesn't know: “%(name)s”. It runs here; other"
        " tools may refuse the file."
    ),
)
MAX_WARNINGS: Final = 20
"""Of one file: whoever wants to mend it needs no more at a time."""

_OF_TYPE: Final = (
    # What the library calls it (`lxml.etree.ErrorTypes`), and the words that hold the name.
    (MISPLACED, ("SCHEMAV_ELEMENT_CONTENT",), re.compile(r"^Element '(?:\{.*?\})?(.+?)'")),
    (
        WRONG_ATTRIBUTE,
        (
            "SCHEMAV_CVC_COMPLEX_TYPE_3_2_1",
            "SCHEMAV_CVC_COMPLEX_TYPE_3_2_2",
            "SCHEMAV_CVC_COMPLEX_TYPE_4",
        ),
        re.compile(r"attribute '(?:\{.*?\})?(.+?)'"),
    ),
)
_VALUE: Final = re.compile(r"'([^']*)' is not|(?i:value) '([^']*)'")


@diagram_rule
def check_schema(diagram: Diagram, world: World) -> Iterator[Finding]:
    """A warning for each place at which the file doesn't follow the schema."""
    root = diagram.element.xml
    if root.tag != f"{{{BPMN}}}definitions":
        return
    schema = _schema()
    if schema.validate(root):
        return
    by_line = {xml.sourceline: xml for xml in reversed(list(root.iter("*")))}
    said: set[tuple[str, int, str]] = set()
    for error in schema.error_log:  # type: ignore[attr-defined]  # the stubs don't know it
        finding = _finding(diagram, error, by_line.get(error.line, root))
        key = (finding.code, error.line, str(finding.parameters["name"]))
        if key not in said and len(said) < MAX_WARNINGS:
            said.add(key)
            yield finding


def _finding(diagram: Diagram, error: etree._LogEntry, xml: etree._Element) -> Finding:
    place = Element(xml, diagram.file).place
    for problem, types, pattern in _OF_TYPE:
        if error.type_name in types and (found := pattern.search(error.message)):
            return problem.at(place, name=found.group(1))
    value = _VALUE.search(error.message)
    return WRONG_VALUE.at(place, name=next(filter(None, value.groups()), "") if value else "")


@cache
def _schema() -> etree.XMLSchema:
    """The files of the standard, as SpiffWorkflow's package brings them; its code isn't loaded."""
    package = find_spec("SpiffWorkflow")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("SpiffWorkflow")
    folder = Path(package.origin).parent / "bpmn" / "parser" / "schema"
    return etree.XMLSchema(file=str(folder / "BPMN20.xsd"))
