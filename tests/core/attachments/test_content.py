"""What a file is, by what is in it; names as strangers write them."""

from __future__ import annotations

import io
import zipfile

import pytest

from apps.core.attachments.content import sniff
from apps.core.attachments.names import clean_name, ending_of

PDF = b"%PDF-1.7\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64
JPEG = b"\xff\xd8\xff\xe0" + b"\x00" * 64
GIF = b"GIF89a" + b"\x00" * 64


def archive(*parts: str, before: bytes = b"") -> bytes:
    """An archive with these files in it."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as found:
        for part in parts:
            found.writestr(part, "x")
    return before + file.getvalue()


DOCX = archive("[Content_Types].xml", "word/document.xml")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600

# An archive that says that its directory has 2 GB.
HUGE = b"PK\x03\x04PK\x05\x06" + b"\x00" * 8 + b"\xff\xff\xff\x7f" + b"\x00" * 6


@pytest.mark.parametrize(
    ("name", "content", "mime"),
    [
        ("a.pdf", PDF, "application/pdf"),
        ("a.PNG", PNG, "image/png"),
        ("a.jpeg", JPEG, "image/jpeg"),
        ("a.webp", b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        ("a.heic", b"\x00\x00\x00\x18ftypheic" + b"\x00" * 8, "image/heic"),
        ("a.ofd", archive("OFD.xml"), "application/ofd"),
        ("a.doc", OLE, "application/msword"),
        ("a.txt", "报价单，共 3 台".encode("gb18030"), "text/plain"),
        ("a.csv", "名称,数量\n核磁,1\n".encode(), "text/csv"),
    ],
)
def test_known_files_are_taken(name, content, mime) -> None:
    assert sniff(io.BytesIO(content), ending_of(name)) == mime


def test_office_files_are_told_by_their_parts() -> None:
    assert str(sniff(io.BytesIO(DOCX), "docx")).endswith("wordprocessingml.document")
    assert sniff(io.BytesIO(DOCX), "xlsx") is None


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.html", b"<html><script>alert(1)</script>"),
        ("picture.svg", b"<svg onload='alert(1)'/>"),
        ("program.exe", b"MZ\x90\x00"),
        ("archive.zip", archive("a.txt")),
        ("report.pdf.exe", PDF),
        ("noending", PDF),
        ("picture.png", b"<html><script>alert(1)</script>"),
        ("picture.png", PDF),
        ("paper.pdf", b"<script>alert(1)</script>%PDF-1.7"),
        ("notes.txt", b"<!DOCTYPE html><p>"),
        ("notes.txt", b"\x00\x01\x02"),
        ("data.csv", b"  <svg xmlns='http://www.w3.org/2000/svg'>"),
        ("jar.gif", archive("META-INF/MANIFEST.MF", before=GIF)),
        ("jar.pdf", archive("a.class", before=PDF)),
        ("page.gif", GIF[:6] + b"/*<script>alert(1)</script>*/"),
        ("macros.docx", archive("word/document.xml", "word/vbaProject.bin")),
        ("macros.doc", OLE + "_VBA_PROJECT".encode("utf-16-le")),
        ("broken.docx", b"PK\x03\x04" + b"\x00" * 100),
        (
            "huge.docx",
            b"PK\x03\x04" + b"PK\x05\x06" + b"\x00" * 8 + b"\xff\xff\xff\x7f" + b"\x00" * 6,
        ),
    ],
)
def test_anything_else_is_not(name, content) -> None:
    assert sniff(io.BytesIO(content), ending_of(name)) is None


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("合同（正本）.pdf", "合同（正本）.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Windows\\system.ini.pdf", "system.ini.pdf"),
        ("a\x00b\r\nSet-Cookie: x.pdf", "x.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        (".htaccess.pdf", "htaccess.pdf"),
        ("   .  ", ""),
        ("é.pdf", "é.pdf"),
        ("长" * 300 + ".pdf", "长" * 146 + ".pdf"),
    ],
)
def test_names_are_cleaned(given, kept) -> None:
    assert clean_name(given) == kept
