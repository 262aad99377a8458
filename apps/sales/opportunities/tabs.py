"""A tab of the page of an opportunity: its way through the stages."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.kinds.declaration import DetailTab
from apps.sales.opportunities.kind import OpportunityKind
from apps.sales.opportunities.models import Opportunity, OpportunityState


@OpportunityKind.tab("stages", label=_("Stage history"))
class StagesTab(DetailTab):
    """How it came from stage to stage, the latest first."""

    template = "sales/opportunity/_stages_tab.html"

    def context(self, request: HttpRequest, record: Opportunity) -> dict[str, Any]:
        changes = record.stage_changes.select_related("from_stage", "to_stage", "by")
        return {
            "changes": changes.order_by("-at", "-pk"),
            "is_open": record.state == OpportunityState.OPEN,
            "days": record.days_in_stage_at(timezone.now()),
        }
