"""What the linter lets through: everything that its tables name is tried, in a diagram that is
right but for that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import product
from typing import Final

from engine.bpmn.linter import check
from engine.bpmn.model import (
    ACTIVITIES,
    EVENTS,
    FLOW_NODES,
    GATEWAYS,
    HUMAN_TASKS,
    SUBPROCESSES,
)
from engine.bpmn.rules import decisions, elements, events
from engine.spiff import tally
from tests.engine.spiff import diagrams
from tests.engine.spiff.features import features_of
from tests.engine.spiff.generated.drawing import HUMAN

POLICIES: Final = ("UNIQUE", "COLLECT", "FIRST", "ANY", "PRIORITY", "RULE ORDER", "OUTPUT ORDER")
DEFINITIONS: Final = sorted(
    {*elements._BY_DEFINITION, *(name for names in elements._ADMITTED.values() for name in names)}
)
_TIMES: Final = {
    "timeDate": ("calendar('PT1H')", "working('PT1H')"),
    "timeDuration": ("'PT1H'",),
    "timeCycle": ("'R2/PT1H'", "every_working('PT1H')"),
}
assert set(_TIMES) == set(events._TIMES)
assert set(decisions._HIT_POLICIES) <= set(POLICIES)
assert all(any(name in str(texts) for texts in _TIMES.values()) for name in events._FUNCTIONS)

Body = str
"""What stands between the start event `s` and the end event `e`, flows included; the node that is
tried is `x`."""


@cache
def admitted() -> frozenset[str]:
    """The features (`features`) of all that is let through."""
    kinds = [kind for kind in sorted(FLOW_NODES) if _runs(_files(_whole(_alone(kind))))]
    activities = [kind for kind in kinds if kind in ACTIVITIES]
    everywhere = [_whole(body) for body in (*map(_alone, kinds), *_events(), *_gateways())]
    trials = [
        *(files for body in (*everywhere, *_ends()) for files in _everywhere(body)),
        *(_files(_whole(body)) for body in (*_several(activities), *_borders(activities))),
        *(_files(_whole(body)) for body in _beside()),
        *(_files(_straight(diagrams.rule("x", "d")), policy=policy) for policy in POLICIES),
    ]
    found = [files for files in trials if _runs(files)]
    found += [files for files in map(_files, _around()) if _runs(files, strictly=True)]
    return frozenset().union(*map(features_of, found))


def _runs(files: Mapping[str, bytes], *, strictly: bool = False) -> bool:
    """`strictly`: the schema of BPMN has nothing against it either."""
    report = check(files)
    return report.runs and not (strictly and any("schema" in f.code for f in report.findings))


# --- files ----------------------------------------------------------------------------------------
def _everywhere(body: str) -> Iterator[Mapping[str, bytes]]:
    """In the process, in a subprocess, and in a called process."""
    yield _files(body)
    yield _files(_straight(diagrams.subprocess("z", body), "s0", "z", "e0"))
    yield _files(_straight(diagrams.call("k", "r"), "s0", "k", "e0"), body)


def _files(body: str, called: str = "", policy: str = "UNIQUE") -> dict[str, bytes]:
    rules = [(["< 1"], ["1"]), ([">= 1"], ["2"])]
    outside = diagrams.messages("n") + diagrams.errors("E")
    inside = _straight(_node("userTask", "u"), middle="u")
    return {
        "p.bpmn": diagrams.diagram(body, outside=outside),
        "q.bpmn": diagrams.diagram(diagrams.crossing([], []) + inside, "q", outside),
        "r.bpmn": diagrams.diagram(diagrams.crossing([], []) + (called or inside), "r", outside),
        "d.dmn": diagrams.table("d", policy, ["size"], ["grade"], rules, "number"),
    }


def _whole(body: Body) -> str:
    return diagrams.start() + diagrams.end() + body


def _straight(node: str, before: str = "s", middle: str = "x", after: str = "e") -> str:
    """A process of one node between start and end."""
    way = diagrams.path(before, middle, after)
    return diagrams.start(before) + node + diagrams.end(after) + way


# --- what is tried --------------------------------------------------------------------------------
def _alone(kind: str) -> Body:
    return _node(kind, "x") + diagrams.path("s", "x", "e")


def _events() -> Iterator[Body]:
    """Events on the way."""
    for kind, inner in product(sorted(EVENTS), _definitions()):
        if kind not in ("boundaryEvent", "startEvent", "endEvent"):
            yield _node(kind, "x", inner) + diagrams.path("s", "x", "e")


def _ends() -> Iterator[str]:
    """Whole processes that begin and end by an event."""
    for inner in ("", *_definitions()):
        for begin, over in ((inner, ""), ("", inner)):
            nodes = _node("startEvent", "s", begin) + _node("endEvent", "e", over)
            yield nodes + diagrams.path("s", "e")


def _gateways() -> Iterator[Body]:
    """Those with several ways out."""
    ways = "".join(_node("userTask", name) for name in "ab")
    events = diagrams.message("n", "got"), diagrams.timer("'PT1H'", "timeDuration")
    waits = "".join(
        _node("intermediateCatchEvent", name, event)
        for name, event in zip("ab", events, strict=True)
    )
    rest = diagrams.path("s", "x", "a", "e") + diagrams.path("b", "e")
    for kind, nodes in product(sorted(GATEWAYS), (ways, waits)):
        yield _node(kind, "x") + nodes + rest + diagrams.flow("x", "b")
    rest = diagrams.path("s", "x") + diagrams.path("a", "e") + diagrams.path("b", "e")
    rest += ways + diagrams.flow("x", "a", "size == 1")
    yield diagrams.exclusive("x", "x-b") + rest + diagrams.flow("x", "b")
    yield diagrams.exclusive("x") + rest + diagrams.flow("x", "b", "size != 1")


def _several(activities: Sequence[str]) -> Iterator[Body]:
    outputs, ends = (("", ""), ("all", "one")), ("", "level_closed")
    loops = ["<bpmn:standardLoopCharacteristics/>"]
    for output, until in product(outputs, ends):
        each = diagrams.for_each("people", "who", *output, until)
        loops += [each, each.replace('"false"', '"true"')]
    loops += [diagrams.times("2", item, *output) for item, output in product(("", "who"), outputs)]
    for kind, loop in product(activities, loops):
        for mode in tally.MODES if kind in HUMAN_TASKS else ("",):
            yield _node(kind, "x", loop, mode) + diagrams.path("s", "x", "e")


def _borders(activities: Sequence[str]) -> Iterator[Body]:
    """Boundary events, on all that may bear some."""
    through = diagrams.path("s", "x", "e") + diagrams.path("y", "o") + diagrams.end("o")
    several = diagrams.for_each("people", "who", "all", "one", "level_closed")
    for kind, inner in product(activities, _definitions()):
        each = several if kind in HUMAN_TASKS else several.replace("level_closed", "")
        for loop, interrupts in product(("", each), (True, False)):
            yield _node(kind, "x", loop) + _boundary("y", "x", inner, interrupts) + through


def _beside() -> Iterator[Body]:
    """What may follow an event that doesn't interrupt."""
    border = _boundary("y", "u", diagrams.timer("'PT1H'", "timeDuration"), False)
    border += _node("userTask", "u") + diagrams.path("s", "u", "e")
    onwards = diagrams.path("y", "x", "o") + diagrams.end("o")
    for kind in sorted(FLOW_NODES - {"boundaryEvent"}):
        for inner in ("", *_definitions()) if kind in EVENTS else ("",):
            over = kind == "endEvent"
            yield border + _node(kind, "x", inner) + (diagrams.path("y", "x") if over else onwards)
    error = _boundary("b", "x", diagrams.error("E"), True) + diagrams.path("b", "o")
    yield border + _node("serviceTask", "x") + error + onwards


