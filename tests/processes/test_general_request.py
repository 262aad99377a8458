"""事项申请: every path, from its shipped files."""

from __future__ import annotations

from datetime import timedelta

import pytest

from apps.core.requests.services import submit_request
from apps.people.models import Employee
from apps.people.services import appoint_substitute
from engine import approvers, tasks
from engine.exceptions import InvalidData, WrongState
from engine.models import OutboxMessage, ProcessInstance
from tests.casework import MONDAY, Case, deploy, yuan

pytestmark = pytest.mark.django_db


@pytest.fixture
def submit(people):
    """A request of 仇志远, whose department is headed by 单丽娜."""
    deploy("general_request")

    def start(amount: int | str = 5000, *, by: str = "qiuzhiyuan") -> Case:
        return Case(
            people,
            "general_request",
            by=by,
            business_key="requests.request:4",
            card={"queue": "other"},
            document="requests.request:4",
            initiator=people[by],
            subject="新椅子",
            amount=yuan(amount),
            text="十二把",
        )

    return start


def resubmit(case: Case, **over: object) -> Case:
    (user,) = case.who()
    return case.decide(
        user, "resubmit", **{"subject": "新椅子", "amount": "5000", "text": "", **over}
    )


def test_submitting_through_the_service_numbers_the_requests(people):
    deploy("general_request")
    for _ in range(2):
        submit_request(
            user=people["qiuzhiyuan"], subject="新椅子", amount=yuan(5000), text="", now=MONDAY
        )
    first, second = ProcessInstance.objects.order_by("id").values_list("business_key", flat=True)
    assert first.startswith("requests.request:")
    assert int(second.partition(":")[2]) == int(first.partition(":")[2]) + 1


def test_a_small_one_needs_the_head_of_the_department(submit):
    case = submit(100000)
    assert case.who() == ["shanlina"]
    assert case.task("shanlina").assignment[str(case.people["shanlina"])] == {
        "rule": "role",
        "role": "department_head",
    }
    case.decide("shanlina", "approve")
    assert case.ended("end_approved", "approved")
    assert set(case.variables()) == {
        *("document", "initiator", "subject", "amount", "text", "matrix", "route", "outcome")
    }
    (told,) = case.letters()
    assert told.to == ["qiuzhiyuan@kangze.example"]


def test_above_100000_the_general_manager_decides_too(submit):
    case = submit("100000.01").decide("shanlina", "approve")
    assert case.who() == ["zengguoqiang"]
    assert not OutboxMessage.objects.exists()
    assert case.decide("zengguoqiang", "approve").ended("end_approved")


def test_the_route_keeps_who_was_asked_and_what_they_decided(submit):
    case = submit(200000).decide("shanlina", "approve")
    head, manager = case.seen_by("zengguoqiang")["route"]["levels"]
    assert head == {
        "level": 1,
        "role": "department_head",
        "mode": "any",
        "threshold": 100,
        "result": "approved",
        "asked": [{"user": case.people["shanlina"], "rule": "role", "role": "department_head"}],
        "votes": [{"user": case.people["shanlina"], "on_behalf_of": None, "decision": "approve"}],
    }
    assert "votes" not in manager


def test_rejected(submit):
    case = submit().decide("shanlina", "reject")
    assert case.ended("end_rejected")
    assert not OutboxMessage.objects.exists()


def test_returned_and_resubmitted_larger(submit):
    case = submit().decide("shanlina", "return")
    assert case.elements() == ["revise"]
    assert case.who() == ["qiuzhiyuan"]
    assert case.task("qiuzhiyuan").due_at == MONDAY + timedelta(days=2, hours=9)  # P3D of work
    resubmit(case, amount="200000", subject="二十把椅子")
    shown = {
        "queue": "other",
        "subject": "二十把椅子",
        "amount": "200000",
        "again": True,
        "submitted_at": case.now.isoformat(),
    }
    assert case.row.card == shown
    case.decide("shanlina", "approve").decide("zengguoqiang", "approve")
    assert case.ended("end_approved")


def test_resubmitting_needs_a_subject(submit):
    case = submit().decide("shanlina", "return")
    with pytest.raises(InvalidData) as error:
        resubmit(case, subject=" ")
    assert list(error.value.data["errors"]) == ["subject"]
    assert case.check().elements() == ["revise"]


def test_given_up(submit):
    case = submit().decide("shanlina", "return").decide("qiuzhiyuan", "abandon")
    assert case.ended("end_given_up")


