"""Filters of the yellow pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.sales.companies.models import TargetCompany

SILENT: Final = (7, 14, 30)
"""Days without contact that one can ask for."""


class CompanyFilter(django_filters.FilterSet):
    """By what companies are told apart, and by how long nobody has heard of them."""

    silent = django_filters.ChoiceFilter(
        label=_("Without contact"),
        method="by_silence",
        choices=[
            ("7", _("for 7 days")),
            ("14", _("for 14 days")),
            ("30", _("for 30 days")),
            ("due", _("going back soon")),
        ],
    )

    class Meta:
        model = TargetCompany
        fields = (
            "state",
            "region",
            "industry",
            "source",
            "batch",
            "owner",
            "silent",
        )

    def by_silence(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        if value == "due":
            return rows.filter(recycle_at__isnull=False)
        return rows.silent_since(timezone.now() - timedelta(days=int(value)))  # type: ignore[attr-defined]
