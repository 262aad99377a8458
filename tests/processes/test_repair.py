"""Repair: intake, quotation, work, cancellation; and the hotline that leads to it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.casework import Case, deploy
from tests.processes.services import Service

pytestmark = pytest.mark.django_db

ENGINEER, HOTLINE = "wulei", "yuejiayi"


@pytest.fixture
def service(registered, people) -> Service:
    return Service(registered, people)


@pytest.fixture
def repair(people, service):
    deploy("repair")

    def start(**over) -> Case:
        given = {"request_id": 3, "remote_possible": False, "follow_up_after": "P2D", **over}
        return Case(people, "repair", by=HOTLINE, business_key="service.repair:3", **given)

    return start


def received(case: Case) -> Case:
    return case.decide(HOTLINE, "received")


def quoted(case: Case) -> Case:
    received(case).decide(ENGINEER, "repairable", chargeable=True).decide(HOTLINE, "sent")
    assert case.subscriptions() == ["answered", "cancelled_late"]
    assert case.elements() == []
    return case


def answer(case: Case, agreed: bool) -> Case:
    return case.message("service.quotation_answered", "3", {"agreed": agreed})


def mended(case: Case, result: str = "pass", **facts) -> Case:
    return case.decide(ENGINEER, "done").decide(ENGINEER, result, **facts)


def settled(case: Case, *, handed_over: bool = True, followed_up: bool = True) -> bool:
    assert case.elements() == ["settle"]
    case.decide(HOTLINE, "on_account")
    if handed_over:
        case.decide(HOTLINE, "returned")
    if not followed_up:
        return case.ended("unrepaired")
    case.until(case.timers()["due"]).decide(HOTLINE, "satisfied")
    return case.ended("closed")


def test_solved_at_a_distance(repair):
    case = repair(remote_possible=True).decide(ENGINEER, "solved")
    assert settled(case, handed_over=False)


def test_sent_in_after_all_with_a_unit_on_loan(repair, service):
    case = repair(remote_possible=True).decide(ENGINEER, "send_in")
    case.decide(HOTLINE, "received_loan")
    assert "service.lend_unit" in service.calls
    mended(case.decide(ENGINEER, "repairable", chargeable=False))
    assert settled(case)
    assert service.calls[-2:] != ["service.lend_unit"] and "service.return_loan" in service.calls


def test_free_of_charge_and_mended_twice(repair):
    case = received(repair()).decide(ENGINEER, "repairable", chargeable=False)
    assert settled(mended(mended(case, "fail")))


def test_the_customer_agrees(repair):
    case = answer(quoted(repair()), True)
    assert (case.elements(), case.subscriptions()) == (["mend"], ["cancelled_late"])
    case.pass_time(days=30)
    assert case.elements() == ["mend"]
    assert settled(mended(case))


def test_the_customer_declines(repair):
    assert settled(answer(quoted(repair()), False), followed_up=False)


@pytest.mark.parametrize("agreed", [True, False])
def test_the_customer_is_asked_by_telephone_after_a_week_of_silence(repair, agreed):
    case = quoted(repair())
    case.until(case.timers()["silent"])
    assert (case.elements(), case.subscriptions()) == (["ask"], ["cancelled_late"])
    case.decide(HOTLINE, "agree" if agreed else "decline", answer_message={"agreed": agreed})
    assert case.elements() == ["mend" if agreed else "settle"]


def test_a_new_fault_is_quoted_again(repair):
    case = mended(answer(quoted(repair()), True), "new_fault", chargeable=True)
    assert case.elements() == ["quote"]
    answer(case.decide(HOTLINE, "sent"), True)
    mended(case, "new_fault", chargeable=False)
    assert case.elements() == ["mend"]
    assert settled(mended(case))


def test_a_new_fault_is_declined(repair):
    case = mended(answer(quoted(repair()), True), "new_fault", chargeable=True)
    assert settled(answer(case.decide(HOTLINE, "sent"), False), followed_up=False)


def test_swapped(repair):
    assert settled(received(repair()).decide(ENGINEER, "swap", chargeable=True))


def test_beyond_repair(repair):
    case = received(repair()).decide(ENGINEER, "beyond", chargeable=False)
    assert settled(case, followed_up=False)


def test_cancelled_before_it_was_received(repair):
    case = repair().message("service.request_cancelled", "3", {"reason": "x"})
    assert case.ended("cancelled", "cancelled")


@pytest.mark.parametrize("phase", ["quoted", "tested"])
def test_cancelled_while_it_is_here(repair, phase):
    if phase == "quoted":
        case = quoted(repair())
    else:
        case = received(repair()).decide(ENGINEER, "repairable", chargeable=False)
        case.decide(ENGINEER, "done")
    case.message("service.request_cancelled", "3", {"reason": "x"})
    assert (case.subscriptions(), case.timers()) == ([], {})
    assert settled(case, followed_up=False)


# --- hotline --------------------------------------------------------------------------------------
@pytest.fixture
def call(people, service):
    deploy("hotline")
    return lambda: Case(people, "hotline", by=HOTLINE, business_key="service.ticket:5", ticket_id=5)


def test_a_second_call_joins_the_open_request(call, service):
    service.joins = True
    assert call().ended("joined", "joined")


@pytest.mark.parametrize("target", ["field", "repair", "complaint", "lead"])
def test_a_call_is_pushed_down(call, target):
    assert call().decide(HOTLINE, target).ended(f"{target}_end", target)


def test_remote_help_that_fails_leads_back_to_the_choice(call):
    case = call().decide(HOTLINE, "remote").decide(HOTLINE, "unsolved")
    assert case.elements() == ["choose"]
    assert case.decide(HOTLINE, "remote").decide(HOTLINE, "solved").ended("solved_end")


def test_called_back_at_the_time_agreed(call):
    case = call()
    for _ in range(2):
        at = case.now + timedelta(hours=2)
        case.decide(HOTLINE, "callback", callback_at=at.isoformat())
        assert case.timers() == {"callback_due": at}
        case.until(at).decide(HOTLINE, "unsolved")
        assert case.elements() == ["choose"]
    at = case.now + timedelta(hours=2)
    case.decide(HOTLINE, "callback", callback_at=at.isoformat()).until(at)
    assert case.decide(HOTLINE, "solved").ended("solved_end")
