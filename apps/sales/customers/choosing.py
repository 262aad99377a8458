"""Forms of what hangs on a customer: the rows beside it are the customer's, too."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.sales.models import Contact

THEIRS: Final[dict[str, str | Promise]] = {
    "contact": _("This contact belongs to another customer."),
    "opportunity": _("This opportunity belongs to another customer."),
}


def numbers_of(contact: Contact) -> dict[str, tuple[str, str]]:
    """What a contact brings along where it is chosen."""
    return {"phone": (contact.mobile, contact.phone)}


class OfCustomerForm(forms.ModelForm):
    """Offers and takes contacts and opportunities of the chosen customer only."""

    def offered(self, name: str, rows: QuerySet[Any]) -> QuerySet[Any]:
        customer = str(self.data.get("customer") or "")
        known = name in THEIRS and customer.isdecimal() and len(customer) < 19
        return rows.filter(customer=customer) if known else rows

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        customer = data.get("customer")
        for name, refused in THEIRS.items():
            row = data.get(name)
            if row and customer and row.customer_id != customer.pk:
                self.add_error(name, str(refused))
        return data
