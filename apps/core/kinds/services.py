"""Writes of records and documents: save, submit, withdraw, void, delete, hand over.

Each is one transaction and goes through the doors of the kind. A document that is in a process is
locked after its instance, never before it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core.access.actions import Action
from apps.core.access.rights import Rights, rights_of
from apps.core.attachments.services import remove_attachments_of
from apps.core.kinds import states, versions
from apps.core.kinds.declaration import DocumentKind
from apps.core.kinds.models import ApprovalState, Document, Line, Record
from apps.core.kinds.refinding import find_others_anew
from apps.core.kinds.registry import kind_of_key
from apps.core.kinds.search import make_searchable
from apps.core.kinds.uniqueness import told_if_taken
from apps.core.links.services import unlink_document
from apps.core.numbering.services import next_number
from engine import instances, tasks
from engine.exceptions import Conflict, InvalidData, NotFound, WrongState
from engine.instances import Result
from engine.models import (
    Decision,
    EventSubscription,
    HumanTask,
    InstanceState,
    ProcessInstance,
    TaskState,
)
from engine.organisation import organisation

LIVE = (InstanceState.ACTIVE, InstanceState.SUSPENDED)
RESUBMIT, RETURN = "resubmit", "return"  # codes of decisions


@transaction.atomic
def save_record(
    *,
    kind: DocumentKind,
    record: Any,
    lines: Mapping[str, Sequence[Any]],
    rights: Rights,
    seen_version: int | None = None,
    now: datetime | None = None,
) -> Any:
    """Add or change a record with its lines, all of them: a line that isn't there any more goes.

    `record` and `lines` (by related name) are model instances as the forms made them. Raises
    NotAllowed, WrongState, and Conflict where somebody has changed it since version
    `seen_version`; WrongState also where somebody else saves at this moment what may be there
    once."""
    moment, before = now or timezone.now(), None
    if record.pk is None:
        kind.require(rights, Action.ADD)
        record.created_by_id, record.created_at = rights.user, moment
        for name, value in kind.owner_of_new(rights).items():
            if getattr(record, name) is None:
                setattr(record, name, value)
    else:
        before = _require_unchanged(kind, record, rights, seen_version)
    kind.prepare(record, lines)
    record.version += 1
    record.changed_by_id, record.changed_at = rights.user, moment
    if kind.numbering is not None and not record.number:
        record.number = next_number(kind.key, kind.numbering, record.date)
    make_searchable(record, kind.search)
    with told_if_taken():
        record.save()
        for each in kind.lines:
            _save_lines(record, each.model, each.related, lines.get(each.related, ()))
    if before is not None:
        find_others_anew(record, before)
    kind.saved(record, before, rights, moment)
    return record


def _require_unchanged(
    kind: DocumentKind, record: Any, rights: Rights, seen_version: int | None
) -> Any:
    """The locked row as it is stored; raises where it may not be changed, or isn't what was
    seen."""
    stored = _locked(kind, record.pk)
    kind.require(rights, Action.CHANGE, stored)
    require_seen(stored, seen_version)
    record.version = stored.version
    return stored


def require_seen(stored: Record, seen_version: int | None) -> None:
    """Raises Conflict where a locked row has changed since that version; None: nobody asks."""
    if seen_version is not None and stored.version != seen_version:
        by, at = stored.changed_by_id, stored.changed_at
        raise Conflict(
            _("%(name)s has changed this at %(time)s, after you opened it.")
            % {
                "name": organisation().names([by]).get(by, "?") if by else "?",
                "time": timezone.localtime(at).strftime("%H:%M"),
            },
            by=by,
            at=at,
        )


def _save_lines(record: Any, model: type[Line], related: str, lines: Sequence[Any]) -> None:
    kept = [line.pk for line in lines if line.pk]
    getattr(record, related).exclude(pk__in=kept).delete()
    for row, line in enumerate(lines, start=1):
        line.document, line.row = record, row
    names = [field.name for field in model._meta.concrete_fields if not field.primary_key]
    model._default_manager.bulk_update([line for line in lines if line.pk], names)
    model._default_manager.bulk_create([line for line in lines if not line.pk])
    record._prefetched_objects_cache = {}


def _locked(kind: DocumentKind, pk: int) -> Any:
    found = versions.lock(kind.model, pk)
    if found is None:
        raise NotFound(_("There is no %(kind)s %(pk)s.") % {"kind": kind.label, "pk": pk})
    return found


def lock_document(business_key: str) -> tuple[DocumentKind, Any]:
    """The kind and the locked row that a business key names (`versions.lock`); raises NotFound."""
    kind, pk = kind_of_key(business_key)
    return kind, _locked(kind, pk)


def save_state(document: Document, state: str, **stamps: Any) -> None:
    """Move a locked document to another state; raises WrongState."""
    states.move(document, state)
    document.version += 1
    for name, value in stamps.items():
        setattr(document, name, value)
    document.save(update_fields=["state", "version", *stamps])
    versions.tell_amended(document)


def submit_document(
    *, kind: DocumentKind, pk: int, rights: Rights, now: datetime | None = None
) -> Result:
    """Send a document into its approval: its open revision is completed, else its process starts.

    Raises InvalidData with the problems by field, NotAllowed, WrongState, Conflict."""
    document = kind.find(rights, pk)
    kind.require(rights, Action.SUBMIT, document)
    if kind.approval is None:
        raise WrongState(_("%(kind)s needs no approval.") % {"kind": kind.label})
    problems = kind.problems(document)
    if problems:
        raise InvalidData(_("It can't be submitted yet."), errors=problems)
    revision = _open_revision(document.business_key, rights.user)
    if revision is not None:
        return tasks.complete(revision, user=rights.user, decision=RESUBMIT, now=now)
    return instances.start(
        kind.approval.process,
        business_key=document.business_key,
        variables={"document": document.business_key, "initiator": rights.user},
        starter=rights.user,
        card={"queue": kind.approval.queue},
        now=now,
    )


def _open_revision(business_key: str, user: int) -> int | None:
    """The initiator's open task to revise the document."""
    return (
        HumanTask.objects.filter(
            instance__business_key=business_key,
            instance__state__in=LIVE,
            state__lte=TaskState.RESERVED,
            assignee=user,
            queue="work",
        )
        .values_list("pk", flat=True)
        .first()
    )


