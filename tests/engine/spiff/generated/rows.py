"""Blocks in a row, and what a scope holds."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Final

from tests.engine.spiff.diagrams import (
    TERMINATE,
    end,
    flow,
    message,
    parallel,
    path,
    service,
    start,
    user,
)
from tests.engine.spiff.generated.drawing import HUMAN, Block, Drawing, Place

Maker = Callable[[Drawing, Place], Block]

SIMPLE: Final[list[Maker]] = []
"""What draws a single node."""
NESTED: Final[list[Maker]] = []
"""What draws a block that may hold others."""
SPLITTING: Final[list[Maker]] = []
"""Likewise; stock can't have it in a loop."""


def block(*kinds: list[Maker]) -> Callable[[Maker], Maker]:
    """Register what draws a block; the more often it is named, the more often it is drawn."""

    def register(maker: Maker) -> Maker:
        for kind in kinds:
            kind.append(maker)
        return maker

    return register


def a_block(drawing: Drawing, place: Place) -> Block:
    drawing.budget -= 1
    if place.depth >= 3 or drawing.budget <= 0:
        return drawing.pick(*SIMPLE)(drawing, place)
    splitting = () if place.in_loop and not drawing.splits_in_loops else SPLITTING
    kind = drawing.pick(SIMPLE, (*NESTED, *splitting), (*NESTED, *splitting))
    return drawing.pick(*kind)(drawing, place)


def sequence(drawing: Drawing, place: Place, *first: Block) -> Block:
    """One to three blocks, behind the first."""
    blocks = [*first, *(a_block(drawing, place) for _ in range(drawing.pick(1, 2, 2, 3)))]
    body = "".join(block[0] for block in blocks)
    for left, right in pairwise(blocks):
        body += flow(left[2], right[1])
    return body, blocks[0][1], blocks[-1][2]


def a_body(drawing: Drawing, place: Place, result: str = "", *first: Block) -> str:
    """What a scope holds, from its start event to its end events. Before it ends, it sets the
    variable `result`, if it is named. It begins with the block `first`."""
    begin = drawing.id("s")
    if place.in_loop or place.depth > 1 or not drawing.pick(False, False, True):
        branch, entry = _a_way_out(drawing, place, result, *first)
        return start(begin) + branch + flow(begin, entry)
    fork = drawing.id("p")
    body = start(begin) + parallel(fork) + flow(begin, fork)
    for blocks in (first, ()):
        branch, entry = _a_way_out(drawing, place.deeper(), result, *blocks, alone=False)
        body += branch + flow(fork, entry)
    return body


def an_end(drawing: Drawing, *kinds: str) -> tuple[str, str]:
    """An end event and its id."""
    identity, kind = drawing.id("end"), drawing.pick("", OUT, *kinds)
    values = drawing.pick({}, {"correlationKey": "key", "optional": "true"}) if kind == OUT else {}
    return end(identity, kind, **values), identity


OUT: Final = message("out", payload="size")


def _a_way_out(
    drawing: Drawing, place: Place, result: str, *first: Block, alone: bool = True
) -> tuple[str, str]:
    """A sequence to an end event, and its entry."""
    body, entry, exit_ = sequence(drawing, place, *first)
    over, last = an_end(drawing, TERMINATE)
    nodes = [exit_]
    if TERMINATE in over and not alone:
        # other tokens must stand still by then: stock lets a ready one move on
        nodes.append(drawing.id("u", place))
        body += user(nodes[-1], **HUMAN)
    if result:
        nodes.append(drawing.id("t"))
        body += service(nodes[-1], "echo", result, x=place.seen)
    return body + over + path(*nodes, last), entry
