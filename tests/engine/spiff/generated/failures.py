"""Random failures, and the ways round them."""

from __future__ import annotations

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
from tests.engine.spiff.generated.events import once
from tests.engine.spiff.generated.rows import NESTED, block, sequence


@block(NESTED)
def a_failing_service(drawing: Drawing, place: Place) -> Block:
    """A service task that fails if the user task before it says so."""
    if place.items:  # stock lets the events of all children catch at once
        return a_user(drawing, place)
    asks, task, code = drawing.id("u", place), drawing.id("f"), drawing.error_code()
    body = user(asks, **HUMAN) + flow(asks, task)
    body += _failing(task, asks, code)
    way, exit_ = _way_round(drawing, task, code)
    return body + way, asks, exit_


@block(NESTED, NESTED)
def a_failing_scope(drawing: Drawing, place: Place) -> Block:
    """A subprocess or called process that may end in an error, or in which a service may fail."""
    if place.items:
        return a_user(drawing, place)
    kind = drawing.pick("subprocess", "call")
    identity, code = drawing.id("d"), drawing.error_code()
    before = len(drawing.names)
    within = place.deeper() if kind == "subprocess" else Place(place.depth + 1)
    inner = _failing_body(drawing, within, code)
    if drawing.pick(True, False):
        # within another, that doesn't catch it; stock goes on in it, so nothing may follow there
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
    way, exit_ = _way_round(drawing, identity, code)
    return body + way, identity, exit_


def _failing_body(drawing: Drawing, place: Place, code: str) -> str:
    begin, over, asks = drawing.id("s"), drawing.id("end"), drawing.id("u", place)
    inner, entry, exit_ = sequence(drawing, place)
    body = start(begin) + inner + user(asks, **HUMAN) + end(over)
    body += flow(begin, entry) + flow(exit_, asks)
    cause = drawing.pick("service", "end", "branch")
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


def _way_round(drawing: Drawing, host: str, code: str) -> tuple[str, str]:
    event, other, meet = drawing.id("x"), drawing.id("t"), drawing.id("g")
    body = (
        boundary(event, host, error(code))
        + service(other, "note", f"r_{other}")
        + exclusive(meet)
        + path(event, other, meet)
        + flow(host, meet)
    )
    return body, meet
