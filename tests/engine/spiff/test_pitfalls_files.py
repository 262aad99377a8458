"""What SpiffWorkflow 3.2.0 does wrong, or differently than one would think: expressions, operations
and files.

Each test shows both on the same diagram: first stock, then ours.
"""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from lxml import etree
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.spiff.parser import SpiffBpmnParser

from engine.exceptions import (
    InvalidDefinition,
    InvalidExpression,
    WrongState,
)
from engine.spiff import compile_process
from engine.spiff.types import Start
from tests.engine.spiff.diagrams import (
    catch,
    end,
    exclusive,
    files,
    flow,
    message,
    messages,
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
from tests.engine.spiff.driver import Case, process_of
from tests.engine.spiff.stock import SERIALIZER, Stock

pytestmark = pytest.mark.usefixtures("stock_clock")


ONE_TASK = files(start() + user("u") + end() + path("s", "u", "e"))


def raising(error_to_raise: Exception) -> Any:
    def operation(site: Any, **given: Any) -> Any:
        raise error_to_raise

    return operation


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
    with pytest.raises(WrongState):
        case.act(Start({}))
