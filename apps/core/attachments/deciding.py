"""Files that come with decisions: the engine's `ENGINE_FILES`."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Final

from apps.core.attachments.judging import judge
from apps.core.attachments.keeping import kept
from apps.core.attachments.models import Attachment
from engine.database import execute
from engine.uploads import File, Upload

CATEGORY: Final = "decision"
NEXT: Final = "SELECT nextval(pg_get_serial_sequence('attachments_attachment', 'id'))"


class Keeper:
    """See `engine.uploads.Keeper`. The id of a file is taken before it is kept, so that the trail,
    which is written first, can name it."""

    def examine(self, field: str, upload: Upload) -> File:
        found = judge(upload.name or "", upload, field=field)
        ((identity,),) = execute(NEXT)
        said = {
            "id": identity,
            "name": found.name,
            "type": found.content_type,
            "size": found.size,
            "sha256": found.sha256,
        }
        return File(field, upload, said)

    def kept(
        self, files: Sequence[File], *, task: int, business_key: str, user: int, now: datetime
    ) -> AbstractContextManager[None]:
        return kept(
            [
                (
                    Attachment(
                        pk=file.said["id"],
                        business_key=business_key,
                        task_id=task,
                        category=CATEGORY,
                        name=file.said["name"],
                        content_type=file.said["type"],
                        size=file.said["size"],
                        sha256=file.said["sha256"],
                        added_at=now,
                        added_by_id=user,
                    ),
                    file.upload,
                )
                for file in files
            ],
            field=files[0].field,
        )
