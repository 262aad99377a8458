"""A DMN file as the linter sees it: one decision table, each cell with its place in the file."""

from __future__ import annotations

from functools import cached_property
from typing import Final

from lxml import etree

from engine.bpmn.model import Element, text_of
from engine.bpmn.reading import local_name, read
from engine.bpmn.values import EVERYTHING, NUMBERS, TEXTS, YES_OR_NO, ValueSet

ANYTHING: Final = frozenset({"", "-"})
"""Cells that admit every value."""
_DOMAINS: Final = {
    **dict.fromkeys(("number", "integer", "long", "double"), NUMBERS),
    "boolean": YES_OR_NO,
    "string": TEXTS,
}


class Column(Element):
    """An input or output of a table."""

    def _label(self) -> str:
        return f"“{self.title}”" if self.title else super()._label()

    @cached_property
    def title(self) -> str:
        """What people read above the column."""
        return " ".join((self.xml.get("label") or self.name).split())

    @cached_property
    def expression(self) -> str:
        """What an input column asks for."""
        return text_of(_first(_first(self.xml, "inputExpression"), "text"))

    @cached_property
    def domain(self) -> ValueSet:
        """Values of the declared type, or all."""
        expression = _first(self.xml, "inputExpression")
        declared = expression.get("typeRef") if expression is not None else None
        return _DOMAINS.get(declared or "", EVERYTHING)

    @cached_property
    def allowed(self) -> str:
        """Text of its inputValues; empty where it declares none."""
        return text_of(_first(_first(self.xml, "inputValues"), "text"))


class Cell(Element):
    """An entry of a rule."""

    @property
    def has_text(self) -> bool:
        """Whether it holds a text, be it an empty one."""
        return _first(self.xml, "text") is not None

    @cached_property
    def text(self) -> str:
        return text_of(_first(self.xml, "text"))


class Rule(Element):
    """A row of a table."""

    def __init__(self, xml: etree._Element, file: str) -> None:
        super().__init__(xml, file)
        self.inputs = [Cell(cell, file) for cell in _children(xml, "inputEntry")]
        self.outputs = [Cell(cell, file) for cell in _children(xml, "outputEntry")]


class Table:
    """One DMN file. `table` is None where it holds no decision table."""

    def __init__(self, content: bytes, file: str) -> None:
        """Raises InvalidDefinition where the file can't be read."""
        self.file = file
        self.root = read(content, file)
        self.element = Element(self.root, file)
        self.decisions = [Element(xml, file) for xml in _children(self.root, "decision")]
        self.decision = self.decisions[0] if self.decisions else None
        self.key = self.decision.id if self.decision else ""
        found = _first(self.decision.xml if self.decision else None, "decisionTable")
        self.table = None if found is None else Element(found, file)
        self.hit_policy = (found.get("hitPolicy") or "UNIQUE").upper() if found is not None else ""
        self.inputs = [Column(xml, file) for xml in _children(found, "input")]
        self.outputs = [Column(xml, file) for xml in _children(found, "output")]
        self.rules = [Rule(xml, file) for xml in _children(found, "rule")]

    @property
    def elements(self) -> list[Element]:
        """Decision, columns and rules, in the order of the file."""
        return [*self.decisions, *self.inputs, *self.outputs, *self.rules]


def _children(xml: etree._Element | None, name: str) -> list[etree._Element]:
    return [] if xml is None else [child for child in xml if local_name(child) == name]


def _first(xml: etree._Element | None, name: str) -> etree._Element | None:
    return next(iter(_children(xml, name)), None)
