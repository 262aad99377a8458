"""Files without a row, and rows without a file: what a crash leaves behind."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import structlog
from django.core.files.storage import default_storage
from django.utils import timezone

from apps.core.attachments.models import FOLDER, Attachment

YOUNG: Final = timedelta(hours=1)
"""Files younger than this may belong to a transaction that is still under way."""

log = structlog.get_logger(__name__)


def sweep(now: datetime | None = None) -> tuple[int, int]:
    """Delete the files of this account set that no row names; report rows whose file is gone. How
    many of each."""
    orphans = lost = 0
    before = (now or timezone.now()) - YOUNG
    for folder in (f"{FOLDER}/{number:02x}" for number in range(256)):
        present = _present(folder)
        known = set(
            Attachment.objects.filter(file__startswith=f"{folder}/").values_list("file", flat=True)
        )
        for path in sorted(present - known):
            if default_storage.get_modified_time(path) < before:
                default_storage.delete(path)
                orphans += 1
        for path in sorted(known - present):
            log.error("attachment_without_file", path=path)
            lost += 1
    if orphans:
        log.warning("files_without_attachment", deleted=orphans)
    return orphans, lost


def _present(folder: str) -> set[str]:
    if not default_storage.exists(folder):
        return set()
    return {f"{folder}/{name}" for name in default_storage.listdir(folder)[1]}
