"""Customers as a kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from apps.core.access.actions import Action
from apps.core.access.rights import Rights
from apps.core.kinds.declaration import DocumentKind, Lines, Section
from apps.core.kinds.moved import Moved
from apps.core.kinds.parts import Risk
from apps.core.kinds.registry import register
from apps.core.phones import e164
from apps.sales.customers.commands import COMMANDS
from apps.sales.customers.entering import complete, require_new
from apps.sales.customers.filters import CustomerFilter
from apps.sales.customers.forms import AddressForm, CollaboratorForm, CustomerForm
from apps.sales.customers.invoicing import INVOICING
from apps.sales.customers.models import Address, Collaborator, Customer, CustomerStage
from apps.sales.customers.overview import warnings_of
from apps.sales.customers.reach import LOOKING
from apps.sales.customers.services import note_new_owners, survivor_of
from apps.sales.duplicates import Source, sources
from engine.exceptions import Conflict, NotFound

SHARED: Final = LOOKING | {Action.CHANGE, Action.ATTACH}
"""What those do with whom a customer is shared: they work on it. Whose it is, and what becomes of
it, settle those in whose scope it lies."""

sources.add(
    "sales.customer",
    Source(
        Customer,
        tax_ids=("tax_id",),
        phones=("phone_e164", "invoice_phone_e164"),
        via="merged_into",
    ),
)
sources.add(
    "sales.address",
    Source(Address, phones=("phone_e164",), names=(), via="document"),
)


@register
class CustomerKind(DocumentKind):
    """Customers."""

    model = Customer
    module = "sales"
    icon = "building-hospital"
    related = ("owner", "department")
    columns = ("name", "level", "industry", "region", "phone", "owner", "last_contact_at", "stage")
    more_columns = (
        "short_name",
        "source",
        "parent",
        "department",
        "credit_limit",
        "payment_days",
        "tax_id",
        "website",
        "stage_since",
        "stage_reason",
        "wake_up_on",
        "won_at",
        "protected_until",
        "created_at",
        "changed_at",
        "active",
    )
    order = "-changed_at"
    badges = {
        "stage": {
            CustomerStage.IN_TALK: "blue",
            CustomerStage.WON: "green",
            CustomerStage.DORMANT: "yellow",
            CustomerStage.CLOSED: "secondary",
        }
    }
    own_actions = {
        "dormant": pgettext_lazy("right", "Make dormant"),
        "close": pgettext_lazy("right", "Close"),
        "restore": pgettext_lazy("right", "Restore"),
        "win": pgettext_lazy("right", "Make won"),
        "share": pgettext_lazy("right", "Share"),
        "merge": pgettext_lazy("right", "Merge"),
    }
    beyond_scope = SHARED
    commands = COMMANDS
    filters = CustomerFilter
    search = ("name", "short_name", "phone", "invoice_phone", "tax_id")
    shortcuts = (
        (gettext_lazy("Mine"), "owner={me}"),
        (gettext_lazy("Long without contact"), "contact=long"),
        (gettext_lazy("Dormant and closed"), "stage=resting"),
    )
    form_class = CustomerForm
    sections = (
        Section(
            gettext_lazy("Customer"),
            (
                "name",
                "short_name",
                "level",
                "industry",
                "region",
                "source",
                "parent",
                "phone",
                "website",
                "active",
            ),
        ),
        Section(
            gettext_lazy("Stage and contact"),
            (
                "stage_since",
                "won_at",
                "last_contact_at",
                "protection",
                "stage_reason",
                "wake_up_on",
                "stage_before",
                "owner_before",
            ),
        ),
        Section(gettext_lazy("Credit"), ("credit_limit", "payment_days")),
        Section(gettext_lazy("Invoicing data"), INVOICING),
        Section(gettext_lazy("Remarks"), ("remarks",)),
    )
    lines = (
        Lines(Address, AddressForm, "addresses", gettext_lazy("Addresses")),
        Lines(Collaborator, CollaboratorForm, "collaborators", gettext_lazy("Collaborators")),
    )

    # --- the doors --------------------------------------------------------------------------------
    def find(self, rights: Rights, pk: int, **reading: Any) -> Customer:
        """Raises Moved for one that was merged into a customer they may see."""
        try:
            found: Customer = super().find(rights, pk, **reading)
        except NotFound:
            self._lead_on(rights, pk)
            raise
        if found.merged_into_id is not None:  # seen by whoever took part in a process of it
            self._lead_on(rights, pk)
            raise NotFound(_("There is no customer %(pk)s.") % {"pk": pk})
        return found

    def _lead_on(self, rights: Rights, pk: int) -> None:
        into = self.queryset(rights).filter(pk=survivor_of(pk)).exclude(pk=pk).first()
        if into is not None:
            text = _("This customer was merged into “%(into)s”.")
            raise Moved(text % {"into": into}, key=into.business_key)

    def require(self, rights: Rights, action: str, record: Any = None) -> None:
        """Raises Conflict for one that was merged a moment ago."""
        if record is not None and record.merged_into_id is not None:
            raise Conflict(
                _("“%(customer)s” was merged into “%(into)s” in the meantime.")
                % {"customer": record, "into": record.merged_into},
                by=record.changed_by_id,
                at=record.changed_at,
            )
        super().require(rights, action, record)

    # --- what is particular -----------------------------------------------------------------------
    def prepare(self, record: Customer, lines: Mapping[str, Sequence[Any]]) -> None:
        complete(record)
        for address in lines.get("addresses", ()):
            address.phone_e164 = e164(address.phone)
        require_new(record)

    def given(self, records: Sequence[Customer], before: Mapping[int, int]) -> None:
        note_new_owners(records, before)

    def risks(self, record: Customer) -> list[Risk]:
        return warnings_of(record)
