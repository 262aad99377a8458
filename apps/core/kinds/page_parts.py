"""What every kind with an approval shows of its cases."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from apps.core.access.rights import Rights, rights_of
from apps.core.attachments.reading import may_download
from apps.core.inbox import trail
from apps.core.kinds.declaration import DocumentKind
from apps.core.kinds.extras import EveryTab, PagePart, page_part, page_tab
from apps.core.kinds.models import Record
from apps.core.kinds.registry import kind_of
from apps.core.kinds.views.pages import cases_of


@page_tab("trail", label=_("Trail"), position=10)
class TrailTab(EveryTab):
    """What has happened in all its cases, the latest first."""

    template = "core/kinds/_trail.html"

    def shown(self, kind: DocumentKind, record: Record, rights: Rights) -> bool:
        return kind.approval is not None

    def context(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        rights = rights_of(int(request.user.pk or 0))
        return {
            "cases": [(case, trail.lines(case)) for case in cases_of(record.business_key)],
            # Of the files that came with decisions, which are seldom.
            "closed": SimpleLazyObject(lambda: not may_download(kind_of(record), record, rights)),
        }


@page_part("trail-part", label=_("Trail"), position=10)
class TrailPart(PagePart):
    """The trail beside the document; fetched after the page."""

    template = "core/kinds/_trail_part.html"
    place = "side"

    def shown(self, kind: DocumentKind, record: Any, rights: Rights) -> bool:
        return kind.approval is not None and record.submitted_at is not None
