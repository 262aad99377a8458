"""What open opportunities mean to their customers: one that has any isn't closed."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from apps.sales.customers.blockers import MOST, Blocker, blockers
from apps.sales.opportunities.models import Opportunity


def find_open(customer_id: int) -> Sequence[Blocker]:
    """The open opportunities of a customer, whoever owns them."""
    rows = Opportunity.objects.open().filter(customer=customer_id).order_by("pk")
    return [
        Blocker(_("open opportunity"), row.name, row.business_key)
        for row in rows.only("pk", "name")[:MOST]
    ]


blockers.add("sales.opportunity", find_open)
