"""Every path of dispatch (C) and field service (D)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.engine.spiff.driver import MONDAY
from tests.engine.spiff.firms import FAR, FlowCase, ServiceFirm
from tests.engine.spiff.occasions import CONSENT, DISPATCH, SERVICE, at, ended, firm_at


# --- dispatch -------------------------------------------------------------------------------------
def test_dispatch_claimed() -> None:
    case = FlowCase("dispatch", **DISPATCH)
    assert case.ready == ["take_job"]
    assert case.waiting == ["manager_due", "widen_due"]
    case.claim()
    assert ended(case, "dispatched")


def test_dispatch_assigned_in_a_hurry() -> None:
    case = FlowCase("dispatch", **{**DISPATCH, "mode_parameter": "manager", "urgent": True})
    assert case.world.row(1)["rings"] == ["manager"]
    case.do("take_job", "assign", engineer="吴磊")
    assert case.timers == {"lapsed": at("2026-11-23T01:10:00")}
    case.do("accept_job", "accept")
    assert ended(case, "dispatched")


def test_dispatch_refused_twice_then_the_manager_decides() -> None:
    case = FlowCase("dispatch", **{**DISPATCH, "mode_parameter": "mixed"})
    for engineer in ("吴磊", "陈海"):
        case.do("take_job", "assign", engineer=engineer).do("accept_job", "refuse")
        assert case.ready == ["take_job"]
    assert case.world.row(1)["excluded"] == ["吴磊", "陈海"]
    assert case.world.row(1)["rings"][-1] == "manager"
    case.do("take_job", "assign", engineer="陈海")
    assert ended(case, "dispatched")  # binding: nobody is asked again


def test_dispatch_lapsed_then_claimed() -> None:
    case = FlowCase("dispatch", **DISPATCH)
    case.do("take_job", "assign", engineer="吴磊")
    case.wait(minutes=29)
    assert case.ready == ["accept_job"]
    case.wait(minutes=2)
    assert case.ready == ["take_job"]
    assert case.waiting == ["manager_due", "widen_due"]
    case.claim()
    assert ended(case, "dispatched")


def test_dispatch_widened_to_the_pool_then_to_the_manager() -> None:
    case = FlowCase("dispatch", **DISPATCH)
    task = case.task("take_job").task_id
    case.wait(minutes=31)
    assert case.waiting == ["manager_due"]
    case.wait(minutes=31)
    assert case.waiting == []
    assert case.world.row(1)["rings"] == ["named", "+pool", "+manager"]
    assert case.task("take_job").task_id == task
    case.do("take_job", "assign", engineer="陈海").do("accept_job", "accept")
    assert ended(case, "dispatched")


def test_dispatch_timers_over_the_night_and_a_holiday() -> None:
    case = FlowCase("dispatch", firm_at("2026-11-24T09:45:00"), **DISPATCH)
    assert case.timers == {
        "widen_due": at("2026-11-26T01:15:00"),
        "manager_due": at("2026-11-26T01:45:00"),
    }
    case.due("manager_due")
    assert case.waiting == []
    assert sorted(case.world.row(1)["rings"]) == ["+manager", "+pool", "named"]
    case.claim()
    assert ended(case, "dispatched")


def test_dispatch_around_the_clock() -> None:
    urgent = {**DISPATCH, "urgent": True, "around_the_clock": True}
    case = FlowCase("dispatch", firm_at("2026-11-24T14:00:00"), **urgent)
    assert case.timers == {
        "widen_due": at("2026-11-24T14:10:00"),
        "manager_due": at("2026-11-24T14:20:00"),
    }
    case.claim()
    assert ended(case, "dispatched")


# --- visit, supervision, consent ------------------------------------------------------------------
def visiting() -> FlowCase:
    return FlowCase(
        "visit",
        request_id=1,
        engineer="陈海",
        appointment_at="2026-11-23T06:00:00+00:00",
        remind_at="2026-11-23T05:00:00+00:00",
    )


def test_visit_reminded_late_and_done() -> None:
    case = visiting()
    case.wait(hours=3, minutes=59)
    assert case.world.called == []
    case.wait(minutes=1)
    assert case.world.called == ["service.remind_visit"]
    assert (case.waiting, case.ready) == (["late"], ["depart"])
    case.wait(hours=1)
    assert case.world.called[-1] == "service.warn_late"
    case.visit("done")
    assert ended(case, "visited", "done")
    assert case.world.called[-2:] == ["service.start_supervision", "service.record_visit"]


def test_visit_put_off_before_departure() -> None:
    case = visiting()
    case.do("depart", "put_off")
    assert ended(case, "put_off_end", "put_off")
    assert case.world.row(1)["supervisions"] == 0


def test_supervision_urged() -> None:
    case = FlowCase("supervision", supervision_id=4)
    case.due("overdue")
    assert (case.ready, case.waiting) == (["supervise"], ["overdue"])
    assert case.world.called == ["service.urge_supervision"]
    case.do("supervise", "ok")
    assert ended(case, "supervised")


@pytest.mark.parametrize(
    ("decision", "end", "outcome"),
    [("agree", "agreed", "agreed"), ("decline", "declined", "declined")],
)
def test_consent(decision: str, end: str, outcome: str) -> None:
    case = FlowCase("charge_consent", **CONSENT)
    case.do("quote", decision)
    assert ended(case, end, outcome)


def test_consent_waived() -> None:
    case = FlowCase("charge_consent", **CONSENT)
    case.do("quote", "waive")
    matrix = case.task("approve").variables["matrix"]
    assert [row["role"] for row in matrix] == ["service_manager", "finance"]
    case.do("approve", "approve")
    assert ended(case, "free_end", "free")


def test_consent_waiver_refused_twice_then_agreed() -> None:
    case = FlowCase("charge_consent", **{**CONSENT, "amount": 100})
    for _round in range(2):
        case.do("quote", "waive").do("approve", "reject")
        assert case.ready == ["quote"]
    case.do("quote", "agree")
    assert ended(case, "agreed")


# --- field service --------------------------------------------------------------------------------
def serve(**over: Any) -> FlowCase:
    return FlowCase("field_service", **{**SERVICE, **over})


def test_service_straight_through() -> None:
    case = serve()
    assert case.ready == ["take_job"]
    assert case.waiting == [
        *("cancelled_by_customer", "manager_due", "resolution_due", "response_due", "widen_due")
    ]
    case.to_visit()
    assert case.waiting == ["cancelled_by_customer", "late", "remind_due", "resolution_due"]
    case.visit("done")
    assert case.world.row(1)["supervisions"] == 1
    case.do("sign", "sign")
    assert (case.ready, case.waiting) == ([], ["due"])
    case.due("due").do("phone", "satisfied", score=5)
    assert ended(case, "closed", "closed")
    assert "decision" not in case.last.variables


def test_service_charge_agreed() -> None:
    case = serve(chargeable=True)
    assert case.ready == ["quote"]
    case.do("quote", "agree")
    case.to_visit().visit("done").signed().do("phone", "satisfied", score=4)
    assert ended(case, "closed")


def test_service_charge_waived() -> None:
    case = serve(chargeable=True)
    case.do("quote", "waive").do("approve", "approve")
    case.to_visit().visit("done").signed().do("phone", "satisfied", score=4)
    assert ended(case, "closed")


def test_service_charge_declined() -> None:
    case = serve(chargeable=True)
    case.do("quote", "decline")
    assert ended(case, "declined")


def test_service_waits_for_parts_while_the_clock_stands_still() -> None:
    case = serve().to_visit()
    case.wait(hours=1)
    due = case.timers["resolution_due"]
    case.visit("parts")
    assert case.waiting == ["cancelled_by_customer", "parts_arrived", "resolution_due"]
    assert case.timers["resolution_due"] == FAR
    case.wait(days=9)
    assert "service.escalate_sla" not in case.world.called
    case.message("service.parts_arrived", {"order": 4711})
    assert case.ready == ["appoint"]
    remaining = case.world.row(1)["remaining"]
    assert case.timers["resolution_due"] - case.world.present == remaining
    assert case.timers["resolution_due"] != due
    case.appoint().visit("done")
    assert case.world.row(1)["visits"] == case.world.row(1)["supervisions"] == 2
    case.signed().do("phone", "satisfied")
    assert ended(case, "closed")


def test_service_put_off() -> None:
    case = serve().to_visit()
    case.do("depart", "put_off")
    assert case.waiting == ["cancelled_by_customer", "new_date", "resolution_due"]
    assert case.timers["resolution_due"] == FAR
    case.due("new_date")
    assert case.timers["resolution_due"] != FAR
    case.appoint().visit("put_off").due("new_date").appoint().visit("done")
    assert case.world.row(1)["visits"] == 2
    case.signed().do("phone", "satisfied")
    assert ended(case, "closed")


def test_service_three_visits_of_two_engineers() -> None:
    case = serve().to_visit().visit("again")
    case.appoint().visit("other_engineer")
    assert case.ready == ["take_job"]
    case.claim("吴磊").appoint()
    assert case.task("depart").variables["engineer"] == "吴磊"
    case.visit("done")
    assert case.world.row(1)["visits"] == 3
    case.signed()
    for _attempt in range(2):
        case.do("phone", "unreachable")
        case.due("next_day")
    case.do("phone", "satisfied")
    assert ended(case, "closed")


@pytest.mark.parametrize(("result", "end"), [("workshop", "to_repair"), ("cannot", "not_repaired")])
def test_service_ends_without_repair(result: str, end: str) -> None:
    assert ended(serve().to_visit().visit(result), end)


def test_service_customer_unreachable_three_times() -> None:
    case = serve().to_visit().visit("done").signed()
    for _attempt in range(2):
        case.do("phone", "unreachable")
        assert (case.ready, case.waiting) == ([], ["next_day"])
        case.due("next_day")
    case.do("phone", "unreachable")
    assert ended(case, "closed", "unreachable")
    assert case.world.row(1)["attempts"] == 3


@pytest.mark.parametrize("decision", ["complaint", "new_request"])
def test_service_customer_dissatisfied(decision: str) -> None:
    case = serve().to_visit().visit("done").signed()
    case.do("phone", decision, score=1)
    assert ended(case, "closed", decision)


def test_service_level_timers_fire_two_calls_deep() -> None:
    case = serve()
    case.wait(hours=2, minutes=1)
    assert case.ready == ["take_job"]
    assert case.world.called.count("service.escalate_sla") == 1
    case.to_visit().due("remind_due").due("late").due("resolution_due")
    assert case.ready == ["depart"]
    assert {"service.remind_visit", "service.warn_late"} <= set(case.world.called)
    assert case.world.called.count("service.escalate_sla") == 2
    case.visit("done").signed().do("phone", "satisfied")
    assert ended(case, "closed")
    assert case.ends == ["closed", "resolution_escalated"]


def test_service_around_the_clock() -> None:
    firm = firm_at("2026-11-24T14:00:00")
    case = FlowCase("field_service", firm, **{**SERVICE, "around_the_clock": True})
    assert case.timers["response_due"] == at("2026-11-24T16:00:00")
    assert case.timers["resolution_due"] == at("2026-11-27T14:00:00")


def agreed(case: FlowCase) -> FlowCase:
    case.do("quote", "agree")
    return case


Phase = Callable[[FlowCase], Any]
PHASES: dict[str, tuple[Phase, bool]] = {
    "quotation": (lambda c: None, False),
    "waiver": (lambda c: c.do("quote", "waive"), False),
    "dispatch": (agreed, False),
    "dispatch_widened": (lambda c: agreed(c).wait(minutes=31), False),
    "acceptance": (lambda c: agreed(c).do("take_job", "assign", engineer="吴磊"), False),
    "appointment": (lambda c: agreed(c).claim(), False),
    "visit": (lambda c: agreed(c).to_visit(), False),
    "on_site": (
        lambda c: agreed(c).to_visit().do("depart", "depart").do("arrive", "arrive"),
        True,
    ),
    "waiting_for_parts": (lambda c: agreed(c).to_visit().visit("parts"), True),
    "put_off": (lambda c: agreed(c).to_visit().visit("put_off"), False),
    "second_visit": (lambda c: agreed(c).to_visit().visit("again").appoint(), True),
    "second_engineer": (lambda c: agreed(c).to_visit().visit("other_engineer"), False),
    "signature": (lambda c: agreed(c).to_visit().visit("done"), True),
    "after_sla": (lambda c: agreed(c).to_visit().due("resolution_due"), False),
}


@pytest.mark.parametrize("phase", PHASES)
def test_service_cancelled_by_the_customer(phase: str) -> None:
    until, departed = PHASES[phase]
    case = serve(chargeable=True)
    until(case)
    case.world.row(1)["departed"] = departed
    case.message("service.request_cancelled", {"reason": "客户已自行修好"})
    if departed:
        assert (case.ready, case.waiting) == (["decide_fee"], [])
        case.do("decide_fee", "charge")
        assert case.world.called[-1] == "service.settle_cancellation"
    assert ended(case, "cancelled")


def test_service_can_not_be_cancelled_after_the_signature() -> None:
    case = serve().to_visit().visit("done")
    case.do("sign", "sign")
    assert case.messages == []


def test_a_message_names_one_of_a_hundred_instances() -> None:
    firm = ServiceFirm()
    table: dict[tuple[str, str], int] = {}
    cases = {}
    for number in range(20):
        firm.present = MONDAY
        case = FlowCase("field_service", firm, **{**SERVICE, "request_id": number})
        cases[number] = case.to_visit().visit("parts")
        for _element, name, key in case.messages:
            assert (name, key) not in table
            table[name, key] = number
    assert table["service.parts_arrived", "12"] == 12
