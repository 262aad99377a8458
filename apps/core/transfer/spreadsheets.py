"""Writing spreadsheets that open as they were meant: numbers and dates typed, texts never run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any, Final

from django.utils import timezone
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter

MIME: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST: Final = 32_767  # characters of a cell
ACTIVE: Final = ("=", "+", "-", "@", "\t", "\r")
"""Beginnings that a spreadsheet, or one that reads it from CSV, takes for a formula."""
FORMATS: Final = {"money": "#,##0.00##", "date": "yyyy-mm-dd", "moment": "yyyy-mm-dd hh:mm"}
BOLD: Final = Font(bold=True)
RED: Final = Font(color="B32424")
GREY: Final = PatternFill("solid", start_color="EFF1F4")
WIDTH: Final = 18  # characters


class Sheet:
    """A sheet that is written row by row and never held in memory as a whole."""

    def __init__(
        self, book: Workbook, title: str, widths: Sequence[float], freeze: str = ""
    ) -> None:
        self._sheet: Any = book.create_sheet(title[:31])
        self._sheet.freeze_panes = freeze or None
        for number, width in enumerate(widths, start=1):
            self._sheet.column_dimensions[get_column_letter(number)].width = width

    @property
    def sheet(self) -> Any:
        """openpyxl's own."""
        return self._sheet

    def heading(self, labels: Iterable[str]) -> None:
        """A row of labels."""
        self._sheet.append([self._cell(label, font=BOLD, fill=GREY) for label in labels])

    def row(self, values: Iterable[Any], styles: Iterable[str] = (), *, font: Any = None) -> None:
        """A row; `styles` as columns have them."""
        named = list(styles)
        self._sheet.append(
            [
                self._cell(value, FORMATS.get(named[at], "") if at < len(named) else "", font=font)
                for at, value in enumerate(values)
            ]
        )

    def _cell(self, value: Any, form: str = "", font: Any = None, fill: Any = None) -> Any:
        cell = WriteOnlyCell(self._sheet, value=plain(value))
        if isinstance(cell.value, str):
            cell.data_type = "s"  # a text that begins with "=" would be a formula
            cell.quotePrefix = cell.value.startswith(ACTIVE)
        elif form:
            cell.number_format = form
        if font is not None:
            cell.font = font
        if fill is not None:
            cell.fill = fill
        return cell


def plain(value: Any) -> Any:
    """A value as a cell holds it: times local and without zone, no control characters."""
    match value:
        case None | bool() | int() | float() | Decimal():
            return value
        case datetime():
            return timezone.localtime(value).replace(tzinfo=None, microsecond=0)
        case date():
            return value
    return ILLEGAL_CHARACTERS_RE.sub("", str(value))[:LONGEST]


def new_book() -> Workbook:
    """A book without sheets."""
    return Workbook(write_only=True)


def save_book(book: Workbook, file: IO[bytes]) -> None:
    """Write it, and go back to the beginning of the file."""
    book.save(file)
    file.seek(0)
