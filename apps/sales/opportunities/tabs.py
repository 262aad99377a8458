"""What the page of an opportunity shows beside its fields: where it stands among the stages, and
its way through them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.access.rights import Rights, rights_of
from apps.core.kinds.commands import offered
from apps.core.kinds.declaration import DetailTab, DocumentKind
from apps.core.kinds.extras import PagePart, page_part
from apps.core.kinds.registry import kind_of
from apps.sales.opportunities.kind import OpportunityKind
from apps.sales.opportunities.models import Opportunity, OpportunityStage, OpportunityState


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


@page_part("opportunity_stages", label=_("Stages of opportunities"), position=1)
class StagesPart(PagePart):
    """The stages in their order: passed, where it stands, to come."""

    template = "sales/opportunity/_stage_bar.html"

    def shown(self, kind: DocumentKind, record: Any, rights: Rights) -> bool:
        return kind.key == OpportunityKind.model._meta.label_lower

    def context(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        stages = [s for s in OpportunityStage.objects.all() if s.active or s == record.stage]
        rights = rights_of(int(request.user.pk or 0))
        kind = kind_of(Opportunity)
        return {
            "stages": [(stage, stage.place < record.stage.place) for stage in stages],
            "move": "move" in dict(offered(kind, record, kind.abilities(rights, record))),
        }
