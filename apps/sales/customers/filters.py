"""Filters of the list of customers."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

import django_filters
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.sales.crediting import CreditFilter
from apps.sales.customers.models import ALIVE, ASLEEP, Customer, CustomerStage
from apps.sales.parameters import UNCONTACTED_DAYS

ACTIVE: Final = "active"
RESTING: Final = "resting"
STAGES: Final = {ACTIVE: ALIVE, RESTING: ASLEEP}
LONG: Final = "long"
NEVER: Final = "never"


def silent(days: int, now: datetime) -> Q:
    """Customers nobody has contacted for longer than that; new ones count from their first day."""
    before = now - timedelta(days=days)
    return Q(last_contact_at__lt=before) | Q(last_contact_at=None, created_at__lt=before)


class CustomerFilter(django_filters.FilterSet):
    """By what customers are told apart, and by when somebody last spoke to them."""

    stage = django_filters.ChoiceFilter(
        label=_("Stage"),
        method="by_stage",
        choices=[
            *CustomerStage.choices,
            (ACTIVE, _("In talk and won")),
            (RESTING, _("Dormant and closed")),
        ],
    )
    contact = django_filters.ChoiceFilter(
        label=_("No contact"),
        method="by_contact",
        choices=[
            (LONG, _("For long")),
            ("60", _("For more than 60 days")),
            ("90", _("For more than 90 days")),
            (NEVER, _("Never yet")),
        ],
    )
    wakes_up = django_filters.ChoiceFilter(
        label=_("Wakes up"),
        method="by_waking",
        choices=[("0", _("By today")), ("7", _("Within 7 days")), ("30", _("Within 30 days"))],
    )

    won_at = django_filters.DateFromToRangeFilter()
    credited = CreditFilter()

    class Meta:
        model = Customer
        fields = (
            "stage",
            "level",
            "industry",
            "region",
            "source",
            "owner",
            "contact",
            "stage_reason",
            "wakes_up",
            "won_at",
            "credited",
            "department",
            "active",
        )

    def by_stage(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows.filter(stage__in=STAGES.get(value, (value,)))

    def by_contact(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        alive = rows.filter(stage__in=ALIVE)
        if value == NEVER:
            return alive.filter(last_contact_at=None)
        days = UNCONTACTED_DAYS.value() if value == LONG else int(value)
        return alive.filter(silent(days, timezone.now()))

    def by_waking(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        until = timezone.localdate() + timedelta(days=int(value))
        return rows.filter(stage=CustomerStage.DORMANT, wake_up_on__lte=until)
