"""Pages by keyset, for lists in any order: a page costs the same wherever it stands.

Rows are in the order of one column, empty ones last, then by primary key; where the column is one
of another table, rows of the same record there stand together. A cursor names a row by these, and
the direction; one that was made up leads to the first page."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial, reduce
from operator import or_
from typing import Any, Final

import orjson
from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.db.models import Case, F, Func, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact

from apps.core.kinds.columns import value_of
from apps.core.kinds.models import RecordQuerySet, has_order_index, is_any

END: Final = 2**63 - 1
"""No primary key is higher."""


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of a page; `previous` and `next` are cursors, "" where there is nothing more."""

    rows: Sequence[Any]
    previous: str
    next: str


@dataclass(frozen=True, slots=True)
class _Order:
    """A path over foreign keys, or pk. `way`: the path to the other table, "" where it is the
    rows' own column."""

    path: str
    falling: bool

    @property
    def way(self) -> str:
        return self.path.rpartition("__")[0]

    @property
    def key(self) -> tuple[str, ...]:
        """Fields by which a row has its place, the primary key last."""
        own = () if self.path == "pk" else (self.path,)
        return (*own, *((f"{self.way}_id",) if self.way else ()), "pk")

    def by(self, *fields: str) -> list[str]:
        return [f"-{field}" if self.falling else field for field in fields]


@dataclass(frozen=True, slots=True)
class _Cursor:
    """The values of a row's `_Order.key`; the first is None in the rows without a value."""

    key: Sequence[Any]
    back: bool

    @property
    def in_empty(self) -> bool:
        return self.key[0] is None


def page(
    rows: QuerySet[Any],
    order: str,
    cursor: str,
    size: int,
    *,
    reading: Sequence[str] = (),
    many: bool = False,
) -> Page:
    """`size` rows in an order such as `-signed_on` (a path over foreign keys, or pk); `reading`:
    paths of what is read along with them, once it is known which rows they are. `many`: there are
    more than one would put in order, also of those that fit; indexes lead through them."""
    path = order.removeprefix("-")
    at = _decode(rows.model, _Order(path, False), cursor) if cursor else None
    back = at is not None and at.back
    wanted = _Order(path, order.startswith("-") is not back)
    found: list[Any] = []
    for part in _parts(rows, wanted, at, back=back):
        left = size + 1 - len(found)
        by_groups = many and not part.empty and _grouped(rows.model, wanted)
        in_order = partial(_keys, by_index=many)
        keys = _of_groups(part, wanted, left) if by_groups else in_order(part, wanted)[:left]
        order_by = wanted.by(*(wanted.key[-1:] if part.empty else wanted.key))
        found += _named(rows.model, keys).reading(*reading).order_by(*order_by)
        if len(found) > size:
            break
    more, found = len(found) > size, found[:size]
    if back:
        found.reverse()
    if not found:
        return Page([], "", "")
    first, last = _encode(found[0], wanted, True), _encode(found[-1], wanted, False)
    before, after = (more, True) if back else (at is not None, more)
    return Page(found, first if before else "", last if after else "")


def _named(model: Any, keys: QuerySet[Any]) -> RecordQuerySet:
    """Rows by a question for their keys, as an array: it is answered first, by itself, however many
    tables are read along."""
    found: RecordQuerySet = model.objects.filter(is_any("pk", ArraySubquery(keys)))
    return found


@dataclass(frozen=True, slots=True)
class _Part:
    """Rows that have a value, or the `empty` ones; of them those beyond the cursor, if it is one of
    theirs."""

    rows: QuerySet[Any]
    empty: bool
    at: _Cursor | None


def _parts(
    rows: QuerySet[Any], order: _Order, at: _Cursor | None, *, back: bool
) -> Iterator[_Part]:
    """The rows beyond the cursor in the direction of reading: those that have a value, and the
    empty ones, each asked for by itself. An index over the column and the primary key then serves
    both, in both directions; “nulls last” would need one for each."""
    ways = [] if order.path == "pk" else _nullable(rows.model, order.path)
    parts = [_Part(rows.filter(**{f"{way}__isnull": False for way in ways}), False, None)]
    if ways:
        none = reduce(or_, (Q((f"{way}__isnull", True)) for way in ways), Q())
        parts.append(_Part(rows.filter(none), True, None))
    if at is not None:
        number = int(at.in_empty and bool(ways))
        parts[number] = replace(parts[number], at=at)
        if bool(number) is not back:  # what lies between the cursor and the beginning is behind it
            parts = [parts[number]]
    yield from reversed(parts) if back else parts


