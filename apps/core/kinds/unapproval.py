"""Un-approval (反审核): what stands in the way of taking an approval back, and asking for it.

The process `document_unapproval` decides: forbidden, at once, or by an approval."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from apps.core.access.actions import Action
from apps.core.access.rights import Rights
from apps.core.kinds.declaration import DocumentKind
from apps.core.kinds.models import ApprovalState, Document
from apps.core.kinds.registry import kind_of_key
from apps.core.kinds.services import lock_document
from apps.core.links.models import DocumentLink
from engine import instances
from engine.exceptions import WrongState
from engine.instances import Result
from engine.models import HumanTask, TaskState
from engine.organisation import Role

PROCESS: Final = "document_unapproval"
QUEUE: Final = "other"
"""Un-approvals lie in this queue of the approval center, whatever they are about."""
OVER: Final = (ApprovalState.VOID, ApprovalState.REJECTED)
"""A follow-up in one of these states hinders nobody."""
APPROVE: Final = "approve"


def blockers_of(kind: DocumentKind, record: Any) -> dict[str, str]:
    """What keeps an approved document from being un-approved: business keys and names. Its live
    follow-ups and amendments, and what its kind says beside them."""
    keys = DocumentLink.objects.filter(source=record.business_key).order_by("target")
    found = [*dict.fromkeys(keys.values_list("target", flat=True)), *kind.blockers(record)]
    if kind.is_amendable:
        found += [amendment.business_key for amendment in record.amendments.order_by("pk")]
    named: dict[str, str] = {}
    for key in found:
        follower, pk = kind_of_key(key)
        row = follower.model._default_manager.filter(pk=pk).first()
        if row is not None and not (isinstance(row, Document) and row.state in OVER):
            named[key] = f"{follower.label} {row}"
    return named


def last_role(kind: DocumentKind, record: Any) -> str:
    """The role of those who approved a document last; the head of the department where nobody had
    to."""
    assert kind.approval is not None
    last = (
        HumanTask.objects.filter(
            instance__business_key=record.business_key,
            instance__definition__key=kind.approval.process,
            state=TaskState.COMPLETED,
            decision=APPROVE,
        )
        .order_by("-ended_at", "-pk")
        .first()
    )
    reasons = last.assignment.values() if last is not None else ()
    return next((str(why["role"]) for why in reasons if "role" in why), Role.DEPARTMENT_HEAD.value)


@transaction.atomic
def unapprove_document(
    *, kind: DocumentKind, pk: int, rights: Rights, reason: str, now: datetime | None = None
) -> Result:
    """Ask for a document to become a draft again. Raises NotFound, NotAllowed, Conflict where that
    has been asked already, and WrongState where its rules forbid it (`blockers`: business keys);
    nothing is kept of that."""
    kind.require(rights, Action.UNAPPROVE, kind.find(rights, pk))
    _kind, document = lock_document(f"{kind.key}:{pk}")
    kind.require(rights, Action.UNAPPROVE, document)
    if kind.approval is None:
        raise WrongState(_("%(kind)s needs no approval.") % {"kind": kind.label})
    result = instances.start(
        PROCESS,
        business_key=document.business_key,
        variables={
            "document": document.business_key,
            "initiator": rights.user,
            "queue": kind.approval.queue,
            "reason": reason,
        },
        starter=rights.user,
        card={"queue": QUEUE},
        now=now,
    )
    if result.end_event == "end_forbidden":
        raise forbidden(document, blockers_of(kind, document))
    return result


def forbidden(document: Any, blockers: dict[str, str]) -> WrongState:
    """Everything that stands in the way, by name."""
    return WrongState(
        _("%(document)s can't be un-approved while there is: %(blockers)s.")
        % {"document": document, "blockers": _(", ").join(blockers.values())},
        blockers=list(blockers),
    )
