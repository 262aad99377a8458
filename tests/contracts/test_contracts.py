"""Sales contracts: what is worked out, what keeps one from being submitted, what it risks."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from apps.catalog.parameters import PRICES_INCLUDE_TAX
from apps.contracts import rules, services
from apps.contracts.forms import InstalmentForm, SalesContractForm, SalesContractLineForm
from apps.contracts.models import SalesContract
from apps.core.kinds.registry import kind_of
from apps.core.kinds.services import save_record
from apps.core.kinds.showing import reader_of
from apps.core.parameters.services import set_parameter
from engine.exceptions import Conflict, InvalidData, NotAllowed
from tests.contracts.factories import (
    DAY,
    instalment,
    line,
    make_contract,
    make_customer,
    make_product,
    rights,
    save_contract,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("company")]


def row_of(contract: SalesContract):
    return contract.lines.get()


# --- amounts --------------------------------------------------------------------------------------
def test_prices_hold_the_tax():
    contract = make_contract(line(make_product(price=1000), 3, rate="90"))
    row = row_of(contract)
    assert (row.offer, row.basis, row.price) == (1000, "standard", 900)
    assert (row.gross, row.net, row.tax) == (2700, Decimal("2389.38"), Decimal("310.62"))
    stored = SalesContract.objects.get(pk=contract.pk)
    assert (stored.offer_total, stored.gross, stored.discount_rate) == (3000, 2700, 90)
    assert stored.number.startswith("XS-203103-")
    assert stored.amount_in_words == "人民币贰仟柒佰元整"


def test_prices_without_tax_are_settled_when_the_contract_is_made():
    product = make_product(price=1000)
    before = make_contract(line(product, 3, rate="90"))
    set_parameter(parameter=PRICES_INCLUDE_TAX, value=False, by=rights("admin").user)
    row = row_of(make_contract(line(product, 3, rate="90"), customer=before.customer))
    assert (row.net, row.tax, row.gross) == (2700, 351, 3051)
    (old,) = before.lines.all()
    save_contract(before, [old])
    assert row_of(before).gross == 2700


def test_what_is_typed_is_kept_and_the_rest_derived():
    product = make_product(price=333)
    by_price = row_of(make_contract(line(product, 7, price="299.99", typed="price")))
    assert (by_price.price, by_price.gross) == (Decimal("299.99"), Decimal("2099.93"))
    assert by_price.rate == Decimal("90.0871")
    customer = by_price.document.customer
    by_gross = row_of(
        make_contract(line(product, 7, gross="2000", typed="gross"), customer=customer)
    )
    assert (by_gross.gross, by_gross.price) == (2000, Decimal("285.7143"))
    assert by_gross.rate == Decimal("85.8001")


def test_a_discount_on_the_whole_is_spread_over_the_lines():
    one, two = make_product("A1", 100), make_product("A2", 200, tax="6%")
    contract = make_contract(line(one, 1), line(two, 1), discount=Decimal("10.01"))
    rows = list(contract.lines.all())
    assert [row.gross for row in rows] == [100, 200]
    assert [row.share for row in rows] == [Decimal("3.34"), Decimal("6.67")]
    assert sum(row.total for row in rows) == contract.gross == Decimal("289.99")
    assert sum(row.net for row in rows) == contract.net
    assert sum(row.tax for row in rows) == contract.tax == contract.gross - contract.net
    assert all(row.net + row.tax == row.total for row in rows)


def test_a_discount_above_the_whole_is_refused():
    with pytest.raises(InvalidData) as caught:
        make_contract(line(make_product(price=100)), discount=Decimal(101))
    assert "discount" in caught.value.data["errors"]


def test_amounts_that_cannot_be_kept_are_refused():
    with pytest.raises(InvalidData) as caught:
        make_contract(line(make_product(price=10**10), 10**6))
    assert list(caught.value.data["errors"]) == ["lines-0-quantity"]


def test_a_free_line_costs_nothing():
    row = row_of(make_contract(line(make_product(price=100), offer="0")))
    assert (row.gross, row.net, row.tax, row.rate, row.basis) == (0, 0, 0, 100, "typed")


def test_the_catalog_may_change_later():
    product = make_product(price=100, reference_cost=50)
    contract = make_contract(line(product))
    product.standard_price = product.reference_cost = 70
    product.save()
    assert (row_of(contract).standard_price, row_of(contract).cost_price) == (100, 50)
    assert contract.margin == Decimal("43.5")


# --- the payment schedule -------------------------------------------------------------------------
def test_percentages_add_up_to_the_cent():
    plan = [instalment("33.33"), instalment("33.33"), instalment("33.34")]
    contract = make_contract(line(make_product(price="100.01")), instalments=plan)
    assert sum(each.amount for each in contract.instalments.all()) == Decimal("100.01")
    assert contract.payment_label == "3.333-3.333-3.334"


def test_a_typed_amount_is_kept_and_its_percentage_derived():
    plan = [instalment(amount=250), instalment(75)]
    contract = make_contract(line(make_product(price=1000)), instalments=plan)
    first, second = contract.instalments.all()
    assert (first.amount, first.percent, second.amount) == (250, 25, 750)


def test_due_dates_count_from_what_has_happened():
    plan = [
        instalment(30, rule="signed", days=7),
        instalment(30, rule="accepted", days=30),
        instalment(40, rule="date", due_on=date(2031, 12, 1)),
    ]
    contract = make_contract(line(make_product()), instalments=plan)
    due = [each.due_on for each in contract.instalments.all()]
    assert due == [date(2031, 3, 10), None, date(2031, 12, 1)]


# --- submitting -----------------------------------------------------------------------------------
def test_what_is_missing_is_told_beside_its_field():
    product = make_product(price=90, floor_price=100)
    contract = make_contract(line(product), signed_on=None, instalments=[instalment(90)])
    found = rules.problems(contract)
    assert set(found) == {"signed_on", "lines-0-reason", "instalments"}
    assert "¥90.00" in found["lines-0-reason"][0]
    assert rules.problems(make_contract(line(make_product("B")), customer=contract.customer)) == {}


def test_a_contract_without_products_or_schedule_is_not_complete():
    assert set(rules.problems(make_contract(instalments=[]))) == {"", "instalments"}


def test_the_reason_is_shown_with_the_price_and_the_floor():
    product = make_product(price=90, floor_price=100)
    contract = make_contract(line(product, reason="竞品报价"))
    assert rules.problems(contract) == {}
    (risk,) = rules.risks(contract)
    assert (risk.code, risk.level) == ("under_floor", "danger")
    assert all(text in risk.text for text in ("竞品报价", "¥90.00", "¥100.00"))


def test_a_discount_on_the_whole_does_not_slip_under_the_floor():
    product = make_product(price=100, floor_price=100)
    assert make_contract(line(product)).under_floor is False
    contract = make_contract(
        line(product), discount=1, customer=SalesContract.objects.get().customer
    )
    assert contract.under_floor
    ((said,),) = rules.problems(contract).values()
    assert said == "¥99.00（已摊整单优惠） 低于底价 ¥100.00，请填写特价理由。"
    (risk,) = rules.risks(contract)
    assert "¥99.00" in risk.text


def test_the_credit_limit_counts_what_is_to_be_received():
    customer = make_customer(credit_limit=Decimal(1500))
    first = make_contract(line(make_product(price=1000)), customer=customer)
    assert rules.facts(first)["over_credit"] is False
    SalesContract.objects.filter(pk=first.pk).update(state="approved")
    services.open_schedule(SalesContract.objects.get(pk=first.pk), now=first.created_at)
    second = make_contract(line(make_product("B", 501)), customer=customer)
    assert rules.facts(second)["over_credit"] is True
    assert [risk.code for risk in rules.risks(second)] == ["over_credit"]
    assert services.outstanding(customer.pk) == 1000
    type(customer).objects.update(credit_limit=None)
    second.refresh_from_db()
    assert rules.facts(second)["over_credit"] is False


def test_a_customer_who_pays_late_is_told_of_with_what_is_overdue(django_assert_num_queries):
    customer = make_customer()
    plan = [instalment(60, rule="effective", days=10), instalment(40, rule="effective", days=60)]
    first = make_contract(line(make_product(price=1000)), customer=customer, instalments=plan)
    second = make_contract(line(make_product("B", 10)), customer=customer)
    begun = timezone.now() - timedelta(days=30)
    services.open_schedule(SalesContract.objects.get(pk=first.pk), now=begun)
    assert rules.risks(second) == []  # nothing is owed by what isn't in force
    SalesContract.objects.filter(pk=first.pk).update(state="approved")
    (risk,) = rules.risks(second)
    assert (risk.code, risk.level) == ("in_arrears", "warning")
    assert "¥600.00" in risk.text
    read = reader_of(kind_of(SalesContract)).first(second.pk)
    with django_assert_num_queries(0):
        assert rules.risks(read) == [risk]
    services.close_schedule(SalesContract.objects.get(pk=first.pk))
    assert rules.risks(second) == []


def test_facts_are_what_the_matrix_asks_for():
    contract = make_contract(line(make_product(price=1000)))
    assert rules.facts(contract) == {
        "kind": "sales_contract",
        "amount": 1000,
        "under_floor": False,
        "over_credit": False,
        "department": "华东组",
        "departments": [
            *("华东组", "销售部/华东组", "总经办/销售部/华东组"),
            *("销售部", "总经办/销售部", "总经办"),
        ],
    }


def test_taking_effect_dates_what_counts_from_it():
    plan = [instalment(50, rule="effective", days=10), instalment(50, rule="delivered")]
    contract = make_contract(line(make_product()), instalments=plan)
    services.open_schedule(contract, now=contract.created_at)
    first, second = contract.instalments.all()
    assert (first.due_on - contract.effective_on).days == 10
    assert second.due_on is None
    assert {each.open_since for each in (first, second)} == {contract.created_at}


# --- who ------------------------------------------------------------------------------------------
def test_a_colleague_neither_sees_nor_changes_it():
    contract = make_contract(line(make_product()))
    assert not SalesContract.objects.visible_to(rights("ouwenbin")).exists()
    assert SalesContract.objects.visible_to(rights("shanlina")).exists()
    with pytest.raises(NotAllowed):
        save_contract(contract, list(contract.lines.all()), by="ouwenbin")


def test_nobody_overwrites_what_they_have_not_seen():
    contract = make_contract(line(make_product()))
    stale = SalesContract.objects.get(pk=contract.pk)
    save_contract(contract, list(contract.lines.all()))
    with pytest.raises(Conflict):
        save_record(
            kind=kind_of(SalesContract),
            record=stale,
            lines={},
            rights=rights("qiuzhiyuan"),
            seen_version=stale.version,
        )


# --- forms ----------------------------------------------------------------------------------------
def line_form(row=None, **data):
    product = data.pop("product", None) or make_product()
    given = {"product": product.pk, "quantity": "2", "typed": "", "basis": "", **data}
    return SalesContractLineForm(given, instance=row)


@pytest.mark.parametrize(
    ("given", "typed"),
    [
        ({"rate": "90"}, "rate"),
        ({"price": "80"}, "price"),
        ({"gross": "150"}, "gross"),
        ({"rate": "90", "price": "80", "typed": "price"}, "price"),
        ({}, "rate"),
    ],
)
def test_the_form_knows_what_was_typed(given, typed):
    form = line_form(**given)
    assert form.is_valid(), form.errors
    assert form.save(commit=False).typed == typed


def test_of_a_line_that_exists_the_figure_that_changed_counts():
    row = row_of(make_contract(line(make_product(price=100), 2, rate="90")))
    sent = {"rate": row.rate, "price": "85", "gross": row.gross, "typed": row.typed}
    form = line_form(row, product=row.product, **sent)
    assert form.is_valid(), form.errors
    assert form.save(commit=False).typed == "price"


def test_headers_that_cannot_be_are_refused_beside_the_field():
    other = make_contract(line(make_product()))
    form = SalesContractForm(
        {
            "name": "x",
            "customer": other.customer_id,
            "date": DAY,
            "signed_on": DAY,
            "ends_on": date(2031, 1, 1),
            "tax_id": "91990000MA0HX0001X",
            "discount": "-1",
            "warranty_months": 12,
            "invoice_kind": "none",
            "seal_state": "none",
        }
    )
    assert set(form.errors) == {"ends_on", "tax_id", "discount"}


@pytest.mark.parametrize(
    ("data", "errors"),
    [
        ({"percent": "30"}, set()),
        ({"amount": "30"}, set()),
        ({}, {"percent"}),
        ({"percent": "101"}, {"percent"}),
        ({"percent": "30", "rule": "date"}, {"due_on"}),
    ],
)
def test_an_instalment_is_a_percentage_or_an_amount(data, errors):
    form = InstalmentForm({"label": "货款", "rule": "signed", "days": "", **data})
    assert set(form.errors) == errors
