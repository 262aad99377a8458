"""Lines of a document as a grid of forms.

Posted are `lines-count`, and `lines-0-id`, `lines-0-product` … for each row in its order. Rows are
added, moved and taken out by rewriting what was posted (`rework`), so that works in one way with
JavaScript and without."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.utils.text import capfirst

from apps.core.access.rights import Rights
from apps.core.kinds import columns
from apps.core.kinds.choosing import dress_choices
from apps.core.kinds.columns import Column
from apps.core.kinds.declaration import DocumentKind, Lines
from apps.core.kinds.dressing import NUMBERS, WIDE, dress, mark_errors
from apps.core.kinds.pasting import Row, paste

MOST: Final = 500  # rows of a grid


@dataclass(frozen=True, slots=True)
class GridColumn:
    """A column of a grid: a field to type in (`typed`), or what is worked out; `beneath` stands
    below it in small."""

    name: str
    label: str
    typed: bool
    numeric: bool
    beneath: list[Column]


@dataclass(frozen=True, slots=True)
class GridCell:
    """A cell: the bound field, or the column's text; `beneath` with the names of their outputs."""

    column: GridColumn
    field: forms.BoundField | None
    output: str
    text: str
    beneath: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class GridRow:
    """A row: its cells, the long texts that unfold, and what isn't seen."""

    form: forms.ModelForm[Any]
    index: int
    cells: list[GridCell]
    more: list[forms.BoundField]
    open: bool
    hidden: list[forms.BoundField]


class Grid:
    """The lines of one relation of a record."""

    def __init__(
        self, kind: DocumentKind, lines: Lines, rights: Rights, data: QueryDict | None, stored: Any
    ) -> None:
        """`stored`: the lines that the record has, or that are copied (without keys)."""
        self.kind = kind
        self.lines = lines
        self.rights = rights
        self.data = data
        self.stored = list(stored)

    @property
    def prefix(self) -> str:
        return self.lines.related

    @property
    def label(self) -> str:
        return self.lines.title

    @cached_property
    def entries(self) -> list[forms.ModelForm[Any]]:
        """One for each row, and an empty one at the end that nobody has to fill in."""
        rows, blank = list(self._rows()), self._form(self.count, None, blank=True)
        dress_choices(self.kind, self.rights, self.prefix, [*rows, blank])
        for form in (*rows, blank):
            dress(form)
            self._close(form)
        while rows and not self._is_filled(rows[-1]):
            rows.pop()
        blank.prefix = f"{self.prefix}-{len(rows)}"
        return [*rows, blank]

    def _is_filled(self, form: forms.ModelForm[Any]) -> bool:
        """Whether a row is a line: an empty new one is none, whatever was typed into it before."""
        if self.data is None or form.instance.pk:
            return True
        return any(not form.fields[name].widget.is_hidden for name in form.changed_data)

    def _rows(self) -> Iterator[forms.ModelForm[Any]]:
        if self.data is None:
            for index, line in enumerate(self.stored):
                yield self._form(index, line)
            return
        known = {str(line.pk): line for line in self.stored if line.pk}
        for index in range(self.count):
            given = self.data.get(f"{self.prefix}-{index}-id", "")
            yield self._form(index, known.get(given))

    def _form(self, index: int, line: Any, *, blank: bool = False) -> forms.ModelForm[Any]:
        return self.lines.form_class(
            None if blank else self.data,
            instance=line,
            prefix=f"{self.prefix}-{index}",
            empty_permitted=line is None or line.pk is None,
            use_required_attribute=False,
        )

    def _close(self, form: forms.ModelForm[Any]) -> None:
        """Without the right to see costs, costs are neither shown nor taken."""
        for name in [*form.fields]:
            if name not in columns.open_names(self.kind, [name], self.rights):
                del form.fields[name]

    @cached_property
    def count(self) -> int:
        """How many rows were sent, or are stored."""
        return len(self.stored) if self.data is None else min(self._given, MOST)

    @property
    def _given(self) -> int:
        given = self.data.get(f"{self.prefix}-count", "") if self.data is not None else ""
        return int(given[:9]) if given.isascii() and given.isdecimal() else 0

    @property
    def rows(self) -> list[forms.ModelForm[Any]]:
        """The forms without the empty one."""
        return self.entries[:-1]

    @property
    def filled(self) -> list[forms.ModelForm[Any]]:
        """Rows that are lines."""
        return [form for form in self.rows if self._is_filled(form)]

    @property
    def overfull(self) -> bool:
        """Whether more rows were sent than a grid holds."""
        return self.data is not None and self._given > MOST

    @property
    def columns(self) -> list[Column]:
        """What is worked out and shown beside the fields."""
        names = columns.open_names(self.kind, self.lines.computed, self.rights)
        return [columns.resolve(self.lines.model, name) for name in names]

    # --- how it is shown --------------------------------------------------------------------------
    @cached_property
    def layout(self) -> list[GridColumn]:
        """The columns in the order of the declaration. Texts that are worked out stand below the
        field before them."""
        fields = self.entries[-1].fields
        worked_out = {column.name: column for column in self.columns}
        found: list[GridColumn] = []
        names = self.lines.columns or (*fields, *self.lines.computed)
        for name in dict.fromkeys([*names, *fields]):
            field, column = fields.get(name), worked_out.get(name)
            if field is not None and not field.widget.is_hidden and not is_long(field):
                label = capfirst(str(self.entries[-1][name].label))
                found.append(GridColumn(name, label, True, isinstance(field, NUMBERS), []))
            elif column is not None and column.numeric:
                found.append(GridColumn(name, column.label, False, True, []))
            elif column is not None and found:
                found[-1].beneath.append(column)
        return found

    @property
    def shown(self) -> list[GridRow]:
        """All rows, the empty one last."""
        return [self._row(index, form) for index, form in enumerate(self.entries)]

    def _row(self, index: int, form: forms.ModelForm[Any]) -> GridRow:
        known = {column.name: column for column in self.columns}
        for column in self.layout:
            if column.typed:  # the heads of the columns are no labels of the cells
                label = f"{column.label} {index + 1}"
                form.fields[column.name].widget.attrs["aria-label"] = label
        long = [form[name] for name, field in form.fields.items() if is_long(field)]
        return GridRow(
            form,
            index,
            [
                GridCell(
                    column,
                    form[column.name] if column.typed else None,
                    form.add_prefix(column.name),
                    "" if column.typed else known[column.name].cell(form.instance).text,
                    [(form.add_prefix(c.name), c.cell(form.instance).text) for c in column.beneath],
                )
                for column in self.layout
            ],
            long,
            any(bound.errors or bound.value() for bound in long),
            [form[name] for name, field in form.fields.items() if field.widget.is_hidden],
        )

    def is_valid(self) -> bool:
        """Whether all lines are acceptable."""
        return all(form.is_valid() for form in self.filled)

    def instances(self, *, valid_only: bool = False) -> list[Any]:
        """The lines as they were typed."""
        return [form.instance for form in self.filled if not valid_only or form.is_valid()]

    def mark_errors(self) -> None:
        for form in self.filled:
            mark_errors(form)


