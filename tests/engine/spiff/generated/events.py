"""Random events: those that wait on the way, and those at the border of an activity."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product
from typing import Final

from tests.engine.spiff.diagrams import (
    boundary,
    catch,
    error,
    exclusive,
    flow,
    message,
    path,
    service,
    throw,
    timer,
)
from tests.engine.spiff.generated.drawing import Block, Drawing, Place
from tests.engine.spiff.generated.rows import OUT, SIMPLE, an_end, block, sequence


@block(SIMPLE)
def a_timer(drawing: Drawing, place: Place) -> Block:
    identity = drawing.id("w", place)
    return catch(identity, once(drawing, place)), identity, identity


@block(SIMPLE)
def a_message(drawing: Drawing, place: Place) -> Block:
    identity = drawing.id("c", place)
    event = message(drawing.message_name(), f"got_{identity}")
    return catch(identity, event, correlationKey=place.key), identity, identity


@block(SIMPLE)
def a_throw(drawing: Drawing, place: Place) -> Block:
    identity = drawing.id("o")
    values = drawing.pick({}, {"correlationKey": "key", "optional": "true"})
    return throw(identity, OUT, **values), identity, identity


def once(drawing: Drawing, place: Place, kind: str = "") -> str:
    """A timer that fires once: a `timeDate` or `timeDuration`."""
    length = drawing.length(place)
    if (kind or drawing.pick("timeDate", "timeDuration")) == "timeDuration":
        return timer(length, "timeDuration")
    return timer(f"{drawing.pick('calendar', 'working')}({length})")


def repeated(drawing: Drawing, place: Place) -> str:
    rounds = drawing.pick("R2/", "R/", "")
    length = drawing.length(place, rounds)
    return timer(length if rounds else f"every_working({length})", "timeCycle")


# --- at the border --------------------------------------------------------------------------------
EVENTS: Final = (
    *product(("timeDate", "timeDuration", "message"), (True, False)),
    ("timeCycle", False),
)
"""What may be at the border of an activity, and whether it interrupts."""


def some_events(drawing: Drawing) -> list[tuple[str, bool]]:
    return [drawing.pick(*EVENTS) for _ in range(drawing.pick(0, 1, 2))]


def with_events(
    drawing: Drawing,
    place: Place,
    identity: str,
    activity: str,
    events: Iterable[tuple[str, bool]],
) -> Block:
    """An activity with boundary events; ways out of it meet behind."""
    meet = drawing.id("g")
    body = activity + exclusive(meet) + flow(identity, meet)
    for kind, interrupts in events:
        event = drawing.id("a" if (kind, interrupts) == ("message", False) else "y", place)
        if kind == "message":
            caught = message(drawing.message_name(), f"got_{event}")
            body += boundary(event, identity, caught, interrupts, correlationKey=place.key)
        elif kind == "timeCycle":
            body += boundary(event, identity, repeated(drawing, place), interrupts)
        else:
            body += boundary(event, identity, once(drawing, place, kind), interrupts)
        if interrupts:
            way = drawing.id("g")
            inner, entry, exit_ = sequence(drawing, place.deeper(2))
            body += exclusive(way) + inner + path(event, way, entry) + flow(exit_, meet)
        else:
            branch, entry = _side_branch(drawing, place, "cycle" if kind == "timeCycle" else "r")
            body += branch + flow(event, entry)
    return body, identity, meet


def _side_branch(drawing: Drawing, place: Place, kind: str) -> tuple[str, str]:
    """What doesn't wait, to an end of its own; and its entry. Its variables begin with `kind`."""
    body, over = an_end(drawing)
    note = drawing.id("t")
    body += service(note, "note", f"{kind}_{note}")
    way = drawing.pick("straight", "throw", "choice", "error")
    if way == "throw":
        thrown = drawing.id("o")
        return body + throw(thrown, message("out")) + path(note, thrown, over), note
    if way == "choice":
        fork = drawing.id("g")
        body += exclusive(fork, f"{fork}-{over}") + flow(fork, note, f"{place.number} > 0")
        return body + path(fork, over) + path(note, over), fork
    if way == "error" and not place.items:
        task, event, code = drawing.id("f"), drawing.id("x"), drawing.error_code()
        body += service(task, "fail", f"{kind}_{task}", x=f"{place.number} > 0", code=f"'{code}'")
        body += boundary(event, task, error(code))
        return body + path(task, note, over) + flow(event, note), task
    return body + path(note, over), note
