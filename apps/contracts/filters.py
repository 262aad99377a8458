"""Filters of the list of sales contracts."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from apps.contracts.models import COUNTED_ON, SalesContract
from apps.core.kinds.versions import IN_FORCE
from apps.sales.crediting import CreditFilter


class SalesContractFilter(django_filters.FilterSet):
    """By customer, state, dates and amount."""

    counted = django_filters.DateFromToRangeFilter(
        label=_("Counted as reached"), method="by_counting"
    )
    credited = CreditFilter()
    date = django_filters.DateFromToRangeFilter()
    ends_on = django_filters.DateFromToRangeFilter()
    gross = django_filters.RangeFilter()

    class Meta:
        model = SalesContract
        fields = (
            "state",
            "amendment",
            "customer",
            "opportunity",
            "owner",
            "credited",
            "department",
            "category",
            "date",
            "counted",
            "ends_on",
            "gross",
            "under_floor",
        )

    def by_counting(self, rows: QuerySet[Any], name: str, value: slice) -> QuerySet[Any]:
        counted = rows.filter(state__in=IN_FORCE).annotate(counted_on=COUNTED_ON)
        if value.start is not None:
            counted = counted.filter(counted_on__gte=value.start)
        return counted if value.stop is None else counted.filter(counted_on__lte=value.stop)
