"""Which price a customer is offered (domain.md, 0): by the price policies of the account set."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Q

from apps.catalog.models import Product
from apps.catalog.parameters import LOWEST, PRICE_POLICY
from apps.sales.customers.models import Customer
from apps.sales.pricing.models import POLICIES, Basis, PricePolicy

PLACES = Decimal("0.0001")
HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Offer:
    """A price for one unit, what it rests on, and the name of the policy."""

    price: Decimal
    basis: str
    policy: str = ""


def offers(
    customer: Customer, wanted: Sequence[tuple[Product, Decimal]], *, on: date
) -> list[Offer]:
    """What a customer is offered that day for each product and quantity: two questions to the
    database, however many."""
    lowest = PRICE_POLICY.value() == LOWEST
    policies = list(_policies(customer, {product.pk for product, _quantity in wanted}, on))
    return [_offer(product, quantity, policies, lowest) for product, quantity in wanted]


def _policies(customer: Customer, products: set[int], on: date) -> Iterable[PricePolicy]:
    return PricePolicy.objects.filter(
        Q(product=None) | Q(product__in=products),
        Q(customer=None) | Q(customer=customer),
        Q(level=None) | Q(level=customer.level_id),
        Q(valid_from=None) | Q(valid_from__lte=on),
        Q(valid_to=None) | Q(valid_to__gte=on),
        active=True,
    ).order_by("pk")


def _offer(
    product: Product, quantity: Decimal, policies: Iterable[PricePolicy], lowest: bool
) -> Offer:
    standard = Offer(product.standard_price, Basis.STANDARD)
    fitting = [policy for policy in policies if _fits(policy, product, quantity)]
    found = [_by(policy, product) for policy in fitting]
    if lowest:
        return min([*found, standard], key=lambda offer: offer.price)
    for basis in POLICIES:
        of_basis = [offer for offer in found if offer.basis == basis]
        if of_basis:
            return min(of_basis, key=lambda offer: offer.price)
    return standard


def _fits(policy: PricePolicy, product: Product, quantity: Decimal) -> bool:
    return policy.product_id in (None, product.pk) and (
        policy.from_quantity is None or quantity >= policy.from_quantity
    )


def _by(policy: PricePolicy, product: Product) -> Offer:
    price = policy.price
    if price is None:
        percent = policy.percent or HUNDRED
        price = (product.standard_price * percent / HUNDRED).quantize(PLACES, ROUND_HALF_UP)
    return Offer(price, policy.basis, policy.name)
