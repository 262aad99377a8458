"""What is deployed is looked at together with what it touches."""

from __future__ import annotations

import subprocess
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from engine import definitions
from engine.bpmn import linter, sandbox
from engine.bpmn.findings import Report
from engine.exceptions import Conflict, InvalidDefinition
from engine.models import Deployment, ProcessDefinition, Resource
from engine.spiff import compile_process
from tests.engine.bpmn.diagrams import (
    call,
    chain,
    end,
    flow,
    gateway,
    input_output,
    line_of,
    process,
    rule,
    service,
    start,
    table,
    user,
)

pytestmark = pytest.mark.django_db

ADMIN = Deployment.Source.ADMIN
LINE = chain("start", "task", "end")
WRONG = pytest.raises(InvalidDefinition)
REAL_CHECK, REAL_COMPILE = sandbox.check, sandbox.compile_processes


def called(outputs: str = "outcome", *, interface: bool = True, more: str = "") -> str:
    """The process that the other calls: gives back the variables named."""
    said = input_output("document" + more, outputs) if interface else ""
    content = said + start() + rule("task", result="outcome") + end() + LINE
    return process(content, "called")


CALLER = process(
    input_output("document", "document")
    + start()
    + call("task", "called")
    + gateway(default="gateway_end")
    + user("again")
    + end()
    + chain("start", "task", "gateway", "end")
    + flow("gateway", "again", "outcome.level == 1")
    + flow("again", "end"),
    "caller",
)
LEVELS = table(("-", "1"), inputs=("document.amount:number",))


def check(files, known, *, until) -> Report:
    return linter.check(files, known)


def compile_processes(bundles, *, about, until) -> dict[str, bytes]:
    return {key: compile_process(key, files) for key, files in bundles.items()}


@pytest.fixture(autouse=True)
def deployed(any_form, registered, monkeypatch) -> None:
    """In force before each test. Files are read here and not in a child of their own, which gives
    the same answers, but takes a second each time."""
    monkeypatch.setattr(sandbox, "check", check)
    monkeypatch.setattr(sandbox, "compile_processes", compile_processes)
    registered.operation("demo.note", lambda context: None)
    deploy(caller=CALLER, called=called(), table=LEVELS)


def deploy(**documents: str) -> definitions.Deployed:
    files = {
        f"{name}.{'dmn' if '/DMN/' in text else 'bpmn'}": text.encode()
        for name, text in documents.items()
    }
    return definitions.deploy(files, source=ADMIN)


def refused(**documents: str) -> InvalidDefinition:
    before = Resource.objects.count(), ProcessDefinition.objects.count(), Deployment.objects.count()
    with WRONG as caught:
        deploy(**documents)
    after = Resource.objects.count(), ProcessDefinition.objects.count(), Deployment.objects.count()
    assert after == before
    assert caught.value.data["line"] > 1
    return caught.value


def test_a_called_process_keeps_its_interface_also_where_it_comes_alone():
    error = refused(called=called(interface=False))
    assert error.data["findings"][0]["code"] == "called_without_interface"
    assert (error.data["file"], error.data["element"]) == ("called.bpmn", "called")


def test_what_a_caller_reads_does_not_vanish():
    error = refused(called=called("document"))
    assert error.data["findings"][0]["code"] == "variable_unset"
    assert (error.data["file"], error.data["element"]) == ("caller.bpmn", "gateway_again")
    assert deploy(called=called("document"), caller=CALLER.replace("outcome", "document")).made


def test_a_called_process_asks_for_nothing_that_its_caller_does_not_give():
    error = refused(called=called(more=" paper"))
    assert error.data["findings"][0]["code"] == "call_input_unset"
    assert (error.data["file"], error.data["element"]) == ("caller.bpmn", "task")


def test_a_table_reads_nothing_that_the_process_does_not_have():
    error = refused(table=LEVELS.replace("document.amount", "paper.amount"))
    assert error.data["findings"][0]["code"] == "variable_unset"
    assert (error.data["file"], error.data["element"]) == ("called.bpmn", "task")


def test_a_new_caller_needs_a_process_with_an_interface():
    deploy(open=line_of(user()).replace('"process"', '"open"'))
    error = refused(other=process(start() + call("task", "open") + end() + LINE, "other"))
    assert (error.data["file"], error.data["element"]) == ("open.bpmn", "open")


def test_a_call_that_leads_back_is_told_with_its_line():
    around = process(input_output() + start() + call("task", "caller") + end() + LINE, "called")
    assert refused(called=around).data["findings"][0]["code"] == "calls_itself"


