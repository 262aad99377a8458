"""Customers and contacts: who sees them, tax ids, phones, birthdays, the primary contact."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from apps.core.kinds.registry import kind_of, kinds
from apps.core.kinds.search import search
from apps.core.kinds.services import save_record
from apps.core.parameters.services import set_parameter
from apps.core.phones import e164
from apps.sales.contacts.forms import ContactForm
from apps.sales.customers.forms import CustomerForm
from apps.sales.customers.invoicing import is_old, normal_tax_id
from apps.sales.customers.services import open_customer, transfer_customer
from apps.sales.duplicates import Basis, find_matches
from apps.sales.models import Collaborator, Contact, Customer
from apps.sales.parameters import PROTECTION_DAYS
from apps.sales.pricing.forms import PricePolicyForm
from engine.exceptions import InvalidData
from tests.contracts.factories import entry, make_customer, make_product, rights
from tests.kinds.factories import make


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("91990000ma0hx0001p", "91990000MA0HX0001P"),
        (" 9199 0000 MA0HX0001P ", "91990000MA0HX0001P"),
        ("110105194912310 02X".replace(" ", ""), "11010519491231002X"),
        ("320500123456789", "320500123456789"),
        ("", ""),
    ],
)
def test_tax_ids_are_tidied(typed, kept):
    assert normal_tax_id(typed) == kept
    assert is_old(kept) == (len(kept) == 15)


@pytest.mark.parametrize("typed", ["91990000MA0HX0001Q", "123", "91990000MA0HX0001", "税号"])
def test_tax_ids_that_cannot_be_are_refused(typed):
    with pytest.raises(ValidationError):
        normal_tax_id(typed)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("0512-6288 0001", "+8651262880001"),
        ("0512-62880001转802", "+8651262880001"),
        ("0512-62880001 分机 12", "+8651262880001"),
        ("138 0000 4410", "+8613800004410"),
        ("+1 650 253 0000", "+16502530000"),
        ("总机", ""),
        ("", ""),
    ],
)
def test_phones_are_kept_as_a_call_shows_them(typed, number):
    assert e164(typed) == number


def save(record, by: str = "qiuzhiyuan", **lines):
    return save_record(kind=kind_of(record), record=record, lines=lines, rights=rights(by))


@pytest.mark.django_db
@pytest.mark.usefixtures("company")
class TestCustomers:
    def test_a_collaborator_sees_it_and_its_contacts(self):
        customer = make_customer()
        save(Contact(customer=customer, name="单志宏", mobile="13800004410"))
        stranger = rights("zhamin")
        assert not Customer.objects.visible_to(stranger).exists()
        save(customer, collaborators=[Collaborator(user_id=stranger.user)])
        assert Customer.objects.visible_to(stranger).get() == customer
        assert Contact.objects.visible_to(stranger).count() == 1
        assert not Customer.objects.visible_to(rights("ouwenbin")).exists()

    def test_a_ring_of_parents_is_refused(self):
        parent = make_customer("总院")
        child = make_customer("分院", parent=parent)
        form = CustomerForm({"name": "总院", "parent": child.pk}, instance=parent)
        assert "parent" in form.errors

    def test_hostile_names_are_kept_as_text(self):
        customer = make_customer("<script>alert(1)</script>")
        save(customer)
        assert Customer.objects.get().name == "<script>alert(1)</script>"

    def test_the_first_contact_is_primary_until_another_is_named(self):
        customer = make_customer()
        first = save(Contact(customer=customer, name="甲"))
        second = save(Contact(customer=customer, name="乙"))
        assert (first.primary, second.primary) == (True, False)
        second.primary = True
        save(second)
        first.refresh_from_db()
        assert (first.primary, second.primary) == (False, True)

    @pytest.mark.parametrize(("days", "kept"), [(30, timedelta(days=30)), (0, None)])
    def test_a_customer_is_protected_as_long_as_the_parameter_says(self, days, kept):
        now = timezone.now()
        set_parameter(parameter=PROTECTION_DAYS, value=days, by=rights("shanlina").user)
        customer = open_customer(name="甲医院", owner=rights("qiuzhiyuan").user, now=now)
        until = None if kept is None else timezone.localdate(now) + kept
        assert customer.protected_until == customer.protection == until
        Customer.objects.update(protected_until=timezone.localdate(now) - timedelta(days=1))
        assert Customer.objects.get().protection is None
        moved = transfer_customer(
            customer_id=customer.pk,
            to=rights("xiexiaomei").user,
            rights=rights("shanlina"),
            now=now,
        )
        assert moved.protected_until == until

    def test_it_is_given_to_nobody_who_could_not_open_it(self):
        owner, manager = rights("qiuzhiyuan").user, rights("shanlina")
        customer = open_customer(name="甲医院", owner=owner, now=timezone.now())
        with pytest.raises(InvalidData) as refused:
            transfer_customer(customer_id=customer.pk, to=rights("baixue").user, rights=manager)
        assert list(refused.value.data["errors"]) == ["to"]
        before = customer.version
        customer.refresh_from_db()
        assert (customer.owner_id, customer.version) == (owner, before)

    def test_an_old_tax_id_is_warned_of_wherever_it_stands(self):
        old, new = "320500123456789", "91990000MA0HX0001P"
        for key in ("sales.targetcompany", "sales.customer", "sales.lead"):
            kind = kinds[key]
            for tax_id, codes in ((old, ["old_tax_id"]), (new, []), ("", [])):
                record = make(key)
                record.tax_id = tax_id
                assert [risk.code for risk in kind.risks(record)] == codes

    def test_phones_of_addresses_and_invoices_are_kept_as_a_call_shows_them(self):
        customer = make(
            "sales.customer",
            name="甲医院",
            phone="0512-62880001",
            invoice_phone="0512-62880002转3",
            addresses=[
                {"label": "东院", "address": "平江路1号", "phone": "138 0000 4410"},
                {"label": "西院", "address": "平江路2号", "phone": "总机"},
            ],
        )
        kept = customer.addresses.values_list("phone_e164", flat=True)
        assert (customer.invoice_phone_e164, *kept) == ("+8651262880002", "+8613800004410", "")
        for typed in ("0512 6288 0002", "13800004410"):
            (match,) = find_matches(phones=[typed])
            assert (match.business_key, match.basis) == (customer.business_key, Basis.PHONE)
        assert search(Customer.objects.all(), "6288 0002").get() == customer

    @pytest.mark.parametrize(
        ("calendar", "month", "day", "fits"),
        [
            ("solar", 2, 29, True),
            ("solar", 2, 30, False),
            ("lunar", 2, 30, True),
            ("lunar", 2, 31, False),
            ("solar", 4, "", False),
        ],
    )
    def test_birthdays_exist_in_their_calendar(self, calendar, month, day, fits):
        data = {"customer": make_customer().pk, "name": "甲", "birth_calendar": calendar}
        form = ContactForm({**data, "birth_month": month, "birth_day": day})
        assert form.is_valid() is fits, form.errors
        assert fits or set(form.errors) == {"birth_day"}

    def test_a_price_policy_says_what_its_basis_asks_for(self):
        product = make_product()
        form = PricePolicyForm({"name": "x", "basis": "level", "percent": "90"})
        assert set(form.errors) == {"level"}
        form = PricePolicyForm({"name": "x", "basis": "quantity", "price": "9", "from_quantity": 5})
        assert set(form.errors) == {"product"}
        level = entry("customer_level", "A").pk
        form = PricePolicyForm({"name": "x", "basis": "level", "level": level, "percent": 90})
        assert form.is_valid(), form.errors
        assert product.standard_price == 1000
