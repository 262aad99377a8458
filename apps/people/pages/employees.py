"""Employees: where they work, for whom, and how they leave."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.core.access.actions import Action
from apps.core.access.doors import requires
from apps.core.access.rights import rights_of
from apps.people import leaving, services
from apps.people.models import Department, Employee
from apps.people.pages.forms import EmployeeForm, LeaveForm, colleagues, save
from engine.organisation import organisation

KIND = "people.employee"


@requires(KIND, Action.VIEW)
def employee_list(request: HttpRequest) -> HttpResponse:
    """Employees by department, in the order of the tree."""
    asked = request.GET.get("q", "").strip().replace("\x00", "")
    gone = request.GET.get("state") == "left"
    today = timezone.localdate()
    employees = Employee.objects.select_related("user", "department", "superior__user")
    if gone:
        employees = employees.filter(left_on__lte=today)
    else:
        employees = employees.exclude(left_on__lte=today)
    for word in asked.split():
        employees = employees.filter(user__display_name__icontains=word)
    by_department: dict[int, list[Employee]] = {}
    for employee in employees.order_by("user__display_name", "pk"):
        by_department.setdefault(employee.department_id, []).append(employee)
    departments = Department.objects.select_related("head__user").order_by("path")
    context = {
        "place": _("Employees"),
        "groups": [
            (department, by_department[department.pk])
            for department in sorted(departments, key=lambda row: (row.position, row.pk))
            if department.pk in by_department
        ],
        "q": asked,
        "gone": gone,
        "may_add": rights_of(request.user.pk).may("people.user", Action.ADD),
    }
    return render(request, "people/employees.html", context)


@requires(KIND, Action.VIEW)
def change_employee(request: HttpRequest, pk: int) -> HttpResponse:
    """Department, superior, position. Who may not change it only reads."""
    employee = _employee(pk)
    names = ("department", "superior", "position", "hired_on")
    initial = {name: getattr(employee, name) for name in names}
    rights = rights_of(request.user.pk)
    may_change = rights.may(KIND, Action.CHANGE)
    if request.method == "POST" and not may_change:
        raise PermissionDenied
    form = EmployeeForm(request.POST or None, initial=initial)

    def act(data: dict[str, Any]) -> None:
        services.change_employee(employee=employee, by=request.user.pk, **data)

    if save(form, act):
        messages.success(request, _("Saved."))
        return redirect("people:employee", pk)
    superior = organisation().superior(pk)
    context = {
        "place": employee.user.display_name,
        "employee": employee,
        "superior": Employee.objects.filter(pk=superior).select_related("user").first(),
        "form": form,
        "breadcrumbs": [(_("Employees"), reverse("people:employees"))],
        "back": reverse("people:employees"),
        "may_change": may_change,
        "may_hand_over": rights.may(KIND, Action.HAND_OVER),
        "may_see_user": rights.may("people.user", Action.VIEW),
        "left": employee.left_on is not None and employee.left_on <= timezone.localdate(),
    }
    return render(request, "people/employee.html", context, status=422 if form.errors else 200)


@requires(KIND, Action.HAND_OVER)
def hand_over_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What somebody holds, who gets it, and the end of the employment: one transaction."""
    employee = _employee(pk)
    form = LeaveForm(request.POST or None, initial={"left_on": timezone.localdate()})
    chosen = _successors(request, employee)

    def act(data: dict[str, Any]) -> None:
        leaving.leave(employee=employee, successors=chosen, by=request.user.pk, **data)

    def only_hand_over(data: dict[str, Any]) -> None:
        leaving.hand_over(
            employee=employee, successors=chosen, by=request.user.pk, reason=data["reason"]
        )

    stays = request.POST.get("act") == "hand-over"
    if save(form, only_hand_over if stays else act):
        if stays:
            messages.success(request, _("Handed over."))
            return redirect("people:hand_over", pk)
        messages.success(request, _("%(name)s has left; the login is closed.") % {"name": employee})
        return redirect("people:employees")
    employee = _employee(pk)
    held = leaving.held_by(employee)
    context = {
        "place": _("Hand over"),
        "employee": employee,
        "held": [(thing, chosen.get(thing.key)) for thing in held],
        "colleagues": colleagues().exclude(pk=pk),
        "everything": _number(request.POST.get("everything", "")),
        "form": form,
        "breadcrumbs": [
            (_("Employees"), reverse("people:employees")),
            (employee.user.display_name, reverse("people:employee", args=[pk])),
        ],
        "oneself": pk == request.user.pk,
    }
    return render(request, "people/hand_over.html", context, status=422 if form.errors else 200)


def _successors(request: HttpRequest, employee: Employee) -> dict[str, int]:
    """Key of what is held → whom it goes to: the one chosen for it, else the one for everything."""
    everything = _number(request.POST.get("everything", ""))
    found = {}
    for held in leaving.held_by(employee) if request.method == "POST" else ():
        to = _number(request.POST.get(held.key, "")) or everything
        if to is not None:
            found[held.key] = to
    employed = set(colleagues().filter(pk__in=found.values()).values_list("pk", flat=True))
    return {key: to for key, to in found.items() if to in employed}


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 19 else None


@requires(KIND, Action.CHANGE)
@require_POST
def come_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody who had left works here again."""
    services.resume_employment(employee=_employee(pk), by=request.user.pk)
    messages.success(request, _("Welcome back: the login is open again, with the roles of before."))
    return redirect("people:employee", pk)


def _employee(pk: int) -> Employee:
    rows = Employee.objects.select_related("user", "department", "superior__user")
    return get_object_or_404(rows, pk=pk)
