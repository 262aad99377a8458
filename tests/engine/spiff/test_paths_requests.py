"""Every path of the general request (A) and of un-approval (B)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from engine.exceptions import NotFound, WrongState
from engine.spiff.types import Complete
from tests.engine.spiff.approvals import (
    ApprovalCase,
    Firm,
    request,
    unapprove,
)
from tests.engine.spiff.driver import trail


def decided(case: ApprovalCase, element: str = "decide") -> list[str]:
    """States of the visits to an element, multi-instance included."""
    return [state for name, state in trail(case) if name == element]


def late(case: ApprovalCase, task: Any) -> None:
    """Whoever comes too late is told so."""
    with pytest.raises((WrongState, NotFound)):
        case.act(Complete(task.task_id, "approve"))


# --- the general request --------------------------------------------------------------------------
def test_request_below_the_limit() -> None:
    case = request(100000)
    case.decide("li", "approve")
    assert case.finished("end_approved")
    assert case.world.effects == ["take_effect"]
    assert set(case.last.variables) == {
        *("document", "initiator", "subject", "amount", "text", "matrix", "route", "outcome")
    }


def test_request_above_the_limit() -> None:
    case = request("100000.01", Firm(general_manager=["a"]))
    case.decide("li", "approve")
    assert case.who == ["a"]
    assert case.world.effects == []
    case.decide("a", "approve")
    assert case.finished("end_approved")


def test_request_rejected() -> None:
    case = request()
    case.decide("li", "reject")
    assert case.finished("end_rejected")
    assert case.world.effects == []


def test_request_returned_and_resubmitted_larger() -> None:
    case = request(firm=Firm(general_manager=["a"]))
    case.decide("li", "return")
    case.resubmit(amount=Decimal(200000), text="twenty")
    case.decide("li", "approve")
    case.decide("a", "approve")
    assert case.finished("end_approved")
    assert case.last.variables["text"] == "twenty"


def test_request_given_up() -> None:
    case = request()
    case.decide("li", "return")
    case.give_up()
    assert case.finished("end_given_up")


def test_request_withdrawn_twice() -> None:
    case = request()
    case.withdraw()
    case.resubmit("revise_withdrawn")
    case.withdraw()
    case.give_up()
    assert case.finished("end_withdrawn")


def test_request_sent_back_to_a_level_and_reminded() -> None:
    case = request(200000, Firm(general_manager=["a"]))
    case.decide("li", "approve")
    case.decide("a", "send_back", to=0)
    assert case.who == ["li"]
    case.wait(hours=4, minutes=1)
    assert case.world.reminded == [["li"]]
    case.decide("li", "approve")
    case.decide("a", "approve")
    assert case.finished("end_approved")


# --- un-approval ----------------------------------------------------------------------------------
def test_unapproval_forbidden() -> None:
    firm = Firm()
    firm.blockers = ["invoice 7"]
    assert unapprove(firm).finished("end_forbidden")


def test_unapproval_without_asking() -> None:
    case = unapprove()
    assert case.finished("end_unapproved")
    assert case.world.effects == ["reverse"]


def shipped(**over: Any) -> Firm:
    firm = Firm()
    firm.shipped = 1
    for name, value in over.items():
        setattr(firm, name, value)
    return firm


def test_unapproval_asks_the_level_that_approved_last() -> None:
    case = unapprove(shipped(last_role="department_head"), queue="contracts")
    assert case.who == ["li"]
    case.decide("li", "approve")
    assert case.finished("end_unapproved")


@pytest.mark.parametrize("queue", ["invoices", "stock", "money"])
def test_unapproval_asks_finance(queue: str) -> None:
    assert unapprove(shipped(), queue).who == ["fang", "fei"]


def test_unapproval_approved() -> None:
    case = unapprove(shipped())
    case.decide("fei", "approve")
    assert case.finished("end_unapproved")


@pytest.mark.parametrize("refusal", ["reject", "return", "send_back"])
def test_unapproval_refused(refusal: str) -> None:
    case = unapprove(shipped())
    case.decide("fei", refusal)
    if refusal == "send_back":  # its only level once more
        assert case.who == ["fang", "fei"]
        case.decide("fei", "reject")
    if refusal != "return":
        case.decide("fang", "reject")
    assert case.finished("end_refused")


def test_unapproval_overtaken() -> None:
    case = unapprove(shipped())
    case.world.blockers.append("invoice 8")
    case.decide("fang", "approve")
    assert case.finished("end_overtaken")


def test_unapproval_fails_twice_then_succeeds() -> None:
    firm = Firm()
    firm.reversals_to_fail = 2
    case = unapprove(firm)
    assert case.ready == ["repair"]
    assert case.who == ["finance"]
    assert firm.effects == []
    case.do("repair", "retry")
    case.do("repair", "retry")
    assert case.finished("end_unapproved")
    assert decided(case, "reverse_effects") == ["failed", "failed", "completed"]


def test_unapproval_fails_and_is_given_up() -> None:
    firm = Firm()
    firm.reversals_to_fail = 1
    case = unapprove(firm)
    case.do("repair", "give_up")
    assert case.finished("end_given_up")


def test_unapproval_is_reminded_of() -> None:
    case = unapprove(shipped())
    case.wait(hours=5)
    assert len(case.world.reminded) == 1
    case.decide("fei", "approve")
    assert case.finished("end_unapproved")
