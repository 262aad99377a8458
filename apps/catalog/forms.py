"""Forms of the catalog."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from apps.catalog.models import Nature, Product, Tracking


class ProductForm(forms.ModelForm):
    """A product."""

    class Meta:
        model = Product
        fields = (
            "code",
            "name",
            "spec",
            "model_name",
            "category",
            "brand",
            "nature",
            "unit",
            "auxiliary_unit",
            "per_auxiliary",
            "barcode",
            "tracking",
            "warranty_months",
            "safety_stock",
            "standard_price",
            "floor_price",
            "reference_cost",
            "tax_rate",
            "tax_category_code",
            "active",
            "remarks",
        )

    def clean_code(self) -> str:
        return self.cleaned_data["code"].strip().upper()

    def clean_tax_category_code(self) -> str:
        code = self.cleaned_data["tax_category_code"].strip()
        if code and not (len(code) == 19 and code.isascii() and code.isdecimal()):
            raise forms.ValidationError(_("A tax category code has 19 digits."))
        return code

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        floor, standard = data.get("floor_price"), data.get("standard_price")
        if floor is not None and standard is not None and floor > standard:
            self.add_error("floor_price", _("The floor price is above the standard price."))
        if data.get("auxiliary_unit") and not data.get("per_auxiliary"):
            self.add_error("per_auxiliary", _("How many units are one auxiliary unit?"))
        if data.get("nature") == Nature.SERVICE and data.get("tracking") != Tracking.NONE:
            self.add_error("tracking", _("A service isn't kept in stock."))
        return data