def _keys(part: _Part, order: _Order, *, by_index: bool) -> QuerySet[Any]:
    """Primary keys in their order; not `by_index` where there are few."""
    names = order.key[-1:] if part.empty else order.key
    rows = part.rows
    if part.at is not None:
        rows = rows.filter(_beyond(rows.model, names, part.at, order.falling))
    if by_index or names[0] == "pk":
        return rows.order_by(*order.by(*names)).values("pk")
    # An expression has no index. The planner would go through the one of the column, as though few
    # rows stood all over it, though they may stand side by side at its end.
    place = Coalesce(F(names[0]), F(names[0]))
    first = place.desc() if order.falling else place.asc()
    return rows.order_by(first, *order.by(*names[1:])).values("pk")


def _grouped(model: type[models.Model], order: _Order) -> bool:
    """Whether an index has the rows of each record of the other table by their primary keys."""
    return bool(order.way) and "__" not in order.way and has_order_index(model, order.way)


def _of_groups(part: _Part, order: _Order, size: int) -> QuerySet[Any]:
    """The first `size` primary keys in the order of another table: record by record of that table,
    as its index gives them, of each its first rows, as an index over foreign key and primary key
    gives these. The database stops as soon as there are enough."""
    falling, name = order.falling, order.path.rpartition("__")[2]
    other: Any = _field(part.rows.model, order.way).related_model
    groups: QuerySet[Any] = other._base_manager.all()
    rows = part.rows.filter(**{order.way: OuterRef("pk")})
    if part.at is not None:
        value, group, pk = part.at.key
        groups = groups.filter(
            _beyond(other, (name, "pk"), _Cursor((value, group), False), falling, here=True)
        )
        begun = Exact(OuterRef("pk"), Value(group))
        after = Case(When(begun, then=Value(pk)), default=Value(END if falling else 0))
        rows = rows.filter(pk__lt=after) if falling else rows.filter(pk__gt=after)
    first = rows.order_by(*order.by("pk")).values("pk")[:size]
    unnested = Func(ArraySubquery(first), function="unnest", output_field=models.BigIntegerField())
    unnested.set_returning = True
    found: QuerySet[Any] = groups.order_by(*order.by(name, "pk")).annotate(row=unnested)
    return found.values("row")[:size]


def _nullable(model: type[models.Model], path: str) -> list[str]:
    """Parts of a path from its beginning that may be empty."""
    names = path.split("__")
    ways = ["__".join(names[:end]) for end in range(1, len(names) + 1)]
    return [way for way in ways if _field(model, way).null]


def _beyond(
    model: type[models.Model],
    names: Sequence[str],
    at: _Cursor,
    falling: bool,
    *,
    here: bool = False,
) -> Func:
    """`(column, pk) < (value, pk)`: as one comparison, so that an index leads straight there.
    `here`: with the row of the cursor itself."""
    row = partial(Func, template="(%(expressions)s)", output_field=models.BooleanField())
    values = [
        Value(value, _field(model, name) if name == names[0] and name != "pk" else None)
        for name, value in zip(names, at.key[-len(names) :], strict=True)
    ]
    sign = f"{'<' if falling else '>'}{'=' if here else ''}"
    return Func(
        row(*(F(name) for name in names)),
        row(*values),
        template="%(expressions)s",
        arg_joiner=f" {sign} ",
        output_field=models.BooleanField(),
    )


def _encode(row: Any, order: _Order, back: bool) -> str:
    value, *keys = (value_of(row, name) for name in order.key)
    first = value if order.path == "pk" or value is None else str(value)
    return base64.urlsafe_b64encode(orjson.dumps([first, *keys, back])).decode().rstrip("=")


def _decode(model: type[models.Model], order: _Order, cursor: str) -> _Cursor | None:
    """The row a cursor names; None for a text that isn't one."""
    try:
        *key, back = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if len(key) != len(order.key) or key[-1] is None:
            return None
        values = [] if order.path == "pk" else [key.pop(0)]
        field = _field(model, order.path)
        found = [None if value is None else _value(field, str(value)) for value in values]
        return _Cursor([*found, *(None if one is None else _id(one) for one in key)], bool(back))
    except (ValueError, TypeError, binascii.Error, ValidationError, FieldDoesNotExist):
        return None


def _id(number: Any) -> int:
    """A primary key, 0 for a number that can't be one."""
    return int(number) if 0 <= int(number) <= END else 0


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
    field = model._meta.pk if last == "pk" else model._meta.get_field(last)
    if not isinstance(field, models.Field):
        raise FieldDoesNotExist(path)
    return field
