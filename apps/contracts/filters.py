"""Filters of the list of sales contracts."""

from __future__ import annotations

import django_filters

from apps.contracts.models import SalesContract


class SalesContractFilter(django_filters.FilterSet):
    """By customer, state, dates and amount."""

    date = django_filters.DateFromToRangeFilter()
    ends_on = django_filters.DateFromToRangeFilter()
    gross = django_filters.RangeFilter()

    class Meta:
        model = SalesContract
        fields = (
            "state",
            "amendment",
            "customer",
            "owner",
            "department",
            "category",
            "date",
            "ends_on",
            "gross",
            "under_floor",
        )
