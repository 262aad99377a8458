"""Amending (变更): a new version of a document in force, and what becomes of both.

A kind whose model is `Amendable` and whose lines are `AmendableLine` declares it with a line:
`commands = {"amend": AMEND}`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, pgettext_lazy

from apps.core.access.actions import Action
from apps.core.access.rights import Rights
from apps.core.kinds.columns import resolve
from apps.core.kinds.commands import Command
from apps.core.kinds.declaration import DocumentKind
from apps.core.kinds.editing import line_copy, line_rows
from apps.core.kinds.models import ApprovalState
from apps.core.kinds.services import lock_document, save_state
from apps.core.kinds.versions import Amendable, tell_amended
from apps.core.links.services import move_links
from engine.exceptions import Conflict
from engine.operations import Context
from engine.organisation import organisation

OF_ONE_VERSION: Final = frozenset(
    {
        *("id", "version", "created_at", "created_by", "changed_at", "changed_by"),
        *("state", "submitted_at", "approved_at", "approved_by"),
        *("revision", "amends", "amendment"),
    }
)
"""Fields that a new version doesn't take over."""


@transaction.atomic
def amend_document(
    *, kind: DocumentKind, pk: int, rights: Rights, now: datetime | None = None
) -> Any:
    """Begin an amendment of a document in force: a draft of its next version, which says the same.
    Raises NotFound, NotAllowed, WrongState, and Conflict where one is open already."""
    kind.require(rights, Action.AMEND, kind.find(rights, pk))
    _kind, amended = lock_document(f"{kind.key}:{pk}")
    kind.require(rights, Action.AMEND, amended)
    if amended.amendment:
        raise _begun_already(amended)
    moment, model = now or timezone.now(), type(amended)
    new = model(
        amends=amended,
        revision=_last_revision(amended) + 1,
        version=1,
        created_by_id=rights.user,
        created_at=moment,
        changed_by_id=rights.user,
        changed_at=moment,
        **{
            field.attname: getattr(amended, field.attname)
            for field in model._meta.concrete_fields
            if field.name not in OF_ONE_VERSION
        },
    )
    new.save()
    for lines in kind.lines:
        rows = [(row, line_copy(row)) for row in line_rows(amended, lines.related)]
        for row, copied in rows:
            copied.document, copied.row, copied.was = new, row.row, row.pk
        lines.model._default_manager.bulk_create([copied for _row, copied in rows])
    tell_amended(new)
    return new


def _last_revision(document: Any) -> int:
    """Revisions, like numbers, aren't given again: not even those that came to nothing."""
    rows = type(document)._default_manager.filter(number=document.number)
    return int(rows.aggregate(last=Max("revision"))["last"])


def _begun_already(amended: Any) -> Conflict:
    open_one = type(amended)._default_manager.get(amends=amended, state=amended.amendment)
    by, at = open_one.created_by_id, open_one.created_at
    name = organisation().names([by]).get(by, "?") if by else "?"
    return Conflict(
        _("%(name)s has begun %(version)s at %(time)s.")
        % {"name": name, "version": open_one, "time": timezone.localtime(at).strftime("%H:%M")},
        by=by,
        at=at,
    )


# --- what becomes of the versions -----------------------------------------------------------------
def supersede(kind: DocumentKind, document: Any, context: Context) -> None:
    """A locked document takes effect: the version that it amends isn't in force any more, and what
    was made from that hangs on the new one. Raises WrongState where it isn't in force now."""
    amended = _amended(document)
    if amended is None:
        return
    save_state(amended, ApprovalState.SUPERSEDED)
    move_links(amended.business_key, document.business_key)
    context.note(
        gettext_noop("%(new)s takes the place of %(old)s: %(change)s."),
        new=str(document),
        old=amended.version_label,
        change=change_of_amount(kind, amended, document),
    )


def reinstate(document: Any) -> None:
    """A locked document has lost its approval: the version that it amends is in force again."""
    amended = _amended(document)
    if amended is not None:
        save_state(amended, ApprovalState.APPROVED)
        move_links(document.business_key, amended.business_key)


def _amended(document: Any) -> Any:
    """The version that a document amends, which was locked with it."""
    if not isinstance(document, Amendable) or document.amends_id is None:
        return None
    return type(document)._default_manager.get(pk=document.amends_id)


def change_of_amount(kind: DocumentKind, old: Any, new: Any) -> str:
    """What a version changes about the amount that matters: `¥1,000.00 → ¥1,200.00`."""
    before, after = amount_of(kind, old), amount_of(kind, new)
    return after if before == after else f"{before} → {after}"


def amount_of(kind: DocumentKind, record: Any) -> str:
    """The amount that matters, "" where there is none."""
    return resolve(kind.model, kind.amount).cell(record).text if kind.amount else ""


# --- the command ----------------------------------------------------------------------------------
def _refusal(record: Any) -> str:
    return _("An amendment is open already.") if record.amendment else ""


def _amend(kind: DocumentKind, pk: int, rights: Rights, data: Mapping[str, Any]) -> object:
    return amend_document(kind=kind, pk=pk, rights=rights)


AMEND: Final = Command(
    Action.AMEND,
    pgettext_lazy("command", "Amend"),
    gettext_lazy("An amendment has been begun"),
    "versions",
    _amend,
    refusal=_refusal,
    primary=True,
    bulk=False,
    makes=True,
)
