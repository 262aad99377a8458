"""Parameters of the core itself."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from apps.core.parameters.registry import Parameter, declare

COMPANY_NAME: Final = declare(
    Parameter(
        code="company.name",
        default="",
        label=_("Name of the company"),
        group=_("Company"),
        help_text=_("Our side of contracts and prints."),
    )
)
