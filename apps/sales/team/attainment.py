"""What people and departments have reached of their targets, and how they rank."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet, Sum

from apps.people.models import Department
from apps.sales.crediting import of_each_person, of_each_unit
from apps.sales.team.measures import measures
from apps.sales.team.models import MeasureCode, SalesTarget
from apps.sales.team.periods import Period

ZERO, HUNDRED = Decimal(0), Decimal(100)


@dataclass(frozen=True, slots=True)
class Attainment:
    """What was reached, and of which target; None where none was set."""

    reached: Decimal
    target: Decimal | None

    @property
    def percent(self) -> int | None:
        """Of the target, in whole percent; None without one."""
        return int(self.reached * HUNDRED / self.target) if self.target else None

    @property
    def bar(self) -> int:
        """The length of its bar, 0 to 100."""
        return max(0, min(self.percent or 0, 100))


def attained_by_people(
    users: Collection[int], measure: MeasureCode, period: Period
) -> Mapping[int, Attainment]:
    """Of each of these people; two questions."""
    reached = of_each_person(measures[measure].reached(period.first, period.last, users))
    targets = dict(
        _targets(measure, period)
        .filter(person__in=users)
        .values_list("person")
        .annotate(Sum("amount"))
    )
    return {user: Attainment(reached.get(user, ZERO), targets.get(user)) for user in users}


def attained_by_units(
    units: Mapping[int, str], measure: MeasureCode, period: Period
) -> Mapping[int, Attainment]:
    """Of each department (id → path), with all that was reached in it or below; three questions."""
    paths = dict(Department.objects.values_list("pk", "path"))
    reached = of_each_unit(measures[measure].reached(period.first, period.last, None))
    targets = dict(
        _targets(measure, period).filter(unit__in=units).values_list("unit").annotate(Sum("amount"))
    )
    return {
        unit: Attainment(
            sum(
                (
                    amount
                    for below, amount in reached.items()
                    if paths.get(below, "").startswith(path)
                ),
                ZERO,
            ),
            targets.get(unit),
        )
        for unit, path in units.items()
    }


def _targets(measure: MeasureCode, period: Period) -> QuerySet[SalesTarget]:
    return SalesTarget.objects.filter(
        measure=measure, month__range=(period.first, period.last)
    ).order_by()
