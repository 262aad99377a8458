"""The form of a contract: what is offered beside its customer, and what follows from a choice."""

from __future__ import annotations

import re
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
    data = posted(KEY, typed(KEY, **given))
    data.update({name: value for name, value in given.items() if name.endswith("-before")})
    return data


def contact(customer: int, name: str, mobile: str) -> Contact:
    return make("sales.contact", customer=customer, name=name, mobile=mobile)


def worked_out(client: Any, **given: Any) -> dict[str, Any]:
    """What a form that is alive puts into its fields."""
    url = url_of(kinds[KEY], "preview")
    answer = client.post(url, sent(**given), headers={"accept": "application/json"})
    values: dict[str, Any] = answer.json()["values"]
    return values


def phone_of(client: Any, **given: Any) -> str | None:
    return worked_out(client, **given).get("phone")


def test_the_phone_is_the_contacts_until_another_one_is_typed(client) -> None:
    customer = make("sales.customer").pk
    one, two = contact(customer, "甲", "13800000001"), contact(customer, "乙", "13800000002")
    assert phone_of(client, name="", customer=customer, contact=one.pk) == "13800000001"
    begun = {"customer": customer, "contact": one.pk}
    begun |= worked_out(client, **begun)
    assert phone_of(client, **begun | {"contact": two.pk}) == "13800000002"
    assert phone_of(client, **begun | {"contact": ""}) == ""
    kept = make(KEY, customer=customer, contact=two.pk, phone="0512-66668888")
    assert (kept.phone, bool(kept.phone_e164)) == ("0512-66668888", True)


def test_a_colleagues_number_that_is_typed_stays_from_the_beginning(client) -> None:
    customer = make("sales.customer").pk
    one, two = contact(customer, "甲", "13800000001"), contact(customer, "乙", "13800000002")
    begun = {"customer": customer, "contact": one.pk}
    begun |= worked_out(client, **begun)
    assert phone_of(client, **begun | {"phone": two.mobile}) is None
    assert phone_of(client, customer=customer, contact=one.pk, phone=two.mobile) is None
    saved = client.post(url_of(kinds[KEY], "new"), sent(**begun | {"phone": two.mobile}))
    assert saved.status_code == 302
    assert SalesContract.objects.get().phone == two.mobile


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


# --- the invoicing data ---------------------------------------------------------------------------
FIRMS = (
    {"invoice_title": "甲医院", "tax_id": "110000000000001", "bank": "甲行", "bank_account": "1"},
    {"invoice_title": "乙医院", "tax_id": "110000000000002", "bank": "", "bank_account": "2"},
    {"invoice_title": "丙医院", "tax_id": "110000000000003", "bank": "丙行", "bank_account": "3"},
)
NAMES = tuple(FIRMS[0])


@pytest.fixture
def firms() -> list[int]:
    return [make("sales.customer", name=f"客户{n}", **data).pk for n, data in enumerate(FIRMS)]


def stored() -> dict[str, str]:
    return SalesContract.objects.values(*NAMES).get()


def test_what_was_taken_over_follows_the_customer_and_what_was_typed_stays(client, firms) -> None:
    form = {"customer": firms[0]}
    form |= worked_out(client, **form)
    assert {name: form[name] for name in NAMES} == FIRMS[0]
    form |= {"bank_account": "typed", "customer": firms[1]}
    form |= worked_out(client, **form)
    assert {name: form[name] for name in NAMES} == FIRMS[1] | {"bank_account": "typed"}
    form |= {"tax_id": "", "customer": firms[2]}  # taken out on purpose
    assert client.post(url_of(kinds[KEY], "new"), sent(**form)).status_code == 302
    assert stored() == FIRMS[2] | {"bank_account": "typed", "tax_id": ""}


