"""What SpiffWorkflow 3.2.0 does wrong, or differently than one would think: subprocesses and called
processes that end in another way, and those that are done several times.

Each test shows both on the same diagram: first stock, then ours.
"""

from __future__ import annotations

from typing import Any

import pytest
from SpiffWorkflow.bpmn.exceptions import WorkflowDataException
from SpiffWorkflow.exceptions import TaskNotFoundException

from engine.exceptions import BusinessError
from tests.engine.spiff.diagrams import (
    TERMINATE,
    boundary,
    call,
    crossing,
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
    times,
    user,
)
from tests.engine.spiff.driver import Case, process_of, trail
from tests.engine.spiff.stock import Stock

pytestmark = pytest.mark.usefixtures("stock_clock")


# --- several --------------------------------------------------------------------------------------
def each(inner: str) -> dict[str, bytes]:
    """A subprocess for each of the people, which a message or an error ends."""
    inside = start("zs") + inner + end("ze") + path("zs", "zu", "ze")
    return dict(
        files(
            start()
            + subprocess("z", inside, for_each("people", "who"))
            + boundary("b", "z", message("m", "got"), correlationKey="'k'")
            + boundary("x", "z", error("E1"))
            + user("fix")
            + user("on")
            + end()
            + path("s", "z", "on", "e")
            + path("b", "fix", "e")
            + path("x", "fix"),
            messages("m") + errors("E1"),
        )
    )


def test_an_interrupted_multi_instance_leaves_its_scopes() -> None:
    asked, failing = each(user("zu", assignee="who")), each(service("zu", "fail", x="who"))
    people = {"people": ["x", "y"]}
    with pytest.raises(TaskNotFoundException):
        Stock(asked, people).message("m", {})

    case = Case(process_of(asked), people)
    case.message("m")
    assert case.ready == ["fix"]
    assert trail(case).count(("zu", "cancelled")) == 2
    case.do("fix")
    assert case.ended

    def fail(site: Any, x: str) -> None:
        raise BusinessError("E1", x)

    case = Case(process_of(failing), people, fail=fail)
    assert (case.ready, len(case.world.calls)) == (["fix"], 1)  # the second never began


def test_children_without_a_list_undo_what_others_changed() -> None:
    choosing = (
        start("zs")
        + exclusive("zg", "zg-ze")
        + service("zt", result="price")
        + user("zu", assignee="who")
        + end("ze")
        + path("zs", "zu", "zg", "ze")
        + path("zt", "ze")
        + flow("zg", "zt", "who == 'x'")
    )
    several = files(
        start()
        + subprocess("z", choosing, for_each("people", "who"))
        + user("on")
        + end()
        + path("s", "z", "on", "e")
    )
    given = {"people": ["x", "y"], "price": "old"}
    stock = Stock(several, given)
    stock.do("zu").do("zu")
    assert stock.task("on").data["price"] == "old"  # as the second had it

    case = Case(process_of(several), given)
    case.do_one("zu", who="x").do_one("zu", who="y")
    assert case.task("on").variables["price"] == "noted"


@pytest.mark.parametrize(
    ("loop", "failure", "message"),
    [
        (times("2", output="votes", output_item="vote"), NameError, "data_ouput"),
        (for_each("people", "who"), WorkflowDataException, "already exists"),
    ],
)
def test_a_multi_instance_in_a_loop(loop: str, failure: type[Exception], message: str) -> None:
    """One by a number fails as soon as its list is there; of one without a list, the item stays."""
    again = files(
        start()
        + service("t", "note", "vote", loop)
        + user("u")
        + exclusive("g", "g-e")
        + end()
        + path("s", "t", "u", "g", "e")
        + flow("g", "t", "again")
    )
    given = {"people": ["x", "y"]}
    stock = Stock(again, given)
    with pytest.raises(failure, match=message):
        stock.do("u", again=True)

    case = Case(process_of(again), given)
    case.do("u", again=True).do("u", again=False)
    assert case.ended
    assert case.world.called == ["note"] * 4


# --- called processes -----------------------------------------------------------------------------
def called(body: str, interface: str) -> dict[str, bytes]:
    outer = start() + call("c", "q") + user("on") + end() + path("s", "c", "on", "e")
    return dict(files(outer, q=diagram(interface + body, "q")))


STOPS = (
    start("qs")
    + parallel("qp")
    + service("qt", result="result")
    + user("qu")
    + user("qv")
    + end("qe", TERMINATE)
    + end("qn")
    + path("qs", "qp", "qu", "qt", "qe")
    + path("qp", "qv", "qn")
)


def test_a_called_process_that_terminates_returns_nothing() -> None:
    stops = called(STOPS, crossing(["price"], ["result"]))
    with pytest.raises(AttributeError):  # there is no end to take them from
        Stock(stops, {"price": 1}).do("qu")

    case = Case(process_of(stops), {"price": 1})
    case.do("qu")
    assert case.ready == ["on"]
    assert case.task("on").variables == {"price": 1, "result": "noted"}
    assert ("qv", "cancelled") in trail(case)


def test_a_called_process_that_declares_no_outputs_returns_everything() -> None:
    """And, where it declares no inputs, is given everything."""
    body = start("qs") + service("qt", result="result") + user("qu") + end("qe")
    body += path("qs", "qt", "qu", "qe")
    taking = called(body, crossing(["price"], []))
    stock = Stock(taking, {"price": 1, "secret": 2}).do("qu")
    assert stock.task("on").data == {"price": 1, "result": "noted"}  # and what was there is gone
    giving = called(body, crossing([], ["result"]))
    assert Stock(giving, {"price": 1, "secret": 2}).task("qu").data["secret"] == 2

    case = Case(process_of(taking), {"price": 1, "secret": 2})
    case.do("qu")
    assert case.task("on").variables == {"price": 1, "secret": 2}
    case = Case(process_of(giving), {"price": 1, "secret": 2})
    assert case.task("qu").variables == {"result": "noted"}


# --- ends that stop others ------------------------------------------------------------------------
def test_an_error_lets_the_scopes_between_go_on() -> None:
    inner = start("is") + user("u") + end("ie", error("E1")) + path("is", "u", "ie")
    outer = (
        start("os")
        + subprocess("in", inner)
        + service("t")
        + end("oe")
        + path("os", "in", "t", "oe")
    )
    nested = files(
        start()
        + subprocess("out", outer)
        + boundary("x", "out", error("E1"))
        + user("fix")
        + end()
        + path("s", "out", "e")
        + path("x", "fix", "e"),
        errors("E1"),
    )
    stock = Stock(nested).do("u")
    assert (stock.ready, stock.world.called) == ([("fix", None)], ["note"])

    case = Case(process_of(nested))
    case.do("u")
    assert (case.ready, case.world.called) == (["fix"], [])


def test_a_terminate_lets_a_ready_token_move_on() -> None:
    """By a step: the library goes through a list of what was ready before."""
    two = files(
        start()
        + user("u")
        + parallel("p")
        + exclusive("g")
        + exclusive("h")
        + end("e", TERMINATE)
        + service("t")
        + end("e2")
        + path("s", "u", "p", "g", "e")
        + path("p", "h", "t", "e2")
    )
    stock = Stock(two).do("u")
    assert (stock.ended, stock.world.called) == (True, ["note"])

    case = Case(process_of(two))
    case.do("u")
    assert (case.ended, case.world.called) == (True, [])
