"""What SpiffWorkflow 3.2.0 does wrong, or differently than one would think: resets, timers and
messages.

Each test shows both on the same diagram: first stock, then ours. Where stock does nothing wrong,
the docstring of the test says so.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from SpiffWorkflow.bpmn import BpmnEvent
from SpiffWorkflow.bpmn.specs.event_definitions.message import (
    MessageEventDefinition as PlainMessageEventDefinition,
)
from SpiffWorkflow.exceptions import WorkflowException
from SpiffWorkflow.util.task import TaskState

from engine.exceptions import InvalidDefinition, NothingCaught
from engine.spiff import compile_process
from engine.spiff.types import Deliver, Reset
from tests.engine.spiff.diagrams import (
    boundary,
    catch,
    correlated,
    end,
    event_gateway,
    files,
    message,
    messages,
    parallel,
    path,
    service,
    start,
    throw,
    timer,
    user,
)
from tests.engine.spiff.driver import MONDAY, Case, process_of
from tests.engine.spiff.stock import SERIALIZER, Stock

pytestmark = pytest.mark.usefixtures("stock_clock")


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
    assert len(stock.world.calls) == 59  # a burst

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
    afternoon = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)  # 14:30
    stock = Stock(working)
    assert stock.timers == {"t": afternoon}
    stock.wait(hours=6)
    assert stock.timers == {"t": afternoon + timedelta(hours=4)}  # 18:30, when nobody works

    case = Case(process_of(working))
    assert case.timers == {"t": afternoon}
    case.until(afternoon)
    assert case.timers == {"t": datetime(2026, 11, 24, 1, 30, tzinfo=UTC)}  # Tuesday 09:30
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
    repeating = files(
        start()
        + user("u")
        + boundary("t", "u", timer("'R/PT1H'", "timeCycle"))
        + user("v")
        + end()
        + path("s", "u", "e")
        + path("t", "v", "e")
    )
    stock = Stock(repeating).wait(hours=1, minutes=1)
    assert stock.ready == [("u", None), ("v", None)]

    with pytest.raises(InvalidDefinition) as refused:
        compile_process("p", repeating)
    assert refused.value.data["element"] == "t"


def test_two_timers_of_an_event_gateway_share_a_time() -> None:
    two = files(
        start()
        + event_gateway("g")
        + catch("a", timer("'PT3H'", "timeDuration"))
        + catch("b", timer("'PT1H'", "timeDuration"))
        + user("u")
        + end()
        + path("s", "g", "a", "e")
        + path("g", "b", "u", "e")
    )
    stock = Stock(two, saves=False)
    assert stock.timers == {"a": MONDAY + timedelta(hours=3)}
    stock.wait(hours=2)
    assert stock.ready == []  # an hour late
    stock.wait(hours=2)
    assert (stock.ended, stock.completed["a"], stock.completed["b"]) == (True, 1, 0)  # and wrong

    with pytest.raises(InvalidDefinition) as refused:
        compile_process("p", two)
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


def test_an_event_gateway_keeps_what_it_has_seen() -> None:
    """The pinned version can write the events down, but never drops them."""
    stock = Stock(GATE).message("m", {"n": 1})
    gateway = next(t for t in stock.tasks() if t.task_spec.name == "g")
    assert gateway.state == TaskState.COMPLETED
    assert [event.payload for event in gateway.internal_data["seen_events"]] == [{"n": 1}]

    case = Case(process_of(GATE))
    case.message("m", {"n": 1})
    assert case.task("u").variables["got"] == {"n": 1}
    assert case.timers == {}
    assert b"seen_events" not in (case.state or b"")
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


def test_the_key_of_a_message_is_not_computed() -> None:
    twice = files(
        start()
        + catch("a", message("m", "got"), correlationKey="order")
        + catch("b", message("m", "again"), correlationKey="order")
        + user("u")
        + end()
        + path("s", "a", "b", "u", "e"),
        messages("m") + correlated("m", "order"),
    )
    stock = Stock(twice, {"order": 1}).message("m", {"order": 1})
    assert stock.messages == ["m"]
    with pytest.raises(WorkflowException, match="not waiting"):
        stock.message("m", {"order": 1})  # the same order, but nobody looked

    case = Case(process_of(twice), {"order": 1}).message("m", {"order": 1}, key="1")
    assert case.messages == [("b", "m", "1")]
    assert case.message("m", {"order": 1}, key="1").ready == ["u"]


def test_thrown_messages_pile_up_until_somebody_takes_them() -> None:
    throwing = files(
        start()
        + user("u")
        + throw("x", message("m", payload="secret"))
        + user("v")
        + user("w")
        + end()
        + path("s", "u", "x", "v", "w", "e"),
        messages("m"),
    )
    stock = Stock(throwing, {"secret": 7})
    for element in ("u", "v"):
        stock.task(element).run()
        stock.workflow.do_engine_steps()
        stock.reload()
    assert [event.payload for event in stock.workflow.get_events()] == [7]  # two steps later

    case = Case(process_of(throwing), {"secret": 7})
    case.do("u")
    assert [thrown.name for thrown in case.last.thrown] == ["m"]
    case.do("v")
    assert case.last.thrown == []


def test_a_message_that_nobody_waits_for() -> None:
    """`send_event` of the pinned version raises, `catch` still doesn't."""
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
    plain = BpmnEvent(PlainMessageEventDefinition("m"), payload={})
    with pytest.raises(WorkflowException, match="not waiting"):
        stock.workflow.send_event(plain)
    stock.workflow.catch(plain)
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