def test_withdrawn_resubmitted_withdrawn_given_up(submit):
    case = submit().withdraw("qiuzhiyuan")
    assert case.elements() == ["revise_withdrawn"]
    assert case.open[0].due_at is None
    assert not case.timers()
    resubmit(case)
    assert case.who() == ["shanlina"]
    case.withdraw("qiuzhiyuan").decide("qiuzhiyuan", "abandon")
    assert case.ended("end_withdrawn")


def test_withdrawing_is_over_after_the_first_decision(submit):
    case = submit(200000).decide("shanlina", "approve")
    with pytest.raises(WrongState):
        case.withdraw("qiuzhiyuan")
    assert case.check().who() == ["zengguoqiang"]


def test_taking_an_added_approver_off_is_no_decision(submit, people):
    case = submit(200000)
    task = case.task("shanlina")
    head = people["shanlina"]
    added = approvers.add_approver(task.pk, user=people["zhamin"], by=head, now=case.now)
    case.did(added)
    case.did(approvers.remove_approver(added.opened[0], by=head, now=case.now))
    assert case.withdraw("qiuzhiyuan").elements() == ["revise_withdrawn"]


def test_sent_back_to_a_level_and_reminded(submit):
    case = submit(200000).decide("shanlina", "approve").decide("zengguoqiang", "send_back", to="0")
    assert case.who() == ["shanlina"]
    case.pass_time(hours=3, minutes=59)
    assert not OutboxMessage.objects.exists()
    case.pass_time(hours=2)  # lunch is no working time
    (reminder,) = case.letters()
    assert reminder.to == ["shanlina@kangze.example"]
    case.decide("shanlina", "approve").decide("zengguoqiang", "approve")
    assert case.ended("end_approved")


def test_sending_back_needs_a_level_that_has_decided(submit):
    case = submit(200000)
    for to in ("0", "1", "", "x"):
        with pytest.raises(InvalidData) as error:
            case.decide("shanlina", "send_back", to=to)
        assert list(error.value.data["errors"]) == ["to"]
    assert case.check().who() == ["shanlina"]


def test_an_opinion_is_needed_to_refuse(submit):
    case = submit()
    for decision in ("reject", "return"):
        with pytest.raises(InvalidData):
            case.decide("shanlina", decision, opinion=" ")
    assert case.check().who() == ["shanlina"]


def test_a_substitute_decides_in_the_name_of_whoever_is_away(submit, people):
    appoint_substitute(
        principal=Employee.objects.get(user_id=people["zengguoqiang"]),
        substitute=Employee.objects.get(user_id=people["shanlina"]),
        starts_at=MONDAY - timedelta(days=1),
        ends_at=MONDAY + timedelta(days=9),
    )
    case = submit(200000).decide("shanlina", "approve")
    assert case.who() == ["shanlina|zengguoqiang"]
    case.decide("shanlina", "approve")
    assert case.ended("end_approved")
    last = case.variables()["route"]["levels"][-1]
    assert last["votes"] == [
        {
            "user": people["shanlina"],
            "on_behalf_of": people["zengguoqiang"],
            "decision": "approve",
        }
    ]
    assert [asked["rule"] for asked in last["asked"]] == ["role", "substitute"]


def test_hostile_texts_stay_texts(submit):
    text = "<script>alert(1)</script> %(x)s {{ 7*7 }} \x00 ﷽ __class__"
    case = submit().decide("shanlina", "return", opinion=text)
    resubmit(case, subject=text.replace("\x00", ""), text=text.replace("\x00", ""))
    assert case.row.card["subject"] == text.replace("\x00", "")
    case.decide("shanlina", "approve")
    assert case.ended("end_approved")
    (told,) = case.letters()
    assert told.subject.endswith(" ".join(text.replace("\x00", "").splitlines()))


def test_many_are_approved_at_once(submit, people):
    cases = [submit(5000 if number % 2 else 200000) for number in range(10)]
    ids = [case.open[0].pk for case in cases]
    outcomes = tasks.complete_many(
        ids, user=people["shanlina"], decision="approve", batch="b7", now=MONDAY
    )
    assert [outcome.error for outcome in outcomes] == [None] * 10
    for number, (case, outcome) in enumerate(zip(cases, outcomes, strict=True)):
        case.check()
        if number % 2:
            assert case.ended("end_approved")
        else:
            assert outcome.result is not None
            assert case.who() == ["zengguoqiang"]
            assert outcome.result.opened == (case.open[0].pk,)
    assert OutboxMessage.objects.count() == 5
