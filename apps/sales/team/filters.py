"""Filters of the list of targets."""

from __future__ import annotations

import django_filters

from apps.sales.team.models import SalesTarget


class TargetFilter(django_filters.FilterSet):
    """By month, measure and whose they are."""

    month = django_filters.DateFromToRangeFilter()

    class Meta:
        model = SalesTarget
        fields = ("month", "measure", "person", "unit")
