"""What a file is, by what is in it and not by what it is called.

The list says what may be uploaded. A file is taken where its first bytes, or the parts of its
container, are those of a type on the list and its name ends as that type's names do. Nothing that a
browser or an office program would run is on it: no HTML, no SVG, no macros, no archives."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Final

HEAD: Final = 4096  # bytes that are looked at
TAIL: Final = 65_557  # bytes at the end in which a zip archive's directory must begin
DIRECTORY: Final = 2**20  # bytes of a container's directory; more are in no document of people


@dataclass(frozen=True, slots=True)
class FileType:
    """A type on the list."""

    mime: str
    endings: tuple[str, ...]
    begins: tuple[bytes, ...] = ()
    part: str = ""  # the part by which a zip container is this type
    container: bool = False
    further: Callable[[bytes], bool] | None = None  # of the first bytes


def _is_webp(head: bytes) -> bool:
    return head[8:12] == b"WEBP"


def _is_heic(head: bytes) -> bool:
    return head[4:8] == b"ftyp" and head[8:12] in {b"heic", b"heix", b"mif1", b"msf1"}


_OFFICE: Final = "application/vnd.openxmlformats-officedocument"
_OLE: Final = (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",)

TYPES: Final = (
    FileType("application/pdf", ("pdf",), (b"%PDF-",)),
    FileType("image/png", ("png",), (b"\x89PNG\r\n\x1a\n",)),
    FileType("image/jpeg", ("jpg", "jpeg"), (b"\xff\xd8\xff",)),
    FileType("image/gif", ("gif",), (b"GIF87a", b"GIF89a")),
    FileType("image/webp", ("webp",), (b"RIFF",), further=_is_webp),
    FileType("image/heic", ("heic", "heif"), (b"\x00\x00\x00",), further=_is_heic),
    FileType("image/tiff", ("tif", "tiff"), (b"II*\x00", b"MM\x00*")),
    FileType(f"{_OFFICE}.wordprocessingml.document", ("docx",), part="word/document.xml"),
    FileType(f"{_OFFICE}.spreadsheetml.sheet", ("xlsx",), part="xl/workbook.xml"),
    FileType(f"{_OFFICE}.presentationml.presentation", ("pptx",), part="ppt/presentation.xml"),
    FileType("application/ofd", ("ofd",), part="OFD.xml"),  # 国家标准版式文件: e-invoices
    FileType("application/msword", ("doc", "wps"), _OLE, container=True),
    FileType("application/vnd.ms-excel", ("xls", "et"), _OLE, container=True),
    FileType("application/vnd.ms-powerpoint", ("ppt", "dps"), _OLE, container=True),
)
TEXT: Final = {"txt": "text/plain", "csv": "text/csv"}
ENDINGS: Final = (*(ending for kind in TYPES for ending in kind.endings), *TEXT)
"""Endings of names that are taken."""
ACCEPTED: Final = ",".join(f".{ending}" for ending in ENDINGS)
"""The same for a file input."""

_ZIP: Final = b"PK\x03\x04"
_ZIP_END: Final = b"PK\x05\x06"
_ACTIVE_PARTS: Final = ("vbaproject", "activex", "embeddings/oleobject")
_MARKUP: Final = (b"<script", b"<html", b"<svg", b"<!doctype", b"<?xml", b"<iframe", b"<body")
_OLE_MACROS: Final = "_VBA_PROJECT".encode("utf-16-le")


def sniff(file: IO[bytes], ending: str) -> str | None:
    """The content type of a file whose name ends so; None for what isn't on the list, or isn't what
    its name says. Reads its ends only, and the directory of a container."""
    file.seek(0)
    head = file.read(HEAD)
    if ending in TEXT:
        return TEXT[ending] if _is_text(head) else None
    for kind in TYPES:
        if ending in kind.endings:
            return kind.mime if _is(kind, file, head) else None
    return None


def _is(kind: FileType, file: IO[bytes], head: bytes) -> bool:
    if kind.part:
        return head.startswith(_ZIP) and _holds(file, kind.part)
    if not head.startswith(kind.begins) or (kind.further and not kind.further(head)):
        return False
    if kind.container:
        return not _has_macros(file)
    return not _is_polyglot(file, head)


def _holds(file: IO[bytes], part: str) -> bool:
    """Whether an archive has that part and none that runs."""
    if _directory_size(file) > DIRECTORY:
        return False
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RecursionError):
        return False
    runs = any(active in name.lower() for name in names for active in _ACTIVE_PARTS)
    return part in names and not runs


def _directory_size(file: IO[bytes]) -> int:
    """Bytes of an archive's directory, as its last record says: all of them are read later."""
    end = _tail(file).rpartition(_ZIP_END)[2]
    return int.from_bytes(end[8:12], "little")


def _has_macros(file: IO[bytes]) -> bool:
    """Whether an old office file has a project of macros: the name stands in its directory."""
    file.seek(0)
    before = b""
    while chunk := file.read(1 << 20):
        if _OLE_MACROS in before + chunk:
            return True
        before = chunk[-len(_OLE_MACROS) :]
    return False


def _is_polyglot(file: IO[bytes], head: bytes) -> bool:
    """Whether a picture or PDF is a page or an archive at the same time."""
    if any(markup in head.lower() for markup in _MARKUP[:3]):
        return True
    return _ZIP_END in _tail(file)


def _tail(file: IO[bytes]) -> bytes:
    size = file.seek(0, 2)
    file.seek(max(0, size - TAIL))
    return file.read()


def _is_text(head: bytes) -> bool:
    if b"\x00" in head or any(markup in head.lower() for markup in _MARKUP):
        return False
    for encoding in ("utf-8-sig", "gb18030"):
        for cut in range(4):  # the last character may be cut in two
            try:
                head[: len(head) - cut].decode(encoding)
            except UnicodeDecodeError:
                continue
            return True
    return False
