"""Filters of the list of activities."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import django_filters
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.sales.activities.models import SalesActivity


class ActivityFilter(django_filters.FilterSet):
    """By kind, state, person and what they are about."""

    due = django_filters.ChoiceFilter(
        label=_("When"),
        empty_label="",
        method="filter_due",
        choices=(
            ("today", _("Today")),
            ("due", _("Due by now")),
            ("overdue", _("Overdue")),
            ("week", _("Within 7 days")),
        ),
    )
    planned_at = django_filters.DateFromToRangeFilter()

    class Meta:
        model = SalesActivity
        fields = (
            "due",
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

    def filter_due(self, rows: Any, name: str, value: str) -> Any:
        """Planned ones by when they are to be done; today's are all of today."""
        now = timezone.now()
        start = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
        if value == "today":
            return rows.filter(planned_at__gte=start, planned_at__lt=start + timedelta(days=1))
        if value == "overdue":
            return rows.overdue(now)
        if value == "due":
            return rows.planned().filter(planned_at__lt=now)
        return rows.planned().filter(
            planned_at__gte=start, planned_at__lt=start + timedelta(days=7)
        )
