"""Customers as a kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.kinds.declaration import DocumentKind, Lines, Section
from apps.core.kinds.registry import register
from apps.sales.customers.filters import CustomerFilter
from apps.sales.customers.forms import AddressForm, CollaboratorForm, CustomerForm
from apps.sales.customers.invoicing import INVOICING
from apps.sales.customers.models import Address, Collaborator, Customer
from apps.sales.duplicates import Source, normal_name, sources
from apps.sales.phones import e164

sources.add(
    "sales.customer",
    Source(Customer, tax_ids=("tax_id",), phones=("phone_e164",), live=Q(merged_into=None)),
)


@register
class CustomerKind(DocumentKind):
    """Customers."""

    model = Customer
    module = "sales"
    icon = "building-hospital"
    columns = ("name", "level", "industry", "region", "phone", "owner", "changed_at")
    more_columns = (
        "short_name",
        "source",
        "parent",
        "department",
        "credit_limit",
        "payment_days",
        "tax_id",
        "website",
        "created_at",
        "active",
    )
    order = "-changed_at"
    own_actions = {
        "dormant": pgettext_lazy("right", "Make dormant"),
        "close": pgettext_lazy("right", "Close"),
        "restore": pgettext_lazy("right", "Restore"),
        "win": pgettext_lazy("right", "Make won"),
        "share": pgettext_lazy("right", "Share"),
        "merge": pgettext_lazy("right", "Merge"),
    }
    filters = CustomerFilter
    search = ("name", "short_name", "phone", "tax_id")
    form_class = CustomerForm
    sections = (
        Section(
            _("Customer"),
            ("name", "short_name", "level", "industry", "region", "source", "parent", "active"),
        ),
        Section(_("Reached by"), ("phone", "website")),
        Section(_("Credit"), ("credit_limit", "payment_days")),
        Section(_("Invoicing data"), INVOICING),
        Section(_("Remarks"), ("remarks",)),
    )
    lines = (
        Lines(Address, AddressForm, "addresses", _("Addresses")),
        Lines(Collaborator, CollaboratorForm, "collaborators", _("Collaborators")),
    )

    def prepare(self, record: Customer, lines: Mapping[str, Sequence[Any]]) -> None:
        record.name_normal, record.phone_e164 = normal_name(record.name), e164(record.phone)
