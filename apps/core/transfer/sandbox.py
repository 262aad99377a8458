"""Reading a spreadsheet that a stranger made: looked at from outside first, then opened in a child
process with little time and memory, and no secrets.

The promise is that no file, however made, holds the server up for longer than `SECONDS`."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import IO, Final

import orjson
import structlog
from django.utils.translation import gettext as _

from engine.exceptions import InvalidData

LARGEST: Final = 10 * 2**20  # bytes of the file
PARTS: Final = 1000  # files in it
UNPACKED: Final = 200 * 2**20  # bytes of all of them together
RATIO: Final = 200  # bytes that one byte may unpack to
ROWS: Final = 20_000
COLUMNS: Final = 200
SECONDS: Final = 30
"""Wall time of the child, its start included."""

_ROOT: Final = Path(__file__).resolve().parents[3]
log = structlog.get_logger(__name__)


def read_sheet(file: IO[bytes]) -> list[list[str]]:
    """The cells of the first sheet as texts, row by row; formulas as they are written. Raises
    InvalidData for what is no spreadsheet, too large or too costly."""
    _require_harmless(file)
    file.seek(0)
    try:
        child = subprocess.run(
            [sys.executable, "-B", "-m", "apps.core.transfer.worker", str(ROWS), str(COLUMNS)],
            input=file.read(),
            capture_output=True,
            cwd=_ROOT,
            env={"PATH": os.defpath, "PYTHONUTF8": "1"},  # nothing of ours: no keys, no addresses
            timeout=SECONDS,
            check=True,
        )
    except subprocess.TimeoutExpired:
        log.warning("spreadsheet_too_slow", seconds=SECONDS)
        raise _refused(_("The file takes too long to read. Split it up.")) from None
    except subprocess.CalledProcessError as error:
        reason = error.stderr.decode(errors="replace")[-500:]
        log.warning("spreadsheet_unreadable", status=error.returncode, reason=reason)
        raise _refused(_("The file can't be read. Save it again as .xlsx.")) from None
    answer = orjson.loads(child.stdout)
    if "too_many" in answer:
        message = _("More than %(rows)s rows or %(columns)s columns. Split the file up.")
        raise _refused(message % {"rows": ROWS, "columns": COLUMNS})
    rows: list[list[str]] = answer["rows"]
    return rows


def _require_harmless(file: IO[bytes]) -> None:
    """Look at size, number of parts and how far they unpack, without unpacking anything."""
    if file.seek(0, 2) > LARGEST:
        message = _("The file has more than %(most)s MB. Split it up.")
        raise _refused(message % {"most": LARGEST // 2**20})
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise _refused(_("This is no .xlsx file.")) from None
    unpacked = sum(part.file_size for part in parts)
    bomb = any(part.file_size > RATIO * max(part.compress_size, 1024) for part in parts)
    if len(parts) > PARTS or unpacked > UNPACKED or bomb:
        log.warning("spreadsheet_bomb", parts=len(parts), unpacked=unpacked)
        raise _refused(_("The file unpacks to more than is read. Save it again, or split it up."))
    if "xl/workbook.xml" not in {part.filename for part in parts}:
        raise _refused(_("This is no .xlsx file."))


def _refused(message: str) -> InvalidData:
    return InvalidData(message, errors={"file": [message]})
