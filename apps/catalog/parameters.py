"""Parameters of prices."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from apps.core.parameters.registry import Parameter, declare

BY_PRIORITY: Final = "priority"
LOWEST: Final = "lowest"

PRICES_INCLUDE_TAX: Final = declare(
    Parameter(
        code="catalog.prices_include_tax",
        default=True,
        label=_("Prices include tax"),
        group=_("Prices"),
        help_text=_("Contracts that exist already keep what was settled when they were made."),
    )
)
PRICE_POLICY: Final = declare(
    Parameter(
        code="catalog.price_policy",
        default=BY_PRIORITY,
        label=_("Which price is offered"),
        group=_("Prices"),
        help_text=_(
            "By priority: the customer's own price, then the customer's level, quantity, promotion"
            " and the standard price."
        ),
        choices=((BY_PRIORITY, _("By priority")), (LOWEST, _("The lowest of them"))),
    )
)
