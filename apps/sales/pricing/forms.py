"""The form of a price policy."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from apps.sales.pricing.models import Basis, PricePolicy


class PricePolicyForm(forms.ModelForm):
    """A price policy: what its basis doesn't ask for is left out."""

    class Meta:
        model = PricePolicy
        fields = (
            "name",
            "basis",
            "customer",
            "level",
            "product",
            "from_quantity",
            "price",
            "percent",
            "valid_from",
            "valid_to",
            "active",
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        asked = {
            Basis.CUSTOMER: "customer",
            Basis.LEVEL: "level",
            Basis.QUANTITY: "from_quantity",
            Basis.PROMOTION: "valid_to",
        }.get(data.get("basis") or "")
        if asked and not data.get(asked) and asked not in self.errors:
            self.add_error(asked, _("This basis asks for it."))
        if (data.get("price") is None) == (data.get("percent") is None):
            self.add_error("percent", _("Give either a price or a percentage."))
        elif data.get("price") is not None and data.get("product") is None:
            self.add_error("product", _("A price is for one product; percentages may be for all."))
        return data
