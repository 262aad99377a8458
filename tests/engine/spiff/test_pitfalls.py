"""What SpiffWorkflow 3.2.0 does wrong, or differently than one would think, and what the engine
does.

Each test shows both on the same diagram: first stock, then ours.
"""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from lxml import etree
from SpiffWorkflow.bpmn import BpmnEvent, BpmnWorkflow
from SpiffWorkflow.bpmn.exceptions import WorkflowDataException, WorkflowTaskException
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.specs.event_definitions.message import (
    MessageEventDefinition as PlainMessageEventDefinition,
)
from SpiffWorkflow.exceptions import WorkflowException
from SpiffWorkflow.spiff.parser import SpiffBpmnParser
from SpiffWorkflow.util.task import TaskState

from engine.exceptions import (
    BusinessError,
    InvalidData,
    InvalidDefinition,
    InvalidExpression,
    NothingCaught,
)
from engine.spiff import compile_process
from engine.spiff.types import Complete, Deliver, Fire, Reset, Start
from tests.engine.spiff.diagrams import (
    boundary,
    call,
    catch,
    crossing,
    diagram,
    end,
    error,
    errors,
    event_gateway,
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
    timer,
    times,
    user,
)
from tests.engine.spiff.driver import MONDAY, Case, World, process_of, trail
from tests.engine.spiff.stock import SERIALIZER, Stock

pytestmark = pytest.mark.usefixtures("stock_clock")

LOOP = files(
    start()
    + user("u")
    + exclusive("g", "g-e")
    + end()
    + path("s", "u", "g", "e")
    + flow("g", "u", "again")
)


def raising(error_to_raise: Exception) -> Any:
    def operation(site: Any, **given: Any) -> Any:
        raise error_to_raise

    return operation


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
    """A first attempt at a faster loop stopped here with a ready service task."""
    called = diagram(start("cs") + service("ct") + end("ce") + path("cs", "ct", "ce"), "q")
    chain = files(
        start() + call("a", "q") + call("b", "q") + end() + path("s", "a", "b", "e"), q=called
    )
    case = Case(process_of(chain))
    assert case.ended
    assert case.world.called == ["note", "note"]


# --- operations and expressions -------------------------------------------------------------------
CALLING = files(start() + service("t", "fail") + end() + path("s", "t", "e"))


def test_every_failure_of_a_service_is_a_name_error() -> None:
    stored = json.loads(compile_process("p", CALLING))
    workflow = BpmnWorkflow(SERIALIZER.from_dict(stored["spec"]), {}, PythonScriptEngine())
    with pytest.raises(NameError, match="script"):
        workflow.do_engine_steps()

    with pytest.raises(ValueError, match="stock gone"):
        Case(process_of(CALLING), fail=raising(ValueError("stock gone")))


HOSTILE = "().__class__.__base__.__subclasses__()"


def hostile(place: str) -> dict[str, bytes]:
    """A diagram with the hostile expression at that place, where a step meets it."""
    plain = start() + user("u") + end() + path("s", "u", "e")
    bodies = {
        "condition": start()
        + exclusive("g", "g-e")
        + end()
        + path("s", "g", "e")
        + user("u")
        + flow("g", "u", HOSTILE)
        + flow("u", "e"),
        "timer": start() + catch("w", timer(HOSTILE)) + end() + path("s", "w", "e"),
        "count": start() + user("u", times(HOSTILE)) + end() + path("s", "u", "e"),
        "parameter": start() + service("t", x=HOSTILE) + end() + path("s", "t", "e"),
        "correlation": start()
        + catch("c", message("m", "got"), correlationKey=HOSTILE)
        + end()
        + path("s", "c", "e"),
        "cell": start() + rule("b", "d") + end() + path("s", "b", "e"),
        "assignee": plain.replace(user("u"), user("u", assignee=HOSTILE)),
    }
    decisions = table("d", "COLLECT", ["1"], ["x"], [(["> 0"], [HOSTILE])])
    return dict(files(bodies[place], messages("m"), dmn_d=decisions))


@pytest.mark.parametrize(
    "place",
    ["condition", "timer", "count", "parameter", "correlation", "cell", "assignee"],
)
def test_expressions_reach_everything(place: str) -> None:
    if place == "condition":
        assert Stock(hostile(place)).ready == [("u", None)]  # a list of all classes is true

    with pytest.raises(InvalidExpression):
        Case(process_of(hostile(place)))


