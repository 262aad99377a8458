"""Files that are added while a record is made. They wait until it is saved, whatever keeps it from
that, and are seen by nobody but through the form that holds their token."""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import IO, Final

from django.db import transaction
from django.db.models import Count, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core.access.actions import Action
from apps.core.access.rights import Rights
from apps.core.attachments.judging import described
from apps.core.attachments.keeping import kept, remove
from apps.core.attachments.models import Attachment
from apps.core.attachments.reading import require_category
from apps.core.kinds.declaration import DocumentKind
from apps.core.kinds.models import Record
from engine.exceptions import InvalidData

WAITING: Final = "staged"  # no kind is called so
LASTS: Final = timedelta(days=2)
"""For how long the files of a form wait that is never saved."""
MOST_FILES: Final = 50
MOST_BYTES: Final = 200 * 1024**2
"""What may wait for one person, in all forms together."""
_TOKEN: Final = re.compile(r"[0-9a-f]{32}")


def token_of(text: str) -> str:
    """The token that a form has sent; a new one where that is none."""
    return text if _TOKEN.fullmatch(text) else secrets.token_hex(16)


def takes_files(kind: DocumentKind, rights: Rights) -> bool:
    """Whether the form of a new record of a kind has a place for files: where the kind asks for
    some, and this person may add them."""
    return bool(kind.attachments) and rights.may(kind.key, Action.ATTACH)


def stage_file(
    *,
    kind: DocumentKind,
    token: str,
    category: str,
    name: str,
    content: IO[bytes],
    rights: Rights,
    now: datetime | None = None,
) -> Attachment:
    """Keep a file for the form of that token. Not inside of another transaction. Raises InvalidData
    for what is no acceptable file or doesn't fit any more, Conflict where others add files."""
    attachment = described(
        name,
        content,
        business_key=_key(kind, token, rights),
        category=require_category(kind, category).code,
        by=rights.user,
        now=now or timezone.now(),
    )
    with transaction.atomic(durable=True), kept([(attachment, content)]):
        _require_few(rights)  # it is counted too, and nobody adds another one meanwhile
        return attachment


def _require_few(rights: Rights) -> None:
    waiting = Attachment.objects.filter(
        added_by_id=rights.user, business_key__startswith=f"{WAITING}:"
    ).aggregate(files=Count("pk"), size=Sum("size"))
    if waiting["files"] > MOST_FILES or waiting["size"] > MOST_BYTES:
        message = _(
            "Too many of your files wait for records that aren't saved yet (at most %(files)s files"
            " or %(size)s MB). Save this one without the file, and add it to the saved record."
        )
        message %= {"files": MOST_FILES, "size": MOST_BYTES // 1024**2}
        raise InvalidData(message, errors={"file": [message]})


def staged(kind: DocumentKind, token: str, rights: Rights) -> QuerySet[Attachment]:
    """What waits for a form of this person, in the order it was added."""
    return Attachment.objects.filter(business_key=_key(kind, token, rights)).order_by("pk")


def give_files(
    *, kind: DocumentKind, record: Record, token: str, wanted: Collection[int], rights: Rights
) -> None:
    """Let those wanted of what waits belong to the new record, in the transaction of its save; the
    others are removed. Raises InvalidData where one of those wanted doesn't wait any more."""
    waiting = {each.pk: each for each in staged(kind, token, rights).select_for_update()}
    # Another save of the same form has taken them, or it was open for too long.
    gone = len(set(wanted) - waiting.keys())
    if gone:
        message = ngettext(
            "%(count)s file of this form isn't there any more: add it again.",
            "%(count)s files of this form aren't there any more: add them again.",
            gone,
        ) % {"count": gone}
        raise InvalidData(message, errors={"": [message]})
    for pk, attachment in waiting.items():
        if pk not in wanted:
            remove(attachment)
    Attachment.objects.filter(pk__in=wanted).update(business_key=record.business_key)


def forget_staged(now: datetime | None = None) -> int:
    """Remove what has waited for too long; how many."""
    old = Attachment.objects.filter(
        business_key__startswith=f"{WAITING}:", added_at__lt=(now or timezone.now()) - LASTS
    )
    with transaction.atomic():
        rows = list(old.select_for_update(skip_locked=True))
        for attachment in rows:
            remove(attachment)
    return len(rows)


def _key(kind: DocumentKind, token: str, rights: Rights) -> str:
    return f"{WAITING}:{rights.user}:{kind.key}:{token}"
