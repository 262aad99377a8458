"""What a record says, in the order of its kind: for its page, its print, and its approval."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Any

from django.utils.translation import gettext as _

from apps.core.access.rights import Rights
from apps.core.kinds import columns
from apps.core.kinds.columns import Cell, Column
from apps.core.kinds.declaration import DocumentKind, Lines, Section
from apps.core.kinds.editing import keep_lines, line_rows, lines_of
from engine.prepared import Prepared


@dataclass(frozen=True, slots=True)
class Fact:
    """A field of the header with what it says. `path` names it among all that the record says."""

    path: str
    label: str
    cell: Cell
    wide: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A line: its cells with their columns, and the path of each."""

    line: Any
    cells: list[tuple[Column, Cell, str]]


@dataclass(frozen=True, slots=True)
class Table:
    """Lines as they are shown; `sums` below them, one for each column."""

    label: str
    columns: list[Column]
    rows: list[Row]
    sums: list[str]

    @property
    def has_sums(self) -> bool:
        return any(self.sums)

    def without_empty_columns(self) -> Table:
        """The same without columns that say nothing."""
        said = [
            at for at in range(len(self.columns)) if any(row.cells[at][1].text for row in self.rows)
        ]
        return Table(
            self.label,
            [self.columns[at] for at in said],
            [Row(row.line, [row.cells[at] for at in said]) for row in self.rows],
            [self.sums[at] for at in said],
        )


class Sheet:
    """What a record says to somebody with these rights. Nothing is read before it is asked for."""

    def __init__(self, kind: DocumentKind, record: Any, rights: Rights) -> None:
        self.kind = kind
        self.record = record
        self.rights = rights

    @property
    def title(self) -> str:
        """The heading of its page."""
        return self.kind.title(self.record)

    @property
    def amount(self) -> Fact | None:
        """The one amount that matters."""
        return self._fact(self.kind.amount) if self.kind.amount else None

    @cached_property
    def sections(self) -> list[tuple[Any, list[Fact]]]:
        """Label and fields of each section that says something."""
        found = ((section.label, self._facts(section.shown)) for section in sections_of(self.kind))
        return [(label, facts) for label, facts in found if facts]

    @cached_property
    def tables(self) -> list[Table]:
        return [self._table(lines) for lines in self.kind.lines]

    @cached_property
    def totals(self) -> list[Fact]:
        return self._facts(self.kind.totals)

    def said(self) -> Iterator[tuple[str, str]]:
        """Path and text of everything on it."""
        facts = [fact for _label, facts in self.sections for fact in facts]
        for fact in [*facts, *self.totals]:
            yield fact.path, fact.cell.text
        for table in self.tables:
            for row in table.rows:
                yield from ((path, cell.text) for _column, cell, path in row.cells)

    def _fact(self, name: str) -> Fact:
        column = columns.resolve(self.kind.model, name)
        return Fact(name, column.label, _cell(column, self.record), column.style == "long")

    def _facts(self, names: Iterable[str]) -> list[Fact]:
        """Fields that say something."""
        found = (self._fact(name) for name in columns.open_names(self.kind, names, self.rights))
        return [fact for fact in found if fact.cell.text]

    def _table(self, lines: Lines) -> Table:
        names = lines.columns or [*lines.form_class.base_fields, *lines.computed]
        shown = [
            columns.resolve(lines.model, name)
            for name in columns.open_names(self.kind, dict.fromkeys(names), self.rights)
        ]
        rows = list(line_rows(self.record, lines.related))
        return Table(
            lines.title,
            shown,
            [
                Row(row, [(c, _cell(c, row), f"{lines.related}.{row.pk}.{c.name}") for c in shown])
                for row in rows
            ],
            [_sum(column, rows) for column in shown],
        )


def _cell(column: Column, row: Any) -> Cell:
    """What a record says lasts: its days are told with their year, unlike those of a list."""
    cell = column.cell(row)
    if column.style != "date" or not cell.text:
        return cell
    return replace(cell, text=f"{columns.value_of(row, column.name):%Y-%m-%d}")


class Reader:
    """Reads one record with all that its sheet shows, whoever may see it: a question, and one for
    each sort of lines."""

    def __init__(self, kind: DocumentKind) -> None:
        names = [name for section in sections_of(kind) for name in section.shown]
        read = [*kind.related, *columns.related_of(kind.model, [*names, *kind.totals])]
        everything = kind.model._default_manager
        self._record = Prepared(lambda pk: kind.read_along(everything.filter(pk=pk).reading(*read)))
        self._lines = {each.related: _lines_reader(each.model) for each in kind.lines}

    def first(self, pk: int) -> Any:
        """The record of that key; None where there is none."""
        record = self._record.first(pk)
        if record is not None:
            for related, reader in self._lines.items():
                keep_lines(record, related, reader(pk))
        return record


def _lines_reader(model: Any) -> Prepared[Any]:
    return Prepared(lambda pk: lines_of(model, model._default_manager.filter(document=pk)))


reader_of = cache(Reader)


def sections_of(kind: DocumentKind) -> list[Section]:
    """The kind's sections; without any, one with all fields of the form."""
    return list(kind.sections) or [Section(_("Basic data"), tuple(kind.form_class.base_fields))]


def _sum(column: Column, rows: list[Any]) -> str:
    """The sum of amounts; prices and quantities of different things make none."""
    field = column.field
    if column.style != "money" or getattr(field, "decimal_places", 0) != 2 or len(rows) < 2:
        return ""
    values = [columns.value_of(row, column.name) for row in rows]
    return columns.money(sum(value for value in values if value is not None))
