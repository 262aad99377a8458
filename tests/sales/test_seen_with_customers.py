"""Whose customer it is, and with whom it is shared, sees what was done and sold there before."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.core.access.actions import Action, Scope
from apps.core.access.models import DataScope
from apps.core.kinds.registry import kind_of
from apps.sales.activities.services import finish_activity
from apps.sales.customers import services
from apps.sales.models import Customer, Opportunity, SalesActivity
from apps.sales.opportunities.services import lose_opportunity
from engine.organisation import Role
from tests.contracts.factories import entry, line, make_contract, make_product, rights
from tests.kinds.factories import make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("company")]
SignIn = Callable[..., Client]
BEFORE, AFTER, BESIDE, STRANGER = "qiuzhiyuan", "xiexiaomei", "ouwenbin", "chenhai"
TABS = {"activities": "上门看设备", "opportunities": "彩超两台", "contracts": "监护仪采购"}


@pytest.fixture
def customer() -> Customer:
    """A customer with whom something was done, lost and signed."""
    found = make("sales.customer", by=BEFORE, name="苏州平江路医院")
    visit = make("sales.salesactivity", by=BEFORE, customer=found.pk, subject=TABS["activities"])
    finish_activity(
        activity=visit.pk,
        outcome="有意向",
        by=rights(BEFORE).user,
        done_at=timezone.now() - timedelta(days=1),
    )
    opportunity = make(
        "sales.opportunity", by=BEFORE, customer=found.pk, name=TABS["opportunities"]
    )
    lose_opportunity(
        opportunity=opportunity.pk, reason=entry("loss_reason", "price").pk, rights=rights(BEFORE)
    )
    make_contract(line(make_product(), 1), by=BEFORE, customer=found, name=TABS["contracts"])
    return found


def shown(client: Client, customer: Customer) -> list[str]:
    """The tabs on which the history is seen."""
    page = reverse("kinds:page", args=["sales.customer", customer.pk])
    return [
        tab for tab, text in TABS.items() if text in client.get(page, {"tab": tab}).content.decode()
    ]


def hand_over(customer: Customer, to: str) -> None:
    services.transfer_customer(
        customer_id=customer.pk, to=rights(to).user, rights=rights("shanlina")
    )


@pytest.mark.parametrize("scope", [Scope.OWN, Scope.DEPARTMENT])
def test_after_a_transfer_the_new_owner_sees_what_was_before(signed_in: SignIn, customer, scope):
    """To another department."""
    DataScope.objects.filter(role=Role.SALES).update(scope=scope)
    hand_over(customer, BESIDE)
    assert shown(signed_in(BESIDE), customer) == list(TABS)
    # Who had it before has no customer any more, but what they own stays theirs.
    assert SalesActivity.objects.visible_to(rights(BEFORE)).get().subject == TABS["activities"]


def test_with_whom_it_is_shared_sees_it_too(signed_in: SignIn, customer):
    services.share_customer(
        customer_id=customer.pk, user=rights(BESIDE).user, rights=rights(BEFORE)
    )
    assert shown(signed_in(BESIDE), customer) == list(TABS)
    services.unshare_customer(
        customer_id=customer.pk, user=rights(BESIDE).user, rights=rights(BEFORE)
    )
    for model in (SalesActivity, Opportunity):
        assert not model.objects.visible_to(rights(BESIDE)).exists()


def test_what_a_colleague_does_with_ones_customer_is_seen(signed_in: SignIn, customer):
    """It blocks closing, so its owner must be able to look at it."""
    hand_over(customer, AFTER)
    found = make("sales.opportunity", by=BEFORE, customer=customer.pk, name="分析仪")
    page = reverse("kinds:page", args=["sales.opportunity", found.pk])
    assert signed_in(AFTER).get(page).status_code == 200


def test_nobody_else_does(signed_in: SignIn, customer):
    """The hotline sees every customer, and still nothing of what is done with them."""
    assert Customer.objects.visible_to(rights("yuejiayi")).filter(pk=customer.pk).exists()
    for name in (STRANGER, AFTER, "yuejiayi"):
        for model in (SalesActivity, Opportunity, customer.contracts.model):
            assert not model.objects.visible_to(rights(name)).exists(), (name, model)
    listed = signed_in(STRANGER).get(reverse("kinds:list", args=["sales.salesactivity"]))
    assert TABS["activities"] not in listed.content.decode()


def test_what_is_only_seen_is_not_changed(signed_in: SignIn, customer):
    contract = kind_of(customer.contracts.model)
    hand_over(customer, AFTER)
    activity, signed = customer.activities.get(), customer.contracts.get()
    reader = rights(AFTER)
    for kind, record in ((kind_of(SalesActivity), activity), (contract, signed)):
        assert kind.can(reader, Action.VIEW, record)
        for action in (Action.CHANGE, Action.DELETE, Action.SUBMIT, Action.ATTACH):
            assert not kind.allowed(reader, action, record), (kind, action)
            assert action not in kind.abilities(reader, record)
    client = signed_in(AFTER)
    page = reverse("kinds:page", args=[contract.key, signed.pk])
    edit = reverse("kinds:edit", args=[contract.key, signed.pk])
    assert edit not in client.get(page).content.decode()
    assert client.get(edit).status_code == 403
    assert contract.allowed(rights(BEFORE), Action.CHANGE, signed)


def test_it_costs_no_further_question(customer):
    hand_over(customer, AFTER)
    reader = rights(AFTER)
    with CaptureQueriesContext(connection) as asked:
        assert len(SalesActivity.objects.visible_to(reader)) == 1
    assert len(asked) == 1
