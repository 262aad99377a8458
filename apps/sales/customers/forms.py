"""Forms of customers."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from apps.sales.customers.invoicing import INVOICING, normal_tax_id
from apps.sales.customers.models import Address, Collaborator, Customer


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

    def validate_unique(self) -> None:
        """Whether the name is taken, `require_new` asks: it says by whose customer."""

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
