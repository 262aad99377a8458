"""The spreadsheet to fill in for an import, and the one to put right after it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from typing import IO, Final

from django.utils.translation import gettext as _
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation

from apps.core.transfer.layout import ImportColumn, Layout
from apps.core.transfer.spreadsheets import RED, WIDTH, Sheet, new_book, save_book

FILLED_IN: Final = 5000  # rows that get pick lists


def template(layout: Layout) -> IO[bytes]:
    """An empty sheet with the headings, pick lists, and a sheet that explains every column."""
    book = new_book()
    offset = 1 if layout.grouped else 0
    sheet = Sheet(book, _("Import"), [WIDTH] * (len(layout.columns) + offset), freeze="A2")
    picked = [column for column in layout.columns if column.choices]
    for number, column in enumerate(picked, start=1):
        letter = get_column_letter(number)
        area = f"{quote_sheetname(_('Lists'))}!${letter}$2:${letter}${len(column.choices) + 1}"
        rule = DataValidation(type="list", formula1=area, allow_blank=True, showErrorMessage=False)
        at = get_column_letter(layout.columns.index(column) + 1 + offset)
        rule.add(f"{at}2:{at}{FILLED_IN}")
        sheet.sheet.data_validations.append(rule)
    sheet.heading(_starred(layout))
    explanation = Sheet(book, _("How to fill it in"), [30, 12, 60], freeze="A2")
    explanation.heading((_("Column"), _("Required"), _("What to enter")))
    if layout.grouped:
        text = _(
            "Rows with the same text here are lines of one document. Fill in the fields of the "
            "document in the first of them."
        )
        explanation.row((layout.group_label, _("Yes"), text))
    for column in layout.columns:
        needed = _("Yes") if column.field.required else ""
        explanation.row((column.label, needed, column.hint))
    _lists(Sheet(book, _("Lists"), [WIDTH] * len(picked)), picked)
    return _saved(book)


def _starred(layout: Layout) -> Iterable[str]:
    if layout.grouped:
        yield f"{layout.group_label} *"
    for column in layout.columns:
        yield f"{column.label} *" if column.field.required else column.label


def _lists(sheet: Sheet, picked: Sequence[ImportColumn]) -> None:
    sheet.heading(column.label for column in picked)
    for at in range(max((len(column.choices) for column in picked), default=0)):
        sheet.row(column.choices[at] if at < len(column.choices) else None for column in picked)


def correction(
    layout: Layout, heading: Sequence[str], rows: Iterable[tuple[Sequence[str], str]]
) -> IO[bytes]:
    """The rows that were not taken, as they were sent, with what is wrong in a first column that
    an import doesn't mind."""
    book = new_book()
    sheet = Sheet(book, _("Import"), [40, *([WIDTH] * len(heading))], freeze="B2")
    sheet.heading([layout.remark_label, *heading])
    for cells, error in rows:
        sheet.row([error, *cells], font=RED if error else None)
    return _saved(book)


def _saved(book: object) -> IO[bytes]:
    file = tempfile.TemporaryFile()  # noqa: SIM115  (the answer closes it)
    save_book(book, file)  # type: ignore[arg-type]
    return file
