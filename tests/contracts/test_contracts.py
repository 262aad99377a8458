"""Sales contracts: what is worked out, what keeps one from being submitted, what takes effect."""

from __future__ import annotations

from decimal import Decimal

import pytest

from apps.contracts.models import SalesContract
from tests.contracts.factories import line, make_contract, make_product

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("company")]


def test_prices_hold_the_tax():
    contract = make_contract(line(make_product(price=1000), 3, rate="90"))
    stored = SalesContract.objects.get(pk=contract.pk)
    (row,) = stored.lines.all()
    assert (row.offer, row.basis, row.price) == (1000, "standard", 900)
    assert (row.gross, row.net, row.tax) == (2700, Decimal("2389.38"), Decimal("310.62"))
    assert (stored.offer_total, stored.gross) == (3000, 2700)
    assert stored.number.startswith("XS-203103-")
    assert stored.amount_in_words == "人民币贰仟柒佰元整"
