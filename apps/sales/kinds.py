"""The kinds of sales."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.core.kinds.declaration import DocumentKind, Lines, Section
from apps.core.kinds.registry import register
from apps.sales.filters import ContactFilter, CustomerFilter, PricePolicyFilter
from apps.sales.forms import (
    AddressForm,
    CollaboratorForm,
    ContactForm,
    CustomerForm,
    PricePolicyForm,
)
from apps.sales.invoicing import INVOICING
from apps.sales.models import Address, Collaborator, Contact, Customer, PricePolicy
from apps.sales.phones import e164
from apps.sales.services import make_primary


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
        record.phone_e164 = e164(record.phone)


@register
class ContactKind(DocumentKind):
    """Contacts."""

    model = Contact
    module = "sales"
    icon = "address-book"
    columns = ("name", "customer", "role", "position", "mobile", "phone", "primary", "owner")
    more_columns = ("wechat", "email", "birthday", "birth_calendar", "changed_at")
    order = "-changed_at"
    filters = ContactFilter
    search = ("name", "customer__name", "mobile", "phone", "email")
    form_class = ContactForm
    sections = (
        Section(_("Contact"), ("customer", "name", "role", "position", "primary")),
        Section(_("Reached by"), ("mobile", "phone", "wechat", "email")),
        Section(_("Birthday"), ("birth_calendar", "birth_year", "birth_month", "birth_day")),
        Section(_("Remarks"), ("remarks",)),
    )

    def prepare(self, record: Contact, lines: Mapping[str, Sequence[Any]]) -> None:
        record.phone_e164, record.mobile_e164 = e164(record.phone), e164(record.mobile)
        make_primary(record)

    def party(self, record: Contact) -> str:
        return record.customer.name


@register
class PricePolicyKind(DocumentKind):
    """Price policies."""

    model = PricePolicy
    module = "settings"
    icon = "discount"
    columns = (
        "name",
        "basis",
        "product",
        "customer",
        "level",
        "from_quantity",
        "price",
        "percent",
        "valid_from",
        "valid_to",
        "active",
    )
    filters = PricePolicyFilter
    search = ("name", "product__name", "customer__name")
    form_class = PricePolicyForm
    sections = (
        Section(_("Price policy"), ("name", "basis", "active")),
        Section(_("For whom and what"), ("customer", "level", "product", "from_quantity")),
        Section(_("Price"), ("price", "percent", "valid_from", "valid_to")),
    )
