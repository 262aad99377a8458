"""What every kind with an approval shows of its cases, and one with versions of these."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from apps.core.access.rights import Rights, rights_of
from apps.core.attachments.reading import may_download
from apps.core.inbox import trail
from apps.core.kinds import columns
from apps.core.kinds.amending import amount_of
from apps.core.kinds.comparing import changes
from apps.core.kinds.declaration import DocumentKind
from apps.core.kinds.extras import EveryTab, PagePart, page_part, page_tab
from apps.core.kinds.models import Record
from apps.core.kinds.registry import kind_of
from apps.core.kinds.showing import Sheet, reader_of
from apps.core.kinds.versions import IN_FORCE, Amendable
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


@page_tab("versions", label=_("Versions"), position=20)
class VersionsTab(EveryTab):
    """All versions, the latest first, and what the one at hand has changed."""

    template = "core/kinds/_versions.html"

    def shown(self, kind: DocumentKind, record: Record, rights: Rights) -> bool:
        return isinstance(record, Amendable) and (record.revision > 1 or bool(record.approved_at))

    def context(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        kind = kind_of(record)
        versions = type(record)._default_manager.filter(number=record.number)
        return {
            "versions": [
                (row, columns.badges(row)[0], amount_of(kind, row))
                for row in versions.select_related("approved_by").order_by("-revision")
            ],
            **(_changes(request, record) if record.amends_id is not None else {}),
        }


@page_part("changes", label=_("What this version changes"), position=5)
class ChangesPart(PagePart):
    """How an amendment differs from the version that it amends, as long as it isn't in force."""

    template = "core/kinds/_changes.html"
    for_approver = True

    def shown(self, kind: DocumentKind, record: Any, rights: Rights) -> bool:
        return (
            isinstance(record, Amendable)
            and record.amends_id is not None
            and record.state not in IN_FORCE
        )

    def context(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        return _changes(request, record)


def _changes(request: HttpRequest, record: Any) -> dict[str, Any]:
    """What an amendment changes; the version that it amends is read along for what else asks."""
    kind, rights = kind_of(record), rights_of(int(request.user.pk or 0))
    record.amends = reader_of(kind).first(record.amends_id)
    before, after = Sheet(kind, record.amends, rights), Sheet(kind, record, rights)
    return {"amended": record.amends, "changes": changes(before, after)}
