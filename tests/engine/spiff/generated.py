"""Random diagrams of blocks, and random walks through them.

A diagram is drawn from every element that runs here. Left out is only what the linter refuses, and
what stock SpiffWorkflow is known to do wrong (each has a test in `test_pitfalls_*.py`): a parallel
join inside a loop, tokens of parallel branches that write the same variable, several timers due at
the same moment.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

from tests.engine.spiff.diagrams import (
    TERMINATE,
    boundary,
    call,
    catch,
    crossing,
    diagram,
    end,
    error,
    errors,
    event_gateway,
    exclusive,
    flow,
    for_each,
    manual,
    message,
    messages,
    parallel,
    path,
    rule,
    service,
    start,
    subprocess,
    table,
    throw,
    timer,
    user,
)


@dataclass
class Drawing:
    """A diagram as it grows. A block is drawn between two nodes: it has an entry and an exit."""

    draw: Callable[[st.SearchStrategy[Any]], Any]
    called: dict[str, bytes] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)  # of messages
    codes: list[str] = field(default_factory=lambda: ["E1"])  # of errors
    number: int = 0
    budget: int = 14
    splits_in_loops: bool = False  # stock can't

    def id(self, kind: str) -> str:
        self.number += 1
        return f"{kind}{self.number}"

    def pick(self, *options: Any) -> Any:
        return self.draw(st.sampled_from(options))

    def message_name(self) -> str:
        self.names.append(f"n{len(self.names)}")
        return self.names[-1]

    def error_code(self) -> str:
        self.codes.append(f"E{len(self.codes) + 1}")
        return self.codes[-1]

    def duration(self) -> str:
        """Different for every timer, so that no two are due at once."""
        self.number += 1
        return f"PT{self.number}H{self.number * 7 % 59}M"


Block = tuple[str, str, str]  # body, id of the entry, id of the exit


def files_of(drawing: Drawing) -> dict[str, bytes]:
    """The files of a random process `p`."""
    body, entry, exit_ = sequence(drawing, depth=0)
    ends, final = an_end(drawing, 0)
    whole = start() + body + ends + flow("s", entry) + flow(exit_, final)
    outside = messages(*drawing.names, "out") + errors(*drawing.codes)
    return {"p.bpmn": diagram(whole, outside=outside), **drawing.called, "dmn_d.dmn": DECISION}


DECISION = table(
    "grade",
    "UNIQUE",
    ["size"],
    ["grade"],
    [(["< 10"], ['"small"']), ([">= 10"], ['"big"'])],
)


def an_end(drawing: Drawing, depth: int) -> tuple[str, str]:
    identity = drawing.id("end")
    kind = drawing.pick("none", "none", "message", "terminate")
    if kind == "message":
        return end(identity, message("out", payload="size")), identity
    return end(identity, TERMINATE if kind == "terminate" else ""), identity


def sequence(drawing: Drawing, depth: int, in_loop: bool = False) -> Block:
    """One to three blocks in a row."""
    blocks = [a_block(drawing, depth, in_loop) for _ in range(drawing.pick(1, 2, 2, 3))]
    body = "".join(block[0] for block in blocks)
    for left, right in pairwise(blocks):
        body += flow(left[2], right[1])
    return body, blocks[0][1], blocks[-1][2]


def a_block(drawing: Drawing, depth: int, in_loop: bool) -> Block:
    drawing.budget -= 1
    simple = [a_user, a_user, a_manual, a_service, a_rule, a_timer, a_message, a_throw, a_caught]
    nested = [
        a_choice,
        a_loop,
        a_subprocess,
        a_failing_subprocess,
        a_call,
        a_guarded,
        a_multi_instance,
        an_event_choice,
    ]
    if not in_loop or drawing.splits_in_loops:
        nested.append(a_split)
    if depth >= 3 or drawing.budget <= 0:
        return drawing.pick(*simple)(drawing, depth, in_loop)
    return drawing.pick(*simple, *nested, *nested)(drawing, depth, in_loop)


# --- single nodes ---------------------------------------------------------------------------------
def a_user(drawing: Drawing, depth: int, in_loop: bool) -> Block:
    identity = drawing.id("u")
    return user(identity), identity, identity


def a_manual(drawing: Drawing, depth: int, in_loop: bool) -> Block:
    identity = drawing.id("h")
    return manual(identity), identity, identity


def a_service(drawing: Drawing, depth: int, in_loop: bool) -> Block:
    identity = drawing.id("t")
    return service(identity, "note", f"r_{identity}", x="size"), identity, identity


def a_rule(drawing: Drawing, depth: int, in_loop: bool) -> Block:
    identity = drawing.id("b")
    return rule(identity, "grade", "row"), identity, identity


def a_timer(drawing: Drawing, depth: int, in_loop: bool) -> Block:
    identity = drawing.id("w")
    if drawing.pick(True, False):
        return catch(identity, timer(f"'{drawing.duration()}'", "timeDuration")), identity, identity
    return catch(identity, timer(f"calendar('{drawing.duration()}')")), identity, identity


def a_message(drawing: Drawing, depth: int, in_loop: bool) -> Block:
    identity = drawing.id("c")
    event = message(drawing.message_name(), f"got_{identity}")
    return catch(identity, event, correlationKey="key"), identity, identity


def a_throw(drawing: Drawing, depth: int, in_loop: bool) -> Block:
    identity = drawing.id("o")
    return throw(identity, message("out", payload="size")), identity, identity


def a_caught(drawing: Drawing, depth: int, in_loop: bool) -> Block:
    """A service task that fails, and the way round."""
    task, event, other, meet = (drawing.id(kind) for kind in ("f", "x", "t", "g"))
    body = (
        service(task, "fail", f"r_{task}")
        + boundary(event, task, error("E1"))
        + service(other, "note", f"r_{other}")
        + exclusive(meet)
        + path(event, other, meet)
        + flow(task, meet)
    )
    return body, task, meet


# --- blocks ---------------------------------------------------------------------------------------
def a_choice(drawing: Drawing, depth: int, in_loop: bool) -> Block:
    """An exclusive gateway; the user task before it says which way."""
    asks, fork, meet = drawing.id("u"), drawing.id("g"), drawing.id("g")
    body = user(asks) + path(asks, fork) + exclusive(meet)
    default = ""
    for number in range(drawing.pick(2, 3)):
        inner, entry, exit_ = sequence(drawing, depth + 1, in_loop)
        last = number == 0
        default = f"{fork}-{entry}" if last else default
        condition = "" if last else f"choice_{asks} == {number}"
        body += inner + flow(fork, entry, condition) + flow(exit_, meet)
    return body + exclusive(fork, default), asks, meet


def a_loop(drawing: Drawing, depth: int, in_loop: bool) -> Block:
    """Repeated while its last user task says so."""
    entry, asks, fork = drawing.id("g"), drawing.id("u"), drawing.id("g")
    inner, first, last = sequence(drawing, depth + 1, True)
    leave = drawing.id("t")
    body = (
        exclusive(entry)
        + inner
        + user(asks)
        + exclusive(fork, f"{fork}-{leave}")
        + service(leave, "note", f"r_{leave}")
        + flow(entry, first)
        + path(last, asks, fork, leave)
        + flow(fork, entry, f"choice_{asks} == 1")
    )
    return body, entry, leave


def a_split(drawing: Drawing, depth: int, in_loop: bool) -> Block:
    fork, meet = drawing.id("p"), drawing.id("p")
    body = parallel(fork) + parallel(meet)
    for _ in range(drawing.pick(2, 2, 3)):
        inner, entry, exit_ = sequence(drawing, depth + 1, in_loop)
        body += inner + flow(fork, entry) + flow(exit_, meet)
    return body, fork, meet


def an_event_choice(drawing: Drawing, depth: int, in_loop: bool) -> Block:
    """An event gateway: one timer and one or two messages."""
    fork, meet = drawing.id("e"), drawing.id("g")
    body = event_gateway(fork) + exclusive(meet)
    makers = [a_timer, a_message, a_message][: drawing.pick(2, 3)]
    for make in makers:
        event, identity, _ = make(drawing, depth, in_loop)
        inner, entry, exit_ = sequence(drawing, depth + 1, in_loop)
        body += event + inner + flow(fork, identity) + flow(identity, entry) + flow(exit_, meet)
    return body, fork, meet


def a_subprocess(drawing: Drawing, depth: int, in_loop: bool) -> Block:
    identity, begin, over = drawing.id("z"), drawing.id("s"), drawing.id("end")
    inner, entry, exit_ = sequence(drawing, depth + 1, in_loop)
    body = start(begin) + inner + end(over) + flow(begin, entry) + flow(exit_, over)
    return with_events(drawing, depth, in_loop, identity, subprocess(identity, body))


def a_failing_subprocess(drawing: Drawing, depth: int, in_loop: bool) -> Block:
    """A subprocess that may end in an error, and the way round."""
    identity, begin, over = drawing.id("d"), drawing.id("s"), drawing.id("end")
    asks, fork, wrong = drawing.id("u"), drawing.id("g"), drawing.id("end")
    code = drawing.error_code()  # its own: stock lets all error events of a code catch at once
    inner, entry, exit_ = sequence(drawing, depth + 1, in_loop)
    body = (
        start(begin)
        + inner
        + user(asks)
        + exclusive(fork, f"{fork}-{over}")
        + end(over)
        + end(wrong, error(code))
        + flow(begin, entry)
        + path(exit_, asks, fork, over)
        + flow(fork, wrong, f"choice_{asks} == 1")
    )
    event, other, meet = drawing.id("x"), drawing.id("t"), drawing.id("g")
    whole = (
        subprocess(identity, body)
        + boundary(event, identity, error(code))
        + service(other, "note", f"r_{other}")
        + exclusive(meet)
        + path(event, other, meet)
        + flow(identity, meet)
    )
    return whole, identity, meet


def a_call(drawing: Drawing, depth: int, in_loop: bool) -> Block:
    identity, key = drawing.id("k"), drawing.id("q")
    begin, over = drawing.id("s"), drawing.id("end")
    before = len(drawing.names)
    inner, entry, exit_ = sequence(drawing, depth + 1, in_loop)
    last = drawing.id("t")
    body = (
        crossing(["size", "key", "people"], [f"r_{last}"])
        + start(begin)
        + inner
        + service(last, "note", f"r_{last}", x="size")
        + end(over)
        + flow(begin, entry)
        + path(exit_, last, over)
    )
    outside = messages(*drawing.names[before:], "out") + errors(*drawing.codes)
    drawing.called[f"{key}.bpmn"] = diagram(body, key, outside)
    return with_events(drawing, depth, in_loop, identity, call(identity, key))


def a_guarded(drawing: Drawing, depth: int, in_loop: bool) -> Block:
    identity = drawing.id("u")
    return with_events(drawing, depth, in_loop, identity, user(identity))


def a_multi_instance(drawing: Drawing, depth: int, in_loop: bool) -> Block:
    """Each of the people votes; one `stop` ends it. In a loop the output list must go first."""
    identity, before = drawing.id("v"), drawing.id("t")
    loop = for_each("people", f"who_{identity}", f"r_{before}", f"vote_{identity}", "stopped")
    body = user(identity, loop)
    block, entry, exit_ = with_events(drawing, depth, in_loop, identity, body)
    # the library wants the output list empty
    block += service(before, "nothing", f"r_{before}") + flow(before, entry)
    return block, before, exit_


def with_events(drawing: Drawing, depth: int, in_loop: bool, identity: str, activity: str) -> Block:
    """An activity with up to two boundary events; ways out of it meet behind."""
    meet = drawing.id("g")
    body = activity + exclusive(meet) + flow(identity, meet)
    for kind in drawing.pick((), ("timer",), ("side",), ("cycle", "message"), ("side", "message")):
        event, way = drawing.id("y"), drawing.id("g")
        if kind in ("side", "cycle"):
            note, over = drawing.id("t"), drawing.id("end")
            expression = (
                timer(f"'{drawing.duration()}'", "timeDuration")
                if kind == "side"
                else timer(f"'R2/{drawing.duration()}'", "timeCycle")
            )
            body += boundary(event, identity, expression, interrupting=False)
            result = f"cycle_{note}" if kind == "cycle" else f"r_{note}"
            body += service(note, "note", result) + end(over) + path(event, note, over)
            continue
        if kind == "message":
            caught = message(drawing.message_name(), f"got_{event}")
            body += boundary(event, identity, caught, correlationKey="key")
        else:
            body += boundary(event, identity, timer(f"calendar('{drawing.duration()}')"))
        inner, entry, exit_ = sequence(drawing, depth + 2, in_loop)
        body += exclusive(way) + inner + flow(event, way) + flow(way, entry) + flow(exit_, meet)
    return body, identity, meet
