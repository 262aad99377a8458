"""Contracts in the menu: at the desk, and among sales."""

from __future__ import annotations

from django.utils.translation import pgettext_lazy

from apps.core.shell.navigation import Entry, add

KIND = "contracts.salescontract"

add(
    Entry(name="desk.sales_contracts", module="desk", group="contracts", kind=KIND, position=20),
    Entry(
        name="contracts.sales",
        module="sales",
        group="contracts",
        kind=KIND,
        short=pgettext_lazy("tab bar", "Contracts"),
        position=20,
    ),
    Entry(name="contracts.new_sales_contract", module="sales", kind=KIND, position=10, create=True),
)
