"""Parameters of who may do what."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.parameters.registry import Parameter, declare

DECIDE_OWN: Final = declare(
    Parameter(
        code="approval.own",
        default=False,
        label=_("People may approve their own documents"),
        group=pgettext_lazy("parameters", "Approval"),
        help_text=_(
            "As a rule their superior is asked instead. Where it is allowed, whoever submits a"
            " document is asked like anybody else who holds the role."
        ),
    )
)

WITHDRAW_LATE: Final = declare(
    Parameter(
        code="approval.withdraw_late",
        default=False,
        label=_("People may withdraw after somebody has decided"),
        group=pgettext_lazy("parameters", "Approval"),
        help_text=_(
            "As a rule only until the first decision; from then on an approver sends it back."
            " Where it is allowed, until the last approver has decided."
        ),
    )
)
