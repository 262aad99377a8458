"""Rows and their files come and go together: a file is written before its row is committed and
removed where that fails; it is deleted after the deletion of its row is committed. What a crash
leaves between the two, the sweeper finds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Final

from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from apps.core.attachments.models import Attachment
from engine.database import execute
from engine.exceptions import InvalidData

QUOTA_LOCK: Final = 4_200_101
"""Advisory lock of an account set: two uploads may not both fit into what is left for one."""
LOCK: Final = "SELECT pg_advisory_xact_lock(%s, hashtext(current_schema()))"

New = tuple[Attachment, IO[bytes]]


@contextmanager
def kept(files: Sequence[New], *, field: str = "file") -> Iterator[None]:
    """Write rows and files in the transaction of the caller, and remove the files where the block
    fails. Nothing else may be locked after this. Raises InvalidData where there is no room.

    An error of the commit itself says nothing about whether it happened: the files then stay for
    the sweeper to judge."""
    _require_room(sum(attachment.size for attachment, _content in files), field)
    written = []
    try:
        for attachment, content in files:
            attachment.file.save("", File(content), save=False)
            written.append(attachment)
            attachment.save(force_insert=True)
        yield
    except BaseException:
        for attachment in written:
            attachment.file.storage.delete(str(attachment.file.name))
        raise


def _require_room(size: int, field: str) -> None:
    execute(LOCK, [QUOTA_LOCK])
    if used_bytes() + size > settings.ATTACHMENT_QUOTA:
        message = _("The space for files of this account set is used up. Ask an administrator.")
        raise InvalidData(message, errors={field: [message]})


def used_bytes() -> int:
    """What all files of the account set take."""
    return Attachment.objects.aggregate(total=Sum("size"))["total"] or 0


def remove(attachment: Attachment) -> None:
    """Remove a row, and its file once that is committed."""
    storage, path = attachment.file.storage, str(attachment.file.name)
    attachment.delete()
    transaction.on_commit(lambda: storage.delete(path))
