"""Pages by keyset of a list that is ordered by one column without doubles."""

from __future__ import annotations

from typing import Any, Generic, NamedTuple, TypeVar

from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=Model)
PAGE = 50


class Page(NamedTuple, Generic[Row]):
    """Rows, and the cursors to the neighbours, "" where there is none."""

    rows: list[Row]
    next: str
    previous: str


def page_of(rows: QuerySet[Row], column: str, cursor: str, *, limit: int = PAGE) -> Page[Row]:
    """The page that a cursor leads to ("" the first; one that makes no sense as well).

    `column` is the order, with "-" the last first."""
    name, falling = column.lstrip("-"), column.startswith("-")
    backwards, value = cursor[:1] == "<", cursor[1:]
    if value and name == "pk" and not (value.isdecimal() and len(value) < 19):
        backwards, value = False, ""
    if value:
        later = falling == backwards
        rows = rows.filter(**{f"{name}__{'gt' if later else 'lt'}": value})
    order = f"-{name}" if falling != (backwards and bool(value)) else name
    found = list(rows.order_by(order)[: limit + 1])
    more, found = len(found) > limit, found[:limit]
    if backwards and value:
        found.reverse()
    if not found:
        return Page([], "", "")

    def key(row: Any) -> str:
        return str(getattr(row, name))

    has_next = more if not (backwards and value) else True
    has_previous = bool(value) if not backwards else more
    return Page(
        found,
        f">{key(found[-1])}" if has_next else "",
        f"<{key(found[0])}" if has_previous else "",
    )
