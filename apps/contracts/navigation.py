"""Contracts in the menu: at the desk, and among sales."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.core.shell.navigation import Entry, add

KIND = "contracts.salescontract"

add(
    *(
        Entry(
            name=name,
            module=module,
            group="contracts",
            label=_("Sales contracts"),
            url="kinds:list",
            args=(KIND,),
            icon="file-text",
            kind=KIND,
            position=20,
        )
        for name, module in (("desk.sales_contracts", "desk"), ("contracts.sales", "sales"))
    ),
    Entry(
        name="contracts.new_sales_contract",
        module="sales",
        label=_("Sales contract"),
        url="kinds:new",
        args=(KIND,),
        icon="file-text",
        kind=KIND,
        position=10,
        create=True,
    ),
)
