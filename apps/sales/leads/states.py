"""What the state of a lead lets happen."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from django.utils.translation import gettext as _

from apps.core.access.actions import Action
from apps.sales.leads.models import OPEN, WORKED_ON, Lead, LeadState

FOLLOW: Final = "follow"
INVALIDATE: Final = "invalidate"
TAKE_BACK: Final = "take_back"

ALLOWED: Final[Mapping[str, Collection[str]]] = {
    Action.CHANGE: WORKED_ON,
    Action.DELETE: (LeadState.NEW, LeadState.FOLLOWING),
    Action.SUBMIT: WORKED_ON,
    FOLLOW: OPEN,
    INVALIDATE: WORKED_ON,
    TAKE_BACK: (LeadState.SUBMITTED, LeadState.RETURNED),
}
"""Actions that the state must let happen; the others always may."""


def refusal(lead: Lead, action: str) -> str | None:
    """Why the state of a lead doesn't let an action happen; None where it does."""
    allowed = ALLOWED.get(action)
    if allowed is None or lead.state in allowed:
        if action == Action.DELETE and lead.submitted_at is not None:
            return _("“%(lead)s” has been reviewed before: mark it as invalid instead.") % {
                "lead": lead
            }
        return None
    if action == Action.CHANGE and lead.state == LeadState.SUBMITTED:
        return _("“%(lead)s” is being reviewed: take it back before you change it.") % {
            "lead": lead
        }
    return _("“%(lead)s” is in the state “%(state)s”, which doesn't allow this.") % {
        "lead": lead,
        "state": LeadState(lead.state).label,
    }
