"""Filters of the list of targets."""

from __future__ import annotations

from typing import Any

import django_filters
from django_filters.fields import RangeField
from django_filters.widgets import DateRangeWidget

from apps.core.kinds.months import MonthField
from apps.sales.team.models import SalesTarget


class MonthRangeField(RangeField):
    """From a month to a month, both included."""

    widget = DateRangeWidget

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__((MonthField(), MonthField()), *args, **kwargs)


class MonthRangeFilter(django_filters.RangeFilter):
    """A range of months."""

    field_class = MonthRangeField


class TargetFilter(django_filters.FilterSet):
    """By month, measure and whose they are."""

    month = MonthRangeFilter()

    class Meta:
        model = SalesTarget
        fields = ("month", "measure", "person", "unit")
