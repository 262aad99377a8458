"""The tab of files, on the page of every record."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.core.access.rights import rights_of
from apps.core.attachments.content import ACCEPTED
from apps.core.attachments.reading import files_of, path_of, stored
from apps.core.kinds.extras import EveryTab, page_tab
from apps.core.kinds.registry import kind_of


@page_tab("attachments", label=_("Attachments"), position=60)
class AttachmentsTab(EveryTab):
    """Files by category, and a form for those who may add some."""

    template = "core/attachments/tab.html"

    def said(self, record: Any) -> Iterable[tuple[str, str]]:
        return ((path_of(file), f"{file.name} {file.size}") for file in stored(record))

    def context(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        rights = rights_of(int(request.user.pk or 0))
        return {
            "files": files_of(kind_of(record), record, rights),
            "accept": ACCEPTED,
            "business_key": record.business_key,
        }
