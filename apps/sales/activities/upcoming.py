"""The next planned activity of opportunities, for their board."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from apps.core.kinds.addresses import url_of
from apps.core.kinds.registry import kind_of
from apps.sales.activities.models import SalesActivity
from apps.sales.opportunities.next_steps import NextStep, finders


def find_planned(opportunities: Collection[int]) -> Mapping[int, NextStep]:
    """The first planned activity about each of these opportunities."""
    planned = SalesActivity.objects.planned().filter(opportunity__in=opportunities)
    first = planned.order_by("opportunity", "planned_at", "pk").distinct("opportunity")
    kind = kind_of(SalesActivity)
    return {
        row.opportunity_id: NextStep(row.subject, row.planned_at, url_of(kind, "page", row.pk))
        for row in first.only("opportunity", "subject", "planned_at")
    }


finders.add("sales.salesactivity", find_planned)
