"""What is rare by chance, so that each process begins with one of it."""

from __future__ import annotations

from itertools import product
from typing import Any, Final

from tests.engine.spiff.generated.activities import (
    KINDS,
    MODES,
    WAYS,
    countersigned,
    done_by_several,
    once_done,
)
from tests.engine.spiff.generated.drawing import Block, Drawing, Place
from tests.engine.spiff.generated.events import EVENTS
from tests.engine.spiff.generated.failures import CAUSES, failing

_TURNS: Final[tuple[tuple[Any, ...], ...]] = (
    *((failing, *how) for how in product(("subprocess", "call"), CAUSES, (True, False))),
    *((once_done, kind, [event]) for kind, event in product(KINDS, EVENTS)),
    *(
        (done_by_several, kind, *way)
        for kind, way in product(("service", "rule", "subprocess", "call"), WAYS)
    ),
    *((countersigned, kind, mode) for kind, mode in product(("user", "manual"), MODES)),
)


def in_turn(drawing: Drawing, place: Place, turn: int) -> Block:
    make, *more = _TURNS[turn % len(_TURNS)]
    block: Block = make(drawing, place, *more)
    return block
