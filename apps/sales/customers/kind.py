"""Customers as a kind."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.core.kinds.declaration import Lines, Section
from apps.core.kinds.merging import MergingKind
from apps.core.kinds.registry import register
from apps.sales.customers import rules
from apps.sales.customers.commands import COMMANDS, OWN_ACTIONS
from apps.sales.customers.filters import CustomerFilter
from apps.sales.customers.forms import AddressForm, CollaboratorForm, CustomerForm
from apps.sales.customers.invoicing import INVOICING
from apps.sales.customers.models import Address, Collaborator, Customer, CustomerStage
from apps.sales.customers.reach import SHARED
from apps.sales.duplicates import Source, sources

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
class CustomerKind(MergingKind):
    """Customers."""

    model = Customer
    module = "sales"
    icon = "building-hospital"
    related = "owner department"
    columns = "name level industry region phone owner last_contact_at stage"
    more_columns = """short_name source parent department credit_limit payment_days tax_id website
        stage_since stage_reason wake_up_on won_at protected_until created_at changed_at active"""
    badges = {"stage": CustomerStage}
    order = "-changed_at"
    filters = CustomerFilter
    search = "name short_name phone invoice_phone tax_id"
    shortcuts = (
        (_("Mine"), "owner={me}"),
        (_("Long without contact"), "contact=long"),
        (_("Dormant and closed"), "stage=resting"),
    )
    form_class = CustomerForm
    sections = (
        Section(
            _("Customer"),
            "name short_name level industry region source parent phone website active",
        ),
        Section(
            _("Stage and contact"),
            """stage_since won_at last_contact_at protection stage_reason wake_up_on stage_before
            owner_before""",
        ),
        Section(_("Credit"), "credit_limit payment_days"),
        Section(_("Invoicing data"), INVOICING),
        Section(_("Remarks"), "remarks"),
    )
    lines = (
        Lines(Address, AddressForm, "addresses", _("Addresses")),
        Lines(Collaborator, CollaboratorForm, "collaborators", _("Collaborators")),
    )
    rules = rules
    own_actions = OWN_ACTIONS
    beyond_scope = SHARED
    commands = COMMANDS
