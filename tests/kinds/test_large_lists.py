"""What lists of many rows do otherwise than others: they show the same."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.http import QueryDict
from django.utils import timezone

from apps.core.access.actions import Scope
from apps.core.access.models import DataScope
from apps.core.kinds import listing, search
from apps.core.kinds.listing import Listing
from apps.core.kinds.registry import kinds
from apps.people.models import Employee
from apps.sales.models import Customer, Lead, SalesActivity
from engine.organisation import Role
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
    search._known.clear()  # what was known of the table when it was empty
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


@pytest.mark.parametrize("scope", Scope)
def test_keys_of_what_is_seen_come_once_each(key: str, scope: Scope) -> None:
    DataScope.objects.update(scope=scope)
    for user in (SELLER, COLLEAGUE):
        make(key, by=user)
    rows = kinds[key].model.objects
    for user in (SELLER, COLLEAGUE, "shanlina", "wulei"):
        keys = [row["pk"] for row in rows.keys_visible_to(rights(user))]
        seen = rows.visible_to(rights(user)).values_list("pk", flat=True)
        assert sorted(keys) == sorted(seen), user


@pytest.mark.parametrize("scope", Scope)
def test_customers_are_looked_up_as_they_are_seen(scope: Scope) -> None:
    DataScope.objects.filter(role=Role.SALES, kind="sales.customer").update(scope=scope)
    for user in (SELLER, COLLEAGUE):
        kept, gone = make("sales.customer", by=user), make("sales.customer", by=user)
        Customer.objects.filter(pk=gone.pk).update(merged_into=kept)
    for user in (SELLER, COLLEAGUE, "shanlina"):
        seen = Customer.objects.visible_to(rights(user)).values_list("pk", flat=True)
        keys = Customer.objects.keys_visible_to(rights(user)).values_list("pk", flat=True)
        assert set(keys) == set(seen), user


def test_a_list_of_more_than_are_counted_says_so_in_every_order(monkeypatch) -> None:
    monkeypatch.setattr(listing, "COUNTED", 10)
    DataScope.objects.filter(role=Role.SALES, kind="sales.lead").update(scope=Scope.DEPARTMENT)
    leads(12)
    for query in ("", "sort=name", "sort=-owner"):
        total = shown("sales.lead", SELLER, query, size=5).total
        assert (total.count, total.more) == (10, True), query
    whole = shown("sales.lead", SELLER).total
    assert (whole.count, whole.more) == (12, False)
    few = shown("sales.lead", SELLER, "q=pingjiang&sort=-name")
    assert [row.name[-1] for row in few.page.rows] == ["5", "0", "0"]
    assert (few.total.count, few.total.more) == (3, False)


def test_what_is_seen_for_other_reasons_is_counted_along(monkeypatch) -> None:
    DataScope.objects.filter(role=Role.SALES).update(scope=Scope.DEPARTMENT)
    mine = make("sales.customer", by=SELLER)
    for number in range(3):
        make("sales.opportunity", by=SELLER, customer=mine.pk, amount=100 + number)
        make("sales.opportunity", by=COLLEAGUE, customer=mine.pk, amount=10)
        make("sales.opportunity", by=COLLEAGUE)
    for query in ("", "sort=amount", "state=open", "q=a"):
        total, text = (one := shown("sales.opportunity", SELLER, query, size=2)).total, one.text
        seen = kinds["sales.opportunity"].model.objects.visible_to(rights(SELLER))
        found = search.search(seen, text)
        whole = found.count(), sum(row.amount for row in found), False
        assert (total.count, total.amount, total.more) == whole, query
        assert whole[0] == 6 or query == "q=a"
    monkeypatch.setattr(listing, "COUNTED", 4)
    total = shown("sales.opportunity", SELLER, "state=open", size=2).total
    assert (total.count, total.more) == (4, True)


def test_rows_side_by_side_at_the_end_of_an_order_are_put_in_order() -> None:
    now = timezone.now()
    for day in (3, 1, 2):
        make("sales.salesactivity", by=SELLER, planned_at=now + timedelta(days=day))
    page = shown("sales.salesactivity", SELLER, "state=planned&sort=planned_at").page
    planned = [row.planned_at for row in page.rows]
    assert len(planned) == SalesActivity.objects.count()
    assert planned == sorted(planned)
