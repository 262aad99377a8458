"""Closing documents in force: nothing more is expected of them (domain.md, 0)."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.core.access.actions import Action
from apps.core.access.rights import Rights
from apps.core.kinds.declaration import DocumentKind
from apps.core.kinds.models import ApprovalState, Document
from apps.core.kinds.services import live_instance, lock_document, save_state
from apps.core.kinds.versions import Amendable
from engine.exceptions import WrongState


def why_not_closed(record: Any) -> str:
    """Why a document can't be closed; "" where it can."""
    if not isinstance(record, Document) or record.state != ApprovalState.APPROVED:
        return _("%(number)s is not in force.") % {"number": record}
    if isinstance(record, Amendable) and record.amendment:
        return _("%(number)s is being amended: finish or delete the amendment first.") % {
            "number": record
        }
    return ""


def why_not_reopened(record: Any) -> str:
    """Why a document can't be opened again; "" where it can."""
    if not isinstance(record, Document) or record.state != ApprovalState.CLOSED:
        return _("%(number)s is not closed.") % {"number": record}
    return ""


@transaction.atomic
def close_document(*, kind: DocumentKind, pk: int, rights: Rights) -> Any:
    """Close a document in force. Raises WrongState for any other, for one whose un-approval is
    asked for, and for one that is being amended."""
    document = _settled(kind, pk, rights)
    if refused := why_not_closed(document):
        raise WrongState(refused)
    if live_instance(document.business_key) is not None:
        raise WrongState(_("The un-approval of %(number)s is under way.") % {"number": document})
    save_state(document, ApprovalState.CLOSED)
    return document


@transaction.atomic
def reopen_document(*, kind: DocumentKind, pk: int, rights: Rights) -> Any:
    """Let a closed document be in force as before. Raises WrongState for any other."""
    document = _settled(kind, pk, rights)
    if refused := why_not_reopened(document):
        raise WrongState(refused)
    save_state(document, ApprovalState.APPROVED)
    return document


def _settled(kind: DocumentKind, pk: int, rights: Rights) -> Any:
    """The document, locked, for somebody who may close it."""
    kind.require(rights, Action.CLOSE, kind.find(rights, pk))
    _kind, document = lock_document(f"{kind.key}:{pk}")
    kind.require(rights, Action.CLOSE, document)
    return document
