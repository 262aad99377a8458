"""Stored files: of any tool, whether they run or not; repaired, restored, never lost."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from lxml import etree

from engine import definitions, files
from engine.bpmn.findings import Verdict
from engine.bpmn.reading import read
from engine.definitions import shipped_files
from engine.exceptions import Conflict, InvalidDefinition, NotAllowed, NotFound, WrongState
from engine.models import Deployment, FileVersion, StoredFile
from tests.engine.bpmn.diagrams import line_of, service

pytestmark = pytest.mark.django_db

VENDORS = Path(__file__).parent / "bpmn" / "vendors"
CAMUNDA = (VENDORS / "camunda7.bpmn").read_bytes()
ANNA, BERT = 1, 2


@pytest.mark.parametrize("path", sorted(VENDORS.iterdir()), ids=lambda path: path.name)
def test_files_of_other_tools_are_stored_byte_for_byte_and_explained(path: Path) -> None:
    content = path.read_bytes()
    stored = files.store(path.name, content, by=ANNA)
    again = files.find(stored.file_id)
    assert bytes(again.content) == content
    assert again.checksum == hashlib.sha256(content).hexdigest()
    assert again.file.name.endswith(".bpmn")
    assert again.file.key
    judgement = files.judge(again)
    assert not judgement.runs
    assert all(finding.line for finding in judgement.report.errors)


def test_what_a_file_lacks_depends_on_what_is_in_force_beside_it() -> None:
    shipped = shipped_files()
    stored = files.store("general_request.bpmn", shipped["general_request.bpmn"], by=ANNA)
    lacks = {finding.code for finding in files.judge(stored).report.errors}
    assert lacks == {"called_unknown", "table_unknown"}
    definitions.deploy(shipped, source=Deployment.Source.SHIPPED)
    assert files.judge(stored).runs


@pytest.mark.parametrize(
    ("name", "content", "line"),
    [
        ("broken.bpmn", b"<a>\n<b>\n</a>", 3),
        ("bomb.bpmn", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', None),
        ("picture.png", b"\x89PNG", None),
        ("liar.bpmn", '<?xml version="1.0" encoding="UTF-8"?>\n<a>\n中</a>'.encode("gbk"), 3),
        ("large.bpmn", b"<a>" + b" " * 2 * 1024**2 + b"</a>", None),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line(
    name: str, content: bytes, line: int | None
) -> None:
    with pytest.raises(InvalidDefinition) as refused:
        files.store(name, content, by=ANNA)
    assert refused.value.data["line"] == line
    assert not StoredFile.objects.exists()


def test_the_same_name_is_a_new_version_where_it_is_the_same_process() -> None:
    first = files.store("diagram_1.bpmn", CAMUNDA, by=ANNA)
    assert files.store("diagram_1.bpmn", CAMUNDA, by=BERT) == first
    changed = files.store("diagram_1.bpmn", CAMUNDA.replace(b"Refused", b"No"), by=BERT)
    assert (changed.file_id, changed.number) == (first.file_id, 2)
    other = files.store("diagram_1.bpmn", CAMUNDA.replace(b'"invoice"', b'"bill"'), by=ANNA)
    assert other.file_id != first.file_id
    assert bytes(files.find(first.file_id, 1).content) == CAMUNDA


@pytest.mark.parametrize(
    ("name", "kept"), [("a.bpmn20.xml", "a.bpmn"), ("A.BPMN", "A.bpmn"), ("a.xml", "a.bpmn")]
)
def test_names_end_as_everything_here_goes_by(name: str, kept: str) -> None:
    assert files.store(name, CAMUNDA, by=ANNA).file.name == kept


def test_a_decision_table_called_xml_is_one() -> None:
    content = shipped_files()["general_request_matrix.dmn"]
    assert files.store("matrix.xml", content, by=ANNA).file.name == "matrix.dmn"


def test_one_repair_or_all_make_a_version_that_keeps_what_is_foreign() -> None:
    stored = files.store("invoice.bpmn", CAMUNDA, by=ANNA)
    offered = [one for one in files.judge(stored).report.findings if one.repair]
    assert len(offered) > 3
    one = files.repair(stored.file_id, seen=1, spots=[files.spot_of(offered[0])], by=BERT)
    assert (one.number, one.origin, one.note) == (2, "repaired", offered[0].element)
    left = [again for again in files.judge(one).report.findings if again.repair]
    assert len(left) == len(offered) - 1
    every = files.repair(stored.file_id, seen=2, spots=None, by=BERT)
    assert not [again for again in files.judge(every).report.findings if again.repair]
    content = bytes(every.content)
    assert b"camunda:taskListener" in content
    assert b'exporter="Camunda Modeler"' in content
    with pytest.raises(WrongState):
        files.repair(stored.file_id, seen=3, spots=None, by=BERT)
    assert bytes(files.find(stored.file_id, 1).content) == CAMUNDA


def test_a_layout_of_its_own_outlives_the_repairs() -> None:
    content = (VENDORS / "bizagi.bpmn").read_bytes()
    stored = files.store("leave.bpmn", content, by=ANNA)
    mended = files.repair(stored.file_id, seen=1, spots=None, by=ANNA)
    shapes = [
        [etree.tostring(shape, method="c14n") for shape in read(one).iter("{*}BPMNDiagram")]
        for one in (content, bytes(mended.content))
    ]
    assert shapes[0]
    assert shapes[0] == shapes[1]
    assert b"BizagiProperty" in bytes(mended.content)


def test_a_repair_is_undone_by_going_back() -> None:
    stored = files.store("invoice.bpmn", CAMUNDA, by=ANNA)
    files.repair(stored.file_id, seen=1, spots=None, by=ANNA)
    back = files.restore(stored.file_id, number=1, seen=2, by=ANNA)
    assert (back.number, bytes(back.content)) == (3, CAMUNDA)
    with pytest.raises(NotFound):
        files.restore(stored.file_id, number=9, seen=3, by=ANNA)


def test_who_saw_an_older_version_changes_nothing() -> None:
    stored = files.store("invoice.bpmn", CAMUNDA, by=ANNA)
    files.repair(stored.file_id, seen=1, spots=None, by=BERT)
    with pytest.raises(Conflict) as conflict:
        files.repair(stored.file_id, seen=1, spots=None, by=ANNA)
    assert conflict.value.data["by"] == BERT
    assert str(conflict.value) != Conflict.code  # but in words
    assert FileVersion.objects.count() == 2


def test_whoever_had_a_hand_in_it_is_no_second_person() -> None:
    stored = files.store("invoice.bpmn", CAMUNDA, by=ANNA)
    mended = files.repair(stored.file_id, seen=1, spots=None, by=BERT)
    for person in (ANNA, BERT):
        with pytest.raises(NotAllowed):
            files.require_second_person(mended, person)
    files.require_second_person(mended, 3)


def test_what_is_judged_twice_says_the_same() -> None:
    stored = files.store("note.bpmn", line_of(service()).encode(), by=ANNA)
    first = files.judge(stored)
    assert files.judge(stored) == first  # out of the cache
    assert {one.verdict for one in first.report.elements} >= {Verdict.RUNS}
