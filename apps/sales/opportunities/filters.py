"""Filters of opportunities: of their list, of the board and of the funnel alike, so that what one
of them counts is what another one lists."""

from __future__ import annotations

import django_filters
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.people.models import Department
from apps.sales.opportunities.models import (
    Opportunity,
    OpportunityStage,
    OpportunityState,
    StageChange,
)


class OpportunityFilter(django_filters.FilterSet):
    """By customer, stage and state; by whom and when; by how far they have come."""

    under = django_filters.ModelChoiceFilter(
        queryset=Department.objects.all(),
        method="filter_under",
        label=_("In or below the department"),
    )
    created_at = django_filters.DateFromToRangeFilter(label=_("Created on"))
    expected_on = django_filters.DateFromToRangeFilter()
    closed_at = django_filters.DateFromToRangeFilter(label=_("Closed on"))
    amount = django_filters.RangeFilter()
    overdue = django_filters.BooleanFilter(
        method="filter_overdue", label=_("Past its expected close")
    )
    reached = django_filters.ModelChoiceFilter(
        queryset=OpportunityStage.objects.all(), method="filter_reached", label=_("Has reached")
    )
    left = django_filters.ModelChoiceFilter(
        queryset=OpportunityStage.objects.all(), method="filter_left", label=_("Has left")
    )

    class Meta:
        model = Opportunity
        fields = (
            "state",
            "stage",
            "customer",
            "owner",
            "department",
            "under",
            "source",
            "expected_on",
            "created_at",
            "closed_at",
            "amount",
            "overdue",
            "reached",
            "left",
            "loss_reason",
            "win_reason",
        )

    def filter_under(
        self, rows: QuerySet[Opportunity], name: str, value: Department
    ) -> QuerySet[Opportunity]:
        """Those of a department with the ones below it."""
        return rows.filter(department__path__startswith=value.path)

    def filter_overdue(
        self, rows: QuerySet[Opportunity], name: str, value: bool
    ) -> QuerySet[Opportunity]:
        """Open ones that should be closed by now, or all the others."""
        late = Q(state=OpportunityState.OPEN, expected_on__lt=timezone.localdate())
        return rows.filter(late if value else ~late)

    def filter_reached(
        self, rows: QuerySet[Opportunity], name: str, value: OpportunityStage
    ) -> QuerySet[Opportunity]:
        """Those that have come as far as a stage, or further; what is won has come all the way."""
        beyond = [s.pk for s in OpportunityStage.objects.all() if s.place >= value.place]
        return rows.filter(Q(furthest__in=beyond) | Q(state=OpportunityState.WON))

    def filter_left(
        self, rows: QuerySet[Opportunity], name: str, value: OpportunityStage
    ) -> QuerySet[Opportunity]:
        """Those that have been in a stage and are in it no more."""
        left = StageChange.objects.filter(from_stage=value).values("opportunity")
        return rows.filter(pk__in=left)