def test_what_was_wrong_before_keeps_nobody_from_deploying():
    loose = CALLER.replace("outcome.level", "nothing.level")
    definitions.deploy({"caller.bpmn": loose.encode()}, source=ADMIN)  # a warning there
    made = deploy(called=called().replace("处理", "办理"), table=LEVELS.replace("1<", "2<")).made
    assert {definition.key for definition in made} == {"called", "caller"}


def test_a_name_that_another_file_has_is_no_obstacle():
    deploy(caller=process(start() + service() + end() + LINE, "another"))
    assert {one.key for one in definitions.latest_definitions()} == {"called", "caller", "another"}


# --- in time --------------------------------------------------------------------------------------
class SlowChildren:
    """Children of which each would take so many seconds, by a clock that only they move."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
        self.seconds, self.now, self.asked = seconds, 0.0, 0
        monkeypatch.setattr(sandbox, "monotonic", lambda: self.now)
        monkeypatch.setattr(definitions, "monotonic", lambda: self.now)
        self._run = subprocess.run
        monkeypatch.setattr(sandbox.subprocess, "run", self.run)

    def run(self, command: Any, *, timeout: float, **options: Any) -> Any:
        self.asked += 1
        self.now += min(timeout, self.seconds)
        if timeout < self.seconds:
            raise subprocess.TimeoutExpired(command, timeout)
        return self._run(command, timeout=timeout, **options)


@pytest.mark.parametrize(("seconds", "asked"), [(11, 1), (6, 2), (4, 3)])
def test_all_children_of_a_deployment_have_ten_seconds_together(
    monkeypatch, seconds: float, asked: int
) -> None:
    loose = CALLER.replace("outcome.level", "nothing.level")
    definitions.deploy({"caller.bpmn": loose.encode()}, source=ADMIN)  # a warning there
    monkeypatch.setattr(sandbox, "check", REAL_CHECK)
    monkeypatch.setattr(sandbox, "compile_processes", REAL_COMPILE)
    children = SlowChildren(monkeypatch, seconds)
    with WRONG as caught:
        deploy(called=called().replace("判断", "裁断"))
    assert (children.asked, children.now) == (asked, min(seconds * asked, sandbox.SECONDS))
    assert caught.value.data["file"] == "called.bpmn"
    assert "called.bpmn" in str(caught.value)
    assert ProcessDefinition.objects.filter(key="called").count() == 1


def test_nobody_waits_while_files_are_read(monkeypatch) -> None:
    seen = []

    def look(files, known, *, until) -> Report:
        seen.append([query["sql"] for query in captured.captured_queries])
        return linter.check(files, known)

    monkeypatch.setattr(sandbox, "check", look)
    with CaptureQueriesContext(connection) as captured:
        deploy(called=called().replace("判断", "裁断"))
    assert seen
    assert not any(definitions.ALONE in sql for told in seen for sql in told)
    assert any(definitions.ALONE in query["sql"] for query in captured.captured_queries)


def test_what_others_deploy_meanwhile_is_looked_at_as_well(monkeypatch) -> None:
    def meanwhile(files, known, *, until) -> Report:
        monkeypatch.setattr(sandbox, "check", check)
        deploy(caller=CALLER.replace("outcome.level", "outcome.step"))
        return linter.check(files, known)

    monkeypatch.setattr(sandbox, "check", meanwhile)
    made = deploy(called=called().replace("判断", "裁断")).made
    assert {(definition.key, definition.version) for definition in made} == {
        ("called", 2),
        ("caller", 3),
    }


def test_who_never_gets_a_turn_is_told_so(monkeypatch) -> None:
    turns = iter(range(100))

    def meanwhile(files, known, *, until) -> Report:
        if "own.bpmn" not in files:
            return linter.check(files, known)
        text = line_of(user()).replace('"process"', f'"other{next(turns)}"')
        definitions.deploy({"other.bpmn": text.encode()}, source=ADMIN)
        clock[0] += 4
        return linter.check(files, known)

    clock = [0.0]
    monkeypatch.setattr(definitions, "monotonic", lambda: clock[0])
    monkeypatch.setattr(sandbox, "check", meanwhile)
    with pytest.raises(Conflict):
        definitions.deploy({"own.bpmn": line_of(user()).encode()}, source=ADMIN)
    assert not ProcessDefinition.objects.filter(key="process").exists()
