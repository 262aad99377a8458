"""Pages by keyset, for lists in any order: a page costs the same wherever it stands.

Rows are in the order of one column, empty ones last, then by primary key. A cursor names a row by
both, and the direction; one that was made up leads to the first page."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial, reduce
from operator import or_
from typing import Any

import orjson
from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.db.models import F, Func, Q, QuerySet, Value

from apps.core.kinds.columns import value_of
from apps.core.kinds.models import RecordQuerySet


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


def page(
    rows: QuerySet[Any], order: str, cursor: str, size: int, *, reading: Sequence[str] = ()
) -> Page:
    """`size` rows in an order such as `-signed_on` (a path over foreign keys, or pk); `reading`:
    paths of what is read along with them, once it is known which rows they are."""
    path, descending = order.removeprefix("-"), order.startswith("-")
    at = _decode(rows.model, path, cursor) if cursor else None
    back = at is not None and at.back
    found: list[Any] = []
    for part in _parts(rows, path, at, falling=descending is not back, back=back):
        keys = part.values("pk")[: size + 1 - len(found)]
        found += _named(rows.model, keys).reading(*reading).order_by(*part.query.order_by)
        if len(found) > size:
            break
    more, found = len(found) > size, found[:size]
    if back:
        found.reverse()
    if not found:
        return Page([], "", "")
    first, last = _encode(found[0], path, True), _encode(found[-1], path, False)
    before, after = (more, True) if back else (at is not None, more)
    return Page(found, first if before else "", last if after else "")


def _named(model: Any, keys: QuerySet[Any]) -> RecordQuerySet:
    """Rows by a question for their keys, as an array: it is answered first, by itself, however many
    tables are read along."""
    is_one = Func(
        F("pk"),
        Func(ArraySubquery(keys), function="ANY"),
        template="%(expressions)s",
        arg_joiner=" = ",
        output_field=models.BooleanField(),
    )
    found: RecordQuerySet = model.objects.filter(is_one)
    return found


def _parts(
    rows: QuerySet[Any], path: str, at: _Cursor | None, *, falling: bool, back: bool
) -> Iterator[QuerySet[Any]]:
    """The rows beyond the cursor in the direction of reading: those that have a value, and the
    empty ones, each asked for by itself. An index over the column and the primary key then serves
    both, in both directions; “nulls last” would need one for each."""
    sign = "-" if falling else ""
    by_key = [f"{sign}pk"]
    if path == "pk":
        yield (rows if at is None else rows.filter(_later(at.pk, falling))).order_by(*by_key)
        return
    ways = _nullable(rows.model, path)
    filled = rows.filter(**{f"{way}__isnull": False for way in ways})
    empty = rows.filter(reduce(or_, (Q((f"{way}__isnull", True)) for way in ways), Q()))
    parts = [filled.order_by(f"{sign}{path}", *by_key), empty.order_by(*by_key)][: 2 if ways else 1]
    if at is not None:
        in_empty = bool(ways) and at.value is None
        beyond = _later(at.pk, falling) if in_empty else _beyond(rows.model, path, at, falling)
        parts[in_empty] = parts[in_empty].filter(beyond)
        if in_empty is not back:  # what lies between the cursor and the beginning is behind it
            parts = [parts[in_empty]]
    yield from reversed(parts) if back else parts


def _nullable(model: type[models.Model], path: str) -> list[str]:
    """Parts of a path from its beginning that may be empty."""
    names = path.split("__")
    ways = ["__".join(names[:end]) for end in range(1, len(names) + 1)]
    return [way for way in ways if _field(model, way).null]


def _later(pk: int, falling: bool) -> Q:
    return Q(pk__lt=pk) if falling else Q(pk__gt=pk)


def _beyond(model: type[models.Model], path: str, at: _Cursor, falling: bool) -> Func:
    """`(column, pk) < (value, pk)`: as one comparison, so that an index leads straight there."""
    row = partial(Func, template="(%(expressions)s)", output_field=models.BooleanField())
    return Func(
        row(F(path), F("pk")),
        row(Value(at.value, _field(model, path)), Value(at.pk)),
        template="%(expressions)s",
        arg_joiner=" < " if falling else " > ",
        output_field=models.BooleanField(),
    )


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
