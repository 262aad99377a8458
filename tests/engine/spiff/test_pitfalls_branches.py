"""What SpiffWorkflow 3.2.0 does wrong, or differently than one would think: events that don't
interrupt, and what their branches leave.

Each test shows both on the same diagram: first stock, then ours.
"""

from __future__ import annotations

import pytest
from SpiffWorkflow.exceptions import WorkflowException

from tests.engine.spiff.diagrams import (
    boundary,
    end,
    files,
    message,
    messages,
    path,
    service,
    start,
    timer,
    user,
)
from tests.engine.spiff.driver import Case, process_of
from tests.engine.spiff.stock import Stock

pytestmark = pytest.mark.usefixtures("stock_clock")


def beside(event: str, **values: str) -> dict[str, bytes]:
    return dict(
        files(
            start()
            + user("u")
            + boundary("b", "u", event, interrupting=False, **values)
            + service("n", result="side")
            + user("on")
            + end()
            + end("e2")
            + path("s", "u", "on", "e")
            + path("b", "n", "e2"),
            messages("m"),
        )
    )


def test_a_message_event_that_does_not_interrupt_catches_only_once() -> None:
    called = beside(message("m", "got"), correlationKey="'k'")
    stock = Stock(called).message("m", {"n": 1})
    with pytest.raises(WorkflowException, match="not waiting"):
        stock.message("m", {"n": 2})

    case = Case(process_of(called)).message("m", {"n": 1}).message("m", {"n": 2})
    assert len(case.world.calls) == 2
    case.do("u")
    assert case.messages == []
    case.do("on")
    assert case.last.variables == {"got": {"n": 2}, "side": "noted"}


def test_what_a_repeated_branch_has_set_is_lost() -> None:
    repeated = beside(timer("'R/PT1H'", "timeCycle"))
    stock = Stock(repeated).wait(hours=1, minutes=1)
    stock.do("u").do("on")
    assert (stock.ended, stock.data) == (True, {})  # it goes with the event

    case = Case(process_of(repeated)).wait(hours=1, minutes=1)
    case.do("u").do("on")
    assert (case.ended, case.last.variables) == (True, {"side": "noted"})
