"""Roles and who holds them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.core.access.actions import EVERYONE, Action
from apps.core.access.doors import requires
from apps.core.access.rights import rights_of
from apps.people import duties, services
from apps.people.models import ConflictingRoles, Department, Employee, FirmRole, RoleHolder
from apps.people.pages.forms import GrantForm, RoleForm, save
from apps.people.roles import UNHELD, Name, holdable_roles, role_name, role_names
from engine.organisation import Role

KIND = "people.role"


@requires(KIND, Action.VIEW)
def role_list(request: HttpRequest) -> HttpResponse:
    """All roles with their holders."""
    holders: dict[str, list[Any]] = {}
    for row in RoleHolder.objects.select_related("employee__user", "department"):
        holders.setdefault(row.role, []).append((row.employee, row.department))
    for department in Department.objects.exclude(head=None).select_related("head__user"):
        holders.setdefault(Role.DEPARTMENT_HEAD, []).append((department.head, department))
    own = set(FirmRole.objects.values_list("code", flat=True))
    names, found = role_names(), duties.pairs()
    context = {
        "place": _("Roles"),
        "rows": [
            {
                "code": code,
                "name": name,
                "own": code in own,
                "everyone": code == EVERYONE,
                "holders": holders.get(code, []),
            }
            for code, name in names.items()
        ],
        "pairs": [(names.get(pair.row.first), names.get(pair.row.second), pair) for pair in found],
        "clashing": {employee.pk for pair in found for employee in pair.both},
        "holdable": [(code, name) for code, name in names.items() if code not in UNHELD],
        "may_add": rights_of(request.user.pk).may(KIND, Action.ADD),
        "may_change": rights_of(request.user.pk).may(KIND, Action.CHANGE),
    }
    return render(request, "people/roles.html", context)


@requires(KIND, Action.ADD)
def add(request: HttpRequest) -> HttpResponse:
    """A role of the firm."""
    form = RoleForm(request.POST or None)
    made: list[FirmRole] = []

    def act(data: dict[str, Any]) -> None:
        made.append(services.create_role(by=request.user.pk, **data))

    if save(form, act, at="name"):
        messages.success(request, _("Now give it rights."))
        return redirect("people:rights", made[0].code)
    address = reverse("people:roles")
    context = {
        "place": _("New role"),
        "form": form,
        "hint": _("For rights only: diagrams name the roles that are there already."),
        "breadcrumbs": [(_("Roles"), address)],
        "back": address,
    }
    return render(request, "people/form.html", context, status=422 if form.errors else 200)


@requires(KIND, Action.VIEW)
def role_page(request: HttpRequest, code: str) -> HttpResponse:
    """Who holds a role; give it to somebody."""
    name = name_of(code)
    may_change = rights_of(request.user.pk).may(KIND, Action.CHANGE)
    if request.method == "POST" and not may_change:
        raise PermissionDenied
    form = GrantForm(request.POST or None)

    def act(data: dict[str, Any]) -> None:
        services.grant_role(role=code, by=request.user.pk, **data)

    if save(form, act, at="employee"):
        messages.success(request, _("Saved."))
        warn_of_clashes(request, code, form.cleaned_data["employee"])
        return redirect("people:role", code)
    holders = RoleHolder.objects.filter(role=code).select_related("employee__user", "department")
    context = {
        **around(code, name),
        "place": name,
        "form": form,
        "holders": holders.order_by("employee__user__display_name", "pk"),
        "heads": Department.objects.exclude(head=None).select_related("head__user")
        if code == Role.DEPARTMENT_HEAD
        else [],
        "holdable": code in holdable_roles(),
        "own": FirmRole.objects.filter(code=code).first(),
        "may_change": may_change,
        "may_delete": rights_of(request.user.pk).may(KIND, Action.DELETE),
    }
    return render(request, "people/role.html", context, status=422 if form.errors else 200)


def warn_of_clashes(request: HttpRequest, code: str, employee: Employee) -> None:
    """Say which duties somebody holds that should be parted."""
    clashes = duties.incompatible_with(code, employee)
    if clashes:
        text = _("%(name)s holds duties that should be parted: %(role)s and %(others)s.")
        others = _(", ").join(role_name(other) for other in clashes)
        said = {"name": employee, "role": role_name(code), "others": others}
        messages.warning(request, text % said)


@requires(KIND, Action.CHANGE)
@require_POST
def part(request: HttpRequest) -> HttpResponse:
    """Two roles that nobody should hold at once."""
    one, other = request.POST.get("one", ""), request.POST.get("other", "")
    try:
        services.part_duties(one=one, other=other, by=request.user.pk)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect(f"{reverse('people:roles')}#duties")


@requires(KIND, Action.CHANGE)
@require_POST
def together(request: HttpRequest, pk: int) -> HttpResponse:
    """Two roles may be held together again."""
    services.allow_together(pair=get_object_or_404(ConflictingRoles, pk=pk), by=request.user.pk)
    return redirect(f"{reverse('people:roles')}#duties")


@requires(KIND, Action.CHANGE)
def rename(request: HttpRequest, code: str) -> HttpResponse:
    """Another name for a role of the firm."""
    role = get_object_or_404(FirmRole, code=code)
    form = RoleForm(request.POST or None, initial={"name": role.name})
    if save(
        form, lambda data: services.rename_role(role=role, by=request.user.pk, **data), at="name"
    ):
        messages.success(request, _("Saved."))
        return redirect("people:role", code)
    address = reverse("people:role", args=[code])
    context = {"place": _("Rename role"), "form": form, **around(code, role.name), "back": address}
    return render(request, "people/form.html", context, status=422 if form.errors else 200)


@requires(KIND, Action.DELETE)
@require_POST
def delete(request: HttpRequest, code: str) -> HttpResponse:
    """Remove a role of the firm that nobody holds."""
    role = get_object_or_404(FirmRole, code=code)
    try:
        services.delete_role(role=role, by=request.user.pk)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("people:role", code)
    messages.success(request, _("Deleted."))
    return redirect("people:roles")


@requires(KIND, Action.CHANGE)
@require_POST
def withdraw(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Somebody no longer holds the role."""
    holder = get_object_or_404(RoleHolder, pk=pk, role=code)
    try:
        services.withdraw_role(holder=holder, by=request.user.pk)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("people:role", code)


def name_of(code: str) -> Name:
    """The name of a role; 404 where there is none."""
    try:
        return role_names()[code]
    except KeyError as error:
        raise Http404 from error


def around(code: str, name: Name) -> dict[str, Any]:
    return {"code": code, "name": name, "breadcrumbs": [(_("Roles"), reverse("people:roles"))]}
