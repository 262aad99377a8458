"""What SpiffWorkflow 3.2.0 does wrong, or differently than one would think: multi-instances
and errors.

Each test shows both on the same diagram: first stock, then ours. Where stock does nothing wrong,
the docstring of the test says so.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from SpiffWorkflow.bpmn.exceptions import WorkflowDataException
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from SpiffWorkflow.exceptions import WorkflowException

from engine.exceptions import (
    BusinessError,
)
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
    service,
    start,
    subprocess,
    timer,
    user,
)
from tests.engine.spiff.driver import MONDAY, Case, World, process_of, raising, trail
from tests.engine.spiff.stock import Stock, parser_of

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


def test_a_multi_instance_has_one_timer() -> None:
    """Stock does it, too: adding a child and deciding leave the timer alone."""
    reminded = files(
        start()
        + user("sign", for_each("people", "who", "votes", "vote"))
        + boundary("t", "sign", timer("'P1D'", "timeDuration"), interrupting=False)
        + service("n", result="side")
        + end()
        + end("e2")
        + path("s", "sign", "e")
        + path("t", "n", "e2")
    )
    due = {"t": MONDAY + timedelta(days=1)}
    stock = Stock(reminded, {"people": ["x", "y"]})
    assert len(stock.workflow.event_manager.tasks) == 1
    stock.wait(hours=1)
    activity = stock.task("sign", 0).parent
    activity.task_spec.create_child(activity, "z", 2)
    stock.do("sign", 0, vote="yes")
    assert (stock.ready, stock.timers) == ([("sign", 1), ("sign", 2)], due)
    assert stock.wait(days=1).world.called == ["note"]

    case = Case(process_of(reminded), {"people": ["x", "y"]}).wait(hours=1)
    case.add("sign", "z", who="x")
    assert (case.last.timers, case.last.timers_gone) == ([], [])
    case.vote("sign", "yes", who="x")
    assert (case.ready, case.timers) == (["sign", "sign"], due)
    assert case.wait(days=1).world.called == ["note"]


def test_specs_straight_from_the_parser_hang_after_a_reload() -> None:
    resources = countersign("False")

    def parsed() -> Any:
        return parser_of(resources).get_spec("p")

    stock = Stock(resources, {"people": ["x"]})
    stock.spec = parsed()
    stock.reload()
    stock.do("sign", 0, vote="yes")
    assert stock.ready == []  # nobody told the multi-instance

    case = Case(process_of(resources), {"people": ["x"]})
    case.vote("sign", "yes", who="x")
    assert case.ready == ["after"]


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
    """Stock does it, too."""
    stock = Stock(ERROR_END).do("zu")
    assert stock.ready == [("fix", None)]
    assert stock.do("fix").ended

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
    failing = raising(BusinessError("E1"))
    with pytest.raises(BusinessError):
        Stock(caught, world=World({"fail": failing}))

    case = Case(process_of(caught), fail=failing)
    assert case.ready == ["fix"]
    assert dict(trail(case))["c"] == "failed"


def test_an_error_that_nobody_catches_is_a_success() -> None:
    uncaught = files(start() + end("e", error("E1")) + path("s", "e"), errors("E1"))
    stock = Stock(uncaught)
    assert (stock.ended, stock.ends) == (True, ["e"])

    with pytest.raises(BusinessError) as left:
        Case(process_of(uncaught))
    assert (left.value.code, left.value.data["element"]) == ("E1", "e")


def test_an_operation_of_the_same_id_as_a_node_breaks_the_parser() -> None:
    same = files(start() + user("u") + service("t", "u") + end() + path("s", "t", "u", "e"))
    with pytest.raises(ValidationException, match="no support"):
        parser_of(same).get_spec("p")

    case = Case(process_of(same), u=lambda site: 1)
    assert case.ready == ["u"]
