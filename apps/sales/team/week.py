"""The week of a sales team: what each of its people has planned and done, day by day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.core.access.actions import Action
from apps.core.access.doors import requires
from apps.core.access.rights import rights_of
from apps.core.days import day_of
from apps.core.kinds.addresses import url_of
from apps.core.kinds.registry import kind_of
from apps.people.models import Employee
from apps.sales.activities.models import SalesActivity
from apps.sales.team.people import TEAM, team_of

PEOPLE: Final = 20
"""On a page."""
SHOWN: Final = 6
"""Activities of one day of somebody; a link leads to the others."""
LATELY: Final = timedelta(days=28)
"""Who had no activity for so long isn't missed in an empty week."""
DAY: Final = timedelta(days=1)
WEEK: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Day:
    """What somebody does on a day. `more`: how many aren't shown; `url`: all of them as a list."""

    date: date
    rows: Sequence[SalesActivity]
    more: int
    url: str


@dataclass(frozen=True, slots=True)
class Line:
    """The week of somebody. `url`: all of it as a list."""

    person: Employee
    days: Sequence[Day]
    url: str


def monday_of(text: str, today: date) -> date:
    """The first day of the week in which a day lies, as it stands in an address; of this week where
    it is no day."""
    day = day_of(text) or today
    return day - timedelta(days=day.weekday())


def people_of(team: Mapping[int, Employee], first: date) -> list[Employee]:
    """Who did something lately or has planned something for that week: one question."""
    busy = SalesActivity.objects.filter(
        owner__in=team,
        planned_at__gte=_midnight(first) - LATELY,
        planned_at__lt=_midnight(first + WEEK),
    )
    found = set(busy.order_by().values_list("owner", flat=True).distinct())
    people = [team[user] for user in found]
    return sorted(people, key=lambda one: (one.department.path, one.pk))


def lines_of(people: Sequence[Employee], first: date) -> list[Line]:
    """The weeks of these people, from that Monday on: one question."""
    rows = SalesActivity.objects.filter(
        owner__in=[one.pk for one in people],
        planned_at__gte=_midnight(first),
        planned_at__lt=_midnight(first + WEEK),
    )
    found: dict[tuple[int, date], list[SalesActivity]] = defaultdict(list)
    read = rows.reading("kind", "company", "lead", "customer").annotate(said=Count("comments"))
    for row in read.order_by("planned_at", "pk"):
        found[row.owner_id, timezone.localdate(row.planned_at)].append(row)
    return [
        Line(one, list(_days(one.pk, first, found)), _listed(one.pk, first, first + WEEK - DAY))
        for one in people
    ]


def _days(
    user: int, first: date, found: Mapping[tuple[int, date], Sequence[SalesActivity]]
) -> Iterator[Day]:
    for day in _dates(first):
        rows = found.get((user, day), ())
        yield Day(day, rows[:SHOWN], max(0, len(rows) - SHOWN), _listed(user, day, day))


def _dates(first: date) -> list[date]:
    return [first + number * DAY for number in range(7)]


def _listed(user: int, first: date, last: date) -> str:
    asked = {"owner": user, "planned_at_after": first, "planned_at_before": last}
    return f"{url_of(kind_of(SalesActivity), 'list')}?{urlencode(asked)}"


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


@require_safe
@requires(TEAM, Action.VIEW)
def show_week(request: HttpRequest) -> HttpResponse:
    """Whoever looks sees the weeks of the people in their scope, a page of them at a time."""
    today = timezone.localdate()
    first = monday_of(request.GET.get("week", ""), today)
    team = {one.pk: one for one in team_of(rights_of(int(request.user.pk or 0)))}
    page = Paginator(people_of(team, first), PEOPLE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "place": _("Week of the team"),
        "today": today,
        "now": timezone.now(),
        "dates": _dates(first),
        "last": first + WEEK - DAY,
        "before": first - WEEK,
        "after": first + WEEK,
        "this": monday_of("", today),
        "page": page,
        "lines": lines_of(list(page), first),
        "activity_kind": kind_of(SalesActivity),
    }
    return render(request, "sales/team/week.html", context)
