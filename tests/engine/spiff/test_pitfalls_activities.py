"""What SpiffWorkflow 3.2.0 does wrong, or differently than one would think: multi-instances,
decisions and errors.

Each test shows both on the same diagram: first stock, then ours.
"""

from __future__ import annotations

from typing import Any

import pytest
from lxml import etree
from SpiffWorkflow.bpmn.exceptions import WorkflowDataException, WorkflowTaskException
from SpiffWorkflow.exceptions import WorkflowException
from SpiffWorkflow.spiff.parser import SpiffBpmnParser

from engine.exceptions import (
    BusinessError,
    InvalidData,
    InvalidDefinition,
    InvalidExpression,
)
from engine.spiff import compile_process
from tests.engine.spiff.diagrams import (
    boundary,
    call,
    diagram,
    end,
    error,
    errors,
    exclusive,
    files,
    flow,
    for_each,
    message,
    messages,
    parallel,
    path,
    rule,
    service,
    start,
    subprocess,
    table,
    user,
)
from tests.engine.spiff.driver import Case, World, process_of, raising, trail
from tests.engine.spiff.stock import Stock

pytestmark = pytest.mark.usefixtures("stock_clock")


# --- multi-instance -------------------------------------------------------------------------------
def countersign(until: str = "level_closed", **values: str) -> dict[str, bytes]:
    tally = {
        "tallyMode": '"percent"',
        "tallyThreshold": "60",
        "tallyYes": '["yes"]',
        "tallyNo": '["no"]',
        "tallyStop": '["back"]',
    }
    loop = for_each("people", "who", "votes", "vote", until)
    return dict(
        files(
            start()
            + user("sign", loop, assignee="who", **{**tally, **values})
            + user("after")
            + end()
            + path("s", "sign", "after", "e")
        )
    )


def test_a_completion_condition_sees_the_last_child_only() -> None:
    condition = "len([v for v in votes if v == 'yes']) / 3 >= 0.6"
    stock = Stock(countersign(condition), {"people": ["x", "y", "z"]})
    stock.do("sign", 0, vote="yes").do("sign", 1, vote="yes")
    assert stock.ready == [("sign", 2)]  # two of three are 66 percent

    case = Case(process_of(countersign()), {"people": ["x", "y", "z"]})
    case.vote("sign", "yes", who="x").vote("sign", "yes", who="y")
    assert case.ready == ["after"]


def test_cancelling_a_child_hangs_the_multi_instance() -> None:
    stock = Stock(countersign("False"), {"people": ["x", "y"]}, saves=False)
    stock.task("sign", 1).cancel()
    stock.do("sign", 0, vote="yes")
    assert stock.ready == []
    assert not stock.ended

    case = Case(process_of(countersign(tallyMode='"all"')), {"people": ["x", "y"]})
    case.vote("sign", "removed", who="y").vote("sign", "yes", who="x")
    assert case.ready == ["after"]
    case.do("after")
    assert case.last.variables["votes"] == ["removed", "yes"]


def test_without_an_output_item_no_child_can_be_added() -> None:
    loop = files(start() + user("sign", for_each("people", "who")) + end() + path("s", "sign", "e"))
    stock = Stock(loop, {"people": ["x", "y"]})
    stock.do("sign", 0, note=1)
    activity = stock.task("sign", 1).parent
    assert activity.data["who"] == "x"  # the child's item leaks
    with pytest.raises(WorkflowDataException, match="already exists"):
        activity.task_spec.create_child(activity, "z", 2)

    case = Case(process_of(loop), {"people": ["x", "y"]})
    case.do_one("sign", who="x").add("sign", "z", who="y")
    assert case.ready == ["sign", "sign"]
    case.do_one("sign", who="y").do_one("sign", who="z")
    assert case.ended
    assert "who" not in case.last.variables


def test_a_multi_instance_with_an_output_list_can_not_be_entered_again() -> None:
    loop = files(
        start()
        + user("sign", for_each("people", "who", "votes", "vote"))
        + exclusive("g", "g-e")
        + end()
        + path("s", "sign", "g", "e")
        + flow("g", "sign", "len(votes) > 0")
    )
    stock = Stock(loop, {"people": ["x"]})
    with pytest.raises(WorkflowDataException, match="must be empty"):
        stock.do("sign", 0, vote="yes")

    case = Case(process_of(loop), {"people": ["x"]})
    case.vote("sign", "yes")
    assert case.ready == ["sign"]  # the list begins anew
    assert case.task("sign").variables["votes"] == []


