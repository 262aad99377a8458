"""The tree of departments."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.core.access.actions import Action
from apps.core.access.doors import requires
from apps.core.access.rights import rights_of
from apps.people import services
from apps.people.models import Department, Employee
from apps.people.pages.forms import DepartmentForm, save

KIND = "people.department"


@dataclass
class Node:
    """A department with those below it."""

    department: Department
    children: list[Node] = field(default_factory=list)


@requires(KIND, Action.VIEW)
def tree(request: HttpRequest) -> HttpResponse:
    """All departments, each with its head and how many work there."""
    working = Count("employees", filter=Q(employees__in=Employee.objects.employed()))
    rows = Department.objects.select_related("head__user").annotate(working=working)
    nodes = {row.pk: Node(row) for row in rows}
    top = []
    for node in nodes.values():
        parent = node.department.parent_id
        (nodes[parent].children if parent else top).append(node)
    rights = rights_of(request.user.pk)
    context = {
        "place": _("Departments"),
        "top": top,
        "may_add": rights.may(KIND, Action.ADD),
        "may_change": rights.may(KIND, Action.CHANGE),
    }
    return render(request, "people/departments.html", context)


@requires(KIND, Action.ADD)
def add(request: HttpRequest) -> HttpResponse:
    """A new department."""
    form = DepartmentForm(request.POST or None, initial={"parent": request.GET.get("parent")})

    @transaction.atomic
    def act(data: dict[str, Any]) -> None:
        head = data.pop("head")
        made = services.create_department(**data, by=request.user.pk)
        if head is not None:
            services.name_head(department=made, head=head, by=request.user.pk)

    if save(form, act, at="name"):
        messages.success(request, _("Saved."))
        return redirect("people:departments")
    context = {"place": _("New department"), "form": form, **_around()}
    return render(request, "people/form.html", context, status=422 if form.errors else 200)


@requires(KIND, Action.VIEW)
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Name, place in the tree, head, and who works there. Who may not change it only reads."""
    department = get_object_or_404(Department, pk=pk)
    rights = rights_of(request.user.pk)
    may_change = rights.may(KIND, Action.CHANGE)
    if request.method == "POST" and not may_change:
        raise PermissionDenied
    names = ("name", "parent", "head")
    initial = {name: getattr(department, name) for name in names}
    form = DepartmentForm(request.POST or None, initial=initial)

    @transaction.atomic
    def act(data: dict[str, Any]) -> None:
        by = request.user.pk
        if data["name"] != initial["name"]:
            services.rename_department(department=department, name=data["name"], by=by)
        if data["parent"] != initial["parent"]:
            services.move_department(department=department, parent=data["parent"], by=by)
        if data["head"] != initial["head"]:
            services.name_head(department=department, head=data["head"], by=by)

    if save(form, act, at="parent"):
        messages.success(request, _("Saved."))
        return redirect("people:departments")
    context = {
        "place": initial["name"],
        "department": department,
        "form": form,
        "staff": Employee.objects.employed().filter(department=pk).select_related("user"),
        "may_change": may_change,
        "may_delete": rights.may(KIND, Action.DELETE),
        "may_see_employee": rights.may("people.employee", Action.VIEW),
        **_around(),
    }
    return render(request, "people/department.html", context, status=422 if form.errors else 200)


@requires(KIND, Action.DELETE)
@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an empty department out of the tree."""
    department = get_object_or_404(Department, pk=pk)
    try:
        services.delete_department(department=department, by=request.user.pk)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("people:department", pk)
    messages.success(request, _("Deleted."))
    return redirect("people:departments")


def _around() -> dict[str, Any]:
    address = reverse("people:departments")
    return {"breadcrumbs": [(_("Departments"), address)], "back": address}
