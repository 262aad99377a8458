"""Each rule finds what breaks it, and passes what doesn't; and every problem has such a pair."""

from __future__ import annotations

import pytest
from django.utils import translation

from engine.bpmn import sandbox
from engine.bpmn.findings import PROBLEMS, Report, Verdict
from engine.bpmn.known import Known
from engine.bpmn.linter import check
from tests.engine.bpmn.cases_flow import FLOW_CASES, SOUND
from tests.engine.bpmn.cases_tables import TABLE_CASES
from tests.engine.bpmn.cases_tasks import TASK_CASES
from tests.engine.bpmn.diagrams import (
    KNOWN,
    chain,
    end,
    found,
    line_of,
    process,
    report_on,
    service,
    start,
    subprocess,
    table,
    user,
)

CASES = {**FLOW_CASES, **TASK_CASES, **TABLE_CASES}
ELSEWHERE = {"too_many_findings", "unreadable", "file_type", sandbox.TOO_COSTLY.code}


def documents(case: str | tuple[str, ...]) -> tuple[str, ...]:
    return (case,) if isinstance(case, str) else case


def test_every_problem_has_a_case() -> None:
    assert set(CASES) | ELSEWHERE == set(PROBLEMS)


@pytest.mark.parametrize("code", CASES)
def test_rule_finds_what_breaks_it(code: str) -> None:
    findings = found(code, *documents(CASES[code][0]))
    assert findings
    for finding in findings:
        assert finding.file
        assert finding.line
        for language in ("en", "zh-hans"):
            with translation.override(language):
                assert finding.place.label in finding.message


@pytest.mark.parametrize("code", CASES)
def test_rule_passes_what_is_sound(code: str) -> None:
    assert not found(code, *documents(CASES[code][1]))


def test_sound_files_can_be_deployed() -> None:
    assert report_on(SOUND).runs
    assert report_on(line_of(user())).runs
    assert report_on(process(start() + subprocess() + end() + chain("start", "sub", "end"))).runs
    assert report_on(table(("> 0", "1"), ("<= 0", "0"))).runs


def test_the_place_is_the_line_of_the_element() -> None:
    document = line_of(service(operation="demo.gone"))
    (finding,) = found("operation_unknown", document)
    assert 'id="task"' in document.splitlines()[(finding.line or 0) - 1]
    assert (finding.element, finding.element_type) == ("task", "serviceTask")


def test_an_element_has_the_worst_verdict_of_its_findings() -> None:
    document = line_of(user(formKey="gone", priority="high"))
    verdicts = {one.place.element: one.verdict for one in report_on(document).elements}
    assert verdicts["task"] is Verdict.ERROR
    assert verdicts["start"] is Verdict.RUNS


def test_names_that_are_not_asked_for_are_taken_to_exist() -> None:
    document = line_of(service(operation="anything.at_all"))
    assert report_on(document, known=Known()).runs
    assert not report_on(document, known=KNOWN).runs


def test_a_called_process_may_have_been_deployed_before() -> None:
    call = FLOW_CASES["called_unknown"][0]
    known = KNOWN.with_deployed("other", is_decision=False)
    assert found("called_unknown", *documents(call), known=KNOWN)
    assert not found("called_unknown", *documents(call), known=known)


def test_a_table_may_have_been_deployed_before() -> None:
    rule = FLOW_CASES["table_unknown"][0]
    known = KNOWN.with_deployed("table", is_decision=True)
    assert not found("table_unknown", *documents(rule), known=known)


def test_a_file_that_cannot_be_read_is_a_finding() -> None:
    report = check({"a.bpmn": b"<no", "b.bpmn": SOUND.encode(), "c.txt": b""}, KNOWN)
    codes = {(finding.file, finding.code) for finding in report.errors}
    assert codes == {("a.bpmn", "unreadable"), ("c.txt", "file_type")}


def test_a_report_keeps_errors_when_it_is_cut() -> None:
    wrong = "".join(service(f"task{n}", operation="demo.gone") for n in range(1200))
    findings = report_on(SOUND.replace("</bpmn:process>", wrong + "</bpmn:process>")).findings
    assert "too_many_findings" in {finding.code for finding in findings}
    assert len(findings) == 1001
    assert all(finding.level == "error" for finding in findings)


def test_a_report_survives_json() -> None:
    report = report_on(*documents(CASES["expression_vendor"][0]))
    assert Report.from_dict(report.as_dict()) == report


def test_known_survives_json() -> None:
    known = KNOWN.with_deployed("other", is_decision=False)
    assert Known.from_dict(known.as_dict()) == known
    assert Known.from_dict(Known().as_dict()) == Known()
