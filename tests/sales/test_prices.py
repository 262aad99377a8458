"""Which price a customer is offered."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from apps.catalog.parameters import LOWEST, PRICE_POLICY
from apps.core.parameters.services import set_parameter
from apps.people.models import Employee
from apps.sales.models import PricePolicy
from apps.sales.pricing.offers import offers
from tests.contracts.factories import DAY, entry, make_customer, make_product, rights

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("company")]


def policy(basis: str, **given) -> PricePolicy:
    owner = Employee.objects.get(user__username="shanlina")
    return PricePolicy.objects.create(
        name=basis, basis=basis, owner_id=owner.pk, department_id=owner.department_id, **given
    )


@pytest.fixture
def product():
    return make_product(price=1000)


@pytest.fixture
def all_policies(product):
    customer = make_customer(level="A")
    policy("customer", customer=customer, product=product, price=960)
    policy("level", level=entry("customer_level", "A"), percent=90)
    policy("quantity", product=product, from_quantity=5, percent=85)
    policy("quantity", product=product, from_quantity=10, percent=80)
    policy("promotion", product=product, price=Decimal("700.5"), valid_to=date(2031, 3, 3))
    return customer


def offered(customer, product, quantity=1, day=DAY):
    (found,) = offers(customer, [(product, Decimal(quantity))], on=day)
    return found.price, found.basis


def test_by_priority_the_first_that_fits_counts(product, all_policies):
    assert offered(all_policies, product) == (960, "customer")
    other = make_customer("另一家", level="A")
    assert offered(other, product, 20) == (900, "level")
    third = make_customer("第三家", level="C")
    assert offered(third, product, 5) == (850, "quantity")
    assert offered(third, product, 10) == (800, "quantity")
    assert offered(third, product, 4) == (Decimal("700.5"), "promotion")
    assert offered(third, product, 4, date(2031, 3, 4)) == (1000, "standard")
    assert offered(third, make_product("B", 50), 4) == (50, "standard")


def test_or_the_lowest_of_them(product, all_policies):
    set_parameter(parameter=PRICE_POLICY, value=LOWEST, by=rights("admin").user)
    assert offered(all_policies, product) == (Decimal("700.5"), "promotion")
    assert offered(all_policies, product, 10, date(2031, 4, 1)) == (800, "quantity")


def test_a_policy_that_is_not_active_offers_nothing(product, all_policies):
    PricePolicy.objects.update(active=False)
    assert offered(all_policies, product) == (1000, "standard")


def test_many_products_take_two_questions(product, all_policies, django_assert_num_queries):
    wanted = [(product, Decimal(1)), *[(make_product(f"P{n}"), Decimal(n)) for n in range(1, 9)]]
    with django_assert_num_queries(2):
        assert len(offers(all_policies, wanted, on=DAY)) == 9
