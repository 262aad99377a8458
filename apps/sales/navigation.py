"""Sales in the menu."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.core.shell.navigation import Entry, add

add(
    Entry(
        name="sales.customers",
        module="sales",
        group="pool",
        label=_("Customers"),
        url="kinds:list",
        args=("sales.customer",),
        icon="building-hospital",
        kind="sales.customer",
        position=30,
    ),
    Entry(
        name="sales.leads",
        module="sales",
        group="opportunities",
        label=_("Leads"),
        url="kinds:list",
        args=("sales.lead",),
        icon="flame",
        kind="sales.lead",
        position=10,
    ),
    Entry(
        name="sales.new_lead",
        module="sales",
        label=_("Lead"),
        url="kinds:new",
        args=("sales.lead",),
        icon="flame",
        kind="sales.lead",
        create=True,
    ),
    Entry(
        name="sales.contacts",
        module="sales",
        group="opportunities",
        label=_("Contacts"),
        url="kinds:list",
        args=("sales.contact",),
        icon="address-book",
        kind="sales.contact",
        position=40,
    ),
    Entry(
        name="settings.price_policies",
        module="settings",
        label=_("Price policies"),
        url="kinds:list",
        args=("sales.pricepolicy",),
        icon="discount",
        kind="sales.pricepolicy",
        position=3,
    ),
    Entry(
        name="sales.new_customer",
        module="sales",
        label=_("Customer"),
        url="kinds:new",
        args=("sales.customer",),
        icon="building-hospital",
        kind="sales.customer",
        create=True,
    ),
    Entry(
        name="sales.new_contact",
        module="sales",
        label=_("Contact"),
        url="kinds:new",
        args=("sales.contact",),
        icon="address-book",
        kind="sales.contact",
        create=True,
    ),
)
