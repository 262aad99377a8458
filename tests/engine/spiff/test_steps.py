"""What a step tells of itself, and what each act demands."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from engine.exceptions import (
    InvalidData,
    InvalidExpression,
    LimitExceeded,
    NotFound,
    NothingCaught,
    WrongState,
)
from engine.spiff import advance, load_process, peek, run
from engine.spiff.types import (
    Complete,
    Deliver,
    Fire,
    Reschedule,
    Reset,
    Start,
)
from tests.engine.spiff.diagrams import (
    boundary,
    call,
    catch,
    crossing,
    diagram,
    end,
    exclusive,
    extended,
    files,
    flow,
    for_each,
    message,
    messages,
    parallel,
    path,
    properties,
    service,
    start,
    subprocess,
    throw,
    timer,
    user,
)
from tests.engine.spiff.driver import MONDAY, Case, World, process_of

PLAIN = files(
    start()
    + service("t", result="r")
    + user("u", candidateGroups="finance, cashier", candidates="[boss]", assignee="boss")
    + exclusive("g", "g-e")
    + end()
    + end("other")
    + path("s", "t", "u", "g", "e")
    + flow("g", "other", 'decision == "no"')
)


def test_a_step_tells_everything() -> None:
    case = Case(process_of(PLAIN), {"boss": 7})
    step = case.last
    assert [(v.element, v.flow, v.began, v.state) for v in step.visits] == [
        ("s", "", True, "completed"),
        ("t", "s-t", True, "completed"),
        ("u", "t-u", True, "active"),
    ]
    assert [(c.element, c.name, c.value) for c in step.changes] == [
        ("", "boss", 7),
        ("t", "r", "noted"),
    ]
    (task,) = step.opened
    assert (task.assignee, task.candidates, task.groups) == (7, [7], ("finance", "cashier"))
    assert (task.activity, task.index, task.item, task.scope) == (task.task_id, None, None, "")
    assert step.variables == {"boss": 7, "r": "noted"}

    case.do("u", "no", boss=8)
    step = case.last
    assert step.ended
    assert step.state is None
    assert step.end_events == ("other",)
    assert [(v.element, v.flow, v.began, v.state) for v in step.visits] == [
        ("u", "t-u", False, "completed"),
        ("g", "u-g", True, "completed"),
        ("other", "g-other", True, "completed"),
    ]
    assert step.variables == {"boss": 8, "r": "noted", "decision": "no"}
    assert {(c.name, c.value) for c in step.changes} == {("boss", 8), ("decision", "no")}


def test_scopes_are_named_by_their_activity() -> None:
    called = diagram(
        crossing(["x"], ["y"])
        + start("cs")
        + subprocess("z", start("zs") + user("zu") + end("ze") + path("zs", "zu", "ze"))
        + service("ct", result="y", x="x")
        + end("ce")
        + path("cs", "z", "ct", "ce"),
        "q",
    )
    process = process_of(files(start() + call("c", "q") + end() + path("s", "c", "e"), q=called))
    case = Case(process, {"x": 1})
    visits = {visit.element: visit for visit in case.last.visits}
    assert (visits["c"].process, visits["c"].scope) == ("p", "")
    assert (visits["z"].process, visits["z"].scope) == ("q", visits["c"].task_id)
    assert (visits["zu"].process, visits["zu"].scope) == ("q", visits["z"].task_id)
    assert visits["zu"].flow == "zs-zu"
    case.do("zu", "", x=2)
    assert [(c.name, c.scope) for c in case.last.changes] == [
        ("x", visits["z"].task_id),
        ("x", visits["c"].task_id),  # the subprocess gives back what it changed
        ("y", visits["c"].task_id),
        ("y", ""),
    ]
    assert case.last.variables == {"x": 1, "y": "noted"}


def test_acts_that_do_not_fit() -> None:
    process = process_of(PLAIN)
    world = World()
    step = advance(process, None, Start({"boss": 1}), world)
    state, (task,) = step.state, step.opened
    with pytest.raises(WrongState):
        advance(process, state, Start({}), world)
    with pytest.raises(WrongState):
        advance(process, None, Complete(task.task_id), world)
    with pytest.raises(NotFound):
        advance(process, state, Complete("11111111-1111-4111-8111-111111111111"), world)
    with pytest.raises(NotFound):
        advance(process, state, Reset(step.visits[1].task_id), world)
    with pytest.raises(WrongState):
        advance(process, state, Reset(task.task_id), world)
    with pytest.raises(WrongState):
        advance(process, state, Reschedule("x", MONDAY), world)
    with pytest.raises(InvalidData):
        advance(process, state, Complete(task.task_id, "", {"_x": 1}), world)
    with pytest.raises(WrongState):
        advance(process, b"\x99rubbish", Complete(task.task_id), world)
    passed_over = advance(process, state, Fire(["x", task.task_id]), world)
    assert (passed_over.visits, passed_over.closed) == ([], [])


def test_a_failing_step_changes_nothing() -> None:
    process = process_of(
        files(
            start()
            + user("u")
            + exclusive("g", "g-e")
            + end()
            + user("v")
            + path("s", "u", "g", "e")
            + flow("g", "v", "missing > 1")
            + flow("v", "e")
        )
    )
    case = Case(process)
    before = case.state
    with pytest.raises(InvalidExpression) as failed:
        case.do("u")
    assert (failed.value.data["process"], failed.value.data["element"]) == ("p", "g")
    assert case.state == before
    case.do("u", missing=1)
    assert case.ended


def test_a_gateway_without_a_way_out() -> None:
    process = process_of(
        files(start() + exclusive("g") + end() + path("s", "g") + flow("g", "e", "x == 1"))
    )
    with pytest.raises(WrongState) as stuck:
        Case(process, {"x": 2})
    assert stuck.value.data["element"] == "g"


def test_operations_may_not_change_what_they_are_given() -> None:
    def greedy(site: Any, rows: list[int]) -> list[int]:
        rows.append(99)
        return rows

    process = process_of(
        files(
            start()
            + service("t", "greedy", rows="rows")
            + user("u")
            + end()
            + path("s", "t", "u", "e")
        )
    )
    case = Case(process, {"rows": [1]}, greedy=greedy)
    assert case.task("u").variables == {"rows": [1], "result": [1, 99]}


def test_thrown_messages_carry_name_key_and_payload() -> None:
    body = (
        start()
        + throw("o", message("told", payload="[x, 1]"), correlationKey="x", optional="true")
        + end("e", message("done"))
        + path("s", "o", "e")
    )
    case = Case(process_of(files(body, messages("told", "done"))), {"x": 5})
    told, done = case.last.thrown
    assert (told.name, told.key, told.payload, told.optional) == ("told", "5", [5, 1], True)
    assert (done.name, done.key, done.payload, done.optional) == ("done", "", None, False)
    assert (told.process, told.element) == ("p", "o")


def test_a_thrown_message_is_not_caught_on_the_way() -> None:
    """It leaves the instance; whoever waits gets it in a transaction of its own."""
    body = (
        start()
        + parallel("p")
        + catch("c", message("m", "got"), correlationKey="'k'")
        + user("u")
        + end()
        + end("e2", message("m"), correlationKey="'k'")
        + path("s", "p", "c", "e")
        + path("p", "u", "e2")
    )
    case = Case(process_of(files(body, messages("m"))))
    case.do("u")
    assert [thrown.key for thrown in case.last.thrown] == ["k"]
    assert case.messages == [("c", "m", "k")]
    case.message("m", 1, "k")
    assert case.ended


def test_timers_are_moved_and_told() -> None:
    body = (
        start()
        + user("u")
        + boundary("t", "u", timer("calendar('P1D')"), interrupting=False)
        + end()
        + end("e2")
        + path("s", "u", "e")
        + path("t", "e2")
    )
    case = Case(process_of(files(body)))
    (first,) = case.last.timers
    assert (first.element, first.due_at, first.cycle) == ("t", MONDAY + timedelta(days=1), False)
    later = MONDAY + timedelta(days=9)
    case.act(Reschedule(first.task_id, later))
    assert [(t.task_id, t.due_at) for t in case.last.timers] == [(first.task_id, later)]
    case.wait(days=8)
    assert case.timers == {"t": later}
    case.wait(days=1)
    assert case.timers == {}
    with pytest.raises(WrongState):
        case.act(Reschedule(first.task_id, later))


@pytest.mark.parametrize(
    ("expression", "due"),
    [
        ("'2026-12-24T18:00:00+08:00'", "2026-12-24T10:00:00+00:00"),
        ("day", "2026-12-24T00:00:00+00:00"),
        ("moment", "2026-12-24T10:00:00+00:00"),
        ("working('PT4H')", "2026-11-23T06:30:00+00:00"),
        ("working('P1D') if urgent else calendar('P30D')", "2026-11-23T10:00:00+00:00"),
    ],
)
def test_times_of_timers(expression: str, due: str) -> None:
    body = start() + catch("w", timer(expression)) + end() + path("s", "w", "e")
    facts = {
        "day": date(2026, 12, 24),
        "moment": datetime.fromisoformat("2026-12-24T18:00:00+08:00"),
        "urgent": True,
    }
    case = Case(process_of(files(body)), facts)
    assert case.timers == {"w": datetime.fromisoformat(due)}


@pytest.mark.parametrize(
    ("expression", "kind"),
    [
        ("5", "timeDate"),
        ("'soon'", "timeDate"),
        ("'PT1H'", "timeDate"),
        ("'an hour'", "timeDuration"),
        ("nothing", "timeDuration"),
        ("working('x')", "timeDate"),
        ("working(5)", "timeDate"),
    ],
)
def test_a_timer_without_a_time(expression: str, kind: str) -> None:
    body = start() + catch("w", timer(expression, kind)) + end() + path("s", "w", "e")
    with pytest.raises(InvalidExpression) as wrong:
        Case(process_of(files(body)), {"nothing": None})
    assert wrong.value.data["element"] == "w"


def test_a_cycle_with_an_end() -> None:
    body = (
        start()
        + user("u")
        + boundary("t", "u", timer("'R2/PT1H'", "timeCycle"), interrupting=False)
        + service("n", result="side")
        + end()
        + end("e2")
        + path("s", "u", "e")
        + path("t", "n", "e2")
    )
    case = Case(process_of(files(body)))
    assert case.last.timers[0].cycle
    case.wait(hours=1)
    case.wait(hours=1)
    case.wait(hours=1)
    assert len(case.world.calls) == 2
    assert case.timers == {}
    case.do("u")
    assert case.ended


def test_a_message_event_that_does_not_interrupt_catches_again() -> None:
    body = (
        start()
        + user("u")
        + boundary("b", "u", message("m", "got"), interrupting=False, correlationKey="'k'")
        + service("n", result="side", x="got")
        + end()
        + end("e2")
        + path("s", "u", "e")
        + path("b", "n", "e2")
    )
    case = Case(process_of(files(body, messages("m"))))
    case.message("m", 1).message("m", 2)
    assert [given["x"] for _name, given in case.world.calls] == [1, 2]
    assert case.messages == [("b", "m", "k")]
    assert "got" not in case.task("u").variables
    case.do("u")
    assert case.ended
    assert case.last.variables["got"] == 2  # what its branches have set comes along


def test_what_an_event_has_set_going_outlives_its_activity() -> None:
    body = (
        start()
        + user("u")
        + boundary("b", "u", message("m", "got"), interrupting=False, correlationKey="'k'")
        + user("side")
        + end()
        + end("e2")
        + path("s", "u", "e")
        + path("b", "side", "e2")
    )
    case = Case(process_of(files(body, messages("m"))))
    case.message("m", 1).do("u")
    assert (case.ready, case.messages) == (["side"], [])
    case.do("side")
    assert case.ended


# --- limits ---------------------------------------------------------------------------------------
def test_an_instance_holds_so_many_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    body = start() + user("u", for_each("people", "who")) + end() + path("s", "u", "e")
    process = process_of(files(body))
    monkeypatch.setattr(run, "MAX_TASKS", 20)
    Case(process, {"people": list(range(10))})
    with pytest.raises(LimitExceeded) as too_many:
        Case(process, {"people": list(range(30))})
    assert too_many.value.data["element"] == "u"


def test_ids_are_the_same_kind_everywhere() -> None:
    case = Case(process_of(PLAIN), {"boss": 1})
    for visit in case.last.visits:
        assert str(uuid.UUID(visit.task_id, version=4)) == visit.task_id


def test_peek_changes_nothing() -> None:
    case = Case(process_of(PLAIN), {"boss": 1})
    state = case.state
    assert state is not None
    pictures = [peek(case.process, state, case.world) for _ in range(2)]
    assert pictures[0] == pictures[1]
    assert [task.element for task in pictures[0].tasks] == ["u"]
    assert case.world.called == ["note"]


def test_a_process_is_restored_once() -> None:
    process = process_of(PLAIN)
    assert load_process(b"not looked at", process.checksum) is process


def test_deliver_again_after_it_was_caught() -> None:
    body = start() + catch("c", message("m", "got"), correlationKey="'k'") + user("u") + end()
    body += path("s", "c", "u", "e")
    case = Case(process_of(files(body, messages("m"))))
    (waiting,) = case.last.subscriptions
    case.act(Deliver(waiting.task_id, "m", {"n": 1}))
    assert case.last.subscriptions_gone == [waiting.task_id]
    with pytest.raises(NothingCaught):
        case.act(Deliver(waiting.task_id, "m", {"n": 2}))
    assert case.task("u").variables["got"] == {"n": 1}


def test_elements_bear_both_names() -> None:
    body = (
        '<bpmn:laneSet id="ls"><bpmn:lane id="lane_finance" name="财务">'
        "<bpmn:flowNodeRef>u</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>"
        + start()
        + '<bpmn:userTask id="u" name="审批"><bpmn:documentation> Why. </bpmn:documentation>'
        + extended(properties(name_en="Approve", formKey="f"))
        + "</bpmn:userTask>"
        + end()
        + path("s", "u", "e")
    )
    process = process_of(files(body))
    element = process.element("p", "u")
    assert (element.type, element.lane, element.documentation) == (
        "userTask",
        "lane_finance",
        "Why.",
    )
    assert (element.label("zh-hans"), element.label("en")) == ("审批", "Approve")
    assert element.properties["formKey"] == "f"
    assert (element.incoming, element.outgoing) == (("s-u",), ("u-e",))
    flow_element = process.element("p", "s-u")
    assert (flow_element.type, flow_element.source, flow_element.target) == (
        "sequenceFlow",
        "s",
        "u",
    )
    assert process.name("en") == "p"
    assert process.flow("p", "s", "u") == "s-u"
    with pytest.raises(KeyError):
        process.element("p", "missing")
