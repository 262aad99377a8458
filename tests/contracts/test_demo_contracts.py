"""The demo company's contracts: all made by their process, standing at every stage."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from stdnum.cn import uscc

from apps.catalog.models import Product
from apps.contracts import services
from apps.contracts.demo import make_contracts
from apps.contracts.models import Instalment, SalesContract
from apps.sales.models import Contact, Customer, PricePolicy
from engine.models import HumanTask, ProcessInstance
from tests.casework import MONDAY, check_inboxes, check_instance, deploy


@pytest.mark.django_db
def test_the_contracts_of_the_demo(company, signed_in, subtests):
    """All checks look at one demo, which takes long to make."""
    deploy("contract_approval")
    made = make_contracts(now=MONDAY)
    for check in (
        the_firm_has_what_it_sells_and_to_whom,
        contracts_stand_at_every_stage,
        one_contract_has_been_amended_and_one_is_to_be,
        what_is_approved_was_decided_in_time_and_adds_up,
        what_was_due_has_been_paid_but_for_two,
    ):
        with subtests.test(check.__name__):
            check()
    with subtests.test("what else there is"):
        an_approver_sees_what_else_there_is_of_the_customer(company, signed_in)
    with subtests.test("they are made once"):
        they_are_made_once(made)


def the_firm_has_what_it_sells_and_to_whom():
    assert Product.objects.count() == 40
    assert (Customer.objects.count(), Contact.objects.count()) == (60, 140)
    assert Contact.objects.filter(primary=True).count() == 60
    assert PricePolicy.objects.filter(basis="promotion", valid_to__lt=MONDAY).count() == 1
    assert all(uscc.is_valid(customer.tax_id) for customer in Customer.objects.all())
    assert not Product.objects.filter(search_grams=[]).exists()


def contracts_stand_at_every_stage():
    states = Counter(SalesContract.objects.values_list("state", flat=True))
    assert states == {
        "approved": 19,
        "superseded": 1,
        "submitted": 26,
        "draft": 3,
        "returned": 1,
        "rejected": 1,
    }
    for row in ProcessInstance.objects.all():
        check_instance(row)
        assert row.started_at <= MONDAY
    check_inboxes()
    decided = HumanTask.objects.filter(element="decide")
    waiting = decided.filter(ended_at=None)
    levels = Counter(
        HumanTask.objects.filter(instance=task.instance_id, element="decide").count()
        for task in waiting
    )
    assert set(levels) == {1, 2, 3}
    assert sum(levels.values()) == 26


def one_contract_has_been_amended_and_one_is_to_be():
    changed, waiting = SalesContract.objects.filter(amends__isnull=False).order_by("submitted_at")
    assert [changed.state, changed.amends.state] == ["approved", "superseded"]
    assert [waiting.state, waiting.amends.state] == ["submitted", "approved"]
    assert waiting.amends.amendment == "submitted"
    for amendment in (changed, waiting):
        assert amendment.gross > amendment.amends.gross
        assert amendment.remarks
        assert amendment.amends.approved_at < amendment.created_at < amendment.submitted_at


def what_is_approved_was_decided_in_time_and_adds_up():
    for contract in SalesContract.objects.filter(state="approved"):
        assert contract.submitted_at < contract.approved_at <= MONDAY
        assert contract.created_at < contract.submitted_at
    for contract in SalesContract.objects.all():
        rows = contract.instalments.all()
        assert sum(row.amount for row in rows) == contract.gross
        assert sum(row.total for row in contract.lines.all()) == contract.gross
    opened = Instalment.objects.filter(open_since__isnull=False)
    assert set(opened.values_list("document__state", flat=True)) <= {"approved", "superseded"}
    assert SalesContract.objects.filter(under_floor=True).count() == 2


def what_was_due_has_been_paid_but_for_two():
    late = Instalment.objects.filter(services.TO_BE_PAID, due_on__lt=MONDAY.date())
    owing = set(late.values_list("document__customer", flat=True))
    assert len(owing) == 2
    assert SalesContract.objects.filter(state="submitted", customer__in=owing).exists()


def they_are_made_once(made):
    assert made == SalesContract.objects.filter(amends=None).count()
    count = SalesContract.objects.count()
    assert make_contracts(now=MONDAY + timedelta(days=1)) == 0
    assert SalesContract.objects.count() == count


def an_approver_sees_what_else_there_is_of_the_customer(company, signed_in):
    asked = HumanTask.objects.filter(ended_at=None, assignee=company["shanlina"].pk)
    keys = dict(asked.values_list("instance__business_key", "pk"))
    waiting = [one for one in SalesContract.objects.all() if one.business_key in keys]
    others = {
        one: SalesContract.objects.filter(customer=one.customer_id).exclude(pk=one.pk)
        for one in waiting
    }
    contract, rest = next((one, rest) for one, rest in others.items() if rest)
    address = f"/approvals/{keys[contract.business_key]}/"
    page = signed_in("shanlina").get(address, {"tab": "related"}).content.decode()
    assert [other for other in rest if other.number not in page] == []
    assert f"/sales/customers/{contract.customer_id}/?tab=contracts" in page
    assert f"/contracts/sales-contracts/?customer={contract.customer_id}" in page