def test_it_follows_without_scripts_too(client, firms) -> None:
    def page(**given: Any) -> dict[str, Any]:
        """What the form holds after a button that works the lines over."""
        answer = client.post(
            url_of(kinds[KEY], "preview"),
            sent(**given) | {"do": "lines:copy:0"},
            headers={"accept": "text/html"},
        )
        form = answer.context["editor"].form
        before = re.search(r'name="customer-before" value="(\d*)"', answer.content.decode())
        assert before is not None
        return {name: form[name].value() for name in NAMES} | {"customer-before": before[1]}

    form = {"customer": firms[0]}
    form |= page(**form)
    assert {name: form[name] for name in NAMES} == FIRMS[0]
    form |= {"bank": "typed", "customer": firms[2]}
    assert client.post(url_of(kinds[KEY], "new"), sent(**form)).status_code == 302
    assert stored() == FIRMS[2] | {"bank": "typed"}


def test_a_stored_contract_follows_another_customer(client, firms) -> None:
    contract = make(KEY, customer=firms[0], bank="typed")
    assert stored() == FIRMS[0] | {"bank": "typed"}
    data = sent(**FIRMS[0], customer=firms[2]) | {"bank": "typed", "version": contract.version}
    assert client.post(url_of(kinds[KEY], "edit", contract.pk), data).status_code == 302
    assert stored() == FIRMS[2] | {"bank": "typed"}


def test_what_is_typed_before_a_customer_is_chosen_stays(client, firms) -> None:
    data = sent(customer=firms[0], invoice_title="分院")
    assert client.post(url_of(kinds[KEY], "new"), data).status_code == 302
    assert stored() == FIRMS[0] | {"invoice_title": "分院"}


def test_a_copy_by_a_program_keeps_what_was_emptied(client, firms) -> None:
    form = {"customer": firms[0]}
    form |= worked_out(client, **form) | {"tax_id": "", "bank": ""}
    assert client.post(url_of(kinds[KEY], "new"), sent(**form)).status_code == 302
    made = SalesContract.objects.get()
    copied = client.post(f"/api/v1/contracts/sales-contracts/{made.pk}/copy/")
    assert copied.status_code == 201, copied.json()
    copy = SalesContract.objects.exclude(pk=made.pk).values(*NAMES).get()
    assert copy == FIRMS[0] | {"tax_id": "", "bank": ""}


def test_a_customer_without_invoicing_data_is_invoiced_by_its_name(client) -> None:
    customer = make("sales.customer", name="苏州新区医院")
    assert worked_out(client, customer=customer.pk)["invoice_title"] == "苏州新区医院"


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


def test_products_cost_what_the_list_says_until_a_customer_is_chosen(client) -> None:
    customer = make("sales.customer").pk
    product = make("catalog.product", standard_price="1000").pk
    make("sales.pricepolicy", customer=customer, percent="90")
    form = {"customer": "", "lines": [{"product": product, "quantity": "2"}]}
    said = worked_out(client, **form)
    assert (said["lines-0-offer"], said["lines-0-gross"]) == ("1000", "2000")
    form["lines"] = [{**form["lines"][0], "offer": "1000", "basis": said["lines-0-basis"]}]
    said = worked_out(client, **form | {"customer": customer})
    assert (said["lines-0-offer"], said["lines-0-gross"]) == ("900", "1800")


# --- another customer ----------------------------------------------------------------------------
@pytest.fixture
def moved() -> dict[str, Any]:
    """A form with a contact and an opportunity, whose customer has just become another one; `new`
    is that one's primary contact."""
    old, new = make("sales.customer").pk, make("sales.customer").pk
    primary, _second = (contact(new, name, f"1380000001{n}") for n, name in enumerate("甲乙"))
    return {
        "customer": new,
        "contact": contact(old, "丙", "13800000003").pk,
        "phone": "13800000003",
        "opportunity": make("sales.opportunity", customer=old).pk,
        "customer-before": str(old),
        "contact-before": str(Contact.objects.get(name="丙").pk),
        "new": primary,
    }


def test_contact_and_opportunity_go_with_their_customer_while_one_types(client, moved) -> None:
    new = moved.pop("new")
    said = worked_out(client, **moved)
    assert said["contact"] == [str(new.pk), "甲"]
    assert (said["opportunity"], said["phone"]) == (["", ""], new.mobile)
    kept = moved | said | {"contact": new.pk, "opportunity": ""}
    emptied = worked_out(client, **kept | {"contact": ""})
    assert (emptied.get("contact"), emptied["phone"]) == (None, "")  # taken out on purpose
    saved = client.post(url_of(kinds[KEY], "new"), sent(**kept | {"contact": "", "phone": ""}))
    assert saved.status_code == 302
    assert SalesContract.objects.get().contact is None