def test_scripts_can_write_anything() -> None:
    script = '<bpmn:scriptTask id="x"><bpmn:script>y = open</bpmn:script></bpmn:scriptTask>'
    scripted = files(start() + script + end() + path("s", "x", "e"))
    with pytest.raises(InvalidDefinition) as refused:
        compile_process("p", scripted)
    assert refused.value.data["element"] == "x"
    assert refused.value.data["file"] == "p.bpmn"
    assert refused.value.data["line"] == 1


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
    assert stock.ready != [("a", None)]  # it went on without a

    case = Case(process_of(loop), {"again": True})
    for first, second in (("a", "b"), ("b", "a"), ("a", "b")):
        case.do(first)
        assert case.ready == [second]
        case.do(second)
        assert case.ready == ["a", "b"]


def test_a_called_process_without_io_specification_shares_everything() -> None:
    called = diagram(
        crossing(["price"], ["result"])
        + start("cs")
        + service("ct", result="result")
        + user("cu")
        + end("ce")
        + path("cs", "ct", "cu", "ce"),
        "q",
    )
    process = process_of(files(start() + call("c", "q") + end() + path("s", "c", "e"), q=called))
    case = Case(process, {"price": 1, "secret": 2})
    assert set(case.task("cu").variables) == {"price", "result"}
    case.do("cu", other=3)
    assert case.last.variables == {"price": 1, "secret": 2, "result": "noted"}


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


# --- events ---------------------------------------------------------------------------------------
def test_reset_leaves_ghost_timers() -> None:
    two = files(
        start()
        + user("a")
        + user("b")
        + boundary("t", "b", timer("'P9D'", "timeDuration"))
        + end()
        + end("e2")
        + path("s", "a", "b", "e")
        + path("t", "e2")
    )
    stock = Stock(two, saves=False)
    first = stock.task("a").id
    stock.do("a")
    stock.workflow.reset_from_task_id(first)
    assert stock.ready == [("a", None)]
    assert "t" in stock.timers  # it hangs in the air

    case = Case(process_of(two))
    first_id = case.task("a").task_id
    case.do("a")
    timer_id = case.last.timers[0].task_id
    case.act(Reset(first_id))
    assert (case.ready, case.timers) == (["a"], {})
    assert case.last.timers_gone == [timer_id]
    again = case.task("a").task_id
    assert again != first_id
    case.world.present += timedelta(hours=1)
    case.do("a")
    assert case.timers == {"t": MONDAY + timedelta(days=9, hours=1)}


REMINDED = files(
    start()
    + user("u")
    + boundary("t", "u", timer("'R/PT1H'", "timeCycle"), interrupting=False)
    + service("n", result="side")
    + end()
    + end("e2")
    + path("s", "u", "e")
    + path("t", "n", "e2")
)


def test_a_late_sweep_fires_every_missed_round() -> None:
    stock = Stock(REMINDED)
    stock.wait(hours=60)
    for _sweep in range(4):
        stock.refresh()
    assert len(stock.world.calls) >= 5

    case = Case(process_of(REMINDED))
    case.wait(hours=60, minutes=30)
    assert len(case.world.calls) == 1
    assert case.timers == {"t": MONDAY + timedelta(hours=61)}
    case.wait(minutes=30)
    assert len(case.world.calls) == 2


def test_cycles_repeat_in_calendar_time() -> None:
    working = files(
        start()
        + user("u")
        + boundary("t", "u", timer("every_working('PT4H')", "timeCycle"), interrupting=False)
        + service("n", result="side")
        + end()
        + end("e2")
        + path("s", "u", "e")
        + path("t", "n", "e2")
    )
    case = Case(process_of(working))
    utc = UTC
    assert case.timers == {"t": datetime(2026, 11, 23, 6, 30, tzinfo=utc)}  # 14:30
    case.until(case.timers["t"])
    assert case.timers == {"t": datetime(2026, 11, 24, 1, 30, tzinfo=utc)}  # Tuesday 09:30
    case.wait(days=2)  # over a holiday
    assert len(case.world.calls) == 2


def test_any_step_fires_a_due_timer() -> None:
    two = files(
        start()
        + parallel("p")
        + user("u")
        + user("v")
        + boundary("t", "u", timer("'PT1H'", "timeDuration"))
        + end()
        + end("e2")
        + end("e3")
        + path("s", "p", "u", "e")
        + path("p", "v", "e2")
        + path("t", "e3")
    )
    stock = Stock(two)
    stock.world.present += timedelta(hours=2)
    stock.do("v")
    assert stock.ended  # u is gone, and nobody had a job for it

    case = Case(process_of(two))
    case.world.present += timedelta(hours=2)
    case.do("v")
    assert case.ready == ["u"]
    case.fire()
    assert case.ended


