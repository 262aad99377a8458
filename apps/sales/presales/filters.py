"""Filters of the list of presales support requests."""

from __future__ import annotations

import django_filters

from apps.sales.presales.models import PresalesRequest


class PresalesFilter(django_filters.FilterSet):
    """By state, sort, customer and people."""

    wanted_at = django_filters.DateFromToRangeFilter()

    class Meta:
        model = PresalesRequest
        fields = (
            "state",
            "support",
            "wanted_at",
            "engineer",
            "owner",
            "department",
            "customer",
            "opportunity",
        )
