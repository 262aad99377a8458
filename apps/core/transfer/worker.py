"""The child of `apps.core.transfer.sandbox`: a spreadsheet on standard input, its cells as JSON on
the output. It limits itself before it reads anything, and knows neither Django nor the database.

What archives say of their own size isn't believed: the memory and time of this process end here."""

from __future__ import annotations

import io
import resource
import sys
from datetime import date, datetime, time
from typing import Any, Final

import orjson

CPU_SECONDS: Final = 25
MEMORY_BYTES: Final = 768 * 2**20
OPEN_FILES: Final = 64


def main(rows: int, columns: int) -> None:
    """Answer one request."""
    _limit()
    from openpyxl import load_workbook  # within the limits

    book = load_workbook(
        io.BytesIO(sys.stdin.buffer.read()), read_only=True, data_only=False, keep_links=False
    )
    sys.stdout.buffer.write(orjson.dumps(_read(book.worksheets[0], rows, columns)))


def _read(sheet: Any, rows: int, columns: int) -> dict[str, Any]:
    found: list[list[str]] = []
    empty = 0
    for cells in sheet.iter_rows(values_only=True):
        texts = [_text(value) for value in cells]
        while texts and not texts[-1]:
            texts.pop()
        if len(texts) > columns or len(found) - empty > rows or empty > 10 * rows:
            return {"too_many": True}
        empty = empty + 1 if not texts else 0
        found.append(texts)
    while found and not found[-1]:
        found.pop()
    return {"rows": found}


def _text(value: Any) -> str:
    """A cell as it would be typed."""
    match value:
        case None:
            return ""
        case bool():
            return "TRUE" if value else "FALSE"
        case datetime():
            at_midnight = value.time() == time()
            return value.date().isoformat() if at_midnight else value.isoformat(" ", "seconds")
        case date() | time():
            return value.isoformat()
        case float():
            return str(int(value)) if value.is_integer() else repr(value)
    return str(value).strip()


def _limit() -> None:
    for kind, limit in (
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (limit, limit))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
