"""Forms of what hangs on a customer: the rows beside it are the customer's, too."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from django import forms
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.core.kinds.following import said_before
from apps.sales.models import Contact

THEIRS: Final[dict[str, str | Promise]] = {
    "contact": _("This contact belongs to another customer."),
    "opportunity": _("This opportunity belongs to another customer."),
}


def numbers_of(contact: Contact) -> dict[str, tuple[str, str]]:
    """What a contact brings along where it is chosen."""
    return {"phone": (contact.mobile, contact.phone)}


class OfCustomerForm(forms.ModelForm):
    """Offers and takes contacts and opportunities of the chosen customer only. Those of the one
    that was chosen before go with it, even if none was chosen in between; where `offers_primary`,
    the primary contact of the new one takes the place."""

    followed: ClassVar[tuple[str, ...]] = ("customer", *THEIRS)
    offers_primary: ClassVar[bool] = False

    def offered(self, name: str, rows: QuerySet[Any]) -> QuerySet[Any]:
        customer = str(self.data.get("customer") or "")
        known = name in THEIRS and customer.isdecimal() and len(customer) < 19
        return rows.filter(customer=customer) if known else rows

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        customer = data.get("customer")
        self.chosen_anew: set[str] = set()
        before = said_before(self, "customer")
        if customer and before is not None and before != customer.pk:
            self._let_follow(data, customer.pk, before)
        for name, refused in THEIRS.items():
            row = data.get(name)
            if row and customer and row.customer_id != customer.pk:
                self.add_error(name, str(refused))
        return data

    def _let_follow(self, data: dict[str, Any], customer: int, before: int) -> None:
        for name in THEIRS:
            row = data.get(name)
            if row is None or row.customer_id == customer or self.fields[name].disabled:
                continue
            left = said_before(self, name) == row.pk and not before
            if left or row.customer_id == before:
                data[name] = None
                self.chosen_anew.add(name)
        if self.offers_primary and "contact" in data and data["contact"] is None:
            self._offer_primary(data, customer)

    def _offer_primary(self, data: dict[str, Any], customer: int) -> None:
        """The customer's primary contact, if this person may choose it."""
        field: Any = self.fields["contact"]
        if field.disabled:
            return
        if found := field.queryset.filter(customer=customer, primary=True).first():
            data["contact"] = field.widget.known[found.pk] = found
            self.chosen_anew.add("contact")
