"""Lists of the approval center mark what was submitted before, whatever it is."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from apps.core.access.actions import Scope
from apps.core.inbox import looking
from apps.core.kinds.addresses import url_of
from apps.core.kinds.registry import kinds
from apps.core.kinds.services import live_instance
from apps.core.parameters.services import set_parameter
from apps.core.requests.services import submit_request
from apps.people.models import User
from apps.sales.activities.services import finish_activity
from apps.sales.models import SalesActivity
from apps.sales.parameters import ACTIVITY_APPROVAL
from engine.models import ProcessInstance
from tests.casework import MONDAY, deploy
from tests.kinds.factories import make

pytestmark = pytest.mark.django_db

MARK = "再次提交"
SELLER = "qiuzhiyuan"


def asked(key: str) -> Any:
    return looking.waiting(live_instance(key))[0]


@pytest.fixture
def marked(signed_in):
    """Whether whoever is asked in the case of a document finds it marked in their list."""

    def look(key: str) -> bool:
        approver = signed_in(User.objects.get(pk=asked(key).users[0]).username)
        return MARK in approver.get(reverse("desk:approvals")).content.decode()

    return look


@pytest.fixture
def send_back(signed_in):
    def decide(key: str, decision: str = "return") -> None:
        task, users = asked(key).task, asked(key).users
        sent = {"decision": decision, "opinion": "缺报价", "seen_version": task.version}
        approver = signed_in(User.objects.get(pk=users[0]).username)
        assert approver.post(reverse("desk:complete", args=[task.pk]), sent).status_code < 400

    return decide


@pytest.mark.parametrize(
    ("what", "decision"), [("contracts.salescontract", "return"), ("sales.lead", "ask_more")]
)
def test_what_was_sent_back_is_marked_once_it_is_submitted_again(
    what, decision, grant, signed_in, marked, send_back
) -> None:
    kind = kinds[what]
    grant(kind.key, Scope.OWN)
    deploy(kind.approval.process)
    record, client = make(kind.key), signed_in(SELLER)
    client.post(url_of(kind, "submit", record.pk))
    assert not marked(record.business_key)
    send_back(record.business_key, decision)
    client.post(url_of(kind, "submit", record.pk))
    assert marked(record.business_key)


def test_so_is_what_was_taken_back(grant, signed_in, marked) -> None:
    kind = kinds["sales.lead"]
    grant(kind.key, Scope.OWN)
    deploy(kind.approval.process)
    record, client = make(kind.key), signed_in(SELLER)
    client.post(url_of(kind, "submit", record.pk))
    case = live_instance(record.business_key)
    client.post(reverse("inbox:withdraw", args=[case.pk]))
    client.post(url_of(kind, "submit", record.pk))
    assert marked(record.business_key)


def test_so_is_an_activity(company, grant, signed_in, marked, send_back) -> None:
    kind = kinds["sales.salesactivity"]
    grant(kind.key, Scope.OWN)
    deploy("activity_approval", "activity_review")
    set_parameter(parameter=ACTIVITY_APPROVAL, value="all", by=company["shanlina"].pk)
    activity: SalesActivity = make(kind.key)
    finish_activity(
        activity=activity.pk, outcome="已谈妥", by=company[SELLER].pk, now=activity.planned_at
    )
    assert not marked(activity.business_key)
    send_back(activity.business_key)
    signed_in(SELLER).post(url_of(kind, "submit", activity.pk))
    assert marked(activity.business_key)


def test_so_is_a_general_request(company, signed_in, marked, send_back) -> None:
    deploy("general_request")
    user = company[SELLER].pk
    made = submit_request(user=user, subject="新椅子", amount=5000, now=MONDAY)
    key = ProcessInstance.objects.get(pk=made.instance).business_key
    assert not marked(key)
    send_back(key)
    task = asked(key).task
    sent = {"subject": "新椅子", "amount": "4000", "seen_version": task.version}
    signed_in(SELLER).post(
        reverse("desk:complete", args=[task.pk]), sent | {"decision": "resubmit"}
    )
    assert marked(key)


def test_why_it_was_sent_back_stands_on_its_page_too(grant, signed_in, send_back) -> None:
    kind = kinds["contracts.salescontract"]
    grant(kind.key, Scope.OWN)
    deploy(kind.approval.process)
    record, client = make(kind.key), signed_in(SELLER)
    page = url_of(kind, "page", record.pk)
    client.post(url_of(kind, "submit", record.pk))
    assert "缺报价" not in client.get(page).content.decode()
    send_back(record.business_key)
    assert "缺报价" in client.get(page).content.decode()
    client.post(url_of(kind, "submit", record.pk))
    assert "缺报价" not in client.get(page).content.decode()