def test_an_interrupting_cycle_does_not_interrupt() -> None:
    with pytest.raises(InvalidDefinition) as refused:
        compile_process(
            "p",
            files(
                start()
                + user("u")
                + boundary("t", "u", timer("'R/PT1H'", "timeCycle"))
                + end()
                + path("s", "u", "e")
                + path("t", "e")
            ),
        )
    assert refused.value.data["element"] == "t"


def test_two_timers_of_an_event_gateway_share_a_time() -> None:
    with pytest.raises(InvalidDefinition) as refused:
        compile_process(
            "p",
            files(
                start()
                + event_gateway("g")
                + catch("a", timer("'PT1H'", "timeDuration"))
                + catch("b", timer("'PT2H'", "timeDuration"))
                + end()
                + path("s", "g", "a", "e")
                + path("g", "b", "e")
            ),
        )
    assert refused.value.data["element"] == "g"


GATE = files(
    start()
    + event_gateway("g")
    + catch("a", timer("'PT1H'", "timeDuration"))
    + catch("b", message("m", "got"), correlationKey="'k'")
    + user("u")
    + end()
    + path("s", "g", "a", "u", "e")
    + path("g", "b", "u"),
    messages("m"),
)


def test_an_event_gateway_keeps_what_can_not_be_written_down() -> None:
    stock = Stock(GATE, saves=False)
    stock.message("m", {"n": 1})
    # the timer's event object of the gateway stays in its internal data
    stock.wait(hours=2)
    gateway = next(t for t in stock.tasks() if t.task_spec.name == "g")
    assert "seen_events" in gateway.internal_data

    case = Case(process_of(GATE))
    case.message("m", {"n": 1})
    assert case.task("u").variables["got"] == {"n": 1}
    assert case.timers == {}
    late = Case(process_of(GATE))
    late.wait(hours=1)
    assert (late.ready, late.messages) == (["u"], [])


TWO_CATCH = files(
    start()
    + parallel("p")
    + catch("a", message("m", "got"), correlationKey="key_a")
    + catch("b", message("m", "got"), correlationKey="key_b")
    + user("ua")
    + user("ub")
    + end()
    + path("s", "p", "a", "ua", "e")
    + path("p", "b", "ub", "e"),
    messages("m"),
)


def test_one_message_wakes_every_catch_of_its_name() -> None:
    keys = {"key_a": "1", "key_b": "2"}
    stock = Stock(TWO_CATCH, keys)
    stock.message("m", {})
    assert stock.ready == [("ua", None), ("ub", None)]

    case = Case(process_of(TWO_CATCH), keys)
    assert case.messages == [("a", "m", "1"), ("b", "m", "2")]
    case.message("m", {"n": 1}, key="2")
    assert case.ready == ["ub"]
    assert case.messages == [("a", "m", "1")]


def test_a_message_that_nobody_waits_for() -> None:
    waits = files(
        start()
        + user("u")
        + boundary("b", "u", message("m", "got"), correlationKey="'k'")
        + end()
        + path("s", "u", "e")
        + path("b", "e"),
        messages("m"),
    )
    stock = Stock(waits)
    stock.workflow.catch(BpmnEvent(PlainMessageEventDefinition("m"), payload={}))
    assert stock.ready == [("u", None)]  # the wrong class of the same name: dropped silently

    case = Case(process_of(waits))
    waiting = case.last.subscriptions[0].task_id
    with pytest.raises(NothingCaught):
        case.act(Deliver(waiting, "other"))
    case.do("u")
    assert case.ended
    other = Case(process_of(waits))
    waiting = other.last.subscriptions[0].task_id
    other.act(Deliver(waiting, "m", {"n": 1}))
    assert other.ended


def test_a_message_without_a_variable_stays_in_the_state() -> None:
    waits = files(
        start()
        + user("u")
        + boundary("b", "u", message("m"), interrupting=False, correlationKey="'k'")
        + service("n", result="side")
        + end()
        + end("e2")
        + path("s", "u", "e")
        + path("b", "n", "e2"),
        messages("m"),
    )
    stock = Stock(waits)
    stock.message("m", {"secret": "x" * 200})
    assert "x" * 200 in json.dumps(SERIALIZER.to_dict(stock.workflow))

    case = Case(process_of(waits))
    size = len(case.state or b"")
    case.message("m", {"secret": "x" * 200})
    assert len(case.state or b"") < size + 50


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


