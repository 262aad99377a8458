"""From rows of a spreadsheet to what a browser would post: one document at a time, with the way
back from an error to its row and column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

from apps.core.kinds.choosing import RecordChoice
from apps.core.transfer.layout import ImportColumn, Layout
from engine.exceptions import InvalidData

YES: Final = {"true", "yes", "y", "1", "on", "是", "√", "✓", "对"}
NO: Final = {"false", "no", "n", "0", "off", "否", "×", "错"}
FIRST: Final = 2  # number of the row below the heading, as a spreadsheet counts


@dataclass(frozen=True, slots=True)
class CellError:
    """What is wrong, and where: the number of the row, the label of the column or ""."""

    row: int
    column: str
    text: str


@dataclass(slots=True)
class Entry:
    """The rows of one document. `lines`: for each relation the rows that have a line of it."""

    rows: list[int]
    header: dict[str, str]
    lines: dict[str, list[tuple[int, dict[str, str]]]] = field(default_factory=dict)


class Sheet:
    """A spreadsheet that was read, with the layout of its kind. Raises InvalidData for headings
    that say nothing."""

    def __init__(self, layout: Layout, rows: Sequence[Sequence[str]]) -> None:
        self.layout = layout
        self.heading = list(rows[0]) if rows else []
        self.body = rows[1:]
        self.places, self.unknown = layout.find(self.heading)
        if not any(self.places.values()):
            message = _("The first row doesn't hold the headings of the template.")
            raise InvalidData(message, errors={"file": [message]})
        self._columns = {column.key: column for column in layout.columns}

    # --- documents --------------------------------------------------------------------------------
    @cached_property
    def entries(self) -> list[Entry]:
        """All documents, in the order of their first rows."""
        found: dict[str, Entry] = {}
        for number, cells in enumerate(self.body, start=FIRST):
            values = {
                key: cells[at].strip()
                for at, key in self.places.items()
                if at < len(cells) and cells[at].strip()
            }
            if values:
                self._add(found, number, values)
        return list(found.values())

    def _add(self, found: dict[str, Entry], number: int, values: Mapping[str, str]) -> None:
        group = values.get("", "") if self.layout.grouped else ""
        header = {
            key: text for key, text in values.items() if key and not self._columns[key].related
        }
        entry = found.setdefault(group or f"\x00{number}", Entry([], header))
        entry.rows.append(number)
        for name, text in header.items():
            entry.header.setdefault(name, text)
        for lines in self.layout.kind.lines:
            prefix = f"{lines.related}-"
            line = {k.removeprefix(prefix): v for k, v in values.items() if k.startswith(prefix)}
            if line:
                entry.lines.setdefault(lines.related, []).append((number, line))

    # --- as posted --------------------------------------------------------------------------------
    def posted(self, entry: Entry) -> QueryDict:
        """What a browser would send for a document; what isn't filled in is as in an empty form."""
        data = QueryDict(mutable=True)
        for column in self._of(""):
            self._put(data, column.name, column, entry.header.get(column.name, ""))
        for lines in self.layout.kind.lines:
            rows = entry.lines.get(lines.related, [])
            data[f"{lines.related}-count"] = str(len(rows))
            for index, (_number, values) in enumerate(rows):
                for column in self._of(lines.related):
                    name = f"{lines.related}-{index}-{column.name}"
                    self._put(data, name, column, values.get(column.name, ""))
        return data

    def _of(self, related: str) -> Iterator[ImportColumn]:
        return (column for column in self.layout.columns if column.related == related)

    def _put(self, data: QueryDict, name: str, column: ImportColumn, text: str) -> None:
        if not text:
            data.update(_initial(column.field, name))
        elif isinstance(column.field, RecordChoice):
            data.update({name: "", f"{name}-text": text})
        elif isinstance(column.field, forms.BooleanField):
            if text.lower() not in NO:
                data[name] = "on" if text.lower() in YES else text
        elif isinstance(column.field, forms.ChoiceField):
            data[name] = self._keys[column.key].get(text, text)
        else:
            data[name] = _typed(column.field, text)

    @cached_property
    def _keys(self) -> dict[str, dict[str, str]]:
        """Keys of choices by their labels."""
        return {
            column.key: {str(label): str(key) for key, label in _choices(column.field)}
            for column in self.layout.columns
            if isinstance(column.field, forms.ChoiceField)
            and not isinstance(column.field, RecordChoice)
        }

    # --- errors -----------------------------------------------------------------------------------
    def not_understood(self) -> list[CellError]:
        """What is wrong with the heading: columns that the template doesn't have."""
        return [
            CellError(1, label, _("The template has no such column.")) for label in self.unknown
        ]

    def errors(self, entry: Entry, errors: Mapping[str, Sequence[str]]) -> list[CellError]:
        """Messages by field (`customer`, `lines-0-quantity`, "") with their rows and columns."""
        return [
            CellError(*self._place(entry, key), text)
            for key, texts in errors.items()
            for text in texts
        ]

    def _place(self, entry: Entry, key: str) -> tuple[int, str]:
        for related, rows in entry.lines.items():
            index, _dash, name = key.removeprefix(f"{related}-").partition("-")
            if key.startswith(f"{related}-") and index.isdecimal() and int(index) < len(rows):
                return rows[int(index)][0], self._label(f"{related}-{name}")
        return entry.rows[0], self._label(key)

    def _label(self, key: str) -> str:
        column = self._columns.get(key)
        return column.label if column else ""


def _initial(form_field: forms.Field, name: str) -> dict[str, str]:
    value = form_field.initial() if callable(form_field.initial) else form_field.initial
    if isinstance(form_field, forms.BooleanField):
        return {name: "on"} if value else {}
    return {name: "" if value is None else str(getattr(value, "pk", value))}


def _choices(form_field: Any) -> Iterator[tuple[Any, Any]]:
    for value, label in form_field.choices:
        if isinstance(label, list | tuple):
            yield from label
        else:
            yield value, label


def _typed(form_field: forms.Field, text: str) -> str:
    """Numbers perhaps with ¥ and commas, dates with strokes or dots."""
    if isinstance(form_field, forms.DecimalField | forms.IntegerField):
        return text.replace(",", "").replace("，", "").lstrip("¥￥").rstrip("%")
    if isinstance(form_field, forms.DateField | forms.DateTimeField):
        return text.replace("/", "-").replace(".", "-")
    return text
