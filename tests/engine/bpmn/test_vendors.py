"""Diagrams of other tools are read, explained, and as far as it is safe, repaired."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.bpmn import repairs
from engine.bpmn.findings import Report, Verdict
from engine.bpmn.known import Known
from engine.bpmn.linter import check
from tests.engine.bpmn.diagrams import KNOWN, report_on, table

VENDORS = Path(__file__).parent / "vendors"
CAMUNDA = (VENDORS / "camunda7.bpmn").read_text()
SIGNAVIO = (VENDORS / "signavio.bpmn").read_text()


def camunda() -> Report:
    return report_on(CAMUNDA, table(("-", "1")))


def codes(report: Report, element: str) -> set[str]:
    return {finding.code for finding in report.of(element)}


def verdicts(report: Report) -> dict[str, Verdict]:
    return {one.place.element: one.verdict for one in report.elements}


def test_a_camunda_diagram_is_explained_element_by_element() -> None:
    found = verdicts(camunda())
    assert found["StartEvent_1"] is Verdict.RUNS
    assert found["calculate"] is Verdict.ERROR
    assert found["yes"] is Verdict.REPAIR
    assert found["decide"] is Verdict.REPAIR
    assert found["late"] is Verdict.DECISION
    assert found["archive"] is Verdict.DECISION


def test_what_means_the_same_is_offered_as_a_repair() -> None:
    report = camunda()
    repairs_of = {f.code: f.repair for f in report.of("approveInvoice") if f.repair}
    assert repairs_of["form_missing"].values == {"name": "formKey", "value": "demo.form"}
    assert repairs_of["assignment_missing"].values == {"name": "assignee", "value": "approver"}
    groups = {f.code: f.repair for f in report.of("prepare") if f.repair}
    assert groups["assignment_missing"].values == {"name": "candidateGroups", "value": "finance"}


def test_what_could_mean_several_things_is_left_to_people() -> None:
    report = camunda()
    assert not [f for f in report.of("late") if f.repair]
    assert [f.repair for f in report.of("prepare") if f.code == "form_missing"] == [None]
    without_roles = check({"a.bpmn": CAMUNDA.encode()}, Known(roles=frozenset()))
    assert [f.repair for f in without_roles.of("prepare") if f.code == "assignment_missing"] == [
        None
    ]


def test_repairs_do_what_they_promise_and_leave_the_rest() -> None:
    report = camunda()
    offered = [
        finding for finding in report.findings if finding.repair and finding.file == "file0.bpmn"
    ]
    assert len(offered) >= 6
    content = repairs.apply(
        CAMUNDA.encode(), [finding.repair for finding in offered if finding.repair]
    )
    again = report_on(content.decode(), table(("-", "1")))
    gone = {(finding.code, finding.element) for finding in offered}
    assert not gone & {(finding.code, finding.element) for finding in again.findings}
    assert len(again.errors) == len(report.errors) - len(offered)
    for kept in (
        'exporter="Camunda Modeler"',
        "camunda:taskListener",
        'camunda:historyTimeToLive="P30D"',
    ):
        assert kept in content.decode()


def test_a_diagram_of_signavio_is_explained() -> None:
    report = report_on(SIGNAVIO)
    found = verdicts(report)
    assert "not_executable" in codes(report, "sid-1")
    assert report.runs is False
    assert codes(report, "sid-4") >= {"plain_task", "task_data"}
    assert codes(report, "sid-5") >= {"inclusive_gateway", "dead_end"}
    assert "lane_role" in codes(report, "sid-2")
    assert "not_drawn" in codes(report, "sid-5")
    assert found["sid-6"] is Verdict.RUNS


def test_a_process_without_layout_is_laid_out_later() -> None:
    (finding,) = [f for f in camunda().findings if f.code == "drawing_missing"]
    assert finding.level == "warning"


def test_a_file_in_gbk_gives_the_same_report() -> None:
    in_gbk = (VENDORS / "signavio_gbk.bpmn").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        in_gbk.decode()
    assert check({"a.bpmn": in_gbk}, KNOWN) == check({"a.bpmn": SIGNAVIO.encode()}, KNOWN)


def test_a_repair_for_an_element_that_is_gone_changes_nothing() -> None:
    repair = repairs.Repair("set_attribute", "gone", 1, {"name": "x"})
    assert b"gone" not in repairs.apply(b"<a id='b'/>", [repair])