def test_contact_and_opportunity_go_with_their_customer_without_scripts(client, moved) -> None:
    new = moved.pop("new")
    wrong = sent(**moved, ends_on="1999-01-01", effective_on="2000-01-01")
    for url, more in (("preview", {"do": "lines:copy:0"}), ("new", {})):
        answer = client.post(url_of(kinds[KEY], url), wrong | more, headers={"accept": "text/html"})
        form = answer.context["editor"].form
        assert (form["contact"].value().pk, form["contact"].value().text) == (str(new.pk), "甲")
        assert form["opportunity"].value() is None
        assert form["phone"].value() == new.mobile
    assert client.post(url_of(kinds[KEY], "new"), sent(**moved)).status_code == 302
    stored = SalesContract.objects.get()
    assert (stored.contact, stored.opportunity, stored.phone) == (new, None, new.mobile)


def test_they_go_when_no_customer_was_chosen_in_between_too(client, moved) -> None:
    new, other = moved.pop("new"), moved["customer"]
    form = moved | {"customer": int(moved["customer-before"])}
    form |= worked_out(client, **form)
    form["customer"] = ""
    said = worked_out(client, **form)
    assert said["customer-before"] == ""
    assert not {"contact", "opportunity"} & said.keys()
    form |= said | {"customer": other}
    said = worked_out(client, **form)
    assert (said["contact"], said["opportunity"]) == ([str(new.pk), "甲"], ["", ""])
    assert said["phone"] == new.mobile
    assert client.post(url_of(kinds[KEY], "new"), sent(**form)).status_code == 302


def test_another_customers_contact_is_refused_where_both_are_chosen_at_once(client, moved) -> None:
    del moved["new"]
    wrong = sent(**moved | {"opportunity": "", "customer-before": "", "contact-before": ""})
    refused = client.post(url_of(kinds[KEY], "new"), wrong)
    assert refused.status_code == 422
    assert "contact" in refused.context["editor"].form.errors


def test_a_primary_contact_is_offered_once_whatever_else_is_wrong(client, firms) -> None:
    one, two = (contact(firms[n], name, f"1380000000{n}") for n, name in enumerate("甲乙"))
    form = {"customer": firms[0], "discount": "100", "lines": [], "customer-before": ""}
    form |= worked_out(client, **form)
    assert form["contact"] == [str(one.pk), "甲"]
    assert {name: form[name] for name in NAMES} == FIRMS[0]
    form["contact"] = ""
    said = worked_out(client, **form)
    assert ("contact" in said, said["phone"]) == (False, "")
    answer = client.post(url_of(kinds[KEY], "new"), sent(**form), headers={"accept": "text/html"})
    assert answer.status_code == 422
    assert answer.context["editor"].form["contact"].value() is None
    form |= said | {"customer": firms[1]}
    form |= worked_out(client, **form)
    assert form["contact"] == [str(two.pk), "乙"]
    assert {name: form[name] for name in NAMES} == FIRMS[1]


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


def test_a_copy_and_a_contract_made_from_an_opportunity_begin_with_their_totals(client) -> None:
    product = make("catalog.product", standard_price="1000").pk
    customer = make("sales.customer").pk
    lines = [{"product": product, "quantity": "2"}]
    contract = make(KEY, customer=customer, lines=lines, discount="100")
    sold = make("sales.opportunity", customer=customer, products=lines)

    def totals(url: str) -> dict[str, str]:
        page = client.get(url)
        assert page.status_code == 200
        return {name: text for name, _label, text in page.context["totals"]}

    copied = totals(url_of(kinds[KEY], "copy", contract.pk))
    assert (copied["gross"], copied["discount"]) == ("¥1,900.00", "¥100.00")
    assert copied["amount_in_words"] == "人民币壹仟玖佰元整"
    assert totals(f"{url_of(kinds[KEY], 'new')}?from={sold.business_key}")["gross"] == "¥2,000.00"
