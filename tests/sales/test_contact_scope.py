"""A scope of contacts beside that of customers: contacts are seen with the customers that are seen,
and only those in scope of the others."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from apps.core.access.actions import Action, Scope
from apps.core.access.models import DataScope, RoleGrant
from apps.core.kinds.addresses import url_of
from apps.core.kinds.registry import kinds
from apps.sales.models import Contact, Customer
from engine.organisation import Role
from tests.kinds.factories import make, posted, typed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("company")]
SignIn = Callable[..., Client]
SELLER, COLLEAGUE = "qiuzhiyuan", "ouwenbin"
CONTRACT = kinds["contracts.salescontract"]
NAME = "单玉珍"


@pytest.fixture
def customer() -> Customer:
    """A colleague's, with a contact."""
    found = make("sales.customer", by=COLLEAGUE, name="苏州平江路医院")
    make("sales.contact", by=COLLEAGUE, customer=found.pk, name=NAME)
    return found


def narrow(customers: Scope) -> None:
    """Everybody sees contacts of their own, and customers that far."""
    DataScope.objects.filter(kind__in=["sales.customer", "sales.contact"]).delete()
    scopes = {"sales.customer": customers, "sales.contact": Scope.OWN}
    DataScope.objects.bulk_create(
        DataScope(role=Role.SALES, kind=kind, scope=scope) for kind, scope in scopes.items()
    )


def offered(client: Client, customer: Customer) -> bool:
    """Whether the form of a contract offers the contact, by typing and beside its customer, and
    takes it along when that is chosen."""
    contact = Contact.objects.get()
    url = url_of(CONTRACT, "choices", "form.contact")
    shown = {
        f'data-pk="{contact.pk}"' in client.get(f"{url}?q={query}").content.decode()
        for query in (NAME, f"&customer={customer.pk}")
    }
    begun = posted(CONTRACT.key, typed(CONTRACT.key, customer=customer.pk))
    answer = client.post(
        url_of(CONTRACT, "preview"),
        begun | {"customer-before": ""},
        headers={"accept": "application/json"},
    )
    shown.add(answer.json()["values"].get("contact") == [str(contact.pk), NAME])
    assert len(shown) == 1, shown
    return shown.pop()


def on_the_page(client: Client, customer: Customer) -> bool:
    """Whether the customer's page shows the contact, in its overview and its tab."""
    page = reverse("kinds:page", args=["sales.customer", customer.pk])
    shown = {NAME in client.get(f"{page}{tab}").content.decode() for tab in ("", "?tab=contacts")}
    assert len(shown) == 1, shown
    return shown.pop()


def test_contacts_are_seen_with_their_customers(signed_in: SignIn, customer: Customer) -> None:
    narrow(Scope.ALL)
    client = signed_in(SELLER)
    assert on_the_page(client, customer)
    assert offered(client, customer)
    contact = reverse("kinds:page", args=["sales.contact", Contact.objects.get().pk])
    assert client.get(contact).status_code == 200


def test_contacts_of_others_customers_are_not(signed_in: SignIn, customer: Customer) -> None:
    narrow(Scope.OWN)
    client, contact = signed_in(SELLER), Contact.objects.get()
    page = reverse("kinds:page", args=["sales.contact", contact.pk])
    assert client.get(page).status_code == 404
    assert not offered(client, customer)
    own = make("sales.customer", by=SELLER)
    sent = posted(CONTRACT.key, typed(CONTRACT.key, customer=own.pk, contact=contact.pk))
    refused = client.post(url_of(CONTRACT, "new"), sent)
    assert refused.status_code == 422
    assert NAME not in refused.content.decode()


def test_who_may_not_look_at_contacts_sees_none(signed_in: SignIn, customer: Customer) -> None:
    narrow(Scope.ALL)
    RoleGrant.objects.filter(kind="sales.contact", action=Action.VIEW).delete()
    client = signed_in(SELLER)
    assert not on_the_page(client, customer)
    assert not offered(client, customer)
