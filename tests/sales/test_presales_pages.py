"""Presales requests around opportunities and customers: made of one, shown, open, handed over."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from apps.core.access.actions import Action
from apps.core.kinds.registry import kind_of
from apps.core.kinds.services import submit_document
from apps.core.links.services import trace
from apps.sales.customers import services
from apps.sales.models import Customer, PresalesRequest
from apps.sales.opportunities.services import win_opportunity
from apps.sales.presales.services import cancel_request
from engine import definitions, tasks
from engine.exceptions import NotAllowed, WrongState
from engine.models import Deployment, HumanTask
from tests.contracts.factories import entry, rights
from tests.kinds.factories import make, posted, typed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("company")]
SignIn = Callable[..., Client]
SELLER, HEIR, MANAGER, ENGINEER = "qiuzhiyuan", "xiexiaomei", "yuchigang", "zhamin"


def page(record, name: str = "page") -> str:
    return reverse(f"kinds:{name}", args=[record._meta.label_lower, record.pk])


@pytest.fixture
def request_() -> PresalesRequest:
    """One that is under way, for a customer of 仇志远."""
    definitions.deploy(definitions.shipped_files(), source=Deployment.Source.SHIPPED)
    found = make("sales.presalesrequest", by=SELLER)
    submit_document(kind=kind_of(found), pk=found.pk, rights=rights(SELLER))
    found.refresh_from_db()
    return found


def test_an_opportunity_is_pushed_down_to_a_request(signed_in: SignIn):
    client, opportunity = signed_in(SELLER), make("sales.opportunity", name="彩超两台")
    new = f"{reverse('kinds:new', args=['sales.presalesrequest'])}?from={opportunity.business_key}"
    assert new.replace(":", "%3A").split("?")[0] in client.get(page(opportunity)).content.decode()
    form = client.get(new)
    assert form.status_code == 200
    started = form.context["editor"].form
    assert started["subject"].value() == "彩超两台"
    values = typed("sales.presalesrequest", customer="", opportunity=opportunity.pk)
    data = posted("sales.presalesrequest", values)
    data["from"] = opportunity.business_key
    assert client.post(new, data).status_code == 302
    made = PresalesRequest.objects.get()
    assert (made.opportunity, made.customer) == (opportunity, opportunity.customer)
    chain = {each.business_key: each.distance for each in trace(made.business_key)}
    assert chain[opportunity.business_key] == -1
    for record in (opportunity, opportunity.customer):
        assert made.number in client.get(page(record), {"tab": "presales"}).content.decode()


def test_a_closed_opportunity_needs_no_support(signed_in: SignIn):
    opportunity = make("sales.opportunity")
    win_opportunity(opportunity=opportunity.pk, rights=rights(SELLER))
    client = signed_in(SELLER)
    new = f"{reverse('kinds:new', args=['sales.presalesrequest'])}?from={opportunity.business_key}"
    assert client.get(new).status_code == 409


def test_one_that_is_under_way_blocks_closing_and_warns_of_going_dormant(
    signed_in: SignIn, request_
):
    client, customer = signed_in(SELLER), request_.customer
    for command in ("close", "dormant"):
        shown = client.get(page(customer, command)).content.decode()
        assert request_.number in shown
        assert page(request_) in shown
    reason = entry("stage_reason", "price")
    with pytest.raises(WrongState) as refused:
        services.close_customer(customer_id=customer.pk, reason=reason, rights=rights(SELLER))
    assert refused.value.data["blockers"] == [request_.business_key]
    cancel_request(request=request_.pk, by=rights(SELLER).user, reason="不需要了")
    services.close_customer(customer_id=customer.pk, reason=reason, rights=rights(SELLER))
    assert Customer.objects.get(pk=customer.pk).stage == "closed"


def test_it_goes_along_and_the_new_owner_cancels_it(request_):
    done = make("sales.presalesrequest", by=SELLER, customer=request_.customer_id)
    PresalesRequest.objects.filter(pk=done.pk).update(state="declined")
    services.transfer_customer(
        customer_id=request_.customer_id, to=rights(HEIR).user, rights=rights("shanlina")
    )
    request_.refresh_from_db()
    done.refresh_from_db()
    assert (request_.owner_id, done.owner_id) == (rights(HEIR).user, rights(SELLER).user)
    assert set(PresalesRequest.objects.visible_to(rights(HEIR))) == {request_, done}
    with pytest.raises(NotAllowed):
        cancel_request(request=request_.pk, by=rights(ENGINEER).user, reason="x")
    cancel_request(request=request_.pk, by=rights(HEIR).user, reason="客户暂缓")
    request_.refresh_from_db()
    assert (request_.state, request_.closing_note) == ("cancelled", "客户暂缓")


def test_its_engineer_sees_it_and_adds_the_solution(request_):
    kind, engineer = kind_of(request_), rights(ENGINEER)
    assert not kind.queryset(engineer).exists()
    task = HumanTask.objects.get(instance__business_key=request_.business_key, ended_at=None)
    tasks.complete(
        task.pk, user=rights(MANAGER).user, decision="assign", data={"engineer": engineer.user}
    )
    assert kind.queryset(engineer).get() == request_
    assert kind.allowed(engineer, Action.ATTACH, request_)
    assert not kind.allowed(engineer, "cancel", request_)
