"""What SpiffWorkflow 3.2.0 does wrong, or differently than one would think: expressions, scripts
and operations.

Each test shows both on the same diagram: first stock, then ours. Where stock does nothing wrong,
the docstring of the test says so.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta

import pytest
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine

from engine.exceptions import InvalidDefinition, InvalidExpression
from engine.spiff import compile_process
from tests.engine.spiff.diagrams import (
    catch,
    correlated,
    end,
    exclusive,
    extended,
    files,
    flow,
    for_each,
    message,
    messages,
    path,
    rule,
    service,
    start,
    table,
    timer,
    times,
    user,
)
from tests.engine.spiff.driver import MONDAY, Case, process_of, raising
from tests.engine.spiff.stock import Stock, parser_of, restored

pytestmark = pytest.mark.usefixtures("stock_clock")


def test_every_failure_of_a_service_is_a_name_error() -> None:
    calling = files(start() + service("t", "fail") + end() + path("s", "t", "e"))
    spec = restored(parser_of(calling).get_spec("p"))
    with pytest.raises(NameError, match="script"):
        BpmnWorkflow(spec, {}, PythonScriptEngine()).do_engine_steps()

    with pytest.raises(ValueError, match="stock gone"):
        Case(process_of(calling), fail=raising(ValueError("stock gone")))


# --- expressions ----------------------------------------------------------------------------------
EVERY_CLASS = "().__class__.__base__.__subclasses__()"


def evaluating(place: str, value: str) -> dict[str, bytes]:
    """A diagram that computes a three at that place, from any `value` that is true."""
    three = f"3 if {value} else 0"
    bodies = {
        "condition": start()
        + exclusive("g", "g-e")
        + user("u")
        + flow("g", "u", f"({three}) == 3")
        + path("s", "g", "e")
        + path("u", "e"),
        "timer": start()
        + catch("w", timer(f"'PT3H' if {value} else ''", "timeDuration"))
        + path("s", "w", "e"),
        "count": start() + user("u", times(three)) + path("s", "u", "e"),
        "parameter": start() + service("t", x=three) + path("s", "t", "e"),
        "correlation": start()
        + catch("c", message("m", "got"), correlationKey=three)
        + path("s", "c", "e"),
        "cell": start() + rule("b", "d") + path("s", "b", "e"),
        "assignee": start() + user("u", assignee=three) + path("s", "u", "e"),
    }
    decisions = table("d", "COLLECT", ["1"], ["x"], [(["> 0"], [three])])
    outside = messages("m") + (correlated("m", three) if place == "correlation" else "")
    return dict(files(bodies[place] + end(), outside, dmn_d=decisions))


REACHED: dict[str, Callable[[Stock], bool]] = {
    "condition": lambda stock: stock.ready == [("u", None)],
    "timer": lambda stock: stock.timers == {"w": MONDAY + timedelta(hours=3)},
    "count": lambda stock: stock.ready == [("u", 0), ("u", 1), ("u", 2)],
    "parameter": lambda stock: stock.world.calls == [("note", {"x": 3})],
    "correlation": lambda stock: stock.message("m").workflow.correlations == {"k": {"cp": 3}},
    "cell": lambda stock: stock.data["x"] == [3],
    "assignee": lambda stock: stock.ready == [("u", None)],
}


@pytest.mark.parametrize("place", REACHED)
def test_expressions_reach_everything(place: str) -> None:
    """Stock only stores the assignee, and leaves it to others to evaluate."""
    assert REACHED[place](Stock(evaluating(place, EVERY_CLASS)))

    Case(process_of(evaluating(place, "[1]")))
    with pytest.raises(InvalidExpression):
        Case(process_of(evaluating(place, EVERY_CLASS)))


def test_a_completion_condition_reaches_everything() -> None:
    def until(condition: str) -> dict[str, bytes]:
        loop = for_each("people", "who", "votes", "vote", condition)
        return dict(files(start() + user("u", loop) + end() + path("s", "u", "e")))

    people = {"people": ["x", "y"]}
    assert Stock(until(EVERY_CLASS), people).do("u", 0, vote="yes").ended

    assert Case(process_of(until("[1]")), people).vote("u", "yes", who="x").ended
    case = Case(process_of(until(EVERY_CLASS)), people)
    with pytest.raises(InvalidExpression):
        case.vote("u", "yes", who="x")


# --- scripts --------------------------------------------------------------------------------------
SCRIPT = "y = __import__('os').getpid()"


def test_scripts_can_write_anything() -> None:
    script = f'<bpmn:scriptTask id="x"><bpmn:script>{SCRIPT}</bpmn:script></bpmn:scriptTask>'
    scripted = files(start() + script + end() + path("s", "x", "e"))
    assert Stock(scripted).data["y"] == os.getpid()

    with pytest.raises(InvalidDefinition) as refused:
        compile_process("p", scripted)
    assert refused.value.data["element"] == "x"
    assert refused.value.data["file"] == "p.bpmn"
    assert refused.value.data["line"] == 1


@pytest.mark.parametrize("when", ["preScript", "postScript"])
def test_scripts_hide_before_and_after_any_task(when: str) -> None:
    script = extended(f"<spiffworkflow:{when}>{SCRIPT}</spiffworkflow:{when}>")
    task = f'<bpmn:userTask id="u">{script}</bpmn:userTask>'
    scripted = files(start() + task + end() + path("s", "u", "e"))
    stock = Stock(scripted)
    assert (stock.task("u").data.get("y") == os.getpid()) is (when == "preScript")
    assert stock.do("u").data["y"] == os.getpid()

    with pytest.raises(InvalidDefinition) as refused:
        compile_process("p", scripted)
    assert refused.value.data["element"] == "u"
