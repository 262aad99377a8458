"""Which state lets which action happen, and the moves between states (domain.md, 0)."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext as _

from apps.core.access.actions import Action
from apps.core.kinds.models import ApprovalState, Document
from engine.exceptions import WrongState

ALLOWED: Final[dict[str, frozenset[str]]] = {
    Action.CHANGE: frozenset({ApprovalState.DRAFT, ApprovalState.RETURNED}),
    Action.DELETE: frozenset({ApprovalState.DRAFT}),
    Action.SUBMIT: frozenset({ApprovalState.DRAFT, ApprovalState.RETURNED}),
    Action.VOID: frozenset({ApprovalState.DRAFT, ApprovalState.RETURNED}),
    Action.UNAPPROVE: frozenset({ApprovalState.APPROVED}),
    Action.AMEND: frozenset({ApprovalState.APPROVED}),
    Action.CLOSE: frozenset({ApprovalState.APPROVED, ApprovalState.CLOSED}),  # and open again
}
"""Actions that a state must let happen; the others always may."""

MOVES: Final[frozenset[tuple[str, str]]] = frozenset(
    {
        (ApprovalState.DRAFT, ApprovalState.SUBMITTED),
        (ApprovalState.RETURNED, ApprovalState.SUBMITTED),
        (ApprovalState.SUBMITTED, ApprovalState.RETURNED),
        (ApprovalState.SUBMITTED, ApprovalState.REJECTED),
        (ApprovalState.SUBMITTED, ApprovalState.DRAFT),  # withdrawn
        (ApprovalState.RETURNED, ApprovalState.DRAFT),  # given up
        (ApprovalState.SUBMITTED, ApprovalState.APPROVED),
        (ApprovalState.APPROVED, ApprovalState.DRAFT),  # un-approved
        (ApprovalState.DRAFT, ApprovalState.VOID),
        (ApprovalState.RETURNED, ApprovalState.VOID),
        (ApprovalState.APPROVED, ApprovalState.CLOSED),
        (ApprovalState.CLOSED, ApprovalState.APPROVED),  # opened again
        (ApprovalState.APPROVED, ApprovalState.SUPERSEDED),  # by an amendment
        (ApprovalState.SUPERSEDED, ApprovalState.APPROVED),  # which has been un-approved
    }
)


def refusal(record: Any, action: str) -> str | None:
    """Why the state of a record doesn't let an action happen; None where it does."""
    allowed = ALLOWED.get(action)
    if allowed is None or not isinstance(record, Document) or record.state in allowed:
        return None
    if action == Action.CHANGE and record.state == ApprovalState.SUBMITTED:
        return _("%(number)s is being approved: withdraw it before you change it.") % {
            "number": record
        }
    if action == Action.CHANGE and record.state == ApprovalState.APPROVED:
        return _("%(number)s is approved and can't be changed any more.") % {"number": record}
    return _("%(number)s is in the state “%(state)s”, which doesn't allow this: %(action)s.") % {
        "number": record,
        "state": ApprovalState(record.state).label,
        "action": Action(action).label,
    }


def require(record: Any, action: str) -> None:
    """Raises WrongState where the state of a record doesn't let an action happen."""
    reason = refusal(record, action)
    if reason is not None:
        raise WrongState(reason)


def move(document: Document, state: str) -> None:
    """Set the state of a locked document; the caller saves it. Raises WrongState."""
    if (document.state, state) not in MOVES:
        raise WrongState(
            _("%(number)s is in the state “%(state)s”; it can't become “%(new)s”.")
            % {
                "number": document,
                "state": ApprovalState(document.state).label,
                "new": ApprovalState(state).label,
            }
        )
    document.state = state
