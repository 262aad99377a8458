"""Parameters of sales."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from apps.core.parameters.registry import Parameter, declare

# --- customers ------------------------------------------------------------------------------------
PROTECTION_DAYS: Final = declare(
    Parameter(
        code="sales.protection_days",
        default=90,
        label=_("Days of protection of a customer"),
        group=_("Sales"),
        help_text=_(
            "Counted from the day on which somebody gets the customer. When two people claim it,"
            " the one who rules is told that it is protected. 0: never."
        ),
    )
)
UNCONTACTED_DAYS: Final = declare(
    Parameter(
        code="sales.uncontacted_days",
        default=30,
        label=_("Days without contact that are long"),
        group=_("Sales"),
        help_text=_("Customers without contact for longer are marked, and found by a filter."),
    )
)
