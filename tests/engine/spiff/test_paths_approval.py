"""Every path of the approval diagrams (A) and of un-approval (B)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from engine.exceptions import NotFound, WrongState
from engine.spiff.types import Complete
from tests.engine.spiff.approvals import (
    COUNTERSIGN,
    DOCUMENT,
    ApprovalCase,
    Firm,
    approval_process,
    contract,
    contract_by,
)
from tests.engine.spiff.driver import trail


def decided(case: ApprovalCase, element: str = "decide") -> list[str]:
    """States of the visits to an element, multi-instance included."""
    return [state for name, state in trail(case) if name == element]


def late(case: ApprovalCase, task: Any) -> None:
    """Whoever comes too late is told so."""
    with pytest.raises((WrongState, NotFound)):
        case.act(Complete(task.task_id, "approve"))


def test_all_levels_approve() -> None:
    case = contract()
    assert case.who == ["li"]
    case.decide("li", "approve")
    assert case.who == ["fang", "fei"]
    case.decide("fang", "approve")
    assert case.who == ["fei"]  # all: both are needed
    case.decide("fei", "approve")
    assert case.who == list("abcde")
    case.decide("a", "approve")
    case.decide("b", "approve")
    tally = case.decide("c", "approve")  # 60 percent: the third of five decides
    assert tally is not None
    assert (tally.kind, tally.code, tally.yes, tally.no, tally.of) == ("yes", "approve", 3, 0, 5)
    assert case.finished("end_approved")
    assert case.world.effects == ["take_effect"]
    assert decided(case).count("cancelled") == 2
    assert set(case.last.variables) == {
        *("document", "initiator", "facts", "matrix", "route", "outcome"),
    }
    assert case.last.variables["facts"]["amount"] == Decimal(600000)
    assert type(case.last.variables["facts"]["amount"]) is Decimal


@pytest.mark.parametrize(
    ("amount", "facts", "roles"),
    [
        ("99999.99", {}, 1),
        (100000, {}, 2),
        (499999, {}, 2),
        (500000, {}, 3),
        (50000, {"over_credit": True}, 2),
        (600000, {"over_credit": True}, 3),
        (50000, {"under_floor": True}, 3),
        (200000, {"under_floor": True, "over_credit": True}, 3),
        (50000, {"kind": "service_contract"}, 1),
    ],
)
def test_bands_of_the_sales_matrix(amount: object, facts: dict[str, Any], roles: int) -> None:
    case = contract(amount, countersign=False, **facts)
    matrix = case.picture().variables["matrix"]
    expected = ["department_head", "finance", "general_manager"][:roles]
    assert [row["role"] for row in matrix] == expected
    assert {(row["mode"], row["threshold"]) for row in matrix} == {("any", 100)}


def test_bands_of_the_purchase_matrix() -> None:
    case = contract(500000, countersign=False, kind="purchase_contract")
    matrix = case.picture().variables["matrix"]
    expected = ["purchasing_manager", "finance", "general_manager"]
    assert [row["role"] for row in matrix] == expected


def test_any_of_three() -> None:
    case = contract(50000, Firm(department_head=["li", "lu", "lin"]))
    loser = case.of("lu")
    case.decide("lin", "approve")
    assert case.finished("end_approved")
    assert sorted(decided(case)) == ["cancelled", "cancelled", "completed", "completed"]
    late(case, loser)


def test_any_of_two_one_rejects_first() -> None:
    case = contract(50000, Firm(department_head=["li", "lu"]))
    case.decide("li", "reject")
    assert case.who == ["lu"]
    case.decide("lu", "approve")
    assert case.finished("end_approved")


def test_any_of_two_both_reject() -> None:
    case = contract(50000, Firm(department_head=["li", "lu"]))
    case.decide("li", "reject")
    case.decide("lu", "reject")
    assert case.finished("end_rejected")


def test_percent_becomes_impossible() -> None:
    case = contract()
    for person in ("li", "fang", "fei", "a"):
        case.decide(person, "approve")
    case.decide("b", "reject")
    case.decide("c", "reject")
    assert case.who == ["d", "e"]
    case.decide("d", "reject")
    assert case.finished("end_rejected")


def test_one_rejection_ends_a_countersign() -> None:
    case = contract()
    case.decide("li", "approve")
    loser = case.of("fei")
    case.decide("fang", "reject")
    assert case.finished("end_rejected")
    assert case.world.effects == ["reject"]
    late(case, loser)


def test_return_to_the_initiator_who_resubmits_smaller() -> None:
    case = contract()
    case.decide("li", "approve")
    case.decide("fang", "return")
    case.resubmit(amount=Decimal(50000))
    assert case.who == ["li"]
    route = case.task("decide").variables["route"]
    assert len(route["levels"]) == 1  # nothing of the round of three levels is left
    case.decide("li", "approve")
    assert case.finished("end_approved")
    assert "send_back" in case.world.effects


def test_return_and_give_up() -> None:
    case = contract()
    case.decide("li", "return")
    case.give_up()
    assert case.finished("end_given_up")
    assert case.world.effects == ["send_back", "reopen"]


def test_send_back_from_the_third_level_to_the_first() -> None:
    case = contract()
    for person in ("li", "fang", "fei", "a"):
        case.decide(person, "approve")
    case.decide("b", "send_back", to=0)
    assert case.who == ["li"]
    for person in ("li", "fang", "fei"):
        case.decide(person, "approve")
    assert case.who == list("abcde")  # the first vote of a doesn't count again
    for person in "cde":
        case.decide(person, "approve")
    assert case.finished("end_approved")


def test_send_back_twenty_times() -> None:
    case = contract(100000)
    sizes = []
    for _round in range(20):
        case.decide("li", "approve")
        case.decide("fei", "send_back", to=0)
        assert case.state is not None
        sizes.append(len(case.state))
    assert sizes[-1] < sizes[0] * 1.5
    for person in ("li", "fang", "fei"):
        case.decide(person, "approve")
    assert case.finished("end_approved")


def test_withdraw_inside_a_countersign_and_resubmit() -> None:
    case = contract()
    case.decide("li", "approve")
    case.decide("fang", "approve")
    loser = case.of("fei")
    assert sorted(case.timers) == ["escalation_due", "reminder_due"]
    case.withdraw()
    assert case.timers == {}
    late(case, loser)
    case.resubmit("revise_withdrawn")
    case.decide("li", "approve")
    case.decide("fang", "approve")
    assert case.who == ["fei"]
    case.decide("fei", "approve")
    for person in "abc":
        case.decide(person, "approve")
    assert case.finished("end_approved")


def test_withdraw_and_give_up() -> None:
    case = contract()
    case.withdraw()
    case.give_up()
    assert case.finished("end_withdrawn")
    assert case.world.effects == ["reopen"]


def test_withdraw_waits_for_its_own_document() -> None:
    case = contract(50000)
    assert case.messages == [("withdrawn", "withdraw", DOCUMENT)]
    case.withdraw()
    assert case.messages == []
    assert case.ready == ["revise_withdrawn"]
    assert case.picture().variables["withdrawal"] == {"by": "zhang"}


def test_withdraw_while_the_administrator_names_an_approver() -> None:
    case = contract(50000, Firm(department_head=[]))
    assert case.who == ["administrator"]
    case.withdraw()
    assert case.who == ["zhang"]


def test_withdraw_twenty_times() -> None:
    case = contract(50000)
    for _round in range(20):
        case.withdraw()
        case.resubmit("revise_withdrawn")
    case.decide("li", "approve")
    assert case.finished("end_approved")
    assert len(case.world.effects) == 21


def test_sent_back_then_withdrawn_then_rejected() -> None:
    case = contract(50000)
    case.decide("li", "return")
    case.resubmit()
    case.withdraw()
    case.resubmit("revise_withdrawn")
    case.decide("li", "reject")
    assert case.finished("end_rejected")
    assert case.world.effects == ["send_back", "reopen", "reject"]


def test_reminded_then_the_superior_joins() -> None:
    case = contract(100000)
    case.decide("li", "approve")
    case.decide("fang", "approve")
    mine = case.of("fei")
    case.wait(hours=3, minutes=59)
    assert case.world.reminded == []
    case.wait(minutes=1)
    case.wait(hours=4)
    assert case.world.reminded == [["fei"], ["fei"]]
    case.wait(hours=4)
    assert case.who == ["fei"]
    case.wait(hours=4)
    assert case.who == ["boss_of_fei", "fei"]
    assert case.of("boss_of_fei").task_id == mine.task_id  # the task stays: one vote
    assert list(case.timers) == ["reminder_due"]
    case.wait(hours=4)
    assert case.world.reminded[-1] == ["boss_of_fei", "fei"]
    case.decide("boss_of_fei", "approve")
    assert case.finished("end_approved")
    late(case, mine)


def test_a_level_without_approvers() -> None:
    case = contract(100000, Firm(finance=[]))
    case.decide("li", "approve")
    assert case.ready == ["name_approvers"]
    assert case.timers == {}
    named = [{"user": "hua", "found": "named"}, {"user": "hu", "found": "named"}]
    case.do("name_approvers", "assign", approvers=named)
    assert case.who == ["hu", "hua"]
    case.decide("hua", "approve")
    case.decide("hu", "approve")
    assert case.finished("end_approved")


def test_the_initiator_heads_the_department() -> None:
    firm = Firm(department_head=["zhang"])
    firm.superiors = {"zhang": "boss"}
    case = contract(600000, firm, countersign=False)
    assert case.who == ["boss"]
    case.decide("boss", "approve")
    case.decide("fang", "approve")
    case.decide("c", "approve")
    assert case.finished("end_approved")


def test_the_initiator_is_one_of_two_heads() -> None:
    assert contract(50000, Firm(department_head=["zhang", "li"])).who == ["li"]


def test_the_initiator_is_the_general_manager() -> None:
    firm = Firm(department_head=["zhang"], general_manager=["zhang"], finance=["fang"])
    case = contract(600000, firm, countersign=False)
    assert case.who == ["fang"]
    case.decide("fang", "approve")
    assert case.finished("end_approved")
    assert firm.notes == ["same person as before", "own level, finance asked already"]


def test_the_same_approver_twice_in_a_row_is_skipped() -> None:
    case = contract(100000, Firm(finance=["li"]))
    case.decide("li", "approve")
    assert case.world.notes == ["same person as before"]
    assert case.finished("end_approved")
    assert decided(case) == ["completed", "completed"]  # one multi-instance of one child


def test_an_effect_that_is_impossible_leaves_everything_as_it_was() -> None:
    case = contract(50000)
    case.world.effect_fails = "stock gone"
    before = case.state
    with pytest.raises(ValueError, match="stock gone"):
        case.decide("li", "approve")
    assert case.state == before
    assert case.who == ["li"]
    case.world.effect_fails = ""
    case.decide("li", "approve")
    assert case.finished("end_approved")


def test_levels_see_nothing_of_each_other() -> None:
    case = contract()
    case.decide("li", "approve")
    task = case.of("fang")
    assert set(task.variables) == {
        *("document", "initiator", "route", "approvers", "approver", "decisions")
    }
    assert task.variables["decisions"] == []
    assert task.item == {"user": "fang", "found": "finance"}
    assert {case.of("fang").index, case.of("fei").index} == {0, 1}
    assert case.of("fang").activity == case.of("fei").activity != case.of("fang").task_id


def test_interrupting_escalation_back_to_the_countersign() -> None:
    """A boundary branch that leads back into the multi-instance that it interrupted."""
    process = approval_process(
        "contract_approval",
        approval_level="approval_level_interrupting.bpmn",
        contract_matrix=COUNTERSIGN,
    )
    case = contract_by(process, 100000)
    case.decide("li", "approve")
    case.decide("fang", "approve")
    case.wait(hours=16)
    assert case.who == ["boss"]
    assert sorted(case.timers) == ["escalation_due", "reminder_due"]
    case.decide("boss", "approve")
    assert case.finished("end_approved")
