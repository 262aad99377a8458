"""Whether something may be a file here at all."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import IO

from django.conf import settings
from django.utils.translation import gettext as _

from apps.core.attachments.content import sniff
from apps.core.attachments.models import Attachment
from apps.core.attachments.names import clean_name, ending_of
from engine.exceptions import InvalidData


@dataclass(frozen=True, slots=True)
class Judged:
    """What is found in a file that can be taken. `size` in bytes."""

    name: str
    content_type: str
    size: int
    sha256: str


def described(
    name: str, content: IO[bytes], *, business_key: str, category: str, by: int, now: datetime
) -> Attachment:
    """The row of a file that somebody adds, not saved. Raises what `judge` does."""
    found = judge(name, content)
    return Attachment(
        business_key=business_key,
        category=category,
        name=found.name,
        content_type=found.content_type,
        size=found.size,
        sha256=found.sha256,
        added_at=now,
        added_by_id=by,
    )


def judge(name: str, content: IO[bytes], *, field: str = "file") -> Judged:
    """Look at a whole file, and leave it at its beginning. Raises InvalidData, which names the
    file, for what is empty, too large, or not what its name says."""
    name = clean_name(name)
    size = content.seek(0, 2)
    if size == 0:
        raise _refused(field, _("“%(name)s” is empty.") % {"name": name})
    if size > settings.ATTACHMENT_LARGEST:
        most = settings.ATTACHMENT_LARGEST // 2**20
        message = _("“%(name)s” is too large: a file may have %(most)s MB at most.")
        raise _refused(field, message % {"name": name, "most": most})
    content_type = sniff(content, ending_of(name))
    if content_type is None:
        message = _(
            "“%(name)s” can't be taken: its content is no PDF, picture, text or office file."
        )
        raise _refused(field, message % {"name": name})
    content.seek(0)
    digest = hashlib.file_digest(content, "sha256").hexdigest()  # type: ignore[arg-type]
    content.seek(0)
    return Judged(name, content_type, size, digest)


def _refused(field: str, message: str) -> InvalidData:
    return InvalidData(message, errors={field: [message]})
