"""The files of a definition for people who look at them: in their language, tables as rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from lxml import etree

from apps.core.diagrams.labels import make_room
from engine.bpmn.drawing import add_drawing
from engine.bpmn.model import Diagram, text_of
from engine.bpmn.outline import outlines
from engine.bpmn.reading import SPIFF, local_name
from engine.bpmn.tables import Column, Rule, Table
from engine.exceptions import InvalidDefinition
from engine.models import ProcessDefinition, Resource
from engine.organisation import Role

DIAGRAM: Final = ".bpmn"
TABLE: Final = ".dmn"
SHOWN: Final = "name"  # attribute of what the drawing shows


def diagram_in(content: bytes, language: str) -> bytes:
    """The diagram as UTF-8, with the names that the language has; laid out where it has no
    drawing. Raises InvalidDefinition."""
    diagram = Diagram(content, "")
    add_drawing(diagram)
    root = diagram.root
    if language.startswith("en"):
        named = list(_english(root))
        for element, name in named:
            element.set(SHOWN, name)
        make_room(root, {element.get("id", ""): name for element, name in named})
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _english(root: etree._Element) -> Iterator[tuple[etree._Element, str]]:
    """Elements that have an English name. It is kept in a property: element, extensionElements,
    properties, property."""
    for prop in root.iter(f"{{{SPIFF}}}property"):
        named = next(iter(list(prop.iterancestors())[2:3]), None)
        if named is not None and prop.get("name") == "name_en" and prop.get("value"):
            yield named, str(prop.get("value"))


@lru_cache(maxsize=64)
def _processes_in(content: bytes) -> tuple[str, ...]:
    """Keys of the processes of a file; parsed once for all who look at the same bytes."""
    return tuple(outline.key for outline in outlines(content))


def diagrams_of(definition: ProcessDefinition) -> dict[str, Resource]:
    """Process → the file that it is drawn in. One query."""
    found = definition.resources.filter(name__endswith=DIAGRAM).order_by("name")
    return {key: file for file in found for key in _processes_in(bytes(file.content))}


def tables_of(definition: ProcessDefinition) -> dict[str, int]:
    """Decision → id of its file. One query."""
    found = definition.resources.filter(name__endswith=TABLE)
    return dict(found.values_list("key", "pk"))


# --- decision tables ------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Row:
    """A rule: its cells, and the remark beside it."""

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    remark: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A decision table as it is read."""

    name: str
    policy: str  # UNIQUE, FIRST, COLLECT …: the names of the standard
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    rows: tuple[Row, ...]


def sheet_of(name: str, content: bytes, language: str) -> Sheet:
    """The table in a DMN file; raises InvalidDefinition where there is none."""
    table = Table(content, name)
    if table.decision is None or table.table is None:
        raise InvalidDefinition(f"{name}: no decision table", file=name)
    english = language.startswith("en")
    named = dict(_english(table.root)) if english else {}

    def title(column: Column) -> str:
        return named.get(column.xml) or column.title or column.name

    return Sheet(
        name=named.get(table.decision.xml) or table.decision.name,
        policy=table.hit_policy,
        inputs=tuple(map(title, table.inputs)),
        outputs=tuple(map(title, table.outputs)),
        rows=tuple(
            _row(rule, table.outputs, named.get(rule.xml) or _description(rule))
            for rule in table.rules
        ),
    )


def _description(rule: Rule) -> str:
    found = next((child for child in rule.xml if local_name(child) == "description"), None)
    return text_of(found)


def _row(rule: Rule, outputs: Sequence[Column], remark: str) -> Row:
    return Row(
        inputs=tuple("" if cell.text == "-" else cell.text for cell in rule.inputs),
        outputs=tuple(
            _said(cell.text, column.name)
            for cell, column in zip(rule.outputs, outputs, strict=False)
        ),
        remark=remark,
    )


def _said(text: str, column: str) -> str:
    """A value without the quotes of its notation; a role by its name."""
    plain = text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text
    if column == "role" and plain in Role.values:
        return str(Role(plain).label)
    return plain
