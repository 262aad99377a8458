"""Presales support: every path, from its shipped files, with the rows it writes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from apps.core.access.handover import holdings
from apps.core.parameters.models import DictionaryEntry
from apps.core.parameters.services import fill_dictionaries
from apps.sales.customers.services import open_customer
from apps.sales.models import PresalesRequest, PresalesState
from apps.sales.presales.services import cancel_request
from engine import tasks
from engine.exceptions import Conflict, InvalidData, NotAllowed, WrongState
from engine.organisation import organisation
from tests.casework import MONDAY, Case, deploy

pytestmark = pytest.mark.django_db

SELLER, MANAGER, PRESALES, ENGINEER = "xiexiaomei", "yuchigang", "zhamin", "chenhai"


@pytest.fixture
def ask(people):
    """A request of 解晓梅, submitted."""
    fill_dictionaries()
    deploy("presales_support")

    def start(**over: object) -> Case:
        request = make_request(people, **over)
        return Case(
            people,
            "presales_support",
            by=SELLER,
            business_key=request.business_key,
            card={"queue": "work"},
            document=request.business_key,
            initiator=people[SELLER],
        )

    return start


def make_request(people, **over: object) -> PresalesRequest:
    owner = people[SELLER]
    customer = open_customer(name="太仓沙溪医院", owner=owner, now=MONDAY)
    values = {
        "number": "SQ-203103-0001",
        "date": MONDAY.date(),
        "subject": "彩超方案",
        "support": DictionaryEntry.objects.filter(dictionary="presales_support").first(),
        "customer": customer,
        "need": "心脏与血管",
        "wanted_at": MONDAY + timedelta(days=5),
        "owner_id": owner,
        "department_id": organisation().department_of(owner),
    }
    return PresalesRequest.objects.create(**{**values, **over})


def request() -> PresalesRequest:
    return PresalesRequest.objects.get()


def test_assigned_accepted_done_and_reported(ask):
    case = ask()
    assert request().state == PresalesState.WAITING
    assert request().submitted_at == MONDAY
    assert case.who() == [MANAGER]
    assert case.task(MANAGER).queue == "work"
    case.decide(MANAGER, "assign", engineer=case.people[PRESALES])
    assert (request().state, request().engineer_id) == ("assigned", case.people[PRESALES])
    assert case.who() == [PRESALES]
    case.decide(PRESALES, "accept")
    assert (request().state, request().accepted_at) == ("accepted", MONDAY)
    case.decide(PRESALES, "report", result="方案已交付客户", hours="6.5")
    assert case.ended("end_done", "done")
    done = request()
    assert (done.state, done.result, str(done.hours)) == ("done", "方案已交付客户", "6.5")
    assert done.done_at == MONDAY
    (told,) = case.letters()
    assert told.to == [f"{SELLER}@kangze.example"]
    assert "方案已交付客户" in told.body


def test_who_refuses_is_not_asked_again(ask):
    case = ask()
    case.decide(MANAGER, "assign", engineer=case.people[PRESALES])
    case.decide(PRESALES, "refuse", opinion="出差")
    assert (request().state, request().engineer_id) == ("waiting", None)
    refusal = request().refusals.get()
    assert (refusal.engineer_id, refusal.reason) == (case.people[PRESALES], "出差")
    assert case.who() == [MANAGER]
    with pytest.raises(InvalidData):
        case.decide(MANAGER, "assign", engineer=case.people[PRESALES])
    case.decide(MANAGER, "assign", engineer=case.people[ENGINEER])
    assert case.who() == [ENGINEER]
    case.decide(ENGINEER, "accept").decide(ENGINEER, "report", result="已演示")
    assert case.ended("end_done", "done")


def test_a_refusal_gives_its_reason(ask):
    case = ask()
    case.decide(MANAGER, "assign", engineer=case.people[PRESALES])
    with pytest.raises(InvalidData):
        case.decide(PRESALES, "refuse", opinion="")


def test_the_manager_may_take_it_over_but_nobody_else_is_offered(ask):
    case = ask()
    for stranger in (SELLER, "zhoumin"):
        with pytest.raises(InvalidData):
            case.decide(MANAGER, "assign", engineer=case.people[stranger])
    with pytest.raises(InvalidData):
        case.decide(MANAGER, "assign")
    case.decide(MANAGER, "assign", engineer=case.people[MANAGER])
    assert case.who() == [MANAGER]


def test_the_manager_declines_with_a_reason(ask):
    case = ask()
    case.decide(MANAGER, "decline", opinion="不在支持范围")
    assert case.ended("end_declined", "declined")
    assert (request().state, request().closing_note) == ("declined", "不在支持范围")
    (told,) = case.letters()
    assert "不在支持范围" in told.body


def test_the_requester_cancels_at_any_time(ask):
    case = ask()
    case.decide(MANAGER, "assign", engineer=case.people[PRESALES]).decide(PRESALES, "accept")
    with pytest.raises(NotAllowed):
        cancel_request(request=request().pk, by=case.people[PRESALES], reason="x", now=MONDAY)
    cancel_request(request=request().pk, by=case.people[SELLER], reason="客户暂缓", now=MONDAY)
    assert case.did().ended("end_cancelled", "cancelled")
    assert (request().state, request().closing_note) == ("cancelled", "客户暂缓")
    (told,) = case.letters()
    assert told.to == [f"{PRESALES}@kangze.example"]
    with pytest.raises(WrongState):
        cancel_request(request=request().pk, by=case.people[SELLER], reason="x", now=MONDAY)


def test_cancelled_before_anybody_was_assigned_tells_nobody(ask):
    case = ask()
    cancel_request(request=request().pk, by=case.people[SELLER], reason="", now=MONDAY)
    assert case.did().ended("end_cancelled", "cancelled")
    assert case.letters() == []


def test_the_manager_is_reminded_until_somebody_is_assigned(ask):
    case = ask()
    case.pass_time(days=1, hours=1)  # a day has 7.5 working hours
    assert [mail.to for mail in case.letters()] == [[f"{MANAGER}@kangze.example"]]
    case.pass_time(days=1, hours=1)
    assert len(case.letters()) == 2
    case.decide(MANAGER, "assign", engineer=case.people[PRESALES])
    assert set(case.timers()) == {"accept_late"}


def test_the_engineer_is_reminded_until_the_answer(ask):
    case = ask()
    case.decide(MANAGER, "assign", engineer=case.people[PRESALES])
    case.pass_time(hours=8)
    assert [mail.to for mail in case.letters()] == [[f"{PRESALES}@kangze.example"]]
    case.decide(PRESALES, "accept")
    assert set(case.timers()) == {"work_late"}


def test_the_engineer_is_reminded_until_the_report(ask):
    case = ask()
    case.decide(MANAGER, "assign", engineer=case.people[PRESALES]).decide(PRESALES, "accept")
    case.until(case.timers()["work_late"])
    assert [mail.to for mail in case.letters()] == [[f"{PRESALES}@kangze.example"]]
    case.decide(PRESALES, "report", result="已交付", hours="1")
    assert case.ended("end_done", "done")


@pytest.mark.parametrize("accepted", [False, True])
def test_an_engineer_who_leaves_is_followed_by_a_colleague(ask, accepted):
    case = ask()
    case.decide(MANAGER, "assign", engineer=case.people[PRESALES])
    if accepted:
        case.decide(PRESALES, "accept")
    leaver, heir = case.people[PRESALES], case.people[ENGINEER]
    holding = holdings["sales.presalesrequest.engineer"]
    assert holding.count(leaver) == 1
    assert holding.hand_over(leaver, heir, case.people["admin"]) == 1
    assert (holding.count(leaver), holding.count(heir)) == (0, 1)
    assert (request().engineer_id, case.who()) == (heir, [ENGINEER])
    if not accepted:
        case.decide(ENGINEER, "accept")
        assert case.who() == [ENGINEER]
    case.decide(ENGINEER, "report", result="已交付", hours="1")
    assert (request().state, request().engineer_id) == ("done", heir)


def test_it_starts_once_however_often_it_is_submitted(ask):
    case = ask()
    with pytest.raises(Conflict):
        Case(
            case.people,
            "presales_support",
            by=SELLER,
            business_key=request().business_key,
            document=request().business_key,
            initiator=case.people[SELLER],
        )


def test_a_task_is_done_once(ask):
    case = ask()
    task = case.task(MANAGER)
    case.decide(MANAGER, "assign", engineer=case.people[PRESALES])
    with pytest.raises(WrongState):
        tasks.complete(
            task.pk,
            user=case.people[MANAGER],
            decision="assign",
            data={"engineer": case.people[ENGINEER]},
            now=MONDAY,
        )
