"""No upload, however made, holds the server up, and none brings the checker down."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from django.utils import translation

from engine.bpmn import linter, sandbox
from engine.bpmn.findings import Report
from engine.exceptions import InvalidDefinition
from tests.engine.bpmn.diagrams import (
    HEAD,
    KNOWN,
    call,
    chain,
    element,
    end,
    flow,
    gateway,
    input_output,
    line_of,
    process,
    service,
    start,
    table,
    timer,
    user,
)


def nested_data_objects() -> str:
    """SpiffWorkflow's parser looks for such a data object for ever."""
    reference = element("dataObjectReference", "ref", dataObjectRef="gone")
    asks = user("inner", element("dataInputAssociation", "in", element("sourceRef", "", "ref")))
    body = start("s") + asks + end("e") + chain("s", "inner", "e") + reference
    return process(
        start() + element("subProcess", "sub", body) + end() + chain("start", "sub", "end")
    )


def long_chain(count: int) -> str:
    names = [f"n{number}" for number in range(count)]
    return process(
        start() + end() + "".join(user(n) for n in names) + chain("start", *names, "end")
    )


def bare(kind: str, count: int) -> str:
    return "".join(f'<bpmn:{kind} id="{kind}{number}"/>' for number in range(count))


def all_to_all(count: int) -> str:
    """Every gateway leads to every other."""
    names = [f"exclusiveGateway{number}" for number in range(count)]
    flows = "".join(
        f'<bpmn:sequenceFlow id="f{a}_{b}" sourceRef="{a}" targetRef="{b}"/>'
        for a in names
        for b in names
    )
    return process(bare("exclusiveGateway", count) + flows)


def many_boundaries(count: int) -> str:
    names = [f"n{number}" for number in range(count)]
    nodes = "".join(
        f'<bpmn:userTask id="{n}"/>'
        f'<bpmn:boundaryEvent id="b{n}" attachedToRef="{n}" cancelActivity="false"/>'
        for n in names
    )
    return process(
        start() + nodes + chain("start", *names) + "".join(chain(f"b{n}", n) for n in names)
    )


def knotted_conditions() -> str:
    """Conditions whose alternatives multiply."""
    condition = " and ".join(f"(a{n} or b{n})" for n in range(30))
    ways = [f"{condition} and x == {n}" for n in range(40)]
    body = start() + gateway() + end() + chain("start", "gateway")
    return process(
        body + "".join(flow("gateway", "end", way, id=f"f{n}") for n, way in enumerate(ways))
    )


def knotted_table() -> str:
    """A table whose cells cut each column into many parts."""
    rules = [
        (*(str(row % (7 + c)) if (row + c) % 3 else "-" for c in range(12)), "1")
        for row in range(150)
    ]
    return table(*rules, inputs=tuple(f"x{c}:number" for c in range(12)))


HOSTILE = {
    "external entity": '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
    "entity bomb": "<!DOCTYPE a [<!ENTITY a 'xxxxxxxxxx'>"
    + "".join(
        f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" if n else "<!ENTITY a0 '&a;'>" for n in range(12)
    )
    + "]><a>&a11;</a>",
    "attribute bomb": "<!DOCTYPE a [<!ENTITY a '"
    + "x" * 10000
    + "'>]><a b='"
    + "&a;" * 10000
    + "'/>",
    "deep nesting": "<a>" * 200_000,
    "huge attribute": f'<a b="{"x" * 1_900_000}"/>',
    "huge name": process(start("x" * 500_000) + end("y" * 500_000, "")),
    "many attributes": "<a " + " ".join(f'a{n}=""' for n in range(190_000)) + "/>",
    "many namespaces": "<a " + " ".join(f'xmlns:a{n}="u"' for n in range(120_000)) + "/>",
    "calls itself": process(
        input_output() + start() + call(called="process") + end() + chain("start", "call", "end")
    ),
    "data object that is not there": nested_data_objects(),
    "chain of 1,000 tasks": long_chain(330),
    "everything leads to everything": all_to_all(70),
    "boundaries that loop": many_boundaries(1_200),
    "5,000 elements": process(bare("userTask", 4_990)),
    "knotted conditions": knotted_conditions(),
    "knotted table": knotted_table(),
    "long expression": line_of(
        service(
            parameters='<spiffworkflow:parameter id="a" type="any" value="' + "(" * 100_000 + '"/>'
        )
    ),
    "nested subprocesses": HEAD
    + "".join(
        f'<bpmn:process id="p{n}">' if not n else f'<bpmn:subProcess id="p{n}">' for n in range(240)
    ),
    "regular expression": line_of(user(dueIn="P" + "1" * 100_000 + "D")),
    "time loop": line_of(element("intermediateCatchEvent", "task", timer("R" * 300 + "/" * 300))),
}