def is_long(field: forms.Field) -> bool:
    """Whether a field is too long for a cell: texts, and long words that nobody has to give."""
    longest = getattr(field, "max_length", None) or 0
    words = isinstance(field, forms.CharField) and not field.required and longest >= WIDE
    return words or isinstance(field.widget, forms.Textarea)


# --- rewriting what was posted --------------------------------------------------------------------
def rework(data: QueryDict, grid: Grid, act: str, row: int) -> QueryDict:
    """What was posted, with rows pasted, or one copied, moved or taken out. To add one is nothing:
    an empty one always follows."""
    rows = [_posted(data, grid, index) for index in range(len(grid.rows))]
    inside = 0 <= row < len(rows)
    if act == "remove" and inside:
        del rows[row]
    elif act == "copy" and inside:
        rows.insert(row + 1, {name: v for name, v in rows[row].items() if name != "id"})
    elif act in ("up", "down") and inside:
        other = row + (1 if act == "down" else -1)
        if 0 <= other < len(rows):
            rows[row], rows[other] = rows[other], rows[row]
    elif act == "paste":
        first, text = data.get(f"{grid.prefix}-from", ""), data.get(f"{grid.prefix}-paste", "")
        paste(rows, grid.entries[-1], row, first, text, most=MOST)
    return _written(data, grid, rows[:MOST])


def _posted(data: QueryDict, grid: Grid, index: int) -> Row:
    prefix = f"{grid.prefix}-{index}-"
    return {
        name.removeprefix(prefix): values
        for name, values in data.lists()
        if name.startswith(prefix)
    }


def _written(data: QueryDict, grid: Grid, rows: list[Row]) -> QueryDict:
    found = QueryDict(mutable=True)
    for name, values in data.lists():
        if not name.startswith(f"{grid.prefix}-"):
            found.setlist(name, values)
    found[f"{grid.prefix}-count"] = str(len(rows))
    for index, row in enumerate(rows):
        for name, values in row.items():
            found.setlist(f"{grid.prefix}-{index}-{name}", values)
    return found
