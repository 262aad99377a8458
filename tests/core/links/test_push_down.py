"""Pushing down: a form that begins with what its source says, and the link that its save writes."""

from __future__ import annotations

from decimal import Decimal
from urllib.parse import urlencode

import pytest

from apps.contracts.models import SalesContract
from apps.core.kinds.registry import kind_of
from apps.core.links.push_down import follow_ups, source_of
from apps.core.links.services import trace
from apps.core.parameters.models import DictionaryEntry
from apps.sales.models import Opportunity
from apps.sales.opportunities.services import lose_opportunity
from engine.exceptions import NotFound, WrongState
from tests.contracts.factories import rights
from tests.kinds.factories import make, posted, typed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("company")]
NEW = "/contracts/sales-contracts/new/"


@pytest.fixture
def opportunity() -> Opportunity:
    product = make("catalog.product")
    return make(
        "sales.opportunity",
        name="彩超采购",
        products=[{"product": product.pk, "quantity": "2", "price": "650000"}],
    )


def begin(client, opportunity):
    return client.get(NEW, {"from": opportunity.business_key})


def contract_of(opportunity: Opportunity) -> dict:
    """What the form that begins with it sends."""
    given = {"customer": opportunity.customer_id, "opportunity": opportunity.pk}
    contract = typed("contracts.salescontract", name="彩超合同", **given)
    found = posted("contracts.salescontract", contract)
    return {**found.dict(), "from": opportunity.business_key}


def chain(opportunity: Opportunity) -> list[str]:
    return [each.business_key for each in trace(opportunity.business_key)]


def test_the_form_begins_with_what_the_source_says(opportunity, signed_in):
    answer = begin(signed_in("qiuzhiyuan"), opportunity)
    editor = answer.context["editor"]
    contract = editor.form.instance
    assert (contract.name, contract.customer) == ("彩超采购", opportunity.customer)
    lines = editor.grids[0].filled
    assert [(one.instance.quantity, one.instance.offer) for one in lines] == [(2, 650_000)]
    assert opportunity.business_key in answer.content.decode()
    assert not SalesContract.objects.exists()


def test_saving_it_writes_the_link(opportunity, signed_in):
    client = signed_in("qiuzhiyuan")
    answer = client.post(NEW, contract_of(opportunity))
    contract = SalesContract.objects.get()
    assert answer.url == f"/contracts/sales-contracts/{contract.pk}/"
    assert chain(opportunity) == [opportunity.business_key, contract.business_key]
    assert "彩超采购" in client.get(answer.url).content.decode()


def test_a_form_with_errors_keeps_its_source_and_links_nothing(opportunity, signed_in):
    answer = signed_in("qiuzhiyuan").post(NEW, {**contract_of(opportunity), "name": ""})
    assert answer.status_code == 422
    assert f'name="from" value="{opportunity.business_key}"' in answer.content.decode()
    assert chain(opportunity) == [opportunity.business_key]


def test_without_javascript_a_further_row_keeps_the_source(opportunity, signed_in):
    data = {**contract_of(opportunity), "do": "lines:add"}
    answer = signed_in("qiuzhiyuan").post("/contracts/sales-contracts/preview/", data)
    assert f'name="from" value="{opportunity.business_key}"' in answer.content.decode()


def test_what_somebody_does_not_see_is_pushed_down_by_nobody(opportunity, signed_in):
    client = signed_in("ouwenbin")
    assert begin(client, opportunity).status_code == 404
    assert client.post(NEW, contract_of(opportunity)).status_code == 404
    assert not SalesContract.objects.exists()


def test_its_page_offers_what_it_can_be_pushed_down_to(opportunity, signed_in):
    page = signed_in("qiuzhiyuan").get(f"/sales/opportunities/{opportunity.pk}/")
    query = urlencode({"from": opportunity.business_key})
    assert f"{NEW}?{query}" in page.content.decode()


def test_what_is_lost_has_no_contract(opportunity):
    by, kind = rights("qiuzhiyuan"), kind_of(SalesContract)
    reason = DictionaryEntry.objects.filter(dictionary="loss_reason").first()
    lost = lose_opportunity(opportunity=opportunity.pk, rights=by, reason=reason.pk)
    assert list(follow_ups(kind_of(Opportunity), lost, by)) == []
    with pytest.raises(WrongState, match="重新打开"):
        source_of(lost.business_key, kind, by)


@pytest.mark.parametrize("given", ["sales.opportunity:0", "sales.customer:1", "nothing:1", "x"])
def test_no_way_leads_from_anything_else(given, signed_in):
    client = signed_in("qiuzhiyuan")
    assert client.get(NEW, {"from": given}).status_code == 404
    with pytest.raises(NotFound):
        source_of(given, kind_of(SalesContract), rights("qiuzhiyuan"))


def test_amounts_follow_from_what_was_taken_over(opportunity, signed_in):
    client = signed_in("qiuzhiyuan")
    page = begin(client, opportunity)
    form = page.context["editor"].form
    line = page.context["editor"].grids[0].filled[0]
    assert line.instance.rate == Decimal(100)
    assert form["customer"].value() == opportunity.customer_id
