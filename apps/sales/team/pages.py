"""The page of a sales team: ranking against targets, load, and who needs attention."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.core.access.actions import Action
from apps.core.access.doors import requires
from apps.core.access.rights import rights_of
from apps.core.kinds.addresses import url_of
from apps.core.kinds.columns import money
from apps.core.kinds.registry import kind_of, kinds
from apps.people.models import Department, Employee
from apps.sales.activities.models import ActivityComment, SalesActivity
from apps.sales.customers.filters import ACTIVE
from apps.sales.customers.models import Customer
from apps.sales.leads.filters import UNFINISHED
from apps.sales.team.attainment import Attainment, attained_by_people, attained_by_units
from apps.sales.team.load import Load, load_of
from apps.sales.team.measures import known_measures, measures
from apps.sales.team.models import MeasureCode, SalesTarget
from apps.sales.team.people import TEAM, Neglected, former_of, neglected_by, team_of, to_wake_up
from apps.sales.team.periods import PERIODS, Period, period_of

SHOWN: Final = 10


@dataclass(frozen=True, slots=True)
class Line:
    """A colleague, or a department, in the ranking."""

    place: int
    name: str
    detail: str
    attainment: Attainment
    reached: str
    target: str
    load: Load
    neglected: Neglected
    urls: dict[str, str]


@require_safe
@requires(TEAM, Action.VIEW)
def show_team(request: HttpRequest) -> HttpResponse:
    """Whoever looks sees the people in their scope."""
    now = timezone.now()
    rights = rights_of(int(request.user.pk or 0))
    team = {one.pk: one for one in team_of(rights)}
    everybody = team | {one.pk: one for one in former_of(rights)}
    measure = _measure(request.GET.get("measure", ""))
    period = period_of(request.GET.get("period", ""), timezone.localdate(now))
    context = {
        "place": _("Sales team"),
        "period": period,
        "periods": [
            (code, label, f"?period={code}&measure={measure}") for code, label in _periods()
        ],
        "measure": measure,
        "measures": [
            (code, code.label, f"?period={period.code}&measure={code}") for code in known_measures()
        ],
        "people": _people(everybody, team, measure, period, now),
        "units": _units(everybody, measure, period),
        "sleepers": to_wake_up(team, now)[:SHOWN],
        "customer_kind": kind_of(Customer),
        "activity_kind": kind_of(SalesActivity),
        "schedule": _schedule(team, now),
        "comments": ActivityComment.objects.filter(activity__owner__in=team)
        .select_related("by", "activity")
        .order_by("-at", "-pk")[:SHOWN],
        "targets_url": url_of(kind_of(SalesTarget), "list"),
        "may_set": rights.may("sales.salestarget", Action.ADD),
        "new_target": url_of(kind_of(SalesTarget), "new"),
    }
    return render(request, "sales/team.html", context)


def _periods() -> list[tuple[str, str]]:
    return [(code, str(label)) for code, label in PERIODS.items()]


def _measure(code: str) -> MeasureCode:
    known = known_measures()
    return next((one for one in known if one == code), known[0])


def _figure(measure: MeasureCode, amount: Decimal | None) -> str:
    if amount is None:
        return ""
    return money(amount) if measures[measure].money else f"{amount:,.0f}"


def _people(
    everybody: dict[int, Employee],
    team: dict[int, Employee],
    measure: MeasureCode,
    period: Period,
    now: datetime,
) -> list[Line]:
    """The ranking: who has reached most comes first; whoever neither sells nor should is left out,
    and of those who have left who has reached nothing then."""
    attained = attained_by_people(everybody, measure, period)
    loads, neglected = load_of(team), neglected_by(team, now)
    selling = [
        user
        for user in everybody
        if attained[user].reached
        or (user in team and (attained[user].target or loads[user] != Load()))
    ]
    selling.sort(key=lambda user: (-attained[user].reached, user))
    return [
        Line(
            place,
            str(everybody[user].user),
            str(everybody[user].department if user in team else _("has left")),
            attained[user],
            _figure(measure, attained[user].reached),
            _figure(measure, attained[user].target),
            loads.get(user, Load()),
            neglected.get(user, Neglected()),
            _urls(user, measure, period),
        )
        for place, user in enumerate(selling, start=1)
    ]


def _urls(user: int, measure: MeasureCode, period: Period) -> dict[str, str]:
    """Where each figure of somebody leads."""
    activities = url_of(kind_of(SalesActivity), "list")
    return {
        "reached": measures[measure].listing(user, period.first, period.last),
        "customers": f"{url_of(kind_of(Customer), 'list')}?owner={user}&stage={ACTIVE}",
        "leads": f"{_list('sales.lead')}?owner={user}&state={UNFINISHED}",
        "opportunities": f"{_list('sales.opportunity')}?owner={user}&state=open",
        "due": f"{activities}?owner={user}&due=due",
        "overdue": f"{activities}?owner={user}&due=overdue",
        "silent": f"{url_of(kind_of(Customer), 'list')}?owner={user}&contact=long",
    }


def _list(key: str) -> str:
    return url_of(kinds[key], "list")


def _units(team: dict[int, Employee], measure: MeasureCode, period: Period) -> list[Line]:
    """Departments with a target in that period."""
    wanted = Department.objects.filter(
        pk__in=SalesTarget.objects.filter(
            measure=measure, month__range=(period.first, period.last), unit__isnull=False
        ).values("unit")
    )
    seen = {one.department.path for one in team.values() if one.department is not None}
    units = {unit.pk: unit for unit in wanted if unit.path in seen}
    attained = attained_by_units({pk: u.path for pk, u in units.items()}, measure, period)
    ranked = sorted(units, key=lambda pk: -attained[pk].reached)
    return [
        Line(
            place,
            str(units[pk]),
            "",
            attained[pk],
            _figure(measure, attained[pk].reached),
            _figure(measure, attained[pk].target),
            Load(),
            Neglected(),
            {},
        )
        for place, pk in enumerate(ranked, start=1)
    ]


def _schedule(team: dict[int, Employee], now: datetime) -> QuerySet[Any]:
    """What the team does today."""
    start = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    today = SalesActivity.objects.filter(
        owner__in=team, planned_at__gte=start, planned_at__lt=start + timedelta(days=1)
    )
    return today.select_related("kind", "owner", "company", "lead", "customer").order_by(
        "planned_at", "pk"
    )[: SHOWN * 2]
