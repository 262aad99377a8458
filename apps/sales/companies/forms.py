"""Forms of companies, and what their commands ask."""

from __future__ import annotations

from typing import Final

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.sales.companies.models import TargetCompany
from apps.sales.customers.invoicing import normal_tax_id

FIELDS: Final = (
    "name",
    "tax_id",
    "contact_name",
    "contact_position",
    "phone",
    "region",
    "industry",
    "source",
    "address",
    "website",
    "batch",
    "remarks",
)


class CompanyForm(forms.ModelForm):
    """A company of the yellow pages."""

    website = forms.URLField(label=_("Website"), required=False, assume_scheme="https")

    class Meta:
        model = TargetCompany
        fields = FIELDS

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())

    def clean_tax_id(self) -> str:
        return normal_tax_id(self.cleaned_data["tax_id"])

    def _get_validation_exclusions(self) -> set[str]:
        """Another company with this tax id is named when the company is saved."""
        return super()._get_validation_exclusions() | {"tax_id"}  # type: ignore[misc]
