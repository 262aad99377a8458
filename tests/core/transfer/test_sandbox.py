"""Spreadsheets that mean harm are refused quickly."""

from __future__ import annotations

import io
import time
import zipfile
from datetime import date, datetime
from itertools import pairwise

import pytest
from openpyxl import Workbook

from apps.core.transfer import sandbox
from engine.exceptions import InvalidData

BOOK = '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def workbook(*rows) -> io.BytesIO:
    book = Workbook()
    for row in rows:
        book.active.append(list(row))
    file = io.BytesIO()
    book.save(file)
    return file


def replaced(name: str, content: bytes) -> io.BytesIO:
    """A spreadsheet whose part of that name says something else."""
    found, file = zipfile.ZipFile(workbook(["a"])), io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as changed:
        for part in found.namelist():
            changed.writestr(part, content if part == name else found.read(part))
    return file


def test_cells_come_as_they_would_be_typed() -> None:

    row = [
        "甲",
        3,
        2.5,
        True,
        date(2027, 10, 14),
        datetime(2027, 10, 14, 9, 30),
        "=A1+1",
        None,
        7.0,
    ]
    (read,) = sandbox.read_sheet(workbook(row))
    typed = ["甲", "3", "2.5", "TRUE", "2027-10-14", "2027-10-14 09:30:00", "=A1+1", "", "7"]
    assert read == typed


@pytest.mark.parametrize(
    "content",
    [b"", b"no archive", b"PK\x03\x04" + b"\x00" * 50, b"%PDF-1.7"],
    ids=["empty", "text", "broken", "pdf"],
)
def test_what_is_no_spreadsheet_is_refused(content) -> None:
    with pytest.raises(InvalidData):
        sandbox.read_sheet(io.BytesIO(content))


def test_an_archive_of_something_else_is_refused() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("word/document.xml", "x")
    with pytest.raises(InvalidData):
        sandbox.read_sheet(file)


def test_a_bomb_is_refused_without_being_unpacked() -> None:
    bomb = replaced("xl/worksheets/sheet1.xml", b" " * 250 * 2**20)
    began = time.monotonic()
    with pytest.raises(InvalidData, match=r"unpack|解"):
        sandbox.read_sheet(bomb)
    assert time.monotonic() - began < 2


def test_entities_that_multiply_end_with_the_child() -> None:
    names = "abcdefghij"
    entities = "".join(f'<!ENTITY {one} "{f"&{before};" * 10}">' for before, one in pairwise(names))
    laughs = (
        f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "{"ha" * 50}">{entities}]>'
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        '<row r="1"><c r="A1" t="inlineStr"><is><t>&j;</t></is></c></row></sheetData></worksheet>'
    )
    with pytest.raises(InvalidData):
        sandbox.read_sheet(replaced("xl/worksheets/sheet1.xml", laughs.encode()))


def test_too_many_rows_or_columns_are_refused(monkeypatch) -> None:
    monkeypatch.setattr(sandbox, "ROWS", 3)
    with pytest.raises(InvalidData):
        sandbox.read_sheet(workbook(*[["a"]] * 10))
    with pytest.raises(InvalidData):
        sandbox.read_sheet(workbook(["a"] * (sandbox.COLUMNS + 1)))


def test_a_file_that_is_too_large_is_not_opened(monkeypatch) -> None:
    monkeypatch.setattr(sandbox, "LARGEST", 100)
    with pytest.raises(InvalidData):
        sandbox.read_sheet(workbook(["a"]))


def test_the_child_knows_nothing_of_ours(monkeypatch) -> None:
    seen = {}
    real = sandbox.subprocess.run

    def look(*arguments, **options):
        seen.update(options["env"])
        return real(*arguments, **options)

    monkeypatch.setattr(sandbox.subprocess, "run", look)
    sandbox.read_sheet(workbook(["a"]))
    assert set(seen) == {"PATH", "PYTHONUTF8"}