BACK_TO_SIGN = files(
    start()
    + user("sign", for_each("people", "who", "votes", "vote"))
    + boundary("b", "sign", message("m", "got"), correlationKey="'k'")
    + user("redo")
    + end()
    + path("s", "sign", "e")
    + path("b", "redo", "sign"),
    messages("m"),
)


def test_a_boundary_branch_can_not_lead_straight_into_a_multi_instance() -> None:
    stock = Stock(BACK_TO_SIGN, {"people": ["x", "y"]})
    stock.message("m", {})
    with pytest.raises(WorkflowException, match="non-predicted child"):
        stock.do("redo")

    case = Case(process_of(BACK_TO_SIGN), {"people": ["x", "y"]})
    case.vote("sign", "yes", who="x")
    case.message("m").do("redo")
    assert case.ready == ["sign", "sign"]
    case.vote("sign", "yes", who="x").vote("sign", "yes", who="y")
    assert case.ended


def test_specs_straight_from_the_parser_hang_after_a_reload() -> None:
    resources = countersign("False")

    def parsed() -> Any:
        parser = SpiffBpmnParser()
        parser.add_bpmn_xml(etree.fromstring(resources["p.bpmn"]), "p")
        return parser.get_spec("p")

    stock = Stock(resources, {"people": ["x"]})
    stock.spec = parsed()
    stock.reload()
    stock.do("sign", 0, vote="yes")
    assert stock.ready == []  # nobody told the multi-instance

    case = Case(process_of(resources), {"people": ["x"]})
    case.vote("sign", "yes", who="x")
    assert case.ready == ["after"]


# --- decisions ------------------------------------------------------------------------------------
def ruled(hit: str) -> dict[str, bytes]:
    decisions = table(
        "d",
        hit,
        ["n"],
        ["level", "mode"],
        [(["> 10"], ["2", '"all"']), (["> 0"], ["1", '"any"'])],
    )
    return dict(
        files(
            start()
            + rule("b", "d")
            + user("u")
            + exclusive("g", "g-b")
            + end()
            + path("s", "b", "u", "g", "b")
            + flow("g", "e", "n == 0"),
            dmn_d=decisions,
        )
    )


def test_collect_mixes_the_columns_of_two_rounds() -> None:
    stock = Stock(ruled("COLLECT"), {"n": 50})
    stock.do("u", n=5)
    assert stock.task("u").data["mode"] == ["all"]  # the table says ["any"]

    case = Case(process_of(ruled("COLLECT")), {"n": 50})
    assert case.task("u").variables["rows"] == [
        {"level": 2, "mode": "all"},
        {"level": 1, "mode": "any"},
    ]
    case.do("u", n=5)
    assert case.task("u").variables["rows"] == [{"level": 1, "mode": "any"}]
    case.do("u", n=-1)
    assert case.task("u").variables["rows"] == []


def test_unique_takes_the_first_of_two_and_keeps_the_old_without_a_hit() -> None:
    stock = Stock(ruled("UNIQUE"), {"n": 50})
    assert stock.task("u").data["level"] == 2  # two rules match
    stock.do("u", n=-1)
    assert stock.task("u").data["level"] == 2  # none does

    process = process_of(ruled("UNIQUE"))
    for amount in (50, -1):
        with pytest.raises(InvalidData, match="d_table"):
            Case(process, {"n": amount})
    assert Case(process, {"n": 5}).task("u").variables["rows"] == {"level": 1, "mode": "any"}


@pytest.mark.parametrize("hit", ["FIRST", "ANY", "PRIORITY", "RULE ORDER"])
def test_other_hit_policies_silently_give_the_first_match(hit: str) -> None:
    with pytest.raises(InvalidDefinition) as refused:
        compile_process("p", ruled(hit))
    assert refused.value.data["element"] == "b"


