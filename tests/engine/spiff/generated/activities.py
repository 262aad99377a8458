"""Random activities: by themselves, done by several, and with events at their border."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from tests.engine.spiff.diagrams import (
    call,
    crossing,
    end,
    flow,
    for_each,
    manual,
    path,
    rule,
    service,
    start,
    subprocess,
    table,
    times,
    user,
)
from tests.engine.spiff.generated.drawing import HUMAN, Block, Drawing, Item, Place
from tests.engine.spiff.generated.events import some_events, with_events
from tests.engine.spiff.generated.rows import NESTED, SIMPLE, a_body, block

KINDS: Final = {
    "user": "u",
    "manual": "h",
    "service": "t",
    "rule": "b",
    "subprocess": "z",
    "call": "k",
}
"""Activities, and what their ids begin with."""


@block(SIMPLE, SIMPLE)
def a_user(drawing: Drawing, place: Place) -> Block:
    identity = drawing.id("u", place)
    return user(identity, **HUMAN), identity, identity


@block(SIMPLE)
def a_manual(drawing: Drawing, place: Place) -> Block:
    identity = drawing.id("h", place)
    return manual(identity, **HUMAN), identity, identity


@block(SIMPLE)
def a_service(drawing: Drawing, place: Place) -> Block:
    identity = drawing.id("t")
    return service(identity, "note", f"r_{identity}", x=place.seen), identity, identity


@block(SIMPLE)
def a_rule(drawing: Drawing, place: Place) -> Block:
    identity, before = drawing.id("b"), drawing.id("t")
    decision = a_table(drawing, place, drawing.pick("UNIQUE", "COLLECT"), f"cell_{identity}")
    body = rule(identity, decision, f"row_{identity}")
    if not place.in_loop and not place.items:
        return body, identity, identity
    # in stock a table of which no row fits leaves what another round or child has set
    body += service(before, "nothing", f"cell_{identity}") + flow(before, identity)
    return body, before, identity


def a_table(drawing: Drawing, place: Place, hit: str, column: str) -> str:
    """A decision table of one column; its id."""
    identity = drawing.id("table")
    if hit == "UNIQUE":
        rules = [(["< 1"], ['"none"']), (["1"], ['"one"']), (["> 1"], ['"more"'])]
    else:
        rules = [(["> 0"], ['"some"']), (["? in [1, 12]"], ['"named"']), (["< 0"], ['"less"'])]
    content = table(identity, hit, [place.number], [column], rules, "number")
    drawing.files[f"{identity}.dmn"] = content
    return identity


# --- activities of all kinds ----------------------------------------------------------------------
@block(NESTED, NESTED, NESTED)
def an_activity(drawing: Drawing, place: Place) -> Block:
    """Done once."""
    return once_done(drawing, place, drawing.pick(*KINDS), some_events(drawing))


def once_done(
    drawing: Drawing, place: Place, kind: str, events: Iterable[tuple[str, bool]]
) -> Block:
    identity = drawing.id(KINDS[kind], place)
    body = _MAKERS[kind](drawing, place.deeper(), identity, "", f"r_{identity}")
    return with_events(drawing, place, identity, body, events)


@block(NESTED, NESTED, NESTED)
def several(drawing: Drawing, place: Place) -> Block:
    """A multi-instance. In a loop stock can't enter one again whose item or, of a counted one,
    whose list has stayed."""
    kinds = ("user", "manual", "service", "rule") if place.items else tuple(KINDS)
    kind = drawing.pick(*kinds)
    if kind in ("user", "manual"):
        return countersigned(drawing, place, kind, drawing.pick(*MODES))
    fitting = [way for way in WAYS if not place.in_loop or way in AGAIN]
    return done_by_several(drawing, place, kind, *drawing.pick(*fitting))


MODES: Final = ("all", "any", "percent")
WAYS: Final = (
    *((True, named, collects) for named in (True, False) for collects in (True, False)),
    *((False, True, collects) for collects in (True, False)),
)
"""Of a multi-instance: whether it is counted, its children have an item, and a list is made."""
AGAIN: Final = ((False, True, True), (True, False, False))


def done_by_several(
    drawing: Drawing,
    place: Place,
    kind: str,
    counted: bool,
    named: bool,
    collects: bool,
) -> Block:
    identity, before = drawing.id(f"v{KINDS[kind]}", place), drawing.id("t")
    item = Item(f"who_{identity}", "0" if counted else "'ann'")
    result, output = f"vote_{identity}", f"list_{identity}"
    names = [item.name if named else "", *([output, result] if collects else [])]
    loop = times("2", *names) if counted else for_each("pair", *names)
    within = place.deeper(items=(*place.items, item) if named else place.items)
    make = _MAKERS[kind] if named else _ALIKE.get(kind, _MAKERS[kind])
    body = make(drawing, within, identity, loop, result)
    block, entry, exit_ = with_events(drawing, place, identity, body, some_events(drawing))
    if collects and place.in_loop:
        block += service(before, "nothing", output) + flow(before, entry)
        return block, before, exit_
    return block, entry, exit_


# --- what an activity is --------------------------------------------------------------------------
Activity = Callable[[Drawing, Place, str, str, str], str]


def _user(drawing: Drawing, place: Place, identity: str, loop: str, result: str) -> str:
    return user(identity, loop, **HUMAN)


def _manual(drawing: Drawing, place: Place, identity: str, loop: str, result: str) -> str:
    return manual(identity, loop, **HUMAN)


def _service(drawing: Drawing, place: Place, identity: str, loop: str, result: str) -> str:
    return service(identity, "echo", result, loop, x=place.seen)


def _rule(drawing: Drawing, place: Place, identity: str, loop: str, result: str) -> str:
    # Where rows are gathered in a list, stock has the cell, so it has to be of the same name.
    return rule(identity, a_table(drawing, place, "UNIQUE", result), result, loop)


def _subprocess(drawing: Drawing, place: Place, identity: str, loop: str, result: str) -> str:
    return subprocess(identity, a_body(drawing, place, result), loop)


def _call(drawing: Drawing, place: Place, identity: str, loop: str, result: str) -> str:
    before = len(drawing.names)
    body = a_body(drawing, Place(place.depth, items=place.items), result)
    return _calling(drawing, place, identity, loop, result, body, before)


def _calling(
    drawing: Drawing, place: Place, identity: str, loop: str, result: str, body: str, since: int
) -> str:
    key = drawing.id("q")
    inputs = ["size", "key", "people", "pair", *(item.name for item in place.items)]
    drawing.add_process(key, crossing(inputs, [result]) + body, since)
    return call(identity, key, loop)


def _subprocess_alike(drawing: Drawing, place: Place, identity: str, loop: str, result: str) -> str:
    return subprocess(identity, _nobody(drawing, place, result), loop)


def _call_alike(drawing: Drawing, place: Place, identity: str, loop: str, result: str) -> str:
    body, before = _nobody(drawing, place, result), len(drawing.names)
    return _calling(drawing, place, identity, loop, result, body, before)


def _nobody(drawing: Drawing, place: Place, result: str) -> str:
    """A scope in which nothing waits, so that it matters not which child is which."""
    begin, only, over = drawing.id("s"), drawing.id("t"), drawing.id("end")
    body = start(begin) + service(only, "echo", result, x="size") + end(over)
    return body + path(begin, only, over)


_ALIKE: dict[str, Activity] = {"subprocess": _subprocess_alike, "call": _call_alike}
"""For children of a multi-instance that has no item."""


_MAKERS: dict[str, Activity] = {
    "user": _user,
    "manual": _manual,
    "service": _service,
    "rule": _rule,
    "subprocess": _subprocess,
    "call": _call,
}


# --- countersigning -------------------------------------------------------------------------------
def countersigned(drawing: Drawing, place: Place, kind: str, mode: str) -> Block:
    """Each of the people decides, and the decisions are counted."""
    identity, before = drawing.id(f"v{KINDS[kind]}", place), drawing.id("t")
    item, output = f"who_{identity}", f"list_{identity}"
    loop = for_each("people", item, output, f"vote_{identity}", "level_closed")
    values = {
        **HUMAN,
        "assignee": item,
        "tallyMode": f'"{mode}"',
        "tallyThreshold": drawing.pick("50", "60", "67"),
        "tallyYes": '["yes"]',
        "tallyNo": '["no"]',
        "tallyStop": '["back"]',
    }
    body = (user if kind == "user" else manual)(identity, loop, **values)
    block, entry, exit_ = with_events(drawing, place, identity, body, some_events(drawing))
    # the library wants the output list empty
    block += service(before, "nothing", output) + flow(before, entry)
    return block, before, exit_
