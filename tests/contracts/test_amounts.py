"""The arithmetic of contracts: invariant 1, for whatever is typed."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.contracts.amounts import (
    CENT,
    Typed,
    figures,
    in_words,
    spread,
    with_tax,
    without_tax,
)

RATES = st.sampled_from([Decimal(rate) for rate in (13, 9, 6, 5, 3, 1, 0)])


def decimals(largest: int, places: int, least: str = "0"):
    return st.decimals(least, largest, places=places, allow_nan=False, allow_infinity=False)


QUANTITIES = decimals(99_999, 3, "0.001")
PRICES = decimals(9_999_999, 4)
PERCENTS = decimals(150, 4)
MONEY = decimals(99_999_999, 2)


@given(QUANTITIES, PRICES, PERCENTS, RATES)
def test_the_gross_is_quantity_by_offer_by_rate(quantity, offer, rate, tax):
    line = figures(quantity=quantity, offer=offer, typed=Typed.RATE, value=rate, tax_percent=tax)
    exact = quantity * offer * rate / 100
    assert line.gross == exact.quantize(CENT, ROUND_HALF_UP)
    assert line.rate == rate  # what was typed is kept


@given(QUANTITIES, PRICES, PRICES, RATES, st.booleans())
def test_a_typed_price_is_kept(quantity, offer, price, tax, inclusive):
    line = figures(
        quantity=quantity,
        offer=offer,
        typed=Typed.PRICE,
        value=price,
        tax_percent=tax,
        prices_include_tax=inclusive,
    )
    assert line.price == price
    assert line.amount == (quantity * price).quantize(CENT, ROUND_HALF_UP)
    if offer:
        assert abs(offer * line.rate / 100 - price) <= offer * Decimal("0.0000005")


@given(QUANTITIES, PRICES, MONEY, RATES, st.booleans())
def test_a_typed_gross_is_kept_to_the_cent(quantity, offer, gross, tax, inclusive):
    line = figures(
        quantity=quantity,
        offer=offer,
        typed=Typed.GROSS,
        value=gross,
        tax_percent=tax,
        prices_include_tax=inclusive,
    )
    assert line.gross == gross
    assert line.amount == (gross if inclusive else without_tax(gross, tax).net)


@given(MONEY, RATES)
def test_net_and_tax_add_up(amount, tax):
    apart, together = without_tax(amount, tax), with_tax(amount, tax)
    assert apart.net + apart.tax == apart.gross == amount
    assert abs(apart.net * (100 + tax) / 100 - amount) <= Decimal("0.01")
    assert together.gross == amount + together.tax


@given(QUANTITIES, PRICES, PERCENTS, RATES)
def test_the_mode_without_tax_is_the_mirror(quantity, offer, rate, tax):
    """What one mode calls gross the other calls net."""
    same = {"quantity": quantity, "offer": offer, "typed": Typed.RATE, "value": rate}
    taxed = figures(**same, tax_percent=tax)
    untaxed = figures(**same, tax_percent=tax, prices_include_tax=False)
    assert (taxed.amount, taxed.price) == (untaxed.amount, untaxed.price)
    assert untaxed.gross == with_tax(untaxed.amount, tax).gross


@given(st.lists(MONEY, min_size=1, max_size=40), st.data())
def test_a_discount_is_spread_to_the_cent(weights, data):
    whole = sum(weights)
    amount = data.draw(st.decimals(0, whole, places=2))
    shares = spread(amount, weights)
    assert sum(shares) == amount
    for share, weight in zip(shares, weights, strict=True):
        assert 0 <= share <= weight  # nothing becomes negative by it
        if whole:
            assert abs(share - amount * weight / whole) < CENT


def test_the_largest_remainders_get_the_odd_cents():
    assert spread(Decimal("0.05"), [Decimal(1), Decimal(1), Decimal(1)]) == [
        Decimal("0.02"),
        Decimal("0.02"),
        Decimal("0.01"),
    ]
    assert spread(Decimal("100.00"), [Decimal(0), Decimal(0)]) == [Decimal(100), Decimal(0)]
    assert spread(Decimal(1), []) == []


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "人民币零元整"),
        ("1005.30", "人民币壹仟零伍元叁角"),
        ("809085", "人民币捌拾万玖仟零捌拾伍元整"),
        ("0.005", "人民币壹分"),
        ("-12.5", "人民币负壹拾贰元伍角"),
        ("100000000.01", "人民币壹亿元零壹分"),
    ],
)
def test_in_words(amount, words):
    assert in_words(Decimal(amount)) == words
