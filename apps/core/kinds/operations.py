"""Operations that every document shares: `document.*`. `target` is its business key.

A diagram moves the state of its document; nothing else does. So what the diagram shows is what
happened."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_noop

from apps.core.kinds import amending, unapproval
from apps.core.kinds.cards import show_record, show_submitted
from apps.core.kinds.models import ApprovalState
from apps.core.kinds.services import lock_document, save_state
from engine.exceptions import InvalidData
from engine.operations import Context, operation


@operation("document.submit")
def submit(context: Context, *, target: str) -> dict[str, Any]:
    """Begin a round of approval: the document is complete, and can't be changed from now on. What
    its matrix asks for, read from the document as it is now."""
    kind, document = lock_document(target)
    problems = kind.problems(document)
    if problems:
        raise InvalidData(next(iter(problems.values()))[0], errors=problems)
    show_submitted(context, document)
    save_state(document, ApprovalState.SUBMITTED, submitted_at=context.now)
    facts = kind.facts(document)  # before its risks: they are among what is found out here
    context.show(risks=[risk.code for risk in kind.risks(document)])
    return facts


@operation("document.take_effect")
def take_effect(context: Context, *, target: str) -> str:
    """Approved: what follows from it happens in the transaction of the last decision."""
    kind, document = lock_document(target)
    amending.supersede(kind, document, context)
    approver = context.decided.user if context.decided else None
    save_state(document, ApprovalState.APPROVED, approved_at=context.now, approved_by_id=approver)
    kind.take_effect(document, context)
    return ApprovalState.APPROVED.value


@operation("document.reject")
def reject(context: Context, *, target: str) -> str:
    """Rejected for good: it can only be copied."""
    return _move(target, ApprovalState.REJECTED)


@operation("document.send_back")
def send_back(context: Context, *, target: str) -> str:
    """Back with the initiator, to be revised."""
    return _move(target, ApprovalState.RETURNED)


@operation("document.reopen")
def reopen(context: Context, *, target: str) -> str:
    """A draft again: withdrawn, or given up."""
    return _move(target, ApprovalState.DRAFT)


def _move(target: str, state: ApprovalState) -> str:
    _kind, document = lock_document(target)
    if document.state != state:  # withdrawn first, then given up: a draft already
        save_state(document, state)
    return state.value


# --- un-approval ----------------------------------------------------------------------------------
@operation("document.find_impact")
def find_impact(context: Context, *, target: str, because: str = "") -> dict[str, Any]:
    """What stands in the way of an un-approval, under the lock of the document: `blockers`
    (business keys), `effects` (how many have come about), the role that approved last, and near to
    whom it is looked for. Something that isn't approved any more blocks itself."""
    kind, document = lock_document(target)
    if because:
        context.note(gettext_noop("Un-approval was asked for: %(reason)s"), reason=because)
        show_record(context, document)
    approved = document.state == ApprovalState.APPROVED
    return {
        "blockers": list(unapproval.blockers_of(kind, document)) if approved else [target],
        "effects": kind.effects(document),
        "last_role": unapproval.last_role(kind, document),
        "near": document.owner_id,
    }


@operation("document.reverse_effects")
def reverse_effects(context: Context, *, target: str) -> str:
    """A draft again; what followed from the approval is undone. All or nothing."""
    kind, document = lock_document(target)
    save_state(document, ApprovalState.DRAFT)
    amending.reinstate(document)
    kind.reverse_effects(document, context)
    document.approved_at = document.approved_by_id = None
    document.save(update_fields=["approved_at", "approved_by"])
    return "unapproved"