def _around() -> Iterator[str]:
    """What a process may hold beside its nodes, and runs nothing."""
    body = _straight(_node("userTask", "x"))
    for kind in sorted(elements._DECORATION):
        held = f'<bpmn:{kind} id="held"/>'
        yield from (held + body, body + held)
    yield diagrams.decorated(body, "x")


# --- nodes ----------------------------------------------------------------------------------------
_HUMAN: Final = {name: value for name, value in HUMAN.items() if name != "name"}
_TALLY: Final = {
    "tallyYes": '["yes"]',
    "tallyNo": '["no"]',
    "tallyThreshold": "60",
    "tallyStop": '["back"]',
}
_NEEDED: Final = {
    "serviceTask": '<spiffworkflow:serviceTaskOperator id="note" resultVariable="done"/>',
    "businessRuleTask": (
        "<spiffworkflow:calledDecisionId>d</spiffworkflow:calledDecisionId>"
        + diagrams.properties(resultVariable="row")
    ),
    **dict.fromkeys(HUMAN_TASKS, diagrams.properties(**_HUMAN)),
}
"""Extensions by the kind of the node."""


def _node(kind: str, identity: str, inner: str = "", mode: str = "all") -> str:
    """A node of that kind, complete as far as it can be; `inner` is its loop or its event."""
    needed, called = _NEEDED.get(kind, ""), ""
    if kind in HUMAN_TASKS and inner:
        needed = diagrams.properties(**_HUMAN, **_TALLY, tallyMode=f'"{mode}"')
    elif "messageEventDefinition" in inner:
        throws = kind in ("endEvent", "intermediateThrowEvent")
        needed = diagrams.properties(
            correlationKey="'k'", **({"optional": "true"} if throws else {})
        )
    elif kind == "callActivity":
        called = ' calledElement="q"'
    elif kind in SUBPROCESSES:
        inner += _straight(_node("userTask", f"{identity}u"), *(identity + end for end in "sue"))
    start = f'<bpmn:{kind} id="{identity}" name="n"{called}>{diagrams.extended(needed)}'
    return f"{start}{inner}</bpmn:{kind}>"


def _boundary(identity: str, host: str, inner: str, interrupts: bool) -> str:
    values = {"correlationKey": "'k'"} if "messageEventDefinition" in inner else {}
    return diagrams.boundary(identity, host, inner, interrupts, **values)


def _definitions() -> Iterator[str]:
    for name in DEFINITIONS:
        if name == "timerEventDefinition":
            yield from (diagrams.timer(text, kind) for kind in _TIMES for text in _TIMES[kind])
        elif name == "messageEventDefinition":
            yield diagrams.message("n", "got")
        elif name == "errorEventDefinition":
            yield diagrams.error("E")
        else:
            yield f"<bpmn:{name}/>"
