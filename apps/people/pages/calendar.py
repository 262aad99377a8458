"""The working calendar, a month at a time."""

from __future__ import annotations

import calendar as months
from dataclasses import dataclass
from datetime import date
from typing import Any

import chinese_calendar
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from apps.core.access.actions import Action
from apps.core.access.doors import requires
from apps.core.access.rights import rights_of
from apps.people import services
from apps.people.calendar import DAY_LENGTH, WorkCalendar
from apps.people.models import WorkCalendarDay
from apps.people.pages.forms import DayForm, save

KIND = "people.calendar"
FIRST, LAST = date(2000, 1, 1), date(2099, 12, 31)


@dataclass(frozen=True, slots=True)
class Cell:
    """A day as the month shows it."""

    date: date
    works: bool
    moved: bool  # works on a weekend, or is free on a weekday
    holiday: str
    own: WorkCalendarDay | None
    hours: str  # of a shorter day
    outside: bool  # of another month
    today: bool


@requires(KIND, Action.VIEW)
def month(request: HttpRequest) -> HttpResponse:
    """A month with the official holidays, the moved working days and the firm's exceptions; one of
    its days can be changed."""
    chosen = _date(request.GET.get("day", "")) or None
    shown = _date(request.GET.get("month", "") + "-01") or chosen or timezone.localdate()
    may_change = rights_of(request.user.pk).may(KIND, Action.CHANGE)
    if request.method == "POST" and not may_change:
        raise PermissionDenied
    if request.method == "POST" and chosen is None:
        return redirect("people:calendar")
    own = WorkCalendarDay.objects.filter(date=chosen).first() if chosen else None
    form = DayForm(request.POST or None, initial=_initial(own))

    def act(data: dict[str, Any]) -> None:
        _change(chosen, data, request.user.pk)

    if chosen and save(form, act):
        messages.success(request, _("Saved."))
        return redirect(f"{reverse('people:calendar')}?month={chosen:%Y-%m}")
    first = shown.replace(day=1)
    weeks = [[_cell(day, first, owned) for day in week] for week, owned in _weeks(first)]
    context = {
        "place": _("Working calendar"),
        "first": first,
        "weeks": weeks,
        "working_days": sum(cell.works for week in weeks for cell in week if not cell.outside),
        "provisional": WorkCalendar().day(first).provisional,
        "before": _step(first, -1),
        "after": _step(first, 1),
        "chosen": chosen,
        "form": form,
        "may_change": may_change,
    }
    return render(request, "people/calendar.html", context, status=422 if form.errors else 200)


def _weeks(first: date) -> list[tuple[list[date], dict[date, WorkCalendarDay]]]:
    weeks = months.Calendar().monthdatescalendar(first.year, first.month)
    rows = WorkCalendarDay.objects.filter(date__range=(weeks[0][0], weeks[-1][-1]))
    own = {row.date: row for row in rows}
    return [(week, own) for week in weeks]


def _cell(day: date, first: date, owned: dict[date, WorkCalendarDay]) -> Cell:
    told = WorkCalendar().day(day)
    hours = told.length.total_seconds() / 3600
    return Cell(
        date=day,
        works=told.works,
        moved=told.works != (day.weekday() < 5),
        holiday=_holiday(day),
        own=owned.get(day),
        hours=f"{hours:g}" if told.works and told.length < DAY_LENGTH else "",
        outside=day.month != first.month,
        today=day == timezone.localdate(),
    )


def _holiday(day: date) -> str:
    """The holiday that a day is free for, or that it is worked on for."""
    try:
        _free, name = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:  # not announced yet
        return ""
    if not name:
        return ""
    chinese = (get_language() or "").startswith("zh")
    return str(chinese_calendar.Holiday(name).chinese) if chinese else str(name)


def _initial(own: WorkCalendarDay | None) -> dict[str, Any]:
    if own is None:
        return {"kind": DayForm.Kind.OFFICIAL}
    kind = DayForm.Kind.WORKS if own.works else DayForm.Kind.FREE
    return {"kind": kind, "hours": own.hours, "note": own.note}


def _change(day: date, data: dict[str, Any], by: int) -> None:
    if data["kind"] == DayForm.Kind.OFFICIAL:
        services.clear_calendar_day(day=day, by=by)
        return
    works = data["kind"] == DayForm.Kind.WORKS
    services.set_calendar_day(day=day, works=works, hours=data["hours"], note=data["note"], by=by)


def _step(first: date, months_on: int) -> date | None:
    number = first.year * 12 + first.month - 1 + months_on
    found = date(number // 12, number % 12 + 1, 1)
    return found if FIRST <= found <= LAST else None


def _date(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if FIRST <= found <= LAST else None
