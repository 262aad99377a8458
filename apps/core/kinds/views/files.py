"""Files in the form of a new record: kept at once, given to the record when it is saved."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.http import HttpRequest

from apps.core.access.rights import Rights
from apps.core.attachments import staging
from apps.core.attachments.content import ACCEPTED
from apps.core.attachments.models import Attachment
from apps.core.attachments.reading import categories
from apps.core.kinds.declaration import DocumentKind
from engine.exceptions import EngineError

INPUT = "file-"  # before the code of the category
MOST_DIGITS = 18


class FormFiles:
    """The files of one form, by the token that it holds."""

    def __init__(self, request: HttpRequest, kind: DocumentKind, rights: Rights) -> None:
        self.request, self.kind, self.rights = request, kind, rights
        self.token = staging.token_of(request.POST.get("files", ""))
        self.refused: list[str] = []
        self._new: set[int] = set()

    @cached_property
    def taken(self) -> bool:
        """Whether the form has a place for them."""
        return staging.takes_files(self.kind, self.rights)

    def keep(self) -> None:
        """Keep what was sent; `refused` tells what can't be taken."""
        sent = self.request.FILES.lists() if self.taken else ()
        for name, uploads in sent:
            for upload in uploads:
                try:
                    self._keep(name.removeprefix(INPUT), upload)
                except EngineError as error:  # an error page would lose what was typed
                    self.refused.append(str(error))

    def _keep(self, category: str, upload: Any) -> None:
        attachment = staging.stage_file(
            kind=self.kind,
            token=self.token,
            category=category,
            name=upload.name or "",
            content=upload,
            rights=self.rights,
        )
        self._new.add(attachment.pk)

    @property
    def wanted(self) -> set[int]:
        """Those that are new or still ticked."""
        ticked = self.request.POST.getlist("keep-file")
        return self._new | {int(pk) for pk in ticked if pk.isdecimal() and len(pk) <= MOST_DIGITS}

    def give(self, record: Any) -> None:
        """Let the new record have them, in the transaction of its save. Raises InvalidData."""
        if self.taken:
            staging.give_files(
                kind=self.kind,
                record=record,
                token=self.token,
                wanted=self.wanted,
                rights=self.rights,
            )

    def shown(self) -> dict[str, Any]:
        """For the form: each category with what waits in it, and whether that is wanted."""
        if not self.taken:
            return {}
        waiting: dict[str, list[tuple[Attachment, bool]]] = {}
        sent = self.request.method == "POST"  # else nothing waits yet
        for attachment in staging.staged(self.kind, self.token, self.rights) if sent else ():
            line = attachment, attachment.pk in self.wanted
            waiting.setdefault(attachment.category, []).append(line)
        return {
            "files_token": self.token,
            "accept": ACCEPTED,
            "file_fields": [
                (f"{INPUT}{each.code}", each.label, waiting.get(each.code, ()))
                for each in categories(self.kind)
            ],
        }
