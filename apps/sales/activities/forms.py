"""Forms of activities."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from apps.sales.activities.models import SalesActivity


class ActivityForm(forms.ModelForm):
    """What is planned, and about whom."""

    class Meta:
        model = SalesActivity
        fields = (
            "kind",
            "subject",
            "planned_at",
            "ends_at",
            "place",
            "company",
            "lead",
            "customer",
            "opportunity",
            "contact",
            "remarks",
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        contact, customer = data.get("contact"), data.get("customer")
        if contact and customer and contact.customer_id != customer.pk:
            self.add_error("contact", _("This contact belongs to another customer."))
        opportunity = data.get("opportunity")
        if opportunity and customer and opportunity.customer_id != customer.pk:
            self.add_error("opportunity", _("This opportunity belongs to another customer."))
        begins, ends = data.get("planned_at"), data.get("ends_at")
        if begins and ends and ends < begins:
            self.add_error("ends_at", _("It ends before it begins."))
        return data
