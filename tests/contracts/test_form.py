"""The form of a contract: what is offered beside its customer, and what follows from a choice."""

from __future__ import annotations

from typing import Any

import pytest

from apps.contracts.models import SalesContract
from apps.core.kinds.addresses import url_of
from apps.core.kinds.registry import kinds
from apps.core.links.services import trace
from apps.sales.models import Contact
from tests.kinds.factories import make, posted, typed

KEY = "contracts.salescontract"
SELLER = "qiuzhiyuan"

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("company")]


@pytest.fixture
def client(signed_in) -> Any:
    return signed_in(SELLER)


def sent(**given: Any) -> Any:
    return posted(KEY, typed(KEY, **given))


def contact(customer: int, name: str, mobile: str) -> Contact:
    return make("sales.contact", customer=customer, name=name, mobile=mobile)


def phone_of(client: Any, **given: Any) -> str | None:
    """What a form that is alive puts into the phone's field."""
    url = url_of(kinds[KEY], "preview")
    answer = client.post(url, sent(**given), headers={"accept": "application/json"})
    values: dict[str, Any] = answer.json()["values"]
    return values.get("phone")


def test_the_phone_is_the_contacts_until_another_one_is_typed(client) -> None:
    customer = make("sales.customer").pk
    one, two = contact(customer, "甲", "13800000001"), contact(customer, "乙", "13800000002")
    assert phone_of(client, customer=customer, contact=one.pk) == "13800000001"
    assert phone_of(client, name="", customer=customer, contact=one.pk) == "13800000001"
    changed = phone_of(client, customer=customer, contact=two.pk, phone="13800000001")
    assert changed == "13800000002"  # the other one's goes with them
    kept = make(KEY, customer=customer, contact=two.pk, phone="0512-66668888")
    assert (kept.phone, bool(kept.phone_e164)) == ("0512-66668888", True)


def test_a_number_that_colleagues_share_stays_until_the_contact_changes(client) -> None:
    customer = make("sales.customer").pk
    one, two = contact(customer, "甲", "13800000001"), contact(customer, "乙", "13800000002")
    contract = make(KEY, customer=customer, contact=two.pk)

    def saved(**given: Any) -> str:
        data = sent(customer=customer, **given)
        contract.refresh_from_db()
        url = url_of(kinds[KEY], "edit", contract.pk)
        assert client.post(url, data | {"version": contract.version}).status_code == 302
        contract.refresh_from_db()
        return contract.phone

    assert saved(contact=two.pk, phone="13800000001") == "13800000001"
    assert saved(contact=two.pk, phone="13800000001") == "13800000001"
    assert saved(contact=one.pk, phone="13800000002") == "13800000001"


def test_contacts_and_opportunities_of_the_customer_are_offered(client) -> None:
    customer = make("sales.customer").pk
    for kind, name in (("sales.contact", "contact"), ("sales.opportunity", "opportunity")):
        own, other = make(kind, customer=customer), make(kind)
        url = f"{url_of(kinds[KEY], 'choices', f'form.{name}')}?q="
        theirs = client.get(f"{url}&customer={customer}").content.decode()
        assert f'data-pk="{own.pk}"' in theirs
        assert f'data-pk="{other.pk}"' not in theirs
        assert f'data-pk="{other.pk}"' in client.get(url).content.decode()
        refused = client.post(
            url_of(kinds[KEY], "new"), sent(customer=customer, **{name: other.pk})
        )
        assert refused.status_code == 422
        assert name in refused.context["editor"].form.errors
    assert not SalesContract.objects.exists()


def test_the_opportunity_that_is_chosen_is_what_the_contract_was_made_from(client) -> None:
    opportunity = make("sales.opportunity")
    customer = opportunity.customer_id
    another = make("sales.opportunity", customer=customer)
    contract = make(KEY, customer=customer, opportunity=opportunity.pk)

    def chain(source: Any) -> list[str]:
        return [each.business_key for each in trace(source.business_key)]

    assert chain(opportunity) == [opportunity.business_key, contract.business_key]
    data = sent(customer=customer, opportunity=another.pk) | {"version": contract.version}
    changed = client.post(url_of(kinds[KEY], "edit", contract.pk), data)
    assert changed.status_code == 302
    assert chain(opportunity) == [opportunity.business_key]
    assert chain(another) == [another.business_key, contract.business_key]


def test_a_contract_made_from_an_opportunity_names_it(client) -> None:
    opportunity = make("sales.opportunity")
    page = client.get(f"{url_of(kinds[KEY], 'new')}?from={opportunity.business_key}")
    assert page.context["editor"].form["opportunity"].value() == opportunity.pk


@pytest.mark.parametrize("chooses_another", [True, False])
def test_what_is_chosen_before_saving_is_its_only_source(client, chooses_another: bool) -> None:
    begun = make("sales.opportunity")
    customer = begun.customer_id
    another = make("sales.opportunity", customer=customer)
    chosen = another.pk if chooses_another else ""
    url = f"{url_of(kinds[KEY], 'new')}?from={begun.business_key}"
    saved = client.post(url, sent(customer=customer, opportunity=chosen))
    assert saved.status_code == 302
    contract = SalesContract.objects.get()
    sources = [each.business_key for each in trace(contract.business_key) if each.distance < 0]
    assert sources == ([another.business_key] if chooses_another else [])
