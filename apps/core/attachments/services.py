"""Adding, opening and removing the files of records."""

from __future__ import annotations

from datetime import datetime
from typing import IO, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core.access.actions import Action
from apps.core.access.rights import Rights
from apps.core.attachments import reading
from apps.core.attachments.judging import described
from apps.core.attachments.keeping import kept, remove
from apps.core.attachments.models import Attachment
from apps.core.kinds.declaration import DocumentKind
from engine.exceptions import NotAllowed, WrongState


def add_attachment(
    *,
    business_key: str,
    category: str,
    name: str,
    content: IO[bytes],
    rights: Rights,
    now: datetime | None = None,
) -> Attachment:
    """Keep a file with a record. Not inside of another transaction.

    Raises NotFound, NotAllowed, WrongState where the state of the record takes no such file, and
    InvalidData (`file`, `category`) for what is no acceptable file or doesn't fit any more."""
    kind, record = reading.find_record(business_key, rights)
    require_addable(kind, record, rights, category)
    attachment = described(
        name,
        content,
        business_key=business_key,
        category=category,
        by=rights.user,
        now=now or timezone.now(),
    )
    with transaction.atomic(durable=True):
        _require_unchanged(kind, record, rights, category)
        with kept([(attachment, content)]):
            return attachment


def require_addable(kind: DocumentKind, record: Any, rights: Rights, category: str) -> None:
    """Raises where this person may not add a file of that category to the record now."""
    kind.require(rights, Action.ATTACH, record)
    sort = reading.require_category(kind, category)
    reason = kind.refusal(record, Action.CHANGE)
    if reason is not None and not (sort.late and reading.counts(kind, record)):
        raise WrongState(reason)


def _require_unchanged(kind: DocumentKind, record: Any, rights: Rights, category: str) -> None:
    """The row, locked: it may have been submitted since it was read."""
    locked = kind.model._default_manager.select_for_update().get(pk=record.pk)
    require_addable(kind, locked, rights, category)


@transaction.atomic
def remove_attachment(*, pk: int, rights: Rights) -> Attachment:
    """Remove a file while its record may be changed; what it was. Raises NotFound, NotAllowed,
    WrongState: what belongs to a decision stays."""
    attachment = reading.find_attachment(pk, rights).attachment
    if attachment.task_id is not None:
        raise WrongState(
            _("“%(name)s” belongs to a decision; it stays.") % {"name": attachment.name}
        )
    kind, record = reading.find_record(attachment.business_key, rights)
    locked = kind.model._default_manager.select_for_update().get(pk=record.pk)
    kind.require(rights, Action.ATTACH, locked)
    reason = kind.refusal(locked, Action.CHANGE)
    if reason is not None:
        raise WrongState(reason)
    remove(attachment)
    return attachment


def remove_attachments_of(business_key: str) -> None:
    """Remove all files of a record that is being deleted, in the transaction of the caller. Those
    of decisions belong to its cases, which stay."""
    for attachment in Attachment.objects.filter(business_key=business_key, task=None):
        remove(attachment)


def open_attachment(*, pk: int, rights: Rights) -> tuple[Attachment, IO[bytes]]:
    """A file for whoever may download it. Raises NotFound, and NotAllowed before its record is
    approved."""
    shown = reading.find_attachment(pk, rights)
    attachment = shown.attachment
    if not shown.downloadable:
        _kind, record = reading.find_record(attachment.business_key, rights)
        raise NotAllowed(
            _("“%(name)s” can be downloaded when %(record)s is approved.")
            % {"name": attachment.name, "record": record}
        )
    return attachment, attachment.file.open("rb")
