"""The strip above a document with versions: what the reader of one should know of the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from apps.core.inbox import looking
from apps.core.kinds import services
from apps.core.kinds.amending import change_of_amount
from apps.core.kinds.columns import Cell, resolve
from apps.core.kinds.declaration import DocumentKind
from apps.core.kinds.models import ApprovalState
from apps.core.kinds.versions import IN_FORCE, Amendable, Amendment


@dataclass(frozen=True, slots=True)
class Strip:
    """The version that it tells of. `role`: what that is to the document of the page, `amendment`
    (its open one), `amended` (what it amends), `successor` (what is in force in its place)."""

    role: str
    version: Any
    badge: Cell
    amount: str = ""
    waiting_for: Sequence[looking.Waiting] = ()


def strip_of(kind: DocumentKind, record: Any) -> Strip | None:
    """The strip of a document; none where it stands for itself."""
    if not isinstance(record, Amendable):
        return None
    versions = kind.model.objects.all()
    if record.amendment:
        return _of_amendment(kind, record, versions.get(amends=record, state=record.amendment))
    if record.state == ApprovalState.SUPERSEDED:
        found = versions.get(number=record.number, state__in=IN_FORCE)
        return Strip("successor", found, _badge(kind, found))
    if record.state in Amendment.values and record.amends is not None:
        return Strip("amended", record.amends, _badge(kind, record.amends))
    return None


def _of_amendment(kind: DocumentKind, record: Amendable, amendment: Amendable) -> Strip:
    waits = amendment.state == ApprovalState.SUBMITTED
    case = services.live_instance(amendment.business_key) if waits else None
    return Strip(
        "amendment",
        amendment,
        _badge(kind, amendment),
        change_of_amount(kind, record, amendment),
        looking.waiting(case) if case else (),
    )


def _badge(kind: DocumentKind, record: Amendable) -> Cell:
    return resolve(kind.model, "state").cell(record)
