"""Contacts as a kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.kinds.declaration import DocumentKind, Section
from apps.core.kinds.registry import register
from apps.core.phones import e164
from apps.sales.contacts.filters import ContactFilter
from apps.sales.contacts.forms import ContactForm
from apps.sales.contacts.models import Contact
from apps.sales.contacts.services import make_primary
from apps.sales.customers.belongings import Belonging, belongings
from apps.sales.duplicates import Source, sources

sources.add(
    "sales.contact",
    Source(
        Contact,
        phones=("phone_e164", "mobile_e164"),
        names=(),
        live=Q(customer__merged_into=None),
        via="customer",
    ),
)


@register
class ContactKind(DocumentKind):
    """Contacts."""

    model = Contact
    module = "sales"
    icon = "address-book"
    columns = "name customer role position mobile phone primary next_birthday owner"
    more_columns = "wechat email birthday birth_calendar department changed_at"
    order = "-changed_at"
    large = True
    filters = ContactFilter
    search = "name customer__name mobile phone email"
    shortcuts = (
        (_("Birthday within 7 days"), "birthday=7"),
        (_("Birthday within 30 days"), "birthday=30"),
    )
    party_field = "customer"
    form_class = ContactForm
    sections = (
        Section(_("Contact"), "customer name role position primary"),
        Section(_("Reached by"), "mobile phone wechat email"),
        Section(
            _("Birthday"),
            "birth_calendar birth_year birth_month birth_day",
            told="birthday next_birthday",
        ),
        Section(_("Remarks"), "remarks"),
    )

    def prepare(self, record: Contact, lines: Mapping[str, Sequence[Any]]) -> None:
        record.phone_e164, record.mobile_e164 = e164(record.phone), e164(record.mobile)
        make_primary(record)


belongings.add(
    "sales.contact",
    Belonging(
        label=Contact._meta.verbose_name_plural or "",
        find=lambda customers: Contact.objects.filter(customer__in=customers),
    ),
)
