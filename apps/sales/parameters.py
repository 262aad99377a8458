"""Parameters of sales."""

from __future__ import annotations

from typing import Final

from django.db import models
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
# --- yellow pages ---------------------------------------------------------------------------------
CLAIMS_A_DAY: Final = declare(
    Parameter(
        code="sales.claims_a_day",
        default=20,
        label=_("Yellow pages that one may claim a day"),
        group=_("Sales"),
        help_text=_("0: as many as they like."),
    )
)
COMPANIES_HELD: Final = declare(
    Parameter(
        code="sales.companies_held",
        default=100,
        label=_("Yellow pages that one may hold"),
        group=_("Sales"),
        help_text=_("Claimed and not yet promoted. 0: as many as they like."),
    )
)
RECLAIM_DAYS: Final = declare(
    Parameter(
        code="sales.reclaim_days",
        default=7,
        label=_("Days until one may claim the same company again"),
        group=_("Sales"),
        help_text=_("After one has released it, or it was taken back. 0: at once."),
    )
)
RECYCLE_DAYS: Final = declare(
    Parameter(
        code="sales.recycle_days",
        default=30,
        label=_("Days without contact until a claimed company goes back"),
        group=_("Sales"),
        help_text=_("Counted from the claim, or the last contact after it. 0: never."),
    )
)
RECYCLE_WARNING_DAYS: Final = declare(
    Parameter(
        code="sales.recycle_warning_days",
        default=3,
        label=_("Days by which that is announced before"),
        group=_("Sales"),
        help_text=_("Nobody loses a company without having been warned for so long."),
    )
)
PROMOTE_AFTER_CONTACT: Final = declare(
    Parameter(
        code="sales.promote_after_contact",
        default=True,
        label=_("Companies become leads only after a contact"),
        group=_("Sales"),
        help_text=_("A manager's assignment makes a lead at once, either way."),
    )
)

# --- leads ----------------------------------------------------------------------------------------
LEAD_REVIEWER: Final = declare(
    Parameter(
        code="sales.lead_reviewer",
        default="designated",
        label=_("Who reviews leads"),
        group=_("Sales"),
        choices=(
            ("designated", _("Reviewers by region and industry, as the decision table says")),
            ("manager", _("The sales manager")),
        ),
        help_text=_("Never whoever submits the lead: their superior reviews it then."),
    )
)
LEAD_RECYCLE_DAYS: Final = declare(
    Parameter(
        code="sales.lead_recycle_days",
        default=30,
        label=_("Days until a lead without an answer goes back"),
        group=_("Sales"),
        help_text=_(
            "Counted from the day on which its reviewer asks for more. Then it is back in the"
            " yellow pages."
        ),
    )
)
LEAD_WARN_DAYS: Final = declare(
    Parameter(
        code="sales.lead_warn_days",
        default=3,
        label=_("Days of warning before a lead goes back"),
        group=_("Sales"),
    )
)


# --- activities -----------------------------------------------------------------------------------
class Approved(models.TextChoices):
    """Which activities are handed in for approval when they are done."""

    NONE = "none", _("None of them")
    VISITS = "visits", _("Visits")
    ALL = "all", _("All activities")


ACTIVITY_APPROVAL: Final = declare(
    Parameter(
        code="sales.activity_approval",
        default=Approved.NONE.value,
        label=_("Activities that are approved"),
        group=_("Sales"),
        help_text=_("Who approves them stands in the approval settings. They are done either way."),
        choices=tuple(Approved.choices),
    )
)
