"""Customers as a kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from apps.core.access.actions import Action
from apps.core.access.rights import Rights
from apps.core.kinds.declaration import DocumentKind, Lines, Risk, Section
from apps.core.kinds.moved import Moved
from apps.core.kinds.registry import register
from apps.core.phones import e164
from apps.sales.customers.commands import COMMANDS
from apps.sales.customers.filters import CustomerFilter
from apps.sales.customers.forms import AddressForm, CollaboratorForm, CustomerForm
from apps.sales.customers.invoicing import INVOICING
from apps.sales.customers.models import Address, Collaborator, Customer, CustomerStage
from apps.sales.customers.overview import warnings_of
from apps.sales.customers.protection import protected_from
from apps.sales.customers.services import survivor_of
from apps.sales.duplicates import Source, normal_name, sources
from engine.exceptions import Conflict, NotFound

NAME: Final = 120  # characters of a normal name that are kept
OWNING: Final = frozenset(
    {"dormant", "close", "restore", "win", "share", "merge", Action.HAND_OVER, Action.DELETE}
)
"""What those may do who see a customer by their scope, and not because it is shared with them."""

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
    commands = COMMANDS
    filters = CustomerFilter
    search = ("name", "short_name", "phone", "tax_id")
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

    def allowed(self, rights: Rights, action: str, record: Any = None) -> bool:
        """With whom it is shared works on a customer; whose it is, and what becomes of it, settle
        those in whose scope it lies."""
        if not super().allowed(rights, action, record):
            return False
        return action not in OWNING or record is None or record.pk is None or _owns(rights, record)

    def abilities(self, rights: Rights, record: Any) -> frozenset[str]:
        found = super().abilities(rights, record)
        return found if rights.covers(self.key, record) else found - OWNING

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
        record.phone_e164 = e164(record.phone)
        record.name_normal = normal_name(record.name)[:NAME]
        if record.pk is None and record.protected_until is None:
            record.protected_until = protected_from(record.created_at)

    def risks(self, record: Customer) -> list[Risk]:
        return warnings_of(record)


def _owns(rights: Rights, record: Any) -> bool:
    """Whether a customer is in somebody's scope, not only shared with them."""
    if record.owner_id == rights.user:
        return True
    return bool(Customer.objects.filter(rights.within("sales.customer"), pk=record.pk).exists())