def live_instance(business_key: str) -> ProcessInstance | None:
    """The case that is under way for a document; `withdrawable` says whether its process waits for
    a withdrawal."""
    waiting = EventSubscription.objects.filter(instance=OuterRef("pk"), name=instances.WITHDRAW)
    return (
        ProcessInstance.objects.filter(business_key=business_key, state__in=LIVE)
        .annotate(withdrawable=Exists(waiting))
        .select_related("definition")
        .defer("runtime", "definition__compiled")
        .first()
    )


def sent_back_by(record: Any) -> Decision | None:
    """The decision by which a document was sent back to its owner, where that is how it stands."""
    if not isinstance(record, Document) or record.state != ApprovalState.RETURNED:
        return None
    found = Decision.objects.filter(task__instance__business_key=record.business_key, code=RETURN)
    return found.order_by("-at", "-pk").first()


@transaction.atomic
def void_document(*, kind: DocumentKind, pk: int, rights: Rights, reason: str) -> Any:
    """Make a document void: its number is never used again; a case under way ends."""
    document = kind.find(rights, pk)
    kind.require(rights, Action.VOID, document)
    _end_case(document, rights, reason)
    document = _locked(kind, pk)
    save_state(document, ApprovalState.VOID)
    return document


def why_not_deleted(record: Any) -> str:
    """Why a record stays, "" where it can be deleted."""
    if isinstance(record, Document) and record.submitted_at is not None:
        return _("%(number)s has been submitted before: make it void instead.") % {"number": record}
    return ""


@transaction.atomic
def delete_record(*, kind: DocumentKind, pk: int, rights: Rights) -> None:
    """Delete a record, or a document that was never submitted. Raises WrongState where others
    point to it."""
    record = kind.find(rights, pk)
    kind.require(rights, Action.DELETE, record)
    if refused := why_not_deleted(record):
        raise WrongState(refused)
    remove_attachments_of(record.business_key)
    unlink_document(record.business_key)
    record = _locked(kind, pk)
    record.delete()
    versions.tell_amended(record, gone=True)


def _end_case(document: Record, rights: Rights, reason: str) -> None:
    case = live_instance(document.business_key)
    if case is not None:
        instances.terminate(case.pk, by=rights.user, reason=reason)


@transaction.atomic
def hand_over_records(*, kind: DocumentKind, pks: Sequence[int], to: int, rights: Rights) -> int:
    """Give records, with all their versions, to a colleague, whose department they then belong to;
    how many."""
    found = kind.queryset(rights).filter(versions.together(kind.model, pks)).order_by("pk")
    kind.handing_over(list(found), to=to, by=rights.user)
    rows = list(found.select_for_update(of=("self",)))
    for record in rows:
        kind.require(rights, Action.HAND_OVER, record)
        record.changed_by_id, record.changed_at = rights.user, timezone.now()
    return give_records(kind, rows, to)


def count_held(kind: DocumentKind, user: int) -> int:
    """How many records of a kind belong to somebody."""
    return int(kind.model._default_manager.filter(owner=user).count())


@transaction.atomic
def give_held(kind: DocumentKind, user: int, to: int, by: int) -> int:
    """Give a colleague all that belongs to somebody who leaves; how many."""
    held = kind.model._default_manager.filter(owner=user)
    kind.handing_over(list(held), to=to, by=by)
    rows = list(held.select_for_update())
    for record in rows:
        record.changed_by_id, record.changed_at = by, timezone.now()
    return give_records(kind, rows, to)


def give_records(kind: DocumentKind, rows: Sequence[Any], to: int) -> int:
    """New owner and department of locked rows, with what follows from that for their kind, in the
    caller's transaction; how many. Raises InvalidData for somebody who can't have them."""
    before = {record.pk: record.owner_id for record in rows}
    move_records(kind, rows, to)
    kind.given(rows, before)
    return len(rows)


def move_records(kind: DocumentKind, rows: Sequence[Any], to: int) -> None:
    """New owner and department of locked rows, and nothing else. Raises InvalidData for somebody
    who has left, or who may not see the kind."""
    department = organisation().department_of(to)
    if department is None or to not in organisation().active([to]):
        raise InvalidData(
            _("Choose a colleague who works here."),
            errors={"to": [_("Choose a colleague who works here.")]},
        )
    if rows:
        require_viewer(kind, to)
    for record in rows:
        record.owner_id, record.department_id = to, department
        record.version += 1
    kind.model._default_manager.bulk_update(
        rows, ["owner", "department", "version", "changed_by", "changed_at"], batch_size=1000
    )


def require_viewer(kind: DocumentKind, user: int, *, field: str = "to") -> None:
    """Raises InvalidData, beside `field`, for somebody who may see nothing of a kind: they could
    never open what they are given."""
    if not rights_of(user).may(kind.key, Action.VIEW):
        message = _("%(name)s may not see %(kinds)s: give them a role that does first.") % {
            "name": organisation().names([user]).get(user, "?"),
            "kinds": kind.label_plural,
        }
        raise InvalidData(message, errors={field: [message]})
