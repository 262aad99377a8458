"""Pages by keyset, for lists in any order: a page costs the same wherever it stands.

Rows are in the order of one column, empty ones last, then by primary key. A cursor names a row by
both, and the direction; one that was made up leads to the first page."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.db.models import F, Q, QuerySet

from apps.core.kinds.columns import value_of


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of a page; `previous` and `next` are cursors, "" where there is nothing more."""

    rows: Sequence[Any]
    previous: str
    next: str


@dataclass(frozen=True, slots=True)
class _Cursor:
    value: Any
    pk: int
    back: bool


def page(rows: QuerySet[Any], order: str, cursor: str, size: int) -> Page:
    """`size` rows in an order such as `-signed_on` (a path over foreign keys, or pk)."""
    path, descending = order.removeprefix("-"), order.startswith("-")
    at = _decode(rows.model, path, cursor) if cursor else None
    back = at is not None and at.back
    if at is not None:
        rows = rows.filter(_beyond(path, at, descending is not back))
    found = list(_ordered(rows, path, descending, back)[: size + 1])
    more, found = len(found) > size, found[:size]
    if back:
        found.reverse()
    if not found:
        return Page([], "", "")
    first, last = _encode(found[0], path, True), _encode(found[-1], path, False)
    before, after = (more, True) if back else (at is not None, more)
    return Page(found, first if before else "", last if after else "")


def _ordered(rows: QuerySet[Any], path: str, descending: bool, back: bool) -> QuerySet[Any]:
    falling = descending is not back
    if path == "pk":
        return rows.order_by("-pk" if falling else "pk")
    by = F(path)
    nulls = {"nulls_first": True} if back else {"nulls_last": True}
    return rows.order_by(
        by.desc(**nulls) if falling else by.asc(**nulls), "-pk" if falling else "pk"
    )


def _beyond(path: str, at: _Cursor, falling: bool) -> Q:
    """Rows after the cursor in the direction of reading."""
    word = "lt" if falling else "gt"
    later = Q(**{f"pk__{word}": at.pk})
    if path == "pk":
        return later
    empty = Q(**{f"{path}__isnull": True})
    if at.value is None:
        return (empty & later) | ~empty if at.back else empty & later
    beyond = Q(**{f"{path}__{word}": at.value}) | (Q(**{path: at.value}) & later)
    return beyond if at.back else beyond | empty


def _encode(row: Any, path: str, back: bool) -> str:
    value = None if path == "pk" else value_of(row, path)
    text = None if value is None else str(value)
    return base64.urlsafe_b64encode(orjson.dumps([text, row.pk, back])).decode().rstrip("=")


def _decode(model: type[models.Model], path: str, cursor: str) -> _Cursor | None:
    """The row a cursor names; None for a text that isn't one."""
    try:
        text, pk, back = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        value = None if text is None or path == "pk" else _value(_field(model, path), str(text))
        return _Cursor(value, int(pk) if 0 <= int(pk) < 2**63 else 0, bool(back))
    except (ValueError, TypeError, binascii.Error, ValidationError, FieldDoesNotExist):
        return None


def _value(field: models.Field[Any, Any], text: str) -> Any:
    """What the field could hold; raises ValidationError."""
    if "\x00" in text:
        raise ValidationError("NUL")
    value = field.to_python(text)
    field.run_validators(value)
    return value


def _field(model: type[models.Model], path: str) -> models.Field[Any, Any]:
    *parts, last = path.split("__")
    for part in parts:
        related = model._meta.get_field(part).related_model
        if not isinstance(related, type):
            raise FieldDoesNotExist(path)
        model = related
    field = model._meta.get_field(last)
    if not isinstance(field, models.Field):
        raise FieldDoesNotExist(path)
    return field
