"""Numbers of documents: in order, each once, without a gap, each month or year from one."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import transaction

from apps.core.kinds.declaration import Numbering
from apps.core.numbering.services import next_number
from tests.contracts.factories import line, make_contract, make_customer, make_product
from tests.engine.races.racing import race, winners

MONTHLY = Numbering("XS-{date:%Y%m}-{seq:04d}")
YEARLY = Numbering("FP{date:%y}{seq:03d}")
DECEMBER, JANUARY = date(2031, 12, 31), date(2032, 1, 1)


def number(rule: Numbering = MONTHLY, day: date = DECEMBER, kind: str = "test.kind") -> str:
    return next_number(kind, rule, day)


@pytest.mark.django_db
@pytest.mark.usefixtures("company")
class TestSeries:
    def test_each_month_and_each_kind_counts_from_one(self) -> None:
        assert [number(), number()] == ["XS-203112-0001", "XS-203112-0002"]
        assert number(day=JANUARY) == "XS-203201-0001"
        assert number() == "XS-203112-0003"  # dated back
        assert number(kind="test.other") == "XS-203112-0001"

    def test_a_year_counts_from_one_whatever_the_month(self) -> None:
        assert number(YEARLY, date(2031, 1, 1)) == "FP31001"
        assert number(YEARLY, DECEMBER) == "FP31002"
        assert number(YEARLY, JANUARY) == "FP32001"

    def test_more_than_the_digits_hold_are_no_end(self) -> None:
        numbers = [number(YEARLY) for _ in range(1000)]
        assert numbers[-2:] == ["FP31999", "FP311000"]

    def test_what_was_not_saved_after_all_leaves_no_gap(self) -> None:
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            number()
            raise ZeroDivisionError
        assert number() == "XS-203112-0001"

    def test_a_contract_is_numbered_by_its_date_and_keeps_its_number(self) -> None:
        product, customer = make_product(), make_customer()
        old, new = (
            make_contract(line(product), customer=customer, date=day) for day in (DECEMBER, JANUARY)
        )
        assert [old.number, new.number] == ["XS-203112-0001", "XS-203201-0001"]


def test_several_at_once_get_a_number_each_and_none_is_left_out(own_database, company) -> None:
    results = race(*[number] * 6)
    assert sorted(winners(results)) == [f"XS-203112-{seq:04d}" for seq in range(1, 7)]
