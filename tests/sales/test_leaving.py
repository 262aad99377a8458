"""Somebody of sales leaves: whatever they work on goes to a colleague first (invariant 14)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from apps.core.kinds.registry import kind_of
from apps.core.kinds.services import submit_document
from apps.people.models import User
from apps.sales.models import (
    CompanyClaim,
    Contact,
    Customer,
    Lead,
    Opportunity,
    SalesActivity,
    TargetCompany,
)
from apps.sales.opportunities.services import open_opportunity
from engine import definitions, inbox, tasks
from engine.models import Deployment
from tests.contracts.factories import rights
from tests.kinds.factories import make

SignIn = Callable[..., Client]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("company")]

LEAVER, HEIR = "qiuzhiyuan", "xiexiaomei"
KINDS = (TargetCompany, Lead, Customer, Contact, Opportunity, SalesActivity)


def user(name: str) -> int:
    return User.objects.get_by_natural_key(name).pk


@pytest.fixture
def held() -> Lead:
    """One of each thing; of a lead more was asked for."""
    definitions.deploy(definitions.shipped_files(), source=Deployment.Source.SHIPPED)
    leaver = user(LEAVER)
    make("sales.targetcompany")
    contact = make("sales.contact")
    open_opportunity(
        customer=contact.customer_id,
        name="彩超",
        amount=1,
        owner=leaver,
        by=leaver,
        now=timezone.now(),
    )
    make("sales.salesactivity", customer=contact.customer_id, planned_at="2031-03-03 10:00")
    lead = make("sales.lead")
    submitted = submit_document(kind=kind_of(lead), pk=lead.pk, rights=rights(LEAVER))
    reviewer = user("shanlina")
    tasks.complete(submitted.opened[0], user=reviewer, decision="ask_more", opinion="预算？")
    return lead


def test_all_of_a_leavers_goes_to_one_colleague(signed_in: SignIn, held: Lead):
    admin, address = signed_in("admin"), f"/settings/employees/{user(LEAVER)}/hand-over/"
    form = {"left_on": timezone.localdate().isoformat(), "act": "leave", "reason": "离职"}
    refused = admin.post(address, form)
    assert refused.status_code == 422
    for kind in KINDS:
        assert str(kind._meta.verbose_name_plural) in refused.content.decode()
    assert admin.post(address, {**form, "everything": user(HEIR)}).status_code == 302
    assert not User.objects.get_by_natural_key(LEAVER).is_active
    for kind in KINDS:
        assert set(kind.objects.values_list("owner", flat=True)) == {user(HEIR)}, kind
    assert [claim.user_id for claim in CompanyClaim.objects.filter(ended_at=None)] == [user(HEIR)]
    (task,) = inbox.page(user(HEIR), limit=10).tasks
    assert task.instance.business_key == held.business_key
