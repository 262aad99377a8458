"""What lists of many rows do otherwise than others: they show the same."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.http import QueryDict
from django.utils import timezone

from apps.core.access.actions import EVERYONE, Scope
from apps.core.access.models import DataScope
from apps.core.kinds import listing, search
from apps.core.kinds.listing import Listing
from apps.core.kinds.registry import kinds
from apps.people.models import Employee
from apps.sales.models import Customer, Lead, SalesActivity
from tests.contracts.factories import rights
from tests.kinds.factories import make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("company")]
SELLER, COLLEAGUE = "xiexiaomei", "ouwenbin"
NAMES = ("苏州平江路医院", "南通许家桥卫生院", "徐州中心医院", "苏州解家桥医院", "无锡惠山医院")


def leads(count: int) -> list[Lead]:
    """Of many names, of one seller."""
    owner = Employee.objects.get(user__username=SELLER)
    found = [
        Lead(
            name=f"{NAMES[number % len(NAMES)]}{number}",
            owner_id=owner.pk,
            department_id=owner.department_id,
        )
        for number in range(count)
    ]
    for lead in found:
        search.make_searchable(lead, ["name"])
    return Lead.objects.bulk_create(found)


def shown(kind: str, by: str, query: str = "", size: int | None = None) -> Listing:
    return Listing(kinds[kind], rights(by), QueryDict(query), size=size)


@pytest.mark.parametrize(
    "typed", ["x", "xu", "suzhou", "szpjl", "医院", "苏州 医院", "zhouzhongxin", "惠", "qz"]
)
def test_the_same_rows_are_found_however_common_they_are(typed: str) -> None:
    leads(60)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE sales_lead")
    search._shares.clear()  # what was known of the table when it was empty
    rare, common = (
        set(search.search(Lead.objects.all(), typed, common=common).values_list("pk", flat=True))
        for common in (False, True)
    )
    held = {
        lead.pk
        for lead in Lead.objects.all()
        if all(
            any(
                reading.startswith(word) if len(word) == 1 else word in reading
                for reading in search.readings(lead.name)
            )
            for word in typed.split()
        )
    }
    assert rare == common == held


def test_what_is_surely_seen_is_seen(key: str) -> None:
    for user in (SELLER, COLLEAGUE):
        make(key, by=user)
    DataScope.objects.filter(kind=key).update(scope=Scope.DEPARTMENT)
    rows = kinds[key].model.objects
    sure, seen = (
        set(found(rights(SELLER)).values_list("pk", flat=True))
        for found in (rows.surely_visible_to, rows.visible_to)
    )
    assert sure <= seen


@pytest.mark.parametrize("scope", Scope)
def test_customers_are_looked_up_as_they_are_seen(scope: Scope) -> None:
    DataScope.objects.filter(role=EVERYONE, kind="sales.customer").update(scope=scope)
    for user in (SELLER, COLLEAGUE):
        kept, gone = make("sales.customer", by=user), make("sales.customer", by=user)
        Customer.objects.filter(pk=gone.pk).update(merged_into=kept)
    for user in (SELLER, COLLEAGUE, "shanlina"):
        seen = Customer.objects.visible_to(rights(user)).values_list("pk", flat=True)
        keys = Customer.objects.keys_visible_to(rights(user)).values_list("pk", flat=True)
        assert set(keys) == set(seen), user


def test_a_list_of_more_than_are_counted_says_so_in_every_order(monkeypatch) -> None:
    monkeypatch.setattr(listing, "COUNTED", 10)
    DataScope.objects.filter(role=EVERYONE, kind="sales.lead").update(scope=Scope.DEPARTMENT)
    leads(12)
    for query in ("", "sort=name", "sort=-owner"):
        total = shown("sales.lead", SELLER, query, size=5).total
        assert (total.count, total.more) == (10, True), query
    whole = shown("sales.lead", SELLER).total
    assert (whole.count, whole.more) == (12, False)
    few = shown("sales.lead", SELLER, "q=pingjiang&sort=-name")
    assert [row.name[-1] for row in few.page.rows] == ["5", "0", "0"]
    assert (few.total.count, few.total.more) == (3, False)


def test_rows_side_by_side_at_the_end_of_an_order_are_put_in_order() -> None:
    now = timezone.now()
    for day in (3, 1, 2):
        make("sales.salesactivity", by=SELLER, planned_at=now + timedelta(days=day))
    page = shown("sales.salesactivity", SELLER, "state=planned&sort=planned_at").page
    planned = [row.planned_at for row in page.rows]
    assert len(planned) == SalesActivity.objects.count()
    assert planned == sorted(planned)
