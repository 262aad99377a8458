"""Field service (D) and what it calls: dispatch, consent, visits, follow-up, supervision."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from engine.exceptions import NothingCaught
from engine.models import ProcessInstance
from tests.casework import MONDAY, Case, check_instance, deploy, yuan
from tests.processes.services import FAR, Service

pytestmark = pytest.mark.django_db

ONE, TWO = "chenhai", "wulei"  # engineers and representatives
MANAGER, HOTLINE, FINANCE = "yuchigang", "yuejiayi", "zhoumin"
TUESDAY_NIGHT = MONDAY + timedelta(days=1, hours=13)


@pytest.fixture
def service(registered, people) -> Service:
    return Service(registered, people)


@pytest.fixture
def request_service(people, service):
    """A field service request, by default free of charge and offered to the named engineer."""
    deploy("field_service", "supervision")

    def start(*, now: datetime = MONDAY, process: str = "field_service", **over) -> Case:
        given = {
            "request_id": 1,
            "mode_parameter": "representative",
            "urgent": False,
            "has_named": True,
            "around_the_clock": False,
            "document": "service.fieldrequest:1",
            "initiator": people[HOTLINE],
            "amount": yuan(800),
            "chargeable": False,
            "response_within": "PT2H",
            "resolution_within": "P3D",
            "follow_up_after": "P2D",
            **over,
        }
        key = "service.fieldrequest:1"
        return Case(people, process, by=HOTLINE, business_key=key, now=now, **given)

    return start


# --- the steps, as the people take them -----------------------------------------------------------
def claim(case: Case, user: str = ONE) -> Case:
    return case.decide(user, "claim", element="take_job", engineer=case.people[user])


def assign(case: Case, user: str, *, by: str = MANAGER) -> Case:
    return case.decide(by, "assign", element="take_job", engineer=case.people[user])


def appoint(case: Case, user: str = ONE) -> Case:
    at = case.now + timedelta(hours=5)
    return case.decide(
        user,
        "appoint",
        appointment_at=at.isoformat(),
        remind_at=(at - timedelta(hours=1)).isoformat(),
    )


def to_visit(case: Case, user: str = ONE) -> Case:
    return appoint(claim(case, user), user)


def visit(case: Case, result: str, user: str = ONE) -> Case:
    for decision in ("depart", "arrive", result):
        case.decide(user, decision)
    return case


def sign(case: Case, user: str = ONE) -> Case:
    case.decide(user, "sign")
    assert sorted(case.timers()) == ["due"]
    return case.until(case.timers()["due"])


def close(case: Case, answer: str = "satisfied") -> Case:
    return case.decide(HOTLINE, answer)


# --- dispatch -------------------------------------------------------------------------------------
def test_the_named_engineer_claims(request_service, service):
    case = request_service()
    assert case.who() == [ONE]
    assert {"widen_due", "manager_due"} <= case.timers().keys()
    claim(case)
    assert case.elements() == ["appoint"]
    assert service.rings == ["named"]


def test_the_pool_and_then_the_manager_are_asked_as_well(request_service, service):
    case = request_service()
    task = case.open[0].pk
    case.pass_time(minutes=31)
    assert case.who() == [f"{ONE}|{TWO}"]
    case.pass_time(minutes=31)
    assert case.who() == [f"{ONE}|{TWO}|{MANAGER}"]
    assert case.open[0].pk == task
    assert service.rings == ["named", "+pool", "+manager"]
    assign(case, TWO)
    assert (case.elements(), case.who()) == (["accept_job"], [TWO])
    case.decide(TWO, "accept")
    assert case.elements() == ["appoint"]


def test_both_are_asked_at_once_after_a_standstill(request_service, service):
    case = request_service().pass_time(days=2)
    assert case.who() == [f"{ONE}|{TWO}|{MANAGER}"]
    assert sorted(service.rings) == ["+manager", "+pool", "named"]


def test_the_manager_assigns_an_urgent_job_which_is_accepted_in_ten_minutes(
    request_service, service
):
    case = request_service(mode_parameter="manager", urgent=True)
    assert case.who() == [MANAGER]
    assign(case, TWO)
    assert case.timers()["lapsed"] == MONDAY + timedelta(minutes=10)
    assert case.decide(TWO, "accept").elements() == ["appoint"]


def test_a_lapsed_offer_goes_back_to_the_pool(request_service, service):
    case = assign(request_service(), TWO, by=ONE)
    case.pass_time(minutes=29)
    assert case.elements() == ["accept_job"]
    case.pass_time(minutes=2)
    assert (case.elements(), case.who()) == (["take_job"], [f"{ONE}|{TWO}"])
    assert claim(case, TWO).elements() == ["appoint"]


def test_after_two_refusals_the_manager_decides_and_no_second_question_is_asked(
    request_service, service
):
    case = request_service(mode_parameter="mixed")
    assign(case, TWO, by=ONE).decide(TWO, "refuse")
    assert case.who() == [ONE]  # whoever has refused isn't offered it again
    assign(case, ONE, by=ONE).decide(ONE, "refuse")
    assert case.who() == [MANAGER]
    assert assign(case, ONE).elements() == ["appoint"]
    assert service.refusals == [case.people[TWO], case.people[ONE]]


def test_timers_stand_still_at_night_but_not_for_a_contract_around_the_clock(
    request_service, service
):
    case = request_service(now=TUESDAY_NIGHT)
    morning = MONDAY + timedelta(days=2)
    assert case.timers()["widen_due"] == morning + timedelta(minutes=30)
    assert case.timers()["response_due"] == morning + timedelta(hours=2)
    case = request_service(now=TUESDAY_NIGHT, request_id=2, around_the_clock=True, urgent=True)
    assert case.timers()["widen_due"] == TUESDAY_NIGHT + timedelta(minutes=10)
    assert case.timers()["response_due"] == TUESDAY_NIGHT + timedelta(hours=2)
    assert case.timers()["resolution_due"] == TUESDAY_NIGHT + timedelta(days=3)


# --- consent --------------------------------------------------------------------------------------
def test_the_customer_agrees_to_a_charge(request_service, service):
    case = request_service(chargeable=True)
    assert (case.elements(), case.who()) == (["quote"], [HOTLINE])
    case.decide(HOTLINE, "agree")
    close(sign(visit(to_visit(case), "done")))
    assert case.ended("closed", "closed")


def test_the_customer_declines(request_service, service):
    case = request_service(chargeable=True).decide(HOTLINE, "decline")
    assert case.ended("declined", "declined")


def test_a_waiver_is_approved(request_service, service):
    case = request_service(chargeable=True, amount=yuan(6000)).decide(HOTLINE, "waive")
    assert case.who() == [MANAGER]
    case.decide(MANAGER, "approve")
    assert case.who() == [FINANCE]
    case.decide(FINANCE, "approve")
    assert case.elements() == ["take_job"]


def test_a_waiver_is_refused_twice_and_the_customer_agrees(request_service, service):
    case = request_service(chargeable=True)
    for _ in range(2):
        case.decide(HOTLINE, "waive").decide(MANAGER, "reject")
        assert case.elements() == ["quote"]
    assert case.decide(HOTLINE, "agree").elements() == ["take_job"]


# --- visits ---------------------------------------------------------------------------------------
def test_straight_through(request_service, service):
    case = to_visit(request_service())
    assert case.subscriptions() == ["cancelled_by_customer"]
    assert sorted(case.timers()) == ["late", "remind_due", "resolution_due"]
    visit(case, "done")
    assert (case.elements(), len(service.supervisions)) == (["sign"], 1)
    close(sign(case))
    assert case.ended("closed", "closed")
    assert "decision" not in case.variables()  # nothing undeclared crosses out of a called process


def test_reminded_before_departure_and_warned_when_late(request_service, service):
    case = to_visit(request_service())
    case.until(case.timers()["remind_due"])
    assert service.calls[-1] == "service.remind_visit"
    case.until(case.timers()["late"])
    assert service.calls[-1] == "service.warn_late"
    assert case.elements() == ["depart"]
    close(sign(visit(case, "done")))
    assert case.ended("closed")


def test_the_clock_of_the_resolution_stands_still_while_parts_are_awaited(request_service, service):
    case = to_visit(request_service()).pass_time(hours=1)
    visit(case, "parts")
    assert case.subscriptions() == ["cancelled_by_customer", "parts_arrived"]
    assert case.timers() == {"resolution_due": FAR}
    case.pass_time(days=9)
    assert "service.escalate_sla" not in service.calls[1:]
    left = service.remaining
    case.message("service.parts_arrived", "1", {"order": 4711})
    assert case.elements() == ["appoint"]
    assert case.timers() == {"resolution_due": case.now + left}
    close(sign(visit(appoint(case), "done")))
    assert case.ended("closed")
    assert len(service.supervisions) == 2


def test_put_off_by_the_customer_before_and_after_departure(request_service, service):
    case = to_visit(request_service()).decide(ONE, "put_off")
    assert sorted(case.timers()) == ["new_date", "resolution_due"]
    assert service.supervisions == []
    case.until(case.timers()["new_date"])
    visit(appoint(case), "put_off")
    assert len(service.supervisions) == 1
    case.until(case.timers()["new_date"])
    close(sign(visit(appoint(case), "done")))
    assert case.ended("closed")


def test_three_visits_by_two_engineers(request_service, service):
    case = visit(to_visit(request_service()), "again")
    assert case.elements() == ["appoint"]
    visit(appoint(case), "other_engineer")
    assert case.elements() == ["take_job"]
    case.pass_time(minutes=31)
    appoint(claim(case, TWO), TWO)
    assert case.who() == [TWO]
    visit(case, "done", TWO)
    close(sign(case, TWO))
    assert case.ended("closed")
    assert len(service.supervisions) == 3


@pytest.mark.parametrize(("result", "end"), [("workshop", "to_repair"), ("cannot", "not_repaired")])
def test_not_repaired_on_the_spot(request_service, service, result, end):
    assert visit(to_visit(request_service()), result).ended(end)


def test_each_visit_is_supervised_by_a_process_of_its_own(request_service, service, people):
    case = visit(to_visit(request_service()), "done")
    (supervision,) = ProcessInstance.objects.filter(pk__in=service.supervisions)
    assert supervision.business_key == "service.supervision:1"
    assert supervision.starter == people[ONE]
    close(sign(case))
    supervision.refresh_from_db()
    check_instance(supervision)  # urged meanwhile, and still waiting for the manager
    assert "service.urge_supervision" in service.calls
    assert [task.element for task in supervision.tasks.all()] == ["supervise"]


# --- follow-up ------------------------------------------------------------------------------------
@pytest.mark.parametrize("answer", ["complaint", "new_request"])
def test_dissatisfied(request_service, service, answer):
    case = close(sign(visit(to_visit(request_service()), "done")), answer)
    assert case.ended("closed", answer)


def test_unreachable_three_times(request_service, service):
    case = sign(visit(to_visit(request_service()), "done"))
    for _ in range(2):
        close(case, "unreachable")
        assert case.elements() == []
        case.until(case.timers()["next_day"])
    close(case, "unreachable")
    assert case.ended("closed", "unreachable")
    assert service.attempts == 3


# --- service levels -------------------------------------------------------------------------------
def test_missed_service_levels_are_escalated_wherever_the_case_stands(request_service, service):
    case = request_service().pass_time(hours=2, minutes=1)
    assert service.calls.count("service.escalate_sla") == 1
    to_visit(case)
    case.until(case.timers()["resolution_due"])
    assert service.calls.count("service.escalate_sla") == 2
    close(sign(visit(case, "done")))
    assert case.ended("closed")


# --- cancelled by the customer --------------------------------------------------------------------
def agreed(case: Case) -> Case:
    return case.decide(HOTLINE, "agree")


PHASES = {
    "quotation": lambda case: case,
    "waiver": lambda case: case.decide(HOTLINE, "waive"),
    "dispatch": agreed,
    "dispatch_widened": lambda case: agreed(case).pass_time(minutes=31),
    "acceptance": lambda case: assign(agreed(case), TWO, by=ONE),
    "appointment": lambda case: claim(agreed(case)),
    "visit": lambda case: to_visit(agreed(case)),
    "on_site": lambda case: to_visit(agreed(case)).decide(ONE, "depart").decide(ONE, "arrive"),
    "parts": lambda case: visit(to_visit(agreed(case)), "parts"),
    "put_off": lambda case: visit(to_visit(agreed(case)), "put_off"),
    "second_visit": lambda case: appoint(visit(to_visit(agreed(case)), "again")),
    "second_engineer": lambda case: visit(to_visit(agreed(case)), "other_engineer"),
    "signature": lambda case: visit(to_visit(agreed(case)), "done"),
}
DEPARTED = ("on_site", "parts", "second_visit", "signature")


@pytest.mark.parametrize("phase", PHASES)
def test_cancelled_in_any_phase_nothing_is_left_below(request_service, service, phase):
    case = PHASES[phase](request_service(chargeable=True))
    service.departed = phase in DEPARTED
    case.message("service.request_cancelled", "1", {"reason": "客户已自行修好"})
    if service.departed:
        assert (case.elements(), case.timers()) == (["decide_fee"], {})
        case.decide(HOTLINE, "charge")
        assert service.calls[-1] == "service.settle_cancellation"
    assert case.ended("cancelled")
    said = list(service.calls)
    case.pass_time(days=5)
    assert [call for call in service.calls if "supervision" not in call] == [
        call for call in said if "supervision" not in call
    ]


def test_it_is_too_late_to_cancel_after_the_work(request_service, service):
    case = visit(to_visit(request_service()), "done").decide(ONE, "sign")
    with pytest.raises(NothingCaught):
        case.message("service.request_cancelled", "1")
    assert case.check().timers().keys() == {"due"}


def test_a_message_reaches_the_right_one_of_many(request_service, service):
    cases = [visit(to_visit(request_service(request_id=n)), "parts") for n in range(1, 6)]
    cases[2].message("service.parts_arrived", "3", {"order": 3})
    cases[4].message("service.request_cancelled", "5", {})
    assert [case.elements() for case in cases] == [[], [], ["appoint"], [], []]
    assert cases[4].ended("cancelled")
