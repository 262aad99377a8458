"""What sales shows on the first page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from apps.core.access.actions import Action
from apps.core.access.rights import rights_of
from apps.core.kinds.addresses import url_of
from apps.core.kinds.columns import money
from apps.core.kinds.registry import kind_of
from apps.core.shell.cards import Card, add
from apps.sales.activities.models import SalesActivity
from apps.sales.opportunities import home_card  # noqa: F401  (enters itself)
from apps.sales.team.attainment import attained_by_people
from apps.sales.team.measures import known_measures, measures
from apps.sales.team.periods import MONTH, period_of


def my_month(request: HttpRequest) -> dict[str, Any] | None:
    """One's own month against the targets; nothing for who has neither."""
    user, period = int(request.user.pk or 0), period_of(MONTH, timezone.localdate())
    if not rights_of(user).may("sales.salestarget", Action.VIEW):
        return None
    lines = []
    for measure in known_measures():
        one = attained_by_people([user], measure, period)[user]
        if one.target is None and not one.reached:
            continue
        write = money if measures[measure].money else "{:,.0f}".format
        lines.append(
            (measure.label, one, write(one.reached), write(one.target) if one.target else "")
        )
    return {"lines": lines, "period": period} if lines else None


def my_activities(request: HttpRequest) -> dict[str, Any] | None:
    """What one has planned for today, and what was left undone."""
    user, now = int(request.user.pk or 0), timezone.now()
    if not rights_of(user).may("sales.salesactivity", Action.ADD):
        return None
    mine = SalesActivity.objects.planned().filter(owner=user)
    end = timezone.localtime(now).replace(hour=23, minute=59, second=59)
    kind = kind_of(SalesActivity)
    rows = mine.filter(planned_at__lte=end).select_related("kind", "company", "lead", "customer")
    shown = list(rows.order_by("planned_at")[:8])
    if not shown:
        return None
    return {
        "rows": shown,
        "kind": kind,
        "now": now,
        "all_url": f"{url_of(kind, 'list')}?owner={user}",
    }


add(
    Card(name="sales.month", template="sales/_my_month.html", context=my_month, position=10),
    Card(
        name="sales.activities",
        template="sales/_my_activities.html",
        context=my_activities,
        position=5,
    ),
)
