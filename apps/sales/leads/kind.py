"""Leads as a kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from apps.core.kinds.declaration import DocumentKind, Section
from apps.core.kinds.registry import register
from apps.sales.leads import services
from apps.sales.leads.filters import LeadFilter
from apps.sales.leads.forms import LeadForm
from apps.sales.leads.models import Lead, LeadState


@register
class LeadKind(DocumentKind):
    """Leads."""

    model = Lead
    module = "sales"
    icon = "flame"
    columns = (
        "name",
        "state",
        "contact_name",
        "contact_mobile",
        "region",
        "budget",
        "next_contact_on",
        "last_contact_at",
        "owner",
    )
    more_columns = (
        "industry",
        "source",
        "phone",
        "timing",
        "opportunity_amount",
        "submitted_at",
        "customer",
        "close_reason",
        "department",
        "tax_id",
        "created_at",
        "changed_at",
    )
    badges: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "state": {
            LeadState.NEW: "cyan",
            LeadState.FOLLOWING: "blue",
            LeadState.SUBMITTED: "purple",
            LeadState.RETURNED: "yellow",
            LeadState.CONFLICT: "orange",
            LeadState.CONVERTED: "green",
            LeadState.INVALID: "secondary",
            LeadState.RECYCLED: "secondary",
        }
    }
    amount = "budget"
    order = "-changed_at"
    filters = LeadFilter
    search = ("name", "contact_name", "contact_mobile", "phone", "tax_id")
    form_class = LeadForm
    sections = (
        Section(
            _("Lead"),
            ("name", "tax_id", "region", "industry", "source", "address"),
        ),
        Section(_("Contact"), ("contact_name", "contact_position", "contact_mobile", "phone")),
        Section(_("Need"), ("need", "budget", "timing", "next_contact_on")),
        Section(_("Opportunity"), ("opportunity_name", "opportunity_amount")),
        Section(_("Remarks"), ("remarks",)),
    )

    def prepare(self, record: Lead, lines: Mapping[str, Sequence[Any]]) -> None:
        services.complete(record)
