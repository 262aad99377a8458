"""The form of a request for presales support."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from apps.sales.customers.choosing import THEIRS, OfCustomerForm
from apps.sales.presales.models import PresalesRequest


class PresalesForm(OfCustomerForm):
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
        known = None if customer or not opportunity else opportunity.customer_id
        if contact and known and contact.customer_id != known:
            self.add_error("contact", str(THEIRS["contact"]))
        if customer is None and opportunity is None and not self.errors:
            self.add_error("customer", _("Say for which customer or opportunity."))
        return data
