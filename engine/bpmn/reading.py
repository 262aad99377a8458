"""Safe reading of BPMN and DMN files, whoever wrote them.

Bytes in, a tree out. Nothing is fetched, no entity is replaced, no document type is accepted. A
file may be at most 2 MB and 5,000 elements long; shapes and edges of the drawing are not counted,
because nothing follows from them. The encodings that Chinese and Western tools write are read
whatever the XML library was built with. The caller keeps the bytes: they are what is stored, and
what an export gives back.
"""

from __future__ import annotations

import codecs
import re
from typing import Final

from django.utils.translation import gettext as _
from lxml import etree

from engine.exceptions import InvalidDefinition

MAX_BYTES: Final = 2 * 1024 * 1024
MAX_ELEMENTS: Final = 5_000

BPMN: Final = "http://www.omg.org/spec/BPMN/20100524/MODEL"
DMN: Final = frozenset(
    {
        "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
        "http://www.omg.org/spec/DMN/20180521/MODEL/",
        "https://www.omg.org/spec/DMN/20191111/MODEL/",
        "https://www.omg.org/spec/DMN/20211108/MODEL/",
        "https://www.omg.org/spec/DMN/20230324/MODEL/",
    }
)
SPIFF: Final = "http://spiffworkflow.org/bpmn/schema/1.0/core"
BPMNDI: Final = "http://www.omg.org/spec/BPMN/20100524/DI"
CAMUNDA: Final = frozenset(
    {"http://camunda.org/schema/1.0/bpmn", "http://activiti.org/bpmn", "http://flowable.org/bpmn"}
)
"""Namespaces whose attributes assignee, candidateGroups, formKey, priority … mean the same."""
_DRAWING: Final = frozenset(
    {
        BPMNDI,
        "http://www.omg.org/spec/DD/20100524/DC",
        "http://www.omg.org/spec/DD/20100524/DI",
        "http://www.omg.org/spec/DMN/20180521/DI/",
        "http://www.omg.org/spec/DMN/20180521/DC/",
        "http://www.omg.org/spec/DMN/20180521/DMNDI/",
        "https://www.omg.org/spec/DMN/20191111/DMNDI/",
        "https://www.omg.org/spec/DMN/20230324/DMNDI/",
    }
)

_BYTE_ORDER_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\x00", "utf-16-le"),
    (b"\x00<", "utf-16-be"),
)
_ENCODINGS: Final = frozenset(
    codecs.lookup(name).name
    for name in (
        *("utf-8", "utf-16", "ascii", "gb2312", "gbk", "gb18030", "big5"),
        *("iso-8859-1", "iso-8859-15", "windows-1252"),
    )
)
"""No others: some that Python knows (UTF-7, EBCDIC …) serve to hide markup from whoever looks at
the bytes.
"""
_DECLARATION: Final = re.compile(
    rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']"""
)
_DECLARED: Final = re.compile(r"^\s*<\?xml[^>]*\?>")
_DOCTYPE: Final = re.compile(r"<!\s*DOCTYPE", re.IGNORECASE)


def read(content: bytes, name: str = "") -> etree._Element:
    """Root element of the file `name`.

    Raises InvalidDefinition, with `file` and where known `line`, for anything that is not
    acceptable XML.
    """
    if len(content) > MAX_BYTES:
        raise _refused(
            name, _("The file is larger than %(limit)d MB.") % {"limit": MAX_BYTES // 1024**2}
        )
    text = _decode(content, name)
    if _DOCTYPE.search(text):
        raise _refused(name, _("The file has a document type (DOCTYPE), which is never accepted."))
    root = _parse(text, name)
    if sum(1 for element in root.iter("*") if _counts(element)) > MAX_ELEMENTS:
        raise _refused(
            name, _("The file has more than %(limit)d elements.") % {"limit": MAX_ELEMENTS}
        )
    return root


def local_name(element: etree._Element) -> str:
    """Tag without its namespace; empty for comments and processing instructions."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def namespace(element: etree._Element) -> str:
    """Namespace of the tag; empty where it has none."""
    tag = element.tag
    return tag[1:].partition("}")[0] if isinstance(tag, str) and tag[:1] == "{" else ""


def _decode(content: bytes, name: str) -> str:
    encoding = next((known for mark, known in _BYTE_ORDER_MARKS if content.startswith(mark)), None)
    if encoding is None:
        declared = _DECLARATION.match(content.lstrip())
        encoding = declared.group(1).decode("ascii") if declared else "utf-8"
        if not _readable(encoding):
            raise _refused(
                name, _("The encoding “%(encoding)s” can't be read.") % {"encoding": encoding}
            )
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise _refused(
            name,
            _("The file is not written in the encoding it declares (%(encoding)s).")
            % {"encoding": encoding},
            line=content.count(b"\n", 0, error.start) + 1,
        ) from error


def _readable(encoding: str) -> bool:
    try:
        return codecs.lookup(encoding).name in _ENCODINGS
    except LookupError:
        return False


def _parse(text: str, name: str) -> etree._Element:
    # The declaration names an encoding that no longer holds; blanks keep the line numbers.
    text = _DECLARED.sub(lambda found: re.sub(r"[^\n]", " ", found.group()), text, count=1)
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
    )
    try:
        return etree.fromstring(text.encode("utf-8", "surrogatepass"), parser)
    except (etree.XMLSyntaxError, UnicodeError) as error:
        raise _refused(
            name,
            _("The file is not well-formed XML: %(reason)s.") % {"reason": str(error)[:200]},
            line=getattr(error, "lineno", None),
        ) from error


def _counts(element: etree._Element) -> bool:
    return namespace(element) not in _DRAWING


def _refused(name: str, message: str, line: int | None = None) -> InvalidDefinition:
    return InvalidDefinition(message, file=name, element="", line=line)
