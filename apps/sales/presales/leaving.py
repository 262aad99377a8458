"""An engineer who leaves hands over the requests that they work on."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.access.handover import Holding, holdings
from apps.sales.presales.models import UNDER_WAY, PresalesRequest
from engine import tasks
from engine.models import HumanTask, TaskState

ENGAGED: Final = "sales.presalesrequest.engineer"


def _engaged(user: int) -> Any:
    return PresalesRequest.objects.filter(engineer=user, state__in=UNDER_WAY)


def count_engaged(user: int) -> int:
    """How many requests somebody is the engineer of."""
    return int(_engaged(user).count())


def give_engaged(user: int, to: int, by: int) -> int:
    """Make a colleague the engineer of these requests, and give them the tasks; how many. In the
    caller's transaction. Cases are locked before what they are about."""
    requests = list(_engaged(user))
    keys = [request.business_key for request in requests]
    asked = HumanTask.objects.filter(
        instance__business_key__in=keys,
        assignee=user,
        state__in=(TaskState.READY, TaskState.RESERVED),
    )
    for task in asked.order_by("instance", "pk").values_list("pk", flat=True):
        tasks.entrust(task, to=to, by=by)
    return int(
        _engaged(user).update(
            engineer=to, version=F("version") + 1, changed_by=by, changed_at=timezone.now()
        )
    )


holdings.add(ENGAGED, Holding(_("Presales requests to work on"), count_engaged, give_engaged))