def test_wrong_keys_of_a_decision_do_not_leave_half_a_step() -> None:
    with pytest.raises(WorkflowTaskException):
        Stock(ruled("COLLECT"), {"other": 1})
    with pytest.raises(InvalidExpression) as missing:
        Case(process_of(ruled("COLLECT")), {"other": 1})
    assert missing.value.data["element"] == "b"


# --- errors ---------------------------------------------------------------------------------------
GUARDED = files(
    start()
    + service("t", "fail")
    + boundary("x", "t", error("E1"))
    + user("fix")
    + end()
    + path("s", "t", "e")
    + path("x", "fix", "e"),
    errors("E1"),
)


def test_a_failing_service_ignores_its_error_boundary() -> None:
    failing = {"fail": raising(BusinessError("E1", "no stock"))}
    with pytest.raises(BusinessError):
        Stock(GUARDED, world=World(failing))

    case = Case(process_of(GUARDED), fail=failing["fail"])
    assert case.ready == ["fix"]
    assert ("t", "failed") in trail(case)
    case.do("fix")
    assert case.ended
    with pytest.raises(BusinessError) as other:
        Case(process_of(GUARDED), fail=raising(BusinessError("E2")))
    assert other.value.code == "E2"


ERROR_END = files(
    start()
    + subprocess(
        "z",
        start("zs")
        + parallel("zp")
        + user("zu")
        + user("zv")
        + end("ze", error("E1"))
        + end("zn")
        + path("zs", "zp", "zu", "ze")
        + path("zp", "zv", "zn"),
    )
    + boundary("x", "z", error("E1"))
    + user("fix")
    + user("on")
    + end()
    + path("s", "z", "on", "e")
    + path("x", "fix", "e"),
    errors("E1"),
)


def test_an_error_end_stops_its_subprocess() -> None:
    case = Case(process_of(ERROR_END))
    case.do("zu")
    assert case.ready == ["fix"]
    assert ("z", "failed") in trail(case)
    assert ("zv", "cancelled") in trail(case)
    case.do("fix")
    assert case.ended


def test_an_error_is_caught_by_every_event_of_its_code() -> None:
    """Two subprocesses, one within the other: stock leaves both."""
    inner = start("is") + user("u") + end("ie", error("E1")) + path("is", "u", "ie")
    outer = (
        start("os")
        + subprocess("in", inner)
        + boundary("x", "in", error("E1"))
        + user("near")
        + end("oe")
        + path("os", "in", "oe")
        + path("x", "near", "oe")
    )
    nested = files(
        start()
        + subprocess("out", outer)
        + boundary("y", "out", error("E1"))
        + user("far")
        + end()
        + path("s", "out", "e")
        + path("y", "far", "e"),
        errors("E1"),
    )
    assert Stock(nested).do("u").ready == [("far", None)]

    case = Case(process_of(nested))
    case.do("u")
    assert case.ready == ["near"]


def test_an_error_goes_up_to_whoever_catches_it() -> None:
    called = diagram(
        start("cs") + service("t", "fail") + end("ce") + path("cs", "t", "ce"), "q", errors("E1")
    )
    caught = files(
        start()
        + call("c", "q")
        + boundary("x", "c", error("E1"))
        + user("fix")
        + end()
        + path("s", "c", "e")
        + path("x", "fix", "e"),
        errors("E1"),
        q=called,
    )
    case = Case(process_of(caught), fail=raising(BusinessError("E1")))
    assert case.ready == ["fix"]
    assert dict(trail(case))["c"] == "failed"

    uncaught = files(start() + end("e", error("E1")) + path("s", "e"), errors("E1"))
    with pytest.raises(BusinessError) as left:
        Case(process_of(uncaught))
    assert (left.value.code, left.value.data["element"]) == ("E1", "e")


def test_an_operation_of_the_same_id_as_a_node_breaks_the_parser() -> None:
    same = files(start() + user("u") + service("t", "u") + end() + path("s", "t", "u", "e"))
    parser = SpiffBpmnParser()
    parser.add_bpmn_xml(etree.fromstring(same["p.bpmn"]), "p")
    with pytest.raises(Exception, match="no support"):
        parser.get_spec("p")

    case = Case(process_of(same), u=lambda site: 1)
    assert case.ready == ["u"]
