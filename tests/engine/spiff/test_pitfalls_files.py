"""What SpiffWorkflow 3.2.0 does wrong, or differently than one would think: files.

Each test shows both on the same diagram: first stock, then ours. Where stock does nothing wrong,
the docstring of the test says so.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.spiff.parser import SpiffBpmnParser

from engine.exceptions import InvalidDefinition
from engine.spiff import compile_process
from tests.engine.spiff.diagrams import (
    catch,
    end,
    files,
    message,
    messages,
    path,
    service,
    start,
    subprocess,
    throw,
    timer,
    user,
)
from tests.engine.spiff.driver import Case, process_of
from tests.engine.spiff.stock import Stock, parser_of, time_limit

pytestmark = pytest.mark.usefixtures("stock_clock")

COMPENSATION = "<bpmn:compensateEventDefinition/>"
LINK = '<bpmn:linkEventDefinition name="there"/>'


# --- elements -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "part",
    [
        catch("x", LINK),
        throw("x", LINK),
        throw("x", COMPENSATION),
        '<bpmn:sendTask id="x"/>',
    ],
    ids=["link caught", "link thrown", "compensation", "send task"],
)
def test_what_silently_does_nothing(part: str) -> None:
    silent = files(start() + part + user("u") + end() + path("s", "x", "u", "e"))
    stock = Stock(silent)
    assert stock.completed["x"] == 1  # as if it had happened
    assert (stock.ready, stock.thrown) == ([("u", None)], [])

    with pytest.raises(InvalidDefinition) as refused:
        compile_process("p", silent)
    assert refused.value.data["element"] == "x"


def event_subprocess(event: str) -> dict[str, bytes]:
    inner = (
        f'<bpmn:subProcess id="x" triggeredByEvent="true"><bpmn:startEvent id="xs">{event}'
        f"</bpmn:startEvent>{user('v')}{end('xe')}{path('xs', 'v', 'xe')}</bpmn:subProcess>"
    )
    return dict(files(start() + user("u") + end() + path("s", "u", "e") + inner, messages("m")))


def test_an_event_subprocess_does_not_interrupt() -> None:
    timed = event_subprocess(timer("'PT1H'", "timeDuration"))
    stock = Stock(timed).wait(hours=2)
    assert stock.ready == [("u", None), ("v", None)]  # its start event interrupts by default

    with pytest.raises(InvalidDefinition) as refused:
        compile_process("p", timed)
    assert refused.value.data["element"] == "x"


def test_an_event_subprocess_changes_the_shared_spec() -> None:
    called = event_subprocess(message("m"))
    stock = Stock(called, saves=False)
    before = [spec.name for spec in stock.spec.start.outputs]
    stock.message("m")
    after = [spec.name for spec in stock.spec.start.outputs]
    assert (before, after) == (["s"], ["s", "x"])  # for every other instance, too

    with pytest.raises(InvalidDefinition) as refused:
        compile_process("p", called)
    assert refused.value.data["element"] == "x"


def test_a_node_with_the_id_of_one_of_the_library_is_lost() -> None:
    named = files(start() + user("End") + end() + path("s", "End", "e"))
    stock = Stock(named)
    assert (stock.ready, stock.ended, stock.ends) == ([], True, [])  # nobody was ever asked

    with pytest.raises(InvalidDefinition) as refused:
        compile_process("p", named)
    assert refused.value.data["element"] == "End"


def test_errors_carry_no_line() -> None:
    """Stock refuses complex gateways too."""
    body = start() + "\n" + '<bpmn:complexGateway id="x"/>' + end() + path("s", "x", "e")
    with pytest.raises(ValidationException) as unplaced:
        parser_of(files(body)).get_spec("p")
    assert not unplaced.value.line_number

    with pytest.raises(InvalidDefinition) as refused:
        compile_process("p", files(body))
    found = refused.value.data
    assert (found["element"], found["file"], found["line"]) == ("x", "p.bpmn", 2)


@pytest.mark.parametrize(
    "part",
    [
        '<bpmn:inclusiveGateway id="x"/>',
        catch("x", "<bpmn:signalEventDefinition/>"),
        end("x", COMPENSATION),
        end("x", "<bpmn:escalationEventDefinition/>"),
        user("x", '<bpmn:multiInstanceLoopCharacteristics isSequential="true"/>'),
        user("x", "<bpmn:standardLoopCharacteristics/>"),
        catch("x", timer("'R/PT1H'", "timeCycle")),
        '<bpmn:startEvent id="x">' + message("m") + "</bpmn:startEvent>",
    ],
)
def test_what_does_not_run_is_refused(part: str) -> None:
    """No traps, but limits of the engine: stock runs most of these."""
    resources = files(start() + user("u") + end() + path("s", "u", "e") + part, messages("m"))
    with pytest.raises(InvalidDefinition) as refused:
        compile_process("p", resources)
    assert refused.value.data["element"] == "x"


# --- reading --------------------------------------------------------------------------------------
def test_a_data_reference_that_leads_nowhere_loops_for_ever() -> None:
    reference = (
        '<bpmn:dataObjectReference id="r" dataObjectRef="missing"/>'
        '<bpmn:userTask id="u"><bpmn:dataInputAssociation><bpmn:sourceRef>r</bpmn:sourceRef>'
        "</bpmn:dataInputAssociation></bpmn:userTask>"
    )
    inner = start("zs") + reference + end("ze") + path("zs", "u", "ze")
    looping = files(start() + subprocess("z", inner) + end() + path("s", "z", "e"))
    with pytest.raises(ValidationException, match="TimeoutError"), time_limit(0.5):
        parser_of(looping).get_subprocess_specs("p")

    with pytest.raises(InvalidDefinition):
        compile_process("p", looping)


def test_a_chain_without_gateways_back_to_its_start() -> None:
    cycle = files(start() + user("a") + user("b") + path("s", "a", "b", "a") + end("e"))
    with pytest.raises(RecursionError):
        Stock(cycle)

    case = Case(process_of(cycle))
    case.do("a").do("b")
    assert case.ready == ["a"]


@pytest.mark.parametrize("encoding", ["gbk", "utf-16"])
def test_files_in_other_encodings(encoding: str, tmp_path: Path) -> None:
    """Stock reads them when given the parsed bytes, but not through its own doors."""
    drawn = files(start() + user("u") + end() + path("s", "u", "e"))["p.bpmn"].decode()
    text = f'<?xml version="1.0" encoding="{encoding}"?>' + drawn.replace(
        'id="u"', 'id="u" name="审批"'
    )
    file = tmp_path / "p.bpmn"
    file.write_bytes(text.encode(encoding))
    with pytest.raises(UnicodeDecodeError):
        SpiffBpmnParser().add_bpmn_file(str(file))
    with pytest.raises(ValueError, match="encoding declaration"):
        SpiffBpmnParser().add_bpmn_str(text)

    process = process_of({"p.bpmn": file.read_bytes()})
    assert process.element("p", "u").name == "审批"


def test_the_default_serializer_knows_no_service_task() -> None:
    calling = files(start() + service("t", "fail") + end() + path("s", "t", "e"))
    workflow = BpmnWorkflow(parser_of(calling).get_spec("p"), {})
    with pytest.raises(TypeError):
        BpmnWorkflowSerializer().serialize_json(workflow)

    assert Case(process_of(calling), fail=lambda site: 1).ended
