"""Sales activities as a kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.core.kinds.declaration import DocumentKind, Section
from apps.core.kinds.registry import register
from apps.sales.activities.filters import ActivityFilter
from apps.sales.activities.forms import ActivityForm
from apps.sales.activities.models import SalesActivity


@register
class SalesActivityKind(DocumentKind):
    """Sales activities."""

    model = SalesActivity
    module = "sales"
    icon = "calendar-event"
    columns = ("subject", "kind", "planned_at", "customer", "contact", "state", "owner")
    more_columns = (
        "ends_at",
        "place",
        "done_at",
        "outcome",
        "next_step",
        "review",
        "cancel_reason",
        "department",
        "created_at",
    )
    order = "-planned_at"
    filters = ActivityFilter
    search = ("subject", "customer__name", "contact__name")
    related = ("kind", "customer", "contact", "owner", "department")
    form_class = ActivityForm
    sections = (
        Section(_("Activity"), ("kind", "subject", "planned_at", "ends_at", "place")),
        Section(_("About"), ("customer", "contact")),
        Section(_("Result"), ("state", "done_at", "outcome", "next_step", "cancel_reason")),
        Section(_("Remarks"), ("remarks",)),
    )

    def prepare(self, record: SalesActivity, lines: Mapping[str, Sequence[Any]]) -> None:
        if record.customer_id is None and record.contact is not None:
            record.customer_id = record.contact.customer_id

    def party(self, record: SalesActivity) -> str:
        return record.customer.name if record.customer else ""
