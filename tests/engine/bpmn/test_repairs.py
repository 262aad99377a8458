"""Each kind of repair makes its finding go away and breaks nothing else."""

from __future__ import annotations

import pytest

from engine.bpmn import repairs
from tests.engine.bpmn.cases_flow import choice
from tests.engine.bpmn.cases_tables import cell
from tests.engine.bpmn.cases_tasks import event, voting
from tests.engine.bpmn.diagrams import (
    element,
    line_of,
    parameter,
    report_on,
    rule,
    service,
    table,
    timer,
    user,
)

SOUND = line_of(service())
REPAIRABLE = {
    "not executable": SOUND.replace('isExecutable="true"', 'isExecutable="false"'),
    "one flow without a condition": choice("x > 1", ""),
    "condition of the default flow": choice("x > 1", "x <= 1", default="gateway_way1"),
    "condition of another vendor": choice("${x > 1}", "", default="gateway_way1"),
    "assignee of another vendor": line_of(user(candidateGroups=None, assignee="#{owner}")),
    "timer of another vendor": event(timer("${due_at}")),
    "parameter of another vendor": line_of(service(parameters=parameter("text", "${note}"))),
    "parameter without a type": line_of(service(parameters=parameter("text", "note", None))),
    "tally without a condition": voting(condition=""),
    "not in FEEL": cell('not("a")'),
    "range in FEEL": cell("]1..5]"),
    "list in FEEL": cell('"a", "b"'),
    "set without a question mark": cell("in [1, 2]"),
    "input of another vendor": table(("-", "1"), inputs=("${amount}:number",)),
}


@pytest.mark.parametrize("name", REPAIRABLE)
def test_the_repair_mends_it(name: str) -> None:
    document = REPAIRABLE[name]
    report = report_on(document)
    offered = [finding.repair for finding in report.findings if finding.repair]
    assert offered
    assert len(offered) == len(report.errors)
    mended = report_on(repairs.apply(document.encode(), offered).decode())
    assert mended.runs, [finding.message for finding in mended.errors]


def test_a_decision_of_another_vendor_is_taken_over() -> None:
    task = rule(decision="", result="", camunda_decisionRef="table", camunda_resultVariable="row")
    document, tables = line_of(task), table(("-", "1"))
    offered = [finding.repair for finding in report_on(document, tables).findings if finding.repair]
    mended = repairs.apply(document.encode(), offered).decode()
    assert report_on(mended, tables).runs


@pytest.mark.parametrize(
    ("text", "instead"),
    [
        ("[1..5]", "1 <= ? <= 5"),
        ("(1..5)", "1 < ? < 5"),
        ("]1..5[", "1 < ? < 5"),
        ('not("a", "b")', '? not in ["a", "b"]'),
        ('"a", "b"', '? in ["a", "b"]'),
        ("not in [1]", "? not in [1]"),
    ],
)
def test_feel_is_rewritten_with_the_same_meaning(text: str, instead: str) -> None:
    (finding,) = [found for found in report_on(cell(text)).findings if found.code == "cell_feel"]
    assert finding.repair
    assert finding.repair.values == {"value": instead}


def test_two_flows_without_a_condition_are_not_guessed_at() -> None:
    report = report_on(choice("x > 1", "", ""))
    missing = [finding for finding in report.findings if finding.code == "condition_missing"]
    assert [finding.repair for finding in missing] == [None, None]


def test_extensions_come_behind_the_documentation() -> None:
    task = element("userTask", "task", element("documentation", "", "says why"), name="x")
    repair = repairs.Repair("set_property", "task", None, {"name": "formKey", "value": "demo.form"})
    mended = repairs.apply(line_of(task).encode(), [repair]).decode()
    assert mended.index("documentation") < mended.index("extensionElements")
