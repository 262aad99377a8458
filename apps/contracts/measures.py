"""What people have reached in contracts, for the measures of sales."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal

from django.db.models import Sum
from django.db.models.functions import Coalesce

from apps.contracts.models import SalesContract
from apps.core.kinds.addresses import url_of
from apps.core.kinds.models import ApprovalState
from apps.core.kinds.registry import kind_of
from apps.sales.team.measures import Measure, measures
from apps.sales.team.models import MeasureCode


def contract_amount(users: Collection[int], first: date, last: date) -> Mapping[int, Decimal]:
    """Gross amounts of sales contracts in force by whose they are. A contract counts on the day it
    was signed; where that isn't known, on which it took effect."""
    rows = SalesContract.objects.filter(owner__in=users, state=ApprovalState.APPROVED)
    counted = rows.annotate(day=Coalesce("signed_on", "effective_on", "date")).filter(
        day__range=(first, last)
    )
    return dict(counted.order_by().values_list("owner").annotate(Sum("gross")))


def _listing(user: int, first: date, last: date) -> str:
    """Contracts of somebody signed in that time."""
    return f"{url_of(kind_of(SalesContract), 'list')}?owner={user}&state=approved"


measures.add(MeasureCode.CONTRACTS, Measure(contract_amount, _listing, money=True))
