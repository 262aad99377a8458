"""Every path of repair and hotline (D) and reminders (F)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engine.spiff.firms import FlowCase, ServiceFirm, flow_process
from tests.engine.spiff.occasions import REMINDER, REPAIR, ended


# --- repair ---------------------------------------------------------------------------------------
def repair(**over: Any) -> FlowCase:
    return FlowCase("repair", **{**REPAIR, **over})


def received() -> FlowCase:
    case = repair()
    case.do("receive", "received")
    return case


def quoted() -> FlowCase:
    case = received()
    case.do("diagnose", "repairable", chargeable=True).do("quote", "sent")
    assert (case.ready, case.waiting) == ([], ["answered", "cancelled_late", "silent"])
    return case


def settled(case: FlowCase, followed_up: bool = True) -> None:
    assert case.ready == ["settle"]
    case.do("settle", "on_account")
    if "hand_over" in case.ready:
        case.do("hand_over", "returned")
    if followed_up:
        assert case.waiting == ["due"]
        case.due("due").do("phone", "satisfied")
    assert ended(case, "closed" if followed_up else "unrepaired")


def test_repair_solved_remotely() -> None:
    case = repair(remote_possible=True)
    case.do("remote", "solved")
    assert "hand_over" not in case.ready
    settled(case)


def test_repair_sent_in_with_a_loan() -> None:
    case = repair(remote_possible=True)
    case.do("remote", "send_in").do("receive", "received_loan")
    assert "service.lend_unit" in case.world.called
    case.do("diagnose", "repairable", chargeable=False).do("mend", "done").do("test", "pass")
    settled(case)
    assert "service.return_loan" in case.world.called


def test_repair_free_with_a_failed_test() -> None:
    case = received()
    case.do("diagnose", "repairable", chargeable=False).do("mend", "done").do("test", "fail")
    case.do("mend", "done").do("test", "pass")
    settled(case)


def test_repair_consented_by_message() -> None:
    case = quoted()
    case.message("service.quotation_answered", {"agreed": True})
    assert (case.ready, case.waiting) == (["mend"], ["cancelled_late"])
    case.wait(days=30)
    assert case.ready == ["mend"]
    case.do("mend", "done").do("test", "pass")
    settled(case)


def test_repair_declined_by_message() -> None:
    case = quoted()
    case.message("service.quotation_answered", {"agreed": False})
    settled(case, followed_up=False)


@pytest.mark.parametrize("agrees", [True, False])
def test_repair_answered_on_the_phone(agrees: bool) -> None:
    case = quoted().due("silent")
    assert case.ready == ["ask"]
    case.do("ask", "agree" if agrees else "decline", answer_message={"agreed": agrees})
    if agrees:
        assert case.ready == ["mend"]
    else:
        settled(case, followed_up=False)


def test_repair_new_faults_are_quoted_again() -> None:
    case = quoted()
    case.message("service.quotation_answered", {"agreed": True})
    case.do("mend", "done").do("test", "new_fault", chargeable=True).do("quote", "sent")
    case.message("service.quotation_answered", {"agreed": True})
    case.do("mend", "done").do("test", "new_fault", chargeable=False)
    assert case.ready == ["mend"]
    case.do("mend", "done").do("test", "pass")
    settled(case)


def test_repair_new_fault_declined() -> None:
    case = quoted()
    case.message("service.quotation_answered", {"agreed": True})
    case.do("mend", "done").do("test", "new_fault", chargeable=True).do("quote", "sent")
    case.message("service.quotation_answered", {"agreed": False})
    settled(case, followed_up=False)


def test_repair_swapped() -> None:
    case = received()
    case.do("diagnose", "swap", chargeable=True)
    settled(case)


def test_repair_beyond_hope() -> None:
    case = received()
    case.do("diagnose", "beyond", chargeable=False)
    settled(case, followed_up=False)


def test_repair_cancelled_before_receipt() -> None:
    case = repair()
    case.message("service.request_cancelled", {"reason": "x"})
    assert ended(case, "cancelled")


def test_repair_cancelled_while_quoted() -> None:
    case = quoted()
    case.message("service.request_cancelled", {"reason": "x"})
    assert case.waiting == []
    settled(case, followed_up=False)


def test_repair_cancelled_in_the_test() -> None:
    case = received()
    case.do("diagnose", "repairable", chargeable=False).do("mend", "done")
    case.message("service.request_cancelled", {"reason": "x"})
    settled(case, followed_up=False)


# --- hotline --------------------------------------------------------------------------------------
def test_hotline_joins_an_open_request() -> None:
    firm = ServiceFirm()
    firm.row(5)["open"] = True
    assert ended(FlowCase("hotline", firm, ticket_id=5), "joined", "joined")


@pytest.mark.parametrize("target", ["field", "repair", "complaint", "lead"])
def test_hotline_hands_over(target: str) -> None:
    case = FlowCase("hotline", ticket_id=5)
    case.do("choose", target)
    assert ended(case, f"{target}_end", target)


def test_hotline_helps_remotely_at_the_second_try() -> None:
    case = FlowCase("hotline", ticket_id=5)
    case.do("choose", "remote").do("remote", "unsolved")
    case.do("choose", "remote").do("remote", "solved")
    assert ended(case, "solved_end")


def test_hotline_calls_back() -> None:
    case = FlowCase("hotline", ticket_id=5)
    for _round in range(2):
        case.do("choose", "callback", callback_at=case.after(hours=2))
        assert case.waiting == ["callback_due"]
        case.due("callback_due").do("call_back", "unsolved")
    case.do("choose", "callback", callback_at=case.after(hours=2))
    case.wait(hours=3).do("call_back", "solved")
    assert ended(case, "solved_end")


# --- reminder -------------------------------------------------------------------------------------
def test_reminder_done() -> None:
    case = FlowCase("reminder", **REMINDER)
    assert (case.ready, case.waiting) == (["handle"], ["handled", "repeat"])
    case.do("handle", "done")
    assert ended(case, "finished")


def test_reminder_turned_into_an_activity() -> None:
    case = FlowCase("reminder", **REMINDER)
    case.do("handle", "activity")
    assert ended(case, "activity_end")


def test_reminder_repeats_until_the_cause_is_handled() -> None:
    case = FlowCase("reminder", **REMINDER)
    sizes = []
    for number in range(1, 30):
        case.due("repeat")
        assert case.ready == ["handle"]
        assert case.world.called.count("desk.notify") == 1 + number
        assert case.state is not None
        sizes.append(len(case.state))
    assert sizes[-1] <= sizes[0] + 10
    case.message("desk.cause_handled")
    assert ended(case, "dissolved")


def test_every_called_process_is_reached_from_the_diagrams() -> None:
    called = {process for process, _element in flow_process("field_service").elements}
    assert called == {
        *("field_service", "field_work", "dispatch", "visits", "visit", "charge_consent"),
        *("approval", "follow_up"),
    }
