"""Mending data, going back, and activities with scopes of their own."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.exceptions import NotFound, WrongState
from engine.spiff import resettable
from engine.spiff.types import (
    Complete,
    Reset,
    SetVariables,
    Start,
)
from tests.engine.spiff.diagrams import (
    boundary,
    call,
    crossing,
    diagram,
    end,
    files,
    for_each,
    message,
    messages,
    parallel,
    path,
    start,
    subprocess,
    timer,
    user,
)
from tests.engine.spiff.driver import MONDAY, Case, process_of, trail


def test_start_variables_may_not_be_given_twice() -> None:
    case = Case(process_of(files(start() + user("u") + end() + path("s", "u", "e"))))
    with pytest.raises(WrongState):
        case.act(Start({}))


# --- mending data ---------------------------------------------------------------------------------
def test_variables_are_mended_where_tokens_stand() -> None:
    body = (
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
    case = Case(process_of(files(body)), {"x": 1})
    case.do("a")
    case.act(SetVariables({"x": 2}))  # one token at b, one waits at the join
    assert {change.value for change in case.last.changes} == {2}
    case.do("b")
    assert case.task("u").variables["x"] == 2
    case.act(SetVariables({"y": 3}, case.task("u").task_id))
    case.do("u")
    assert case.last.variables == {"x": 2, "y": 3}


def test_variables_of_a_called_process_are_mended_only_if_it_has_them() -> None:
    called = diagram(
        crossing(["x"], ["x"]) + start("cs") + user("cu") + end("ce") + path("cs", "cu", "ce"), "q"
    )
    process = process_of(files(start() + call("c", "q") + end() + path("s", "c", "e"), q=called))
    case = Case(process, {"x": 1})
    case.act(SetVariables({"x": 2, "y": 3}))
    assert case.task("cu").variables == {"x": 2}
    case.do("cu")
    assert case.last.variables == {"x": 2, "y": 3}


# --- back to an earlier task ----------------------------------------------------------------------
def test_back_to_an_earlier_task() -> None:
    body = start() + user("a") + user("b") + user("c") + end() + path("s", "a", "b", "c", "e")
    case = Case(process_of(files(body)), {"x": 1})
    first = case.task("a").task_id
    case.do("a", x=2).do("b", x=3)
    assert len(resettable(case.process, case.state or b"", case.world, case.task("c").task_id)) == 2
    case.act(Reset(first))
    assert case.ready == ["a"]
    assert case.task("a").variables["x"] == 1
    assert [closed.state for closed in case.last.closed] == ["cancelled"]
    assert [(v.element, v.state, v.began) for v in case.last.visits] == [
        ("c", "cancelled", False),
        ("a", "active", True),
    ]
    case.do("a").do("b").do("c")
    assert case.ended


def test_back_to_a_task_with_boundary_events_gives_fresh_timers() -> None:
    body = (
        start()
        + user("a")
        + boundary("t", "a", timer("calendar('P1D')"))
        + user("b")
        + end()
        + end("e2")
        + path("s", "a", "b", "e")
        + path("t", "e2")
    )
    case = Case(process_of(files(body)))
    first = case.task("a").task_id
    case.do("a")
    case.world.present += timedelta(days=3)
    case.act(Reset(first))
    assert case.timers == {"t": MONDAY + timedelta(days=4)}
    case.wait(days=1)
    assert case.ended


def test_back_to_a_countersign_opens_all_of_it() -> None:
    body = (
        start()
        + user("sign", for_each("people", "who", "votes", "vote"))
        + user("u")
        + end()
        + path("s", "sign", "u", "e")
    )
    case = Case(process_of(files(body)), {"people": ["x", "y"]})
    first = case.task("sign", who="x").task_id
    case.vote("sign", "yes", who="x").vote("sign", "no", who="y")
    case.act(Reset(first))
    assert case.ready == ["sign", "sign"]
    case.vote("sign", "no", who="x").vote("sign", "no", who="y").do("u")
    assert case.last.variables["votes"] == ["no", "no"]


def test_back_behind_a_join_makes_the_other_branch_wait_again() -> None:
    body = (
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
    for order in (("a", "b"), ("b", "a")):
        for again in order:  # the one that came first, the one that let them through
            case = Case(process_of(files(body)))
            earlier = case.task(again).task_id
            for each in order:
                case.do(each, **{each: 1})
            assert case.ready == ["u"]
            case.act(Reset(earlier, case.task("u").task_id))
            assert case.ready == [again]
            case.do(again, **{again: 3})
            assert case.ready == ["u"]
            assert case.task("u").variables == {"a": 1, "b": 1, again: 3}
            case.do("u")
            assert case.ended


def test_no_way_back_into_a_scope_that_has_ended() -> None:
    inner = start("zs") + user("zu") + end("ze") + path("zs", "zu", "ze")
    body = start() + subprocess("z", inner) + user("u") + end() + path("s", "z", "u", "e")
    case = Case(process_of(files(body)))
    earlier = case.task("zu").task_id
    case.do("zu")
    assert resettable(case.process, case.state or b"", case.world, case.task("u").task_id) == []
    with pytest.raises(NotFound):
        case.act(Reset(earlier))


# --- activities -----------------------------------------------------------------------------------
def test_a_multi_instance_of_subprocesses_each_with_a_timer() -> None:
    inner = (
        start("zs")
        + user("ask", assignee="who")
        + end("ze")
        + path("zs", "ask", "ze")
        + boundary("t", "ask", timer("calendar('PT1H')"), interrupting=False)
        + end("te")
        + path("t", "te")
    )
    body = (
        start()
        + subprocess("each", inner, for_each("people", "who", "all", "answer", "enough"))
        + user("u")
        + end()
        + path("s", "each", "u", "e")
    )
    case = Case(process_of(files(body)), {"people": ["x", "y", "z"], "enough": False})
    assert len(case.last.timers) == 3
    case.act(Complete(case.task("ask", who="x").task_id, "", {"answer": 1}))
    assert len(case.open) == 2
    case.act(Complete(case.task("ask", who="y").task_id, "", {"answer": 2, "enough": True}))
    assert (case.ready, case.timers) == (["u"], {})
    assert case.task("u").variables["all"] == [1, 2]
    assert ("ask", "cancelled") in trail(case)


def test_a_cancelled_call_takes_everything_below_with_it() -> None:
    inner = diagram(
        start("is")
        + user("iu")
        + boundary("it", "iu", timer("calendar('P1D')"))
        + end("ie")
        + path("is", "iu", "ie")
        + path("it", "ie"),
        "inner",
    )
    outer = diagram(start("os") + call("oc", "inner") + end("oe") + path("os", "oc", "oe"), "outer")
    body = (
        start()
        + call("c", "outer")
        + boundary("b", "c", message("stop", "why"), correlationKey="'k'")
        + end()
        + user("u")
        + path("s", "c", "e")
        + path("b", "u", "e")
    )
    process = process_of(files(body, messages("stop"), inner=inner, outer=outer))
    case = Case(process)
    (task,) = case.last.opened
    case.message("stop", "never mind")
    assert (case.ready, case.timers, case.messages) == (["u"], {}, [])
    assert [closed.task_id for closed in case.last.closed] == [task.task_id]
    states = dict(trail(case))
    assert {states[name] for name in ("c", "oc", "iu", "it")} == {"cancelled"}
    assert len(case.state or b"") < 400


def test_terminate_ends_its_scope_only() -> None:
    inner = (
        start("zs")
        + parallel("zp")
        + user("zu")
        + user("zv")
        + end("ze", "<bpmn:terminateEventDefinition/>")
        + end("zn")
        + path("zs", "zp", "zu", "ze")
        + path("zp", "zv", "zn")
    )
    body = start() + subprocess("z", inner) + user("u") + end() + path("s", "z", "u", "e")
    case = Case(process_of(files(body)))
    case.do("zu", x=1)
    assert case.ready == ["u"]
    assert ("zv", "cancelled") in trail(case)
    assert case.task("u").variables == {"x": 1}
