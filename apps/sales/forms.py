"""Forms of customers, contacts and price policies."""

from __future__ import annotations

import calendar
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from apps.sales.invoicing import INVOICING, normal_tax_id
from apps.sales.models import (
    Address,
    Basis,
    Calendar,
    Collaborator,
    Contact,
    Customer,
    PricePolicy,
)

LEAP_YEAR = 2000
LUNAR_MONTH = 30


class CustomerForm(forms.ModelForm):
    """A customer."""

    website = forms.URLField(label=_lazy("Website"), required=False, assume_scheme="https")

    class Meta:
        model = Customer
        fields = (
            "name",
            "short_name",
            "level",
            "industry",
            "region",
            "source",
            "parent",
            "phone",
            "website",
            "credit_limit",
            "payment_days",
            *INVOICING,
            "active",
            "remarks",
        )

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())

    def clean_tax_id(self) -> str:
        return normal_tax_id(self.cleaned_data["tax_id"])

    def clean_parent(self) -> Customer | None:
        parent: Customer | None = self.cleaned_data["parent"]
        above = parent
        while above is not None:
            if above.pk == self.instance.pk:
                raise forms.ValidationError(_("A customer can't belong to itself."))
            above = above.parent
        return parent


class AddressForm(forms.ModelForm):
    """An address of a customer."""

    class Meta:
        model = Address
        fields = ("label", "region", "address", "receiver", "phone")


class CollaboratorForm(forms.ModelForm):
    """A colleague who works on the customer too."""

    class Meta:
        model = Collaborator
        fields = ("user",)


class ContactForm(forms.ModelForm):
    """Somebody at a customer."""

    class Meta:
        model = Contact
        fields = (
            "customer",
            "name",
            "role",
            "position",
            "primary",
            "phone",
            "mobile",
            "wechat",
            "email",
            "birth_calendar",
            "birth_year",
            "birth_month",
            "birth_day",
            "remarks",
        )

    def _get_validation_exclusions(self) -> set[str]:
        """Who is primary already makes way when the contact is saved."""
        return super()._get_validation_exclusions() | {"primary"}  # type: ignore[misc]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        month, day = data.get("birth_month"), data.get("birth_day")
        if (month is None) != (day is None):
            self.add_error("birth_day", _("A birthday is a month and a day."))
        elif month is not None and day is not None and not _exists(data, month, day):
            self.add_error("birth_day", _("There is no such day in that month."))
        return data


def _exists(data: dict[str, Any], month: int, day: int) -> bool:
    if data.get("birth_calendar") == Calendar.LUNAR:
        return day <= LUNAR_MONTH
    return day <= calendar.monthrange(data.get("birth_year") or LEAP_YEAR, month)[1]


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
