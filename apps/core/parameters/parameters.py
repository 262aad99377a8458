"""Parameters of the core itself."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

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

SECOND_PERSON: Final = declare(
    Parameter(
        code="processes.second_person",
        default=True,
        label=_("A second person deploys diagrams"),
        group=pgettext_lazy("module", "Processes"),
        help_text=_(
            "Whoever has uploaded or repaired a file can't deploy it. Switch it off only where"
            " nobody else could."
        ),
    )
)
