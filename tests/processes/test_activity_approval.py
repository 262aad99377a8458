"""The approval of sales activities: every path, from its shipped files."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings

from apps.core.parameters.services import fill_dictionaries, set_parameter
from apps.sales.activities.services import finish_activity, plan_activity
from apps.sales.customers.services import open_customer
from apps.sales.models import Review, SalesActivity
from apps.sales.parameters import ACTIVITY_APPROVAL
from engine import definitions
from engine.models import ProcessInstance
from tests.casework import MONDAY, Case, deploy

pytestmark = pytest.mark.django_db

SELLER, HEAD = "xiexiaomei", "shanlina"


@pytest.fixture
def done(people):
    """An activity of 解晓梅 that is done while the parameter asks for the approval of visits."""
    fill_dictionaries()
    deploy("activity_approval", "activity_review")
    set_parameter(parameter=ACTIVITY_APPROVAL, value="visits", by=people[HEAD])

    def finish(kind: str = "visit") -> SalesActivity:
        seller = people[SELLER]
        customer = open_customer(name=f"太仓沙溪医院{kind}", owner=seller, now=MONDAY)
        activity = plan_activity(
            owner=seller,
            kind=kind,
            subject="拜访设备科",
            planned_at=MONDAY - timedelta(hours=1),
            about={"customer": customer.pk},
            now=MONDAY - timedelta(days=1),
        )
        return finish_activity(activity=activity.pk, outcome="已谈妥", by=seller, now=MONDAY)

    return finish


class Approval(Case):
    """The case that finishing has started."""

    def __init__(self, people) -> None:
        self.people, self.now = people, MONDAY
        self.names = {user: name for name, user in people.items()}
        self.id = ProcessInstance.objects.get().pk
        self.check()


def review() -> str:
    return SalesActivity.objects.get().review


def test_only_what_the_parameter_asks_for_is_approved(done, people):
    activity = done("call")
    assert (activity.state, activity.review) == ("done", "")
    assert not ProcessInstance.objects.exists()


def test_all_activities_where_the_parameter_says_so(done, people):
    set_parameter(parameter=ACTIVITY_APPROVAL, value="all", by=people[HEAD])
    assert done("call").review == Review.WAITING


def test_a_changed_table_decides_at_once(done, people):
    table = settings.ENGINE_PROCESSES / "approval" / "activity_review.dmn"
    changed = table.read_bytes().replace(b'"visit"', b'"call"')
    definitions.deploy({"activity_review.dmn": changed}, by=people[HEAD], now=MONDAY)
    assert done("visit").review == ""
    assert done("call").review == Review.WAITING


def test_the_head_of_the_department_approves(done, people):
    activity = done()
    assert (activity.state, activity.review) == ("done", Review.WAITING)
    case = Approval(people)
    assert case.who() == [HEAD]
    assert case.task(HEAD).queue == "activities"
    case.decide(HEAD, "approve")
    assert case.ended("end_approved", "approved")
    assert review() == Review.APPROVED


def test_rejected_for_good(done, people):
    done()
    assert Approval(people).decide(HEAD, "reject").ended("end_rejected", "rejected")
    assert review() == Review.REJECTED


def test_sent_back_put_right_and_handed_in_again(done, people):
    done()
    case = Approval(people).decide(HEAD, "return", opinion="写清楚预算")
    assert review() == Review.RETURNED
    assert case.who() == [SELLER]
    case.decide(SELLER, "resubmit")
    assert review() == Review.WAITING
    assert case.decide(HEAD, "approve").ended("end_approved")


def test_sent_back_and_given_up(done, people):
    done()
    case = Approval(people).decide(HEAD, "return").decide(SELLER, "abandon")
    assert case.ended("end_given_up")
    assert (review(), SalesActivity.objects.get().state) == ("", "done")


def test_withdrawn_and_handed_in_again(done, people):
    done()
    case = Approval(people).withdraw(SELLER)
    assert review() == ""
    case.decide(SELLER, "resubmit")
    assert case.decide(HEAD, "approve").ended("end_approved")


def test_withdrawn_and_left(done, people):
    done()
    case = Approval(people).withdraw(SELLER).decide(SELLER, "abandon")
    assert case.ended("end_withdrawn")
    assert review() == ""
