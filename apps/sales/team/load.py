"""How much each colleague has to do, for whoever assigns something to one of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import Count
from django.db.models.functions import Now

from apps.sales.activities.models import SalesActivity
from apps.sales.customers.models import ALIVE, Customer
from apps.sales.leads.models import Lead
from apps.sales.opportunities.models import Opportunity, OpportunityState


@dataclass(frozen=True, slots=True)
class Load:
    """Open leads, customers in talk or won, open opportunities, and activities that are due."""

    leads: int = 0
    customers: int = 0
    opportunities: int = 0
    due: int = 0


def load_of(users: Collection[int]) -> Mapping[int, Load]:
    """The load of each of these colleagues; four questions, however many they are."""
    counted = [
        dict(rows.filter(owner__in=users).values_list("owner").annotate(Count("pk")))
        for rows in (
            Lead.objects.open().order_by(),
            Customer.objects.filter(stage__in=ALIVE, merged_into=None).order_by(),
            Opportunity.objects.filter(state=OpportunityState.OPEN).order_by(),
            SalesActivity.objects.planned().filter(planned_at__lt=Now()).order_by(),
        )
    ]
    return {user: Load(*(numbers.get(user, 0) for numbers in counted)) for user in users}
