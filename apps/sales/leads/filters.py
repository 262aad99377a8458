"""Filters of the list of leads."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.sales.leads.models import OPEN, Lead, LeadState

WEEK: Final = timedelta(days=7)
UNFINISHED: Final = "open"


class LeadFilter(django_filters.FilterSet):
    """By what leads are told apart, and by when they are to be contacted."""

    state = django_filters.ChoiceFilter(
        label=_("state"),
        method="by_state",
        choices=[*LeadState.choices, (UNFINISHED, _("All open ones"))],
    )
    contact = django_filters.ChoiceFilter(
        label=_("Next contact"),
        method="by_contact",
        choices=[
            ("today", _("Due today")),
            ("overdue", _("Overdue")),
            ("week", _("Within 7 days")),
            ("none", _("Not planned")),
        ],
    )
    budget = django_filters.RangeFilter()

    class Meta:
        model = Lead
        fields = (
            "state",
            "contact",
            "owner",
            "region",
            "industry",
            "source",
            "timing",
            "budget",
            "department",
        )

    def by_state(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows.filter(state__in=OPEN if value == UNFINISHED else (value,))

    def by_contact(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        today = timezone.localdate()
        match value:
            case "today":
                return rows.filter(state__in=OPEN, next_contact_on=today)
            case "overdue":
                return rows.filter(state__in=OPEN, next_contact_on__lt=today)
            case "week":
                return rows.filter(state__in=OPEN, next_contact_on__range=(today, today + WEEK))
        return rows.filter(state__in=OPEN, next_contact_on=None)
