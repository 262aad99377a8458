"""A list as a spreadsheet: the rows, columns and order that are shown."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from typing import IO, Any, Final

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from apps.core.access.actions import Action
from apps.core.audit.models import Event
from apps.core.audit.services import record
from apps.core.kinds import columns
from apps.core.kinds.columns import Column
from apps.core.kinds.listing import Listing
from apps.core.transfer.spreadsheets import WIDTH, Sheet, new_book, save_book
from engine.exceptions import InvalidData

MOST: Final = 50_000
"""Rows of a spreadsheet; a wider question is narrowed first."""
CHUNK: Final = 2000
TYPED: Final = ("money", "number", "date", "moment")


def export(listing: Listing, chosen: Sequence[int] = ()) -> IO[bytes]:
    """An open temporary file with what a list shows, or with the chosen rows of it.

    Raises NotAllowed, and InvalidData where there are more than `MOST`."""
    kind, rights = listing.kind, listing.rights
    kind.require(rights, Action.EXPORT)
    rows = _ordered(listing)
    if chosen:
        rows = rows.filter(pk__in=chosen)
    if rows.order_by()[: MOST + 1].count() > MOST:
        message = _("More than %(most)s rows: narrow the list by filters first.") % {"most": MOST}
        raise InvalidData(message, errors={"": [message]})
    file = tempfile.TemporaryFile()  # noqa: SIM115  (the answer closes it)
    number = _write(file, kind.label_plural, listing.columns, rows)
    record(
        Event.EXPORTED,
        by=rights.user,
        label=kind.label_plural,
        after={
            "kind": kind.key,
            "rows": number,
            "columns": [column.name for column in listing.columns],
            "query": listing.query.urlencode(),
        },
    )
    return file


def _ordered(listing: Listing) -> QuerySet[Any]:
    names = [column.name for column in listing.columns]
    path = listing.order_path
    rows: QuerySet[Any] = listing.rows.reading(
        *listing.kind.related, *columns.related_of(listing.kind.model, names)
    )
    return rows.order_by(path, "-pk" if path.startswith("-") else "pk")


def _write(file: IO[bytes], title: str, shown: Sequence[Column], rows: QuerySet[Any]) -> int:
    book = new_book()
    sheet = Sheet(book, title, [WIDTH] * len(shown), freeze="A2")
    sheet.heading(column.label for column in shown)
    styles = [column.style for column in shown]
    number = 0
    for row in rows.iterator(CHUNK):
        sheet.row((value_in(column, row) for column in shown), styles)
        number += 1
    save_book(book, file)
    return number


def value_in(column: Column, row: Any) -> Any:
    """What a cell holds: numbers and dates as such, anything else in words."""
    if column.style in TYPED and not (column.field and column.field.choices):
        return columns.value_of(row, column.name)
    return column.cell(row).text
