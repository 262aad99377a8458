"""An approval matrix: a deployed decision table whose rows are levels of an approval."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import repeat
from typing import Any, Final

from django.utils.translation import get_language
from lxml import etree

from apps.core.approval.deciders import BETWEEN
from apps.core.approval.departments import FACT, OLD_FACT
from apps.core.approval.settings.conditions import Condition, read_condition
from apps.core.approval.settings.texts import offered_texts
from engine import definitions
from engine.bpmn.tables import Cell, Column, Rule, Table
from engine.exceptions import NotFound
from engine.models import Deployment, Resource

OUTPUTS: Final = ("level", "role", "mode", "threshold")
EXPRESSION: Final = f"facts.{FACT}"
OLD_EXPRESSION: Final = f"facts.{OLD_FACT}"
COPIES: Final = "cc"  # an output that a table need not have
BRANCH: Final = "{http://spiffworkflow.org/bpmn/schema/1.0/core}"


@dataclass(frozen=True, slots=True)
class Input:
    """Something that rows ask for. `kind`: number, boolean, string or departments; `expression`
    names the variable, `facts.amount`. `known`: all that a text can be, with its word; empty where
    it can be any."""

    label: str
    kind: str
    expression: str
    known: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return self.label

    @property
    def name(self) -> str:
        """The last part of the variable's name: `amount`."""
        return self.expression.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Row:
    """A row: where its conditions hold, these decide at that level. `role`, and those who get
    copies, `cc`: see `apps.core.approval.deciders`."""

    conditions: tuple[Condition, ...]
    level: int
    role: str
    mode: str = "any"
    threshold: int = 100
    description: str = ""
    cc: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Matrix:
    """A matrix as it is in force. `changed` tells that an administrator has changed what was
    shipped."""

    key: str
    name: str
    file: str
    inputs: tuple[Input, ...]
    rows: tuple[Row, ...]
    changed: bool = False
    exact_departments: bool = False
    """Whether what is in force asks for the very department still: once it is put in force anew,
    rows hold for those below as well, unless it `stays_exact`."""
    content: bytes = field(default=b"", repr=False)

    @property
    def checksum(self) -> str:
        """Tells whether somebody has changed it since it was read."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def stays_exact(self) -> bool:
        """Whether it will go on to ask for the very department, see `_input`."""
        return any(each.expression == OLD_EXPRESSION for each in self.inputs)

    def with_rows(self, rows: Iterable[Row]) -> bytes:
        """The file with these rows in the place of its own; everything else stays as it is."""
        table = Table(self.content, self.file)
        assert table.table is not None
        xml, namespace = table.table.xml, etree.QName(table.table.xml).namespace or ""
        before = {_description(rule): rule.xml for rule in table.rules}
        for rule in table.rules:
            xml.remove(rule.xml)
        for column, each in zip(table.inputs, self.inputs, strict=True):
            if column.expression != each.expression:
                _ask(column, each.expression)
        rows = list(rows)
        outputs = [column.name for column in table.outputs]
        if COPIES not in outputs and any(row.cc for row in rows):
            outputs.append(COPIES)
            table.outputs[-1].xml.addnext(_copies(self.key, namespace))
        for number, row in enumerate(rows, start=1):
            xml.append(_rule(self.key, number, row, namespace, outputs, before))
        etree.indent(xml, space="  ", level=2)
        return etree.tostring(table.root, xml_declaration=True, encoding="UTF-8") + b"\n"

    def variables(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        """Variables in which the inputs' expressions find these facts, by the inputs' names."""
        found: dict[str, Any] = {}
        for each in self.inputs:
            *path, name = each.expression.split(".")
            inner = found
            for part in path:
                inner = inner.setdefault(part, {})
            inner[name] = facts.get(each.name)
        return found


def matrices() -> list[Matrix]:
    """All that are deployed, by key."""
    tables = definitions.newest_resources().filter(name__endswith=".dmn").order_by("key")
    return [matrix for resource in tables if (matrix := _read(resource)) is not None]


def matrix(key: str) -> Matrix:
    """The one of that key; raises NotFound."""
    for resource in definitions.newest_resources().filter(key=key, name__endswith=".dmn"):
        found = _read(resource)
        if found is not None:
            return found
    raise NotFound(f"There is no approval matrix “{key}”.")


def _read(resource: Resource) -> Matrix | None:
    """None for a decision table that is something else."""
    content = bytes(resource.content)
    table = Table(content, resource.name)
    names = [column.name for column in table.outputs]
    asked = [name for name in names if name != COPIES]
    if table.hit_policy != "COLLECT" or tuple(asked) != OUTPUTS or table.decision is None:
        return None
    cells = zip(*(rule.inputs for rule in table.rules), strict=True)
    inputs = tuple(
        _input(column, said, resource)
        for column, said in zip(table.inputs, cells if table.rules else repeat(()), strict=False)
    )
    return Matrix(
        key=resource.key,
        name=_named(table.decision.xml, table.decision.name),
        file=resource.name,
        inputs=inputs,
        rows=tuple(_row(rule, names, inputs) for rule in table.rules),
        exact_departments=any(column.expression == OLD_EXPRESSION for column in table.inputs),
        changed=resource.deployment.source == Deployment.Source.ADMIN,
        content=content,
    )


def _named(xml: etree._Element, name: str) -> str:
    """In English where that is read, and was given."""
    if (get_language() or "").startswith("en"):
        for each in xml.iterfind(f"{{*}}extensionElements/{BRANCH}properties/{BRANCH}property"):
            if each.get("name") == "name_en":
                return each.get("value", name)
    return name


def _input(column: Column, cells: Iterable[Cell], resource: Resource) -> Input:
    """A column goes on to ask for the very department where a formula does, which can't be put to a
    list, and where the documents aren't known to tell more: what is shipped doesn't ask for it."""
    declared = next((each.get("typeRef") for each in column.xml.iterfind("{*}inputExpression")), "")
    kind = declared if declared in ("number", "boolean") else "string"
    expression = column.expression
    if expression == EXPRESSION or (
        expression == OLD_EXPRESSION
        and not any(read_condition(cell.text).formula for cell in cells)
        and EXPRESSION.encode() in definitions.shipped_files().get(resource.name, b"")
    ):
        kind, expression = "departments", EXPRESSION
    found = Input(_named(column.xml, column.title), str(kind), expression)
    if kind != "string":
        return found
    return replace(found, known=offered_texts(resource.key, found.name))


def _ask(column: Column, expression: str) -> None:
    """Let a column ask for departments with those below."""
    for asked in column.xml.iterfind("{*}inputExpression"):
        asked.set("typeRef", "Any")
        for text in asked.iterfind("{*}text"):
            text.text = expression


def _row(rule: Rule, outputs: Sequence[str], inputs: Sequence[Input]) -> Row:
    said = {name: cell.text.strip('"') for name, cell in zip(outputs, rule.outputs, strict=True)}
    return Row(
        conditions=tuple(map(_condition, rule.inputs, inputs)),
        level=int(said["level"]),
        role=said["role"],
        mode=said["mode"],
        threshold=int(said["threshold"]),
        description=_description(rule),
        cc=tuple(filter(None, said.get(COPIES, "").split(BETWEEN))),
    )


def _condition(cell: Cell, asked: Input) -> Condition:
    found = read_condition(cell.text)
    if asked.kind == "departments" and found.among:
        return Condition(within=found.among)
    return found


def _description(rule: Rule) -> str:
    return next((each.text or "" for each in rule.xml.iterfind("{*}description")), "")


def _copies(key: str, namespace: str) -> etree._Element:
    """The column of those who get copies."""
    column = etree.Element(
        f"{{{namespace}}}output",
        {"id": f"{key}_{COPIES}", "label": "抄送", "name": COPIES, "typeRef": "string"},
    )
    kept = etree.SubElement(column, f"{{{namespace}}}extensionElements")
    named = etree.SubElement(etree.SubElement(kept, f"{BRANCH}properties"), f"{BRANCH}property")
    named.attrib.update({"name": "name_en", "value": "Copies to"})
    return column


def _rule(
    key: str,
    number: int,
    row: Row,
    namespace: str,
    outputs: Sequence[str],
    before: Mapping[str, etree._Element],
) -> etree._Element:
    """A row in DMN. A description that stays keeps its English."""

    def part(name: str, **attributes: str) -> etree._Element:
        return etree.Element(f"{{{namespace}}}{name}", attributes)

    rule = part("rule", id=f"{key}_rule_{number}")
    if row.description:
        described = part("description")
        described.text = row.description
        rule.append(described)
        kept = before.get(row.description)
        rule.extend(() if kept is None else kept.findall("{*}extensionElements"))
    cells = [("inputEntry", condition.cell) for condition in row.conditions]
    said = {
        "level": str(row.level),
        "role": f'"{row.role}"',
        "mode": f'"{row.mode}"',
        "threshold": str(row.threshold),
        COPIES: f'"{BETWEEN.join(row.cc)}"',
    }
    cells += [("outputEntry", said[name]) for name in outputs]
    for column, (name, text) in enumerate(cells):
        entry = part(name, id=f"{key}_{number}_{column}")
        inner = part("text")
        inner.text = text
        entry.append(inner)
        rule.append(entry)
    return rule


def used_texts(inputs: Sequence[Input], rows: Sequence[Row]) -> dict[str, list[str]]:
    """The texts that occur in the rows, by name of the input: what is likely to be chosen again."""
    return {
        each.name: sorted({text for row in rows for text in row.conditions[index].among})
        for index, each in enumerate(inputs)
        if each.kind == "string" and not each.known
    }
