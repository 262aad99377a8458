"""Somebody of sales leaves: whatever they work on goes to a colleague first (invariant 14)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from apps.core.kinds.registry import kind_of
from apps.core.kinds.services import submit_document
from apps.core.parameters.services import set_parameter
from apps.people.models import RoleHolder, User
from apps.sales.customers.story import story_of
from apps.sales.models import (
    CompanyClaim,
    Contact,
    Customer,
    Lead,
    Opportunity,
    PresalesRequest,
    SalesActivity,
    TargetCompany,
)
from apps.sales.opportunities.services import open_opportunity
from apps.sales.parameters import PROTECTION_DAYS
from engine import definitions, inbox, tasks
from engine.models import Deployment, HumanTask
from engine.organisation import Role
from tests.contracts.factories import rights
from tests.kinds.factories import make

SignIn = Callable[..., Client]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("company")]

LEAVER, HEIR = "qiuzhiyuan", "xiexiaomei"
KINDS = (TargetCompany, Lead, Customer, Contact, Opportunity, SalesActivity, PresalesRequest)


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
    make("sales.presalesrequest", customer=contact.customer_id)
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
    assert refused.content.decode().count("尚未移交") == 1
    assert admin.post(address, {**form, "everything": user(HEIR)}).status_code == 302
    assert not User.objects.get_by_natural_key(LEAVER).is_active
    for kind in KINDS:
        assert set(kind.objects.values_list("owner", flat=True)) == {user(HEIR)}, kind
    assert [claim.user_id for claim in CompanyClaim.objects.filter(ended_at=None)] == [user(HEIR)]
    (task,) = inbox.page(user(HEIR), limit=10).tasks
    assert task.instance.business_key == held.business_key


def test_a_successor_without_the_role_gets_nothing_or_the_role_too(signed_in: SignIn, held: Lead):
    admin, address = signed_in("admin"), f"/settings/employees/{user(LEAVER)}/hand-over/"
    form = {"left_on": timezone.localdate().isoformat(), "act": "leave", "reason": "离职"}
    everything = {**form, "everything": user("baixue")}
    refused = admin.post(address, everything)
    assert refused.status_code == 422
    assert "柏雪 无权查看" in refused.content.decode()
    for kind in KINDS:
        assert set(kind.objects.values_list("owner", flat=True)) == {user(LEAVER)}, kind
    RoleHolder.objects.filter(role=Role.SALES).exclude(employee=user(LEAVER)).delete()
    assert admin.post(address, everything).status_code == 302  # the last one's role goes along
    for kind in KINDS:
        assert set(kind.objects.values_list("owner", flat=True)) == {user("baixue")}, kind


def test_a_leavers_customers_are_protected_anew_and_their_story_tells(signed_in: SignIn):
    set_parameter(parameter=PROTECTION_DAYS, value=25, by=user("admin"))
    customer = make("sales.customer", by=LEAVER)
    Customer.objects.filter(pk=customer.pk).update(protected_until=None)
    form = {"left_on": timezone.localdate().isoformat(), "act": "leave", "reason": "离职"}
    address = f"/settings/employees/{user(LEAVER)}/hand-over/"
    done = signed_in("admin").post(address, {**form, "everything": user(HEIR)})
    assert done.status_code == 302
    customer.refresh_from_db()
    assert customer.owner_id == user(HEIR)
    assert customer.protected_until == timezone.localdate() + timedelta(days=25)
    (told,) = [one for one in story_of(customer) if "仇志远" in one.what]
    assert "解晓梅" in told.what
    assert told.who == User.objects.get_by_natural_key("admin").display_name


def test_a_leaving_engineers_requests_go_along_with_their_tasks(signed_in: SignIn, held: Lead):
    request = make("sales.presalesrequest", by=HEIR)
    submit_document(kind=kind_of(request), pk=request.pk, rights=rights(HEIR))
    leaver, heir = user("zhamin"), user("chenhai")
    task = HumanTask.objects.get(instance__business_key=request.business_key, ended_at=None)
    tasks.complete(task.pk, user=user("yuchigang"), decision="assign", data={"engineer": leaver})
    form = {"left_on": timezone.localdate().isoformat(), "act": "leave", "reason": "离职"}
    address = f"/settings/employees/{leaver}/hand-over/"
    admin = signed_in("admin")
    assert "待处理的售前支持申请" in admin.get(address).content.decode()
    assert admin.post(address, {**form, "everything": heir}).status_code == 302
    request.refresh_from_db()
    assert request.engineer_id == heir
    assert PresalesRequest.objects.visible_to(rights("chenhai")).get() == request
    (task,) = inbox.page(heir, limit=10).tasks
    tasks.complete(task.pk, user=heir, decision="accept")
    (task,) = inbox.page(heir, limit=10).tasks
    assert task.element == "work"
