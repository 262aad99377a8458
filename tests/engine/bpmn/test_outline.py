"""The outline tells in words what the drawing shows."""

from __future__ import annotations

import pytest

from engine.bpmn.outline import outlines
from engine.exceptions import InvalidDefinition
from tests.engine.bpmn.cases_flow import LOOP, SIDE
from tests.engine.bpmn.diagrams import call, chain, end, line_of, process, rule, start, subprocess

SHIPPED = "processes/approval/approval_level.bpmn"


def ids(document: str) -> list[str]:
    (outline,) = outlines(document.encode())
    return [step.id for step in outline.steps]


def test_steps_come_in_the_order_of_the_tokens() -> None:
    assert ids(LOOP) == ["start", "task", "gateway", "end"]


def test_boundary_events_follow_their_host() -> None:
    assert ids(SIDE)[:3] == ["start", "task", "late"]


def test_subprocesses_are_indented() -> None:
    document = process(start() + subprocess() + end() + chain("start", "sub", "end"))
    (outline,) = outlines(document.encode())
    assert [(step.id, step.depth, step.subprocess) for step in outline.steps] == [
        ("start", 0, ""),
        ("sub", 0, ""),
        ("sub_in", 1, "sub"),
        ("sub_out", 1, "sub"),
        ("end", 0, ""),
    ]


def test_ways_say_where_when_and_which_is_the_default() -> None:
    (outline,) = outlines(LOOP.encode())
    ways = next(step.ways for step in outline.steps if step.id == "gateway")
    assert [(way.target, way.condition, way.default) for way in ways] == [
        ("end", "", True),
        ("task", 'decision == "reject"', False),
    ]


@pytest.mark.parametrize(
    ("task", "id_", "called"), [(call(), "call", "other"), (rule(), "task", "table")]
)
def test_steps_say_what_they_call(task: str, id_: str, called: str) -> None:
    (outline,) = outlines(line_of(task, id_).encode())
    assert [step.calls for step in outline.steps if step.id == id_] == [called]


def test_a_shipped_diagram_in_both_languages(shipped: dict[str, bytes]) -> None:
    (outline,) = outlines(shipped["approval_level.bpmn"])
    assert (outline.key, outline.name, outline.name_en) == (
        "approval_level",
        "审核级次",
        "Approval level",
    )
    decide = next(step for step in outline.steps if step.id == "decide")
    assert (decide.name, decide.lane, decide.lane_name_en) == ("审批", "lane_approver", "Approver")
    assert decide.multiple
    reminder = next(step for step in outline.steps if step.id == "reminder_due")
    assert (reminder.event, reminder.attached_to, reminder.interrupting) == (
        "timer",
        "decide",
        False,
    )
    assert outline.as_dict()["steps"][0]["type"] == "startEvent"


def test_a_file_that_cannot_be_read_is_an_error() -> None:
    with pytest.raises(InvalidDefinition):
        outlines(b"<a")
