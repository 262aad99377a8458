"""What SpiffWorkflow 3.2.0 does wrong, or differently than one would think: long lives and data.

Each test shows both on the same diagram: first stock, then ours. Where stock does nothing wrong,
the docstring of the test says so.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer, DefaultRegistry
from SpiffWorkflow.spiff.serializer.config import SPIFF_CONFIG
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.linter import check
from engine.exceptions import InvalidData, InvalidDefinition, LimitExceeded
from engine.spiff.types import Complete, Fire
from tests.engine.spiff.diagrams import (
    boundary,
    call,
    crossing,
    diagram,
    end,
    exclusive,
    files,
    flow,
    parallel,
    path,
    service,
    start,
    timer,
    times,
    user,
)
from tests.engine.spiff.driver import MONDAY, Case, process_of
from tests.engine.spiff.stock import Stock

pytestmark = pytest.mark.usefixtures("stock_clock")

LOOP = files(
    start()
    + user("u")
    + exclusive("g", "g-e")
    + end()
    + path("s", "u", "g", "e")
    + flow("g", "u", "again")
)


# --- another version ------------------------------------------------------------------------------
def test_a_step_that_a_newer_version_inserts_is_skipped() -> None:
    """Stock has predicted what comes next and saved it. Ours reads it from the definition; though
    no case goes on by another version than it began with, nothing in the state would stand in the
    way."""
    old = files(start() + user("u") + end() + path("s", "u", "e"))
    new = files(start() + user("u") + user("v") + end() + path("s", "u", "v", "e"))
    stock, newer = Stock(old), Stock(new)
    stock.spec = newer.spec
    stock.reload()
    stock.do("u")
    assert stock.ended
    assert "v" not in stock.completed

    case = Case(process_of(old))
    case.process = process_of(new)
    case.do("u")
    assert case.ready == ["v"]
    case.do("v")
    assert case.ended


# --- long lives -----------------------------------------------------------------------------------
def test_a_loop_is_completed_while_a_task_is_ready() -> None:
    stock = Stock(LOOP, saves=False)
    for _round in range(500):
        task = next(t for t in stock.workflow.tasks.values() if t.state == TaskState.READY)
        task.set_data(again=True)
        task.run()
        stock.workflow.do_engine_steps()
        if stock.ended:
            break
    assert stock.ended
    assert any(t.has_state(TaskState.NOT_FINISHED_MASK) for t in stock.workflow.tasks.values())

    case = Case(process_of(LOOP))
    sizes = []
    for _round in range(2000):
        (task_id,) = [task.task_id for task in case.last.opened]
        step = case.act_unchecked(Complete(task_id, "", {"again": True}))
        assert not step.ended
        sizes.append(len(step.state or b""))
    assert max(sizes[-100:]) < max(sizes[:10]) * 1.2
    case.do("u", again=False)
    assert case.ended


def test_a_loop_with_a_boundary_event_ends_in_a_recursion_error() -> None:
    loop = files(
        start()
        + user("u")
        + boundary("b", "u", timer("'P9D'", "timeDuration"), interrupting=False)
        + exclusive("g", "g-e")
        + end()
        + end("e2")
        + path("s", "u", "g", "e")
        + path("b", "e2")
        + flow("g", "u", "again")
    )
    stock = Stock(loop, saves=False)
    with pytest.raises(RecursionError):
        for _round in range(400):
            task = next(t for t in stock.workflow.tasks.values() if t.state == TaskState.READY)
            task.set_data(again=True)
            task.run()
            stock.workflow.do_engine_steps()

    case = Case(process_of(loop))
    for _round in range(500):
        (task_id,) = [task.task_id for task in case.last.opened]
        case.act_unchecked(Complete(task_id, "", {"again": True}))
    case.do("u", again=False)
    assert case.ended


def test_ended_calls_stay_in_the_state() -> None:
    called = diagram(start("cs") + user("cu") + end("ce") + path("cs", "cu", "ce"), "q")
    loop = files(
        start()
        + call("c", "q")
        + exclusive("g", "g-e")
        + end()
        + path("s", "c", "g", "e")
        + flow("g", "c", "again"),
        q=called,
    )
    stock = Stock(loop)
    for _round in range(5):
        stock.do("cu", again=True)
    assert len(stock.workflow.subprocesses) == 6

    case = Case(process_of(loop))
    sizes = []
    for _round in range(30):
        case.do("cu", again=True)
        sizes.append(len(case.state or b""))
    assert max(sizes[-5:]) < max(sizes[:10]) * 1.2


def test_called_processes_that_end_and_begin_in_the_same_step() -> None:
    """Stock does it right; a first attempt at a faster loop stopped here with a ready service
    task."""
    called = diagram(start("cs") + service("ct") + end("ce") + path("cs", "ct", "ce"), "q")
    chain = files(
        start() + call("a", "q") + call("b", "q") + end() + path("s", "a", "b", "e"), q=called
    )
    stock = Stock(chain)
    assert (stock.ended, stock.world.called) == (True, ["note", "note"])

    case = Case(process_of(chain))
    assert case.ended
    assert case.world.called == ["note", "note"]


def test_an_endless_loop_of_automatic_steps_is_completed() -> None:
    endless = files(
        start()
        + exclusive("l")
        + service("t")
        + exclusive("g", "g-l")
        + end()
        + path("s", "l", "t", "g", "l")
        + flow("g", "e", "result == 1")
    )
    stock = Stock(endless, saves=False)
    assert (stock.ended, stock.ends, stock.completed["t"]) == (True, [], 333)

    with pytest.raises(LimitExceeded) as stopped:
        Case(process_of(endless))
    assert stopped.value.data["process"] == "p"


def test_calls_are_nested_without_a_limit() -> None:
    def chain(length: int) -> dict[str, bytes]:
        called = {
            f"q{n}": diagram(
                start() + call("c", f"q{n + 1}") + end() + path("s", "c", "e"), f"q{n}"
            )
            for n in range(1, length)
        }
        last = diagram(start() + user("u") + end() + path("s", "u", "e"), f"q{length}")
        body = start() + call("c", "q1") + end() + path("s", "c", "e")
        return dict(files(body, **called, **{f"q{length}": last}))

    assert Stock(chain(17), saves=False).ready == [("u", None)]

    case = Case(process_of(chain(16)))
    case.do("u")
    assert case.ended
    with pytest.raises(InvalidDefinition) as too_deep:
        process_of(chain(17))
    assert too_deep.value.data["element"] == "q17"


def test_a_multi_instance_has_no_limit() -> None:
    many = files(start() + user("u", times("1001")) + end() + path("s", "u", "e"))
    assert len(Stock(many, saves=False).ready) == 1001

    with pytest.raises(LimitExceeded):
        Case(process_of(many))


# --- data -----------------------------------------------------------------------------------------
ONE_TASK = files(start() + user("u") + end() + path("s", "u", "e"))


def test_data_with_a_key_typename_can_not_be_loaded_again() -> None:
    with pytest.raises(TypeError):
        Stock(ONE_TASK, {"form": {"typename": "Invoice"}})

    with pytest.raises(InvalidData) as refused:
        Case(process_of(ONE_TASK), {"form": {"typename": "Invoice"}})
    assert list(refused.value.data["errors"]) == ["form"]
    with pytest.raises(InvalidData):
        Case(process_of(ONE_TASK), {"_secret": 1})


def test_amounts_and_dates_survive() -> None:
    values = {
        "amount": Decimal("100000.10"),
        "day": date(2026, 11, 23),
        "moment": datetime(2026, 11, 23, 9, 30, tzinfo=timezone(timedelta(hours=8))),
        "list": [Decimal("1.50"), {"deep": date(2026, 1, 1)}],
        "large": 2**62,
        "text": "“中文” \u2028",
    }
    with pytest.raises(TypeError):
        Stock(ONE_TASK, values)  # no dates in lists, no plain dates

    case = Case(process_of(ONE_TASK), values)
    case.act_unchecked(Fire([]))
    variables = case.task("u").variables
    assert variables == values
    assert [type(variables[name]) for name in values] == [type(v) for v in values.values()]
    assert list(variables) == list(values)  # keys keep their order


SIDE = files(
    start()
    + user("u")
    + boundary("b", "u", timer("'PT1H'", "timeDuration"), interrupting=False)
    + user("side")
    + end()
    + end("e2")
    + path("s", "u", "e")
    + path("b", "side", "e2")
)


def test_a_side_branch_overwrites_newer_data() -> None:
    stock = Stock(SIDE, {"price": 1})
    stock.wait(hours=2).do("u", price=99).do("side")
    assert stock.data["price"] == 1

    case = Case(process_of(SIDE), {"price": 1})
    case.wait(hours=2).do("u", price=99).do("side")
    assert case.last.variables["price"] == 99


JOIN = files(
    start()
    + parallel("p")
    + user("a")
    + user("b")
    + parallel("q")
    + user("u")
    + end()
    + path("s", "p", "a", "q", "u", "e")
    + path("p", "b", "q")
)


def test_a_join_takes_stale_values_and_mixes_lists() -> None:
    stock = Stock(JOIN, {"price": 1, "rows": ["x"]})
    stock.do("a", price=99, rows=["y"]).do("b").do("u")
    assert stock.data["price"] == 1
    assert stock.data["rows"] == ["x"]

    case = Case(process_of(JOIN), {"price": 1, "rows": ["x"]})
    case.do("a", price=99, rows=["y"]).do("b").do("u")
    assert case.last.variables["price"] == 99
    assert case.last.variables["rows"] == ["y"]


def test_a_join_in_a_loop_counts_what_came_in_the_round_before() -> None:
    loop = files(
        start()
        + exclusive("l")
        + parallel("p")
        + user("a")
        + user("b")
        + parallel("q")
        + exclusive("g", "g-e")
        + end()
        + path("s", "l", "p", "a", "q", "g", "e")
        + path("p", "b", "q")
        + flow("g", "l", "again")
    )
    stock = Stock(loop, {"again": True})
    stock.do("a").do("b")
    assert stock.ready == [("a", None), ("b", None)]
    stock.do("b")
    assert stock.ready == [("a", None), ("a", None), ("b", None)]  # it went on without a

    case = Case(process_of(loop), {"again": True})
    for first, second in (("a", "b"), ("b", "a"), ("a", "b")):
        case.do(first)
        assert case.ready == [second]
        case.do(second)
        assert case.ready == ["a", "b"]


def calling(boundary_of_data: str) -> dict[str, bytes]:
    """A process that calls another with that ioSpecification."""
    called = diagram(
        boundary_of_data
        + start("cs")
        + service("ct", result="result")
        + user("cu")
        + end("ce")
        + path("cs", "ct", "cu", "ce"),
        "q",
    )
    return dict(files(start() + call("c", "q") + end() + path("s", "c", "e"), q=called))


def test_a_called_process_without_io_specification_shares_everything() -> None:
    """In the engine, too; but the linter, which guards deployment, refuses it."""
    sharing = calling("")
    stock = Stock(sharing, {"price": 1, "secret": 2})
    assert stock.task("cu").data["secret"] == 2
    stock.do("cu", other=3)
    assert stock.data == {"price": 1, "secret": 2, "result": "noted", "other": 3}

    assert "called_without_interface" in {f.code for f in check(sharing).findings}


def test_a_called_process_with_io_specification_shares_what_it_says() -> None:
    """Stock does it, too."""
    declared = calling(crossing(["price"], ["result"]))
    stock = Stock(declared, {"price": 1, "secret": 2})
    assert set(stock.task("cu").data) == {"price", "result"}
    assert stock.do("cu", other=3).data == {"price": 1, "secret": 2, "result": "noted"}

    case = Case(process_of(declared), {"price": 1, "secret": 2})
    assert set(case.task("cu").variables) == {"price", "result"}
    case.do("cu", other=3)
    assert case.last.variables == {"price": 1, "secret": 2, "result": "noted"}


# --- threads --------------------------------------------------------------------------------------
class Slow:
    """A value during whose conversion another thread converts something."""


def test_one_serializer_serves_one_thread() -> None:
    """The engine's own writing shares nothing that changes: an instance may be led while another
    is in the middle of its step."""
    stock = Stock(ONE_TASK, saves=False)
    written: list[Any] = []
    registry = DefaultRegistry()
    serializer = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure(SPIFF_CONFIG, registry))

    def meanwhile(value: Slow) -> dict[str, Any]:
        written.append(elsewhere(lambda: serializer.to_dict({"due": MONDAY})))
        return {}

    registry.register(Slow, meanwhile, lambda stored: Slow())
    stock.task("u").data["slow"] = Slow()
    serializer.serialize_json(stock.workflow)
    assert written == [{"due": MONDAY}]  # as if there were nothing to convert
    alone = {"value": MONDAY.isoformat(), "typename": "datetime"}
    assert serializer.to_dict({"due": MONDAY}) == {"due": alone}

    def lead() -> Any:
        case = Case(process_of(ONE_TASK), {"x": Decimal("1.50")})
        return case.do("u", y=2).last.variables

    led: list[Any] = []
    busy = files(start() + service("t", "lead") + user("u") + end() + path("s", "t", "u", "e"))
    case = Case(process_of(busy), {"x": 7}, lead=lambda site: led.append(elsewhere(lead)))
    assert led == [{"x": Decimal("1.50"), "y": 2}]
    assert case.task("u").variables == {"x": 7, "result": None}


def elsewhere(work: Callable[[], Any]) -> Any:
    """What the work gives in another thread."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()
