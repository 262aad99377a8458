"""The arithmetic of contracts (domain.md, 0): `Decimal` only, half up, to the cent.

Prices hold the tax or don't (`prices_include_tax`); the second mode is the mirror of the first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal, localcontext
from typing import Final

import cn2an
from django.db import models
from django.utils.translation import gettext_lazy as _

CENT: Final = Decimal("0.01")
PLACES: Final = Decimal("0.0001")  # of rates and unit prices
HUNDRED: Final = Decimal(100)
ZERO: Final = Decimal("0.00")
PRECISION: Final = 50  # digits: a product of the largest values is still exact


class Typed(models.TextChoices):
    """Which of a line's three figures was typed: it is kept, the others are derived from it."""

    RATE = "rate", _("Discount rate")
    PRICE = "price", _("Net unit price")
    GROSS = "gross", _("Gross amount")


@dataclass(frozen=True, slots=True)
class Figures:
    """A line before the discount on the whole. `amount` is what quantity × price comes to: with
    tax where prices include it, else without."""

    rate: Decimal
    price: Decimal
    amount: Decimal
    gross: Decimal


@dataclass(frozen=True, slots=True)
class Split:
    """An amount and its tax. `gross` = `net` + `tax`, always."""

    gross: Decimal
    net: Decimal
    tax: Decimal


def cents(amount: Decimal) -> Decimal:
    """To the cent, half up."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def figures(
    *,
    quantity: Decimal,
    offer: Decimal,
    typed: str,
    value: Decimal,
    tax_percent: Decimal,
    prices_include_tax: bool = True,
) -> Figures:
    """The figures of a line of which `value` was typed: a rate (100 is no discount), a net unit
    price, or the gross amount. Of an offer of 0 there is no rate: it stays 100."""
    with localcontext() as context:
        context.prec = PRECISION
        if typed == Typed.GROSS:
            amount = value if prices_include_tax else without_tax(value, tax_percent).net
            price, rate = places(amount / quantity), _rate(amount, quantity * offer)
            return Figures(rate, price, amount, value)
        if typed == Typed.PRICE:
            amount, price, rate = cents(quantity * value), value, _rate(value, offer)
        else:
            amount = cents(quantity * offer * value / HUNDRED)
            price, rate = places(offer * value / HUNDRED), value
        gross = amount if prices_include_tax else with_tax(amount, tax_percent).gross
        return Figures(rate, price, amount, gross)


def places(value: Decimal) -> Decimal:
    """To four places, half up."""
    return value.quantize(PLACES, ROUND_HALF_UP)


def _rate(part: Decimal, whole: Decimal) -> Decimal:
    return places(part * HUNDRED / whole) if whole else HUNDRED


def without_tax(gross: Decimal, tax_percent: Decimal) -> Split:
    """An amount that holds its tax, taken apart: net = gross / (1 + tax), the tax is the rest."""
    net = cents(gross * HUNDRED / (HUNDRED + tax_percent))
    return Split(gross, net, gross - net)


def with_tax(net: Decimal, tax_percent: Decimal) -> Split:
    """An amount to which its tax is added."""
    tax = cents(net * tax_percent / HUNDRED)
    return Split(net + tax, net, tax)


def spread(amount: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Shares of an amount (to the cent) by weight, that add up to it: each has its cents rounded
    down, and the largest remainders get one more; of equal ones the first.

    Weights aren't negative. Where all are 0, everything goes to the first."""
    if not weights:
        return []
    with localcontext() as context:
        context.prec = PRECISION
        whole = sum(weights)
        if not whole:
            return [amount, *[ZERO] * (len(weights) - 1)]
        exact = [amount * weight / whole for weight in weights]
        shares = [share.quantize(CENT, ROUND_FLOOR) for share in exact]
        missing = int((amount - sum(shares)) / CENT)
        by_remainder = sorted(range(len(shares)), key=lambda i: (shares[i] - exact[i], i))
        for i in by_remainder[:missing]:
            shares[i] += CENT
        return shares


def in_words(amount: Decimal) -> str:
    """An amount as contracts and receipts write it out: 人民币壹仟零伍元叁角整.

    Raises ValueError for more than cn2an can say (a hundred million times a hundred million)."""
    exact = cents(amount)
    words = cn2an.an2cn(str(abs(exact)), "rmb")
    return f"人民币{'负' if exact < 0 else ''}{words}"
