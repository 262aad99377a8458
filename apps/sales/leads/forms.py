"""The form of a lead."""

from __future__ import annotations

from typing import Any, Final

from django import forms

from apps.sales.customers.invoicing import normal_tax_id
from apps.sales.leads.models import Lead, LeadState

FIELDS: Final = (
    "name",
    "tax_id",
    "region",
    "industry",
    "source",
    "address",
    "contact_name",
    "contact_position",
    "contact_mobile",
    "phone",
    "need",
    "budget",
    "timing",
    "next_contact_on",
    "opportunity_name",
    "opportunity_amount",
    "remarks",
)
ALWAYS: Final = ("next_contact_on",)
"""Changeable whatever the reviewer has asked for."""
ASKABLE: Final = tuple(name for name in FIELDS if name not in ALWAYS)
"""What a reviewer can ask for."""


class LeadForm(forms.ModelForm):
    """A lead. Where its reviewer has asked for something, only that can be changed."""

    class Meta:
        model = Lead
        fields = FIELDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lead = self.instance
        if lead.state == LeadState.RETURNED and lead.asked_fields:
            for name, field in self.fields.items():
                field.disabled = name not in (*lead.asked_fields, *ALWAYS)

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())

    def clean_tax_id(self) -> str:
        return normal_tax_id(self.cleaned_data["tax_id"])
