"""Whom a manager looks after, and who of them needs attention."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from apps.core.access.rights import Rights
from apps.people.models import Employee
from apps.sales.activities.models import SalesActivity
from apps.sales.customers.filters import silent
from apps.sales.customers.models import ALIVE, Customer, CustomerStage
from apps.sales.parameters import UNCONTACTED_DAYS

TEAM = "sales.team"


def team_of(rights: Rights) -> QuerySet[Employee]:
    """The colleagues whose work somebody with these rights may see, themselves included."""
    return _within(Employee.objects.employed(), rights)


def former_of(rights: Rights) -> QuerySet[Employee]:
    """Those of them who don't work here any more, or not yet."""
    return _within(Employee.objects.exclude(pk__in=Employee.objects.employed()), rights)


def _within(people: QuerySet[Employee], rights: Rights) -> QuerySet[Employee]:
    within = people.annotate(owner=F("pk")).filter(rights.within(TEAM))
    return within.exclude(department=None).select_related("user", "department")


@dataclass(frozen=True, slots=True)
class Neglected:
    """Customers of somebody without contact for long, and activities that were not done."""

    customers: int = 0
    overdue: int = 0


def uncontacted(now: datetime) -> Q:
    """Customers whom nobody has contacted for longer than the parameter allows."""
    return Q(stage__in=ALIVE, merged_into=None) & silent(UNCONTACTED_DAYS.value(), now)


def neglected_by(users: Collection[int], now: datetime) -> Mapping[int, Neglected]:
    """By person; two questions."""
    customers: dict[int, int] = dict(
        Customer.objects.filter(uncontacted(now), owner__in=users)
        .order_by()
        .values_list("owner")
        .annotate(Count("pk"))
    )
    overdue: dict[int, int] = dict(
        SalesActivity.objects.overdue(now)
        .filter(owner__in=users)
        .order_by()
        .values_list("owner")
        .annotate(Count("pk"))
    )
    return {u: Neglected(customers.get(u, 0), overdue.get(u, 0)) for u in users}


def to_wake_up(users: Collection[int], now: datetime) -> QuerySet[Any]:
    """Dormant customers of these people whose day has come, the longest ago first."""
    return (
        Customer.objects.filter(
            stage=CustomerStage.DORMANT, wake_up_on__lte=timezone.localdate(now), owner__in=users
        )
        .select_related("owner")
        .order_by("wake_up_on", "pk")
    )
