"""What people have reached in contracts, for the measures of sales."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from urllib.parse import urlencode

from django.db.models import Sum

from apps.contracts.models import COUNTED_ON, SalesContract
from apps.core.kinds.addresses import url_of
from apps.core.kinds.registry import kind_of
from apps.core.kinds.versions import IN_FORCE
from apps.sales.crediting import Credits, by_credit, of_people
from apps.sales.team.measures import Measure, measures
from apps.sales.team.models import MeasureCode


def contract_amount(first: date, last: date, users: Collection[int] | None = None) -> Credits:
    """Gross amounts of sales contracts in force by whose success they are."""
    rows = SalesContract.objects.filter(state__in=IN_FORCE)
    counted = rows.annotate(counted_on=COUNTED_ON).filter(counted_on__range=(first, last))
    return by_credit(counted if users is None else counted.filter(of_people(users)), Sum("gross"))


def _listing(user: int, first: date, last: date) -> str:
    """The same contracts, as a list."""
    asked = {
        "credited": user,
        "counted_after": first,
        "counted_before": last,
    }
    return f"{url_of(kind_of(SalesContract), 'list')}?{urlencode(asked)}"


measures.add(MeasureCode.CONTRACTS, Measure(contract_amount, _listing, money=True))
