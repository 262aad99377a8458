"""Random blocks around gateways."""

from __future__ import annotations

from tests.engine.spiff.diagrams import (
    event_gateway,
    exclusive,
    flow,
    parallel,
    path,
    service,
    user,
)
from tests.engine.spiff.generated.drawing import HUMAN, Block, Drawing, Place
from tests.engine.spiff.generated.events import a_message, a_timer
from tests.engine.spiff.generated.rows import NESTED, SPLITTING, block, sequence


@block(NESTED)
def a_choice(drawing: Drawing, place: Place) -> Block:
    """An exclusive gateway; the user task before it says which way."""
    asks, fork, meet = drawing.id("u", place), drawing.id("g"), drawing.id("g")
    name = f"choice_{asks}"
    body = user(asks, **HUMAN) + path(asks, fork) + exclusive(meet)
    conditions = drawing.pick(
        ("", f"{name} == 1"),
        ("", f"{name} == 1", f"{name} == 2"),
        (f"{name} == 0", f"{name} != 0"),
    )
    default = ""
    for condition in conditions:
        within = place.deeper(numbers=(*place.numbers, name))
        inner, entry, exit_ = sequence(drawing, within)
        default = default if condition else f"{fork}-{entry}"
        body += inner + flow(fork, entry, condition) + flow(exit_, meet)
    return body + exclusive(fork, default), asks, meet


@block(NESTED)
def a_loop(drawing: Drawing, place: Place) -> Block:
    """Repeated while its last user task says so."""
    entry, asks, fork = drawing.id("g"), drawing.id("u", place), drawing.id("g")
    inner, first, last = sequence(drawing, place.deeper(in_loop=True))
    leave = drawing.id("t")
    body = (
        exclusive(entry)
        + inner
        + user(asks, **HUMAN)
        + exclusive(fork, f"{fork}-{leave}")
        + service(leave, "note", f"r_{leave}")
        + flow(entry, first)
        + path(last, asks, fork, leave)
        + flow(fork, entry, f"choice_{asks} == 1")
    )
    return body, entry, leave


@block(SPLITTING)
def a_split(drawing: Drawing, place: Place) -> Block:
    fork, meet = drawing.id("p"), drawing.id("p")
    body = parallel(fork) + parallel(meet)
    for _ in range(drawing.pick(2, 2, 3)):
        inner, entry, exit_ = sequence(drawing, place.deeper())
        body += inner + flow(fork, entry) + flow(exit_, meet)
    return body, fork, meet


@block(NESTED)
def an_event_choice(drawing: Drawing, place: Place) -> Block:
    """An event gateway: at most one timer, and messages."""
    fork, meet = drawing.id("e"), drawing.id("g")
    body = event_gateway(fork) + exclusive(meet)
    for make in drawing.pick(
        (a_timer, a_message), (a_timer, a_message, a_message), (a_message,) * 2
    ):
        event, identity, _ = make(drawing, place)
        inner, entry, exit_ = sequence(drawing, place.deeper())
        body += event + inner + flow(fork, identity) + flow(identity, entry) + flow(exit_, meet)
    return body, fork, meet
