"""Random failures, and the ways round them."""

from __future__ import annotations

from typing import Final

from tests.engine.spiff.diagrams import (
    boundary,
    call,
    crossing,
    end,
    error,
    exclusive,
    flow,
    path,
    service,
    start,
    subprocess,
    user,
)
from tests.engine.spiff.generated.activities import a_user
from tests.engine.spiff.generated.drawing import HUMAN, Block, Drawing, Place
from tests.engine.spiff.generated.events import once, some_events, with_events
from tests.engine.spiff.generated.rows import NESTED, block, sequence


@block(NESTED)
def a_failing_service(drawing: Drawing, place: Place) -> Block:
    """A service task that fails if the user task before it says so."""
    if place.items:  # stock lets the events of all children catch at once
        return a_user(drawing, place)
    asks, task, code = drawing.id("u", place), drawing.id("f"), drawing.error_code()
    body, _, exit_ = _with_way_round(drawing, place, task, _failing(task, asks, code), code)
    return user(asks, **HUMAN) + flow(asks, task) + body, asks, exit_


@block(NESTED, NESTED)
def a_failing_scope(drawing: Drawing, place: Place) -> Block:
    """A subprocess or called process that an error may end."""
    if place.items:
        return a_user(drawing, place)
    kind, cause = drawing.pick("subprocess", "call"), drawing.pick(*CAUSES)
    return failing(drawing, place, kind, cause, drawing.pick(True, False))


CAUSES: Final = ("service", "end", "branch")
"""An operation that fails, an error end, and one behind an event that doesn't interrupt."""


def failing(drawing: Drawing, place: Place, kind: str, cause: str, deep: bool) -> Block:
    """`deep`: within another subprocess, that doesn't catch it."""
    identity, code = drawing.id("d"), drawing.error_code()
    before = len(drawing.names)
    within = place.deeper() if kind == "subprocess" else Place(place.depth + 1)
    inner = _failing_body(drawing, within, cause, code)
    if deep:  # stock goes on in it, so nothing may follow there
        begin, over, nested = drawing.id("s"), drawing.id("dend"), drawing.id("d")
        inner = start(begin) + subprocess(nested, inner) + end(over) + path(begin, nested, over)
    if kind == "subprocess":
        body = subprocess(identity, inner)
    else:
        key = drawing.id("q")
        drawing.add_process(
            key, crossing(["size", "key", "people", "pair"], ["size"]) + inner, before
        )
        body = call(identity, key)
    return _with_way_round(drawing, place, identity, body, code)


def _failing_body(drawing: Drawing, place: Place, cause: str, code: str) -> str:
    begin, over, asks = drawing.id("s"), drawing.id("end"), drawing.id("u", place)
    inner, entry, exit_ = sequence(drawing, place)
    body = start(begin) + inner + user(asks, **HUMAN) + end(over)
    body += flow(begin, entry) + flow(exit_, asks)
    if cause == "service":
        task = drawing.id("df")
        return body + _failing(task, asks, code) + path(asks, task, over)
    fork, wrong = drawing.id("g"), drawing.id("end")
    body += end(wrong, error(code))
    if cause == "branch":
        event = drawing.id("y", place)
        body += boundary(event, asks, once(drawing, place), interrupting=False)
        return body + path(event, wrong) + path(asks, over)
    body += exclusive(fork, f"{fork}-{over}")
    return body + path(asks, fork, over) + flow(fork, wrong, f"choice_{asks} == 1")


def _failing(task: str, asks: str, code: str) -> str:
    return service(task, "fail", f"r_{task}", x=f"choice_{asks} == 1", code=f"'{code}'")


def _with_way_round(drawing: Drawing, place: Place, host: str, activity: str, code: str) -> Block:
    body, entry, meet = with_events(drawing, place, host, activity, some_events(drawing))
    event, other = drawing.id("x"), drawing.id("t")
    body += boundary(event, host, error(code)) + service(other, "note", f"r_{other}")
    return body + path(event, other, meet), entry, meet
