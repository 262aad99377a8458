"""The first page: what waits, the overdue first."""

from __future__ import annotations

from datetime import datetime
from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.core.inbox import rows, wording
from apps.core.inbox.context import waiting
from apps.core.inbox.views import viewer_of
from apps.core.shell import cards
from apps.desk import filters, lists
from engine import inbox, inbox_search
from engine.inbox_search import Search
from engine.models import ProcessInstance

SHOWN = 25
COUNTED = 99  # of more overdue tasks it is only told that there are more


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What waits for me; what I wait for."""
    user, now = viewer_of(request).id, timezone.now()
    counts = waiting(request)
    page = inbox_search.page(user, Search(), limit=SHOWN, hide_snoozed_at=now)
    wording.expect_names(task.initiator for task in page.tasks)
    started = ProcessInstance.objects.filter(starter=user, ended_at=None)
    light = started.select_related("definition").defer("runtime", "definition__compiled")
    mine = rows.of_instances(light.order_by("-pk")[:8])
    items = lists.of_tasks(page.tasks)
    heads = {
        "overdue": _("Overdue"),
        "today": _("Today"),
        "later": _("Later"),
        "": _("Without a date"),
    }
    groups = [
        (tone, heads[tone], list(found))
        for tone, found in groupby(items, lambda item: item.due.tone if item.due else "")
    ]
    late = _late(user, page, now)
    context = {
        "counts": counts,
        "queues": [
            queue for queue in lists.queues(filters.read(request.GET), counts)[1:] if queue.count
        ],
        "groups": groups,
        "more": bool(page.next),
        "late": min(late, COUNTED),
        "more_late": late > COUNTED,
        "unread": counts.unread,
        "started": mine,
        "today": timezone.localdate(),
        "weekday": wording.weekday(timezone.localdate()),
        "cards": list(cards.rendered(request)),
        "place": _("First page"),
    }
    return render(request, "desk/home.html", context)


def _late(user: int, page: inbox.Page, now: datetime) -> int:
    """How much is overdue, counted until it is more than is told: what is so stands first, so that
    the page tells unless it is full of it."""
    late = sum(task.due_at is not None and task.due_at < now for task in page.tasks)
    if page.next and late == len(page.tasks):
        return inbox.due_before(user, now, at_most=COUNTED + 1, hide_snoozed_at=now)
    return late
