"""Targets of the demo company for this month and the last one."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from django.db import transaction

from apps.core.kinds.registry import kind_of
from apps.core.kinds.search import make_searchable
from apps.people.models import Department, Employee
from apps.sales.team.models import MeasureCode, SalesTarget, first_of

PEOPLE: Final = {  # contract amount, new customers
    "qiuzhiyuan": (1_500_000, 3),
    "xiexiaomei": (1_200_000, 3),
    "ouwenbin": (900_000, 2),
    "shanlina": (600_000, 1),
}
UNITS: Final = {"销售部": 4_200_000, "华东组": 2_700_000, "华南组": 900_000}


@transaction.atomic
def make_targets(*, today: date) -> int:
    """How many were made. Idempotent."""
    if SalesTarget.objects.exists():
        return 0
    this = first_of(today)
    made = []
    staff = {e.user.username: e for e in Employee.objects.select_related("user", "department")}
    for month in (first_of(this - timedelta(days=1)), this):
        for name, (amount, number) in PEOPLE.items():
            one = staff[name]
            for measure, target in (
                (MeasureCode.CONTRACTS, amount),
                (MeasureCode.NEW_CUSTOMERS, number),
            ):
                made.append(
                    SalesTarget(
                        month=month,
                        measure=measure,
                        person_id=one.pk,
                        amount=Decimal(target),
                        owner_id=one.pk,
                        department_id=one.department_id,
                    )
                )
        for unit in Department.objects.filter(name__in=UNITS):
            made.append(
                SalesTarget(
                    month=month,
                    measure=MeasureCode.CONTRACTS,
                    unit=unit,
                    amount=Decimal(UNITS[unit.name]),
                    owner_id=unit.head_id or staff["shanlina"].pk,
                    department_id=unit.pk,
                )
            )
    for target in made:
        make_searchable(target, kind_of(SalesTarget).search)
    return len(SalesTarget.objects.bulk_create(made))
