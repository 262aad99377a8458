"""The form of a request for presales support."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from apps.sales.presales.models import PresalesRequest


class PresalesForm(forms.ModelForm):
    """What is needed, for whom and when."""

    class Meta:
        model = PresalesRequest
        fields = (
            "subject",
            "support",
            "opportunity",
            "customer",
            "contact",
            "wanted_at",
            "place",
            "need",
            "date",
            "remarks",
        )

    def _get_validation_exclusions(self) -> set[str]:
        """The customer of the opportunity is filled in when the request is saved."""
        return super()._get_validation_exclusions() | {"customer"}  # type: ignore[misc]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        opportunity, customer, contact = (
            data.get(name) for name in ("opportunity", "customer", "contact")
        )
        if opportunity and customer and opportunity.customer_id != customer.pk:
            self.add_error("opportunity", _("This opportunity belongs to another customer."))
        known = customer.pk if customer else opportunity.customer_id if opportunity else None
        if contact and known and contact.customer_id != known:
            self.add_error("contact", _("This contact belongs to another customer."))
        if known is None and not self.errors:
            self.add_error("customer", _("Say for which customer or opportunity."))
        return data
