"""Adding and removing files. A row and its file come and go together: a file is written before its
row is committed and removed where that fails; it is deleted after the deletion of its row is
committed. What a crash leaves between the two, the sweeper finds."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import IO, Any, Final

from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core.access.actions import Action
from apps.core.access.rights import Rights
from apps.core.attachments import reading
from apps.core.attachments.content import sniff
from apps.core.attachments.models import Attachment
from apps.core.attachments.names import clean_name, ending_of
from apps.core.kinds.declaration import DocumentKind
from engine.database import execute
from engine.exceptions import InvalidData, NotAllowed, WrongState

QUOTA_LOCK: Final = 4_200_101
"""Advisory lock of an account set: two uploads may not both fit into what is left for one."""
LOCK: Final = "SELECT pg_advisory_xact_lock(%s, hashtext(current_schema()))"


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
    name = clean_name(name)
    content_type = sniff(content, ending_of(name))
    if content_type is None:
        raise InvalidData(
            _("“%(name)s” can't be taken: its content is no PDF, picture, text or office file.")
            % {"name": name},
            errors={"file": [_("The content isn't what the name says, or isn't on the list.")]},
        )
    size, digest = _measure(content)
    attachment = Attachment(
        business_key=business_key,
        category=category,
        name=name,
        content_type=content_type,
        size=size,
        sha256=digest,
        added_at=now or timezone.now(),
        added_by_id=rights.user,
    )
    with transaction.atomic(durable=True):
        _require_unchanged(kind, record, rights, category)
        _require_room(size)
        _keep(attachment, content)
    return attachment


def _keep(attachment: Attachment, content: IO[bytes]) -> None:
    """Write file and row. An error of the commit itself says nothing about whether it happened: the
    file then stays for the sweeper to judge."""
    attachment.file.save("", File(content), save=False)
    try:
        attachment.save()
    except BaseException:
        attachment.file.storage.delete(str(attachment.file.name))
        raise


def _measure(content: IO[bytes]) -> tuple[int, str]:
    """Size in bytes and SHA-256; raises InvalidData where it is empty or too large."""
    size = content.seek(0, 2)
    content.seek(0)
    if size == 0:
        raise InvalidData(_("The file is empty."), errors={"file": [_("The file is empty.")]})
    if size > settings.ATTACHMENT_LARGEST:
        message = _("A file may have %(most)s MB at most.") % {
            "most": settings.ATTACHMENT_LARGEST // 2**20
        }
        raise InvalidData(message, errors={"file": [message]})
    digest = hashlib.file_digest(content, "sha256").hexdigest()  # type: ignore[arg-type]
    content.seek(0)
    return size, digest


def _require_room(size: int) -> None:
    execute(LOCK, [QUOTA_LOCK])
    if used_bytes() + size > settings.ATTACHMENT_QUOTA:
        message = _("The space for files of this account set is used up. Ask an administrator.")
        raise InvalidData(message, errors={"file": [message]})


def used_bytes() -> int:
    """What all files of the account set take."""
    return Attachment.objects.aggregate(total=Sum("size"))["total"] or 0


def require_addable(kind: DocumentKind, record: Any, rights: Rights, category: str) -> None:
    """Raises where this person may not add a file of that category to the record now."""
    kind.require(rights, Action.ATTACH, record)
    known = {each.code: each for each in reading.categories(kind)}
    if category not in known:
        message = _("Choose a category.")
        raise InvalidData(message, errors={"category": [message]})
    reason = kind.refusal(record, Action.CHANGE)
    if reason is not None and not (known[category].late and reading.counts(kind, record)):
        raise WrongState(reason)


def _require_unchanged(kind: DocumentKind, record: Any, rights: Rights, category: str) -> None:
    """The row, locked: it may have been submitted since it was read."""
    locked = kind.model._default_manager.select_for_update().get(pk=record.pk)
    require_addable(kind, locked, rights, category)


@transaction.atomic
def remove_attachment(*, pk: int, rights: Rights) -> None:
    """Remove a file while its record may be changed. Raises NotFound, NotAllowed, WrongState."""
    attachment, kind, record = reading.find_attachment(pk, rights)
    locked = kind.model._default_manager.select_for_update().get(pk=record.pk)
    kind.require(rights, Action.ATTACH, locked)
    reason = kind.refusal(locked, Action.CHANGE)
    if reason is not None:
        raise WrongState(reason)
    _remove(attachment)


def remove_attachments_of(business_key: str) -> None:
    """Remove all files of a record that is being deleted, in the transaction of the caller."""
    for attachment in Attachment.objects.filter(business_key=business_key):
        _remove(attachment)


def _remove(attachment: Attachment) -> None:
    storage, path = attachment.file.storage, str(attachment.file.name)
    attachment.delete()
    transaction.on_commit(lambda: storage.delete(path))


def open_attachment(*, pk: int, rights: Rights) -> tuple[Attachment, IO[bytes]]:
    """A file for whoever may download it. Raises NotFound, and NotAllowed before its record is
    approved."""
    attachment, kind, record = reading.find_attachment(pk, rights)
    if not reading.may_download(kind, record, attachment, rights):
        raise NotAllowed(
            _("“%(name)s” can be downloaded when %(record)s is approved.")
            % {"name": attachment.name, "record": record}
        )
    return attachment, attachment.file.open("rb")
