"""Files are read whatever their encoding, and refused with the place of what is wrong."""

from __future__ import annotations

import pytest

from engine.bpmn.reading import MAX_BYTES, MAX_ELEMENTS, read
from engine.exceptions import InvalidDefinition


def refused(content: bytes) -> InvalidDefinition:
    with pytest.raises(InvalidDefinition) as caught:
        read(content, "a.bpmn")
    assert caught.value.data["file"] == "a.bpmn"
    return caught.value


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb2312", "GBK", "gb18030", "utf-16", "big5"]
)
def test_reads_what_chinese_tools_write(encoding: str) -> None:
    declared = encoding.removesuffix("-sig")
    text = f'<?xml version="1.0" encoding="{declared}"?>\n<a>\n<b name="付款"/></a>'
    (b,) = read(text.encode(encoding), "a.bpmn")
    assert b.get("name") == "付款"
    assert b.sourceline == 3


def test_without_a_declaration_it_is_utf8() -> None:
    assert read("<a name='审核'/>".encode(), "a.bpmn").get("name") == "审核"


def test_the_encoding_declared_must_be_the_one_used() -> None:
    text = '<?xml version="1.0" encoding="UTF-8"?>\n\n<a name="审核"/>'
    assert refused(text.encode("gbk")).data["line"] == 3


@pytest.mark.parametrize("encoding", ["UTF-7", "EBCDIC-CP-US", "nonsense", "rot13"])
def test_encodings_that_hide_markup_are_refused(encoding: str) -> None:
    refused(f'<?xml version="1.0" encoding="{encoding}"?><a/>'.encode())


@pytest.mark.parametrize(
    "content", [b"", b"   ", b"\x00\x01\x02", b"<a>\x00</a>", b"PK\x03\x04zip", b"<a/><b/>"]
)
def test_what_is_no_xml_is_refused(content: bytes) -> None:
    refused(content)


def test_the_line_of_a_syntax_error_is_told() -> None:
    assert refused(b"<a>\n\n<b></a>").data["line"] == 3


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE a SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        "<!doctype a>",
        "<!-- note -->\n<!DOCTYPE a []>",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_is_refused(doctype: str, encoding: str) -> None:
    error = refused(
        f'<?xml version="1.0" encoding="{encoding}"?>{doctype}<a>x</a>'.encode(encoding)
    )
    assert "DOCTYPE" in str(error)


def test_entities_are_not_replaced() -> None:
    refused(b"<a>&unknown;</a>")


def test_too_large_files_are_refused() -> None:
    refused(b"<a>" + b" " * MAX_BYTES + b"</a>")


def test_too_many_elements_are_refused_but_the_drawing_is_free() -> None:
    refused(b"<a>" + b"<b/>" * MAX_ELEMENTS + b"</a>")
    drawing = b'<d:Bounds xmlns:d="http://www.omg.org/spec/DD/20100524/DC"/>'
    assert len(read(b"<a>" + drawing * MAX_ELEMENTS + b"</a>", "a.bpmn")) == MAX_ELEMENTS


def test_deep_nesting_is_refused() -> None:
    refused(b"<a>" * 1000 + b"</a>" * 1000)
