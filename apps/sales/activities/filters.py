"""Filters of the list of activities."""

from __future__ import annotations

import django_filters

from apps.sales.activities.models import SalesActivity


class ActivityFilter(django_filters.FilterSet):
    """By kind, state, person and what they are about."""

    planned_at = django_filters.DateFromToRangeFilter()

    class Meta:
        model = SalesActivity
        fields = (
            "state",
            "kind",
            "planned_at",
            "owner",
            "department",
            "company",
            "lead",
            "customer",
            "opportunity",
            "review",
        )
