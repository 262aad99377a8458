"""Records as JSON: how bodies become what a form reads, and how records are written.

What can be sent are the fields of the forms, nothing else; rows of other tables by their ids. The
same names come back, with what is worked out beside them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.db import models
from django.http import QueryDict
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError, ValidationError

from apps.core.access.rights import Rights
from apps.core.kinds import columns
from apps.core.kinds.declaration import DocumentKind, Lines
from apps.core.kinds.editing import line_rows
from apps.core.kinds.grids import MOST


# --- what is sent ---------------------------------------------------------------------------------
def read(kind: DocumentKind, body: Any, *, new: bool) -> QueryDict:
    """What the forms get. In a new record what is left out is as on an empty form. Raises
    ParseError for what is no object, ValidationError for lists where one value belongs."""
    if not isinstance(body, Mapping):
        raise ParseError(_("The body is a JSON object."))
    data = QueryDict(mutable=True)
    _read_row(data, "", kind.form_class.base_fields, body, new=new)
    for lines in kind.lines:
        rows = body.get(lines.related) or []
        if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
            raise ValidationError({lines.related: [_("A list of objects.")]})
        data[f"{lines.related}-count"] = str(len(rows))
        for index, row in enumerate(rows[: MOST + 1]):
            prefix = f"{lines.related}-{index}-"
            fresh = row.get("id") is None
            _read_row(data, prefix, lines.form_class.base_fields, row, new=fresh)
            if not fresh:
                data[f"{prefix}id"] = _text(f"{prefix}id", row["id"])
    return data


def read_flat(fields: Mapping[str, forms.Field], body: Any) -> QueryDict:
    """What a form of these fields gets. Raises as `read` does."""
    if not isinstance(body, Mapping):
        raise ParseError(_("The body is a JSON object."))
    data = QueryDict(mutable=True)
    _read_row(data, "", fields, body, new=True)
    return data


def _read_row(
    data: QueryDict,
    prefix: str,
    fields: Mapping[str, forms.Field],
    row: Mapping[str, Any],
    *,
    new: bool,
) -> None:
    for name, field in fields.items():
        value = row.get(name)
        if name not in row and field.widget.is_hidden:
            continue  # what pages keep for themselves
        if name not in row and new:
            value = field.initial() if callable(field.initial) else field.initial
        data[f"{prefix}{name}"] = _text(f"{prefix}{name}", value)


def _text(name: str, value: Any) -> str:
    """A value as one types it; a checkbox reads "False" too."""
    if isinstance(value, Mapping | list):
        raise ValidationError({name: [_("One value, neither a list nor an object.")]})
    return "" if value is None else str(getattr(value, "pk", value))


# --- what is answered -----------------------------------------------------------------------------
def represent(
    kind: DocumentKind, record: Any, rights: Rights, *, lines: bool = True
) -> dict[str, Any]:
    """A record with its lines. `labels` says what ids and codes mean."""
    names = shown_names(kind, rights)
    found = {
        "id": record.pk,
        "version": record.version,
        **_values(record, names),
        "labels": dict(_labels(record, names)),
    }
    for each in kind.lines if lines else ():
        rows = line_rows(record, each.related)
        found[each.related] = [_line(kind, each, row, rights) for row in rows]
    return found


def _line(kind: DocumentKind, lines: Lines, row: Any, rights: Rights) -> dict[str, Any]:
    names = columns.open_names(kind, line_names(lines), rights)
    return {"id": row.pk, **_values(row, names), "labels": dict(_labels(row, names))}


def shown_names(kind: DocumentKind, rights: Rights | None = None) -> list[str]:
    """Fields and properties that are answered: of the form, the totals and the columns."""
    own = ("number", "state", "submitted_at", "approved_at") if kind.is_document else ()
    versions = ("revision", "amends", "amendment") if kind.is_amendable else ()
    every = (
        *own,
        *versions,
        *kind.form_class.base_fields,
        *kind.totals,
        *kind.columns,
        *kind.more_columns,
        "owner",
        "department",
    )
    names = [name for name in dict.fromkeys(every) if "__" not in name]
    return names if rights is None else columns.open_names(kind, names, rights)


def line_names(lines: Lines) -> list[str]:
    """Those of a line."""
    every = (*lines.form_class.base_fields, *lines.columns, *lines.computed)
    return [name for name in dict.fromkeys(every) if "__" not in name]


def _values(row: Any, names: Iterable[str]) -> dict[str, Any]:
    return {name: _plain(_raw(row, name)) for name in names}


def _raw(row: Any, name: str) -> Any:
    column = columns.resolve(type(row), name)
    if isinstance(column.field, models.ForeignKey):
        return getattr(row, column.field.attname)
    return getattr(row, name)


def _labels(row: Any, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    for name in names:
        column = columns.resolve(type(row), name)
        if column.style == "record" or (column.field is not None and column.field.choices):
            text = column.cell(row).text
            if text:
                yield name, text


def _plain(value: Any) -> Any:
    match value:
        case None | bool() | int() | str():
            return value
        case Decimal():
            return f"{value:f}"
        case datetime() | date():
            return value.isoformat()
    return str(value)