def checked(files: dict[str, bytes], check: Callable[..., Report]) -> Report:
    began = time.monotonic()
    report = check(files, KNOWN)
    assert time.monotonic() - began < sandbox.SECONDS
    return report


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_gets_an_answer_in_time(name: str) -> None:
    content = HOSTILE[name]
    suffix = "dmn" if "/DMN/" in content else "bpmn"
    report = checked({f"hostile.{suffix}": content.encode()}, linter.check)
    assert report.errors
    assert not any("root:" in finding.message for finding in report.findings)
    assert max(len(finding.message) for finding in report.findings) < 1_000


@pytest.mark.parametrize("name", ["entity bomb", "many attributes", "5,000 elements"])
def test_the_limited_child_answers_in_time(name: str) -> None:
    assert checked({"hostile.bpmn": HOSTILE[name].encode()}, sandbox.check).errors


def test_the_child_says_what_the_linter_says() -> None:
    document = line_of(service(operation="demo.gone"))
    report = sandbox.check({"a.bpmn": document.encode()}, KNOWN)
    assert [finding.code for finding in report.errors] == ["operation_unknown"]
    assert report.errors[0].element == "task"


def test_reasons_come_in_the_language_of_the_asker() -> None:
    document = line_of(
        service(parameters='<spiffworkflow:parameter id="text" type="any" value="1 +"/>')
    )
    with translation.override("en"):
        (finding,) = sandbox.check({"a.bpmn": document.encode()}, KNOWN).errors
        assert "can't be read" in finding.message


def test_too_much_at_once_is_refused_unread() -> None:
    files = {f"{number}.bpmn": b" " * 2_000_000 for number in range(5)}
    report = sandbox.check(files)
    assert {finding.code for finding in report.errors} == {"too_costly"}
    assert {finding.file for finding in report.errors} == set(files)


def test_a_child_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "SECONDS", 0.05)  # no interpreter starts in that time
    report: Report = sandbox.check({"a.bpmn": line_of(service()).encode()}, KNOWN)
    assert [finding.code for finding in report.errors] == ["too_costly"]


def test_the_child_compiles_as_the_engine_does() -> None:
    from engine.spiff import compile_process

    document = line_of(service())
    bundles = {
        "process": {"a.bpmn": document.encode()},
        "other": {"b.bpmn": document.replace('"process"', '"other"').encode()},
    }
    made = sandbox.compile_processes(bundles, about=["a.bpmn"])
    assert made == {key: compile_process(key, files) for key, files in bundles.items()}


def test_what_cannot_be_compiled_is_told_with_its_place() -> None:
    files = {"a.bpmn": line_of(element("scriptTask", "task")).encode()}
    with pytest.raises(InvalidDefinition) as caught:
        sandbox.compile_processes({"process": files}, about=["a.bpmn"])
    assert caught.value.data["element"] == "task"
    assert caught.value.data["file"] == "a.bpmn"


def test_a_diagram_on_which_the_parser_hangs_is_ended() -> None:
    document = nested_data_objects()
    report = sandbox.check({"a.bpmn": document.encode()}, KNOWN)
    assert {"data_object_missing", "task_data"} <= {finding.code for finding in report.errors}
    with pytest.raises(InvalidDefinition):
        files = {"a.bpmn": document.encode()}
        sandbox.compile_processes({"process": files}, about=files)
