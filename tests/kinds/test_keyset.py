"""Pages by keyset, walked forwards and backwards: empty values, equal ones, over foreign keys."""

from __future__ import annotations

from datetime import date
from functools import partial

import pytest

from apps.core.kinds import keyset
from apps.core.kinds.columns import value_of
from apps.core.parameters.models import DictionaryEntry
from apps.people.models import Employee
from apps.sales.models import Lead

pytestmark = pytest.mark.django_db
DAYS = (None, date(2026, 3, 1), date(2026, 3, 2), None, date(2026, 3, 1))
ORDERS = ("pk", "name", "next_contact_on", "region__name", "owner__display_name", "budget")
SIZE = 4


@pytest.fixture
def leads(company) -> list[Lead]:
    """23 of them: days are empty or come again, regions too, no budget is known."""
    owner = Employee.objects.get(user__username="xiexiaomei")
    regions = [*DictionaryEntry.objects.filter(dictionary="region")[:3], None]
    return Lead.objects.bulk_create(
        Lead(
            name=f"太仓门诊部{number * 7 % 23 // 2:02d}",
            owner_id=owner.pk,
            department_id=owner.department_id,
            next_contact_on=DAYS[number % len(DAYS)],
            region=regions[number % len(regions)],
        )
        for number in range(23)
    )


def expected(path: str, descending: bool) -> list[int]:
    """All rows in that order, the empty ones last."""
    rows = [(value_of(row, path), row.pk) for row in Lead.objects.all()]
    filled = sorted((row for row in rows if row[0] is not None), reverse=descending)
    empty = sorted((pk for value, pk in rows if value is None), reverse=descending)
    return [pk for _value, pk in filled] + empty


@pytest.mark.parametrize("many", [False, True])
@pytest.mark.parametrize("sign", ["", "-"])
@pytest.mark.parametrize("path", ORDERS)
def test_each_row_comes_once_in_its_order_forwards_and_back(leads, path, sign, many):
    rows, order = Lead.objects.all(), f"{sign}{path}"
    read = partial(keyset.page, rows, order, size=SIZE, many=many)
    page = read("")
    assert page.previous == ""
    pages = [page]
    while page.next:
        page = read(page.next)
        pages.append(page)
    there = [[row.pk for row in one.rows] for one in pages]
    assert [pk for one in there for pk in one] == expected(path, bool(sign))
    assert {len(one) for one in there[:-1]} == {SIZE}
    back = [there[-1]]
    while page.previous:
        page = read(page.previous)
        assert page.next
        back.append([row.pk for row in page.rows])
    assert back[::-1] == there


@pytest.mark.parametrize("path", ORDERS)
def test_a_page_costs_two_questions_at_most(leads, path, django_assert_max_num_queries):
    cursor = ""
    while True:
        with django_assert_max_num_queries(2):
            page = keyset.page(
                Lead.objects.all(), path, cursor, SIZE, reading=["owner", "region", "company"]
            )
            assert [str(row.owner) for row in page.rows]
            assert all("search_grams" not in row.__dict__ for row in page.rows)
        if not (cursor := page.next):
            break


def test_a_cursor_that_was_made_up_is_no_error(leads):
    for cursor in ("x", "W10", "WyJ4IiwxLGZhbHNlXQ"):
        assert keyset.page(Lead.objects.all(), "next_contact_on", cursor, SIZE).rows