# --- files ----------------------------------------------------------------------------------------
EVENT_SUBPROCESS = (
    '<bpmn:subProcess id="es" triggeredByEvent="true"><bpmn:startEvent id="ess">'
    + timer("'PT1H'", "timeDuration")
    + "</bpmn:startEvent></bpmn:subProcess>"
)


@pytest.mark.parametrize(
    ("part", "element"),
    [
        (EVENT_SUBPROCESS, "es"),
        ('<bpmn:complexGateway id="x"/>', "x"),
        ('<bpmn:inclusiveGateway id="x"/>', "x"),
        ('<bpmn:sendTask id="x"/>', "x"),
        (catch("x", "<bpmn:linkEventDefinition/>"), "x"),
        (catch("x", "<bpmn:signalEventDefinition/>"), "x"),
        (end("x", "<bpmn:compensateEventDefinition/>"), "x"),
        (end("x", "<bpmn:escalationEventDefinition/>"), "x"),
        (
            user("x", '<bpmn:multiInstanceLoopCharacteristics isSequential="true"/>'),
            "x",
        ),
        (user("x", "<bpmn:standardLoopCharacteristics/>"), "x"),
        (catch("x", timer("'R/PT1H'", "timeCycle")), "x"),
        ('<bpmn:startEvent id="x">' + message("m") + "</bpmn:startEvent>", "x"),
        (user("End"), "End"),
    ],
)
def test_what_does_not_run_is_refused(part: str, element: str) -> None:
    body = start() + user("u") + end() + path("s", "u", "e") + part
    with pytest.raises(InvalidDefinition) as refused:
        compile_process("p", files(body, messages("m")))
    assert refused.value.data["element"] == element


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    def stop(*_: Any) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_a_data_reference_that_leads_nowhere_loops_for_ever() -> None:
    reference = (
        '<bpmn:dataObjectReference id="r" dataObjectRef="missing"/>'
        '<bpmn:userTask id="u"><bpmn:dataInputAssociation><bpmn:sourceRef>r</bpmn:sourceRef>'
        "</bpmn:dataInputAssociation></bpmn:userTask>"
    )
    inner = start("zs") + reference + end("ze") + path("zs", "u", "ze")
    looping = files(start() + subprocess("z", inner) + end() + path("s", "z", "e"))
    parser = SpiffBpmnParser()
    parser.add_bpmn_xml(etree.fromstring(looping["p.bpmn"]), "p")
    with pytest.raises((TimeoutError, Exception)) as hung, time_limit(0.5):
        parser.get_subprocess_specs("p")
    assert "TimeoutError" in repr(hung.value)

    with pytest.raises(InvalidDefinition):
        compile_process("p", looping)


def test_a_chain_without_gateways_back_to_its_start() -> None:
    cycle = files(start() + user("a") + user("b") + path("s", "a", "b", "a") + end("e"))
    with pytest.raises(RecursionError):
        Stock(cycle)

    case = Case(process_of(cycle))
    case.do("a").do("b")
    assert case.ready == ["a"]


def test_files_in_other_encodings() -> None:
    for encoding in ("gbk", "utf-16"):
        text = ONE_TASK["p.bpmn"].decode().replace('id="u"', 'id="u" name="审批"')
        content = f'<?xml version="1.0" encoding="{encoding}"?>{text}'.encode(encoding)
        process = process_of({"p.bpmn": content})
        assert process.element("p", "u").name == "审批"


def test_the_default_serializer_knows_no_service_task() -> None:
    parser = SpiffBpmnParser()
    parser.add_bpmn_xml(etree.fromstring(CALLING["p.bpmn"]), "p")
    workflow = BpmnWorkflow(parser.get_spec("p"), {})
    with pytest.raises(TypeError):
        BpmnWorkflowSerializer().serialize_json(workflow)

    assert Case(process_of(CALLING), fail=lambda site: 1).ended


def test_start_variables_may_not_be_given_twice() -> None:
    case = Case(process_of(ONE_TASK))
    with pytest.raises(Exception, match="begun"):
        case.act(Start({}))


def test_wrong_keys_of_a_decision_do_not_leave_half_a_step() -> None:
    with pytest.raises(WorkflowTaskException):
        Stock(ruled("COLLECT"), {"other": 1})
    with pytest.raises(InvalidExpression) as missing:
        Case(process_of(ruled("COLLECT")), {"other": 1})
    assert missing.value.data["element"] == "b"
