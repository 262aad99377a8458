"""Activities on the pages of what they are about, and comments on the page of an activity."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.core.access.rights import Rights, rights_of
from apps.core.kinds.addresses import url_of
from apps.core.kinds.declaration import DetailTab, DocumentKind
from apps.core.kinds.extras import PagePart, page_part
from apps.core.kinds.registry import kind_of
from apps.core.kinds.related import ways_to_add
from apps.sales.activities.kind import SalesActivityKind
from apps.sales.activities.models import SalesActivity
from apps.sales.companies.kind import TargetCompanyKind
from apps.sales.leads.kind import LeadKind
from apps.sales.opportunities.kind import OpportunityKind

SHOWN = 50


class ActivitiesTab(DetailTab):
    """What was done and what is planned, the newest first. Whoever may see the record sees all that
    was done about it."""

    template = "sales/salesactivity/_timeline.html"
    about: ClassVar[str]
    """The foreign key of activities that leads to the record."""

    def context(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        kind = kind_of(SalesActivity)
        rights = rights_of(int(request.user.pk or 0))
        rows = SalesActivity.objects.filter(**{self.about: record.pk})
        query = f"{self.about}={record.pk}"
        return {
            "rows": rows.select_related("kind", "owner").order_by("-planned_at", "-pk")[:SHOWN],
            "activity_kind": kind,
            "all_url": f"{url_of(kind, 'list')}?{query}",
            "ways": ways_to_add(kind, rights, query),
        }


@TargetCompanyKind.tab("activities", label=_("Activities"))
class CompanyActivities(ActivitiesTab):
    """Of a yellow-page company."""

    about = "company"


@LeadKind.tab("activities", label=_("Activities"))
class LeadActivities(ActivitiesTab):
    """Of a lead."""

    about = "lead"


@OpportunityKind.tab("activities", label=_("Activities"))
class OpportunityActivities(ActivitiesTab):
    """Of an opportunity."""

    about = "opportunity"


@page_part("activity-comments", label=_("Comments"), position=5)
class CommentsPart(PagePart):
    """What was said about an activity."""

    template = "sales/salesactivity/_comments.html"

    def shown(self, kind: DocumentKind, record: Any, rights: Rights) -> bool:
        return isinstance(kind, SalesActivityKind)

    def context(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        return {"comments": record.comments.select_related("by")}
