"""The card “My funnel” of the first page: one's own open opportunities by stage."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Count, Sum
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from apps.core.access.actions import Action
from apps.core.access.rights import rights_of
from apps.core.kinds.addresses import url_of
from apps.core.kinds.registry import kind_of
from apps.core.shell.cards import Card, add
from apps.sales.opportunities.models import Opportunity, OpportunityStage
from apps.sales.opportunities.selecting import KEY


def my_funnel(request: HttpRequest) -> Mapping[str, Any] | None:
    """What stands where, and what is overdue; nobody who has no opportunities has the card."""
    rights = rights_of(int(request.user.pk or 0))
    if not rights.may(KEY, Action.VIEW):
        return None
    mine = Opportunity.objects.visible_to(rights).open().filter(owner=rights.user).order_by()
    counted = mine.values("stage").annotate(count=Count("pk"), amount=Sum("amount"))
    of = {row["stage"]: (row["count"], row["amount"]) for row in counted}
    if not of:
        return None
    most = max(amount for _count, amount in of.values()) or Decimal(1)
    query = f"owner={rights.user}"
    listed = f"{url_of(kind_of(Opportunity), 'list')}?{query}&state=open"
    return {
        "stages": [
            (stage.name, *of.get(stage.pk, (0, Decimal(0))), f"{listed}&stage={stage.pk}")
            for stage in OpportunityStage.objects.all()
            if stage.active or stage.pk in of
        ],
        "most": most,
        "total": sum((amount for _count, amount in of.values()), Decimal(0)),
        "overdue": mine.overdue(timezone.localdate()).count(),
        "overdue_url": f"{listed}&overdue=true",
        "board_url": f"{reverse('sales:board')}?{query}",
    }


add(
    Card(
        name="sales.funnel",
        template="sales/opportunity/_my_funnel.html",
        context=my_funnel,
        position=20,
    )
)
