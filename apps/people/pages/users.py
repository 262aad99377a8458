"""Users: who may log in."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.accountsets.lockout import locked_until
from apps.accountsets.sessions import open_sessions
from apps.core.access.actions import Action
from apps.core.access.doors import requires
from apps.core.access.rights import rights_of
from apps.people import leaving, services
from apps.people.models import User
from apps.people.pages.forms import NewUserForm, UserForm, save
from apps.people.pages.paging import page_of
from apps.people.roles import role_names
from apps.people.services.second_step import has_second_step, switch_off_second_step

KIND = "people.user"
STATES = {
    "": lambda users: users,
    "active": lambda users: users.able(),
    "disabled": lambda users: users.exclude(pk__in=User.objects.able()),
    "one_time": lambda users: users.filter(one_time_until__isnull=False),
}


@requires(KIND, Action.VIEW)
def user_list(request: HttpRequest) -> HttpResponse:
    """Users by user name: search by name, user name, department; by state."""
    asked = request.GET.get("q", "").strip().replace("\x00", "")
    state = request.GET.get("state", "")
    users = STATES.get(state, STATES[""])(User.objects.all())
    for word in asked.split():
        users = users.filter(
            Q(username__icontains=word)
            | Q(display_name__icontains=word)
            | Q(employee__department__name__icontains=word)
        )
    users = users.select_related("employee__department").prefetch_related("employee__roles")
    page = page_of(users, "username", request.GET.get("cursor", ""))
    names = role_names()
    able = set(
        User.objects.able()
        .filter(pk__in=[user.pk for user in page.rows])
        .values_list("pk", flat=True)
    )
    secured = set(User.objects.filter(totpdevice__confirmed=True).values_list("pk", flat=True))
    context = {
        "place": _("Users"),
        "rows": [
            {
                "user": user,
                "roles": [names.get(row.role, row.role) for row in user.employee.roles.all()],
                "able": user.pk in able,
                "secured": user.pk in secured,
            }
            for user in page.rows
        ],
        "next": page.next,
        "previous": page.previous,
        "q": asked,
        "state": state,
        "states": _state_tabs(),
        "may_add": rights_of(request.user.pk).may(KIND, Action.ADD),
    }
    return render(request, "people/users.html", context)


def _state_tabs() -> list[tuple[str, str]]:
    return [
        ("", _("All")),
        ("active", _("May log in")),
        ("disabled", _("Disabled")),
        ("one_time", _("With a one-time password")),
    ]


@requires(KIND, Action.ADD)
def add_user(request: HttpRequest) -> HttpResponse:
    """A new employee with a login, whose one-time password is shown once."""
    form = NewUserForm(request.POST or None, initial={"language": "zh-hans"})
    made: list[User] = []

    def act(data: dict[str, Any]) -> None:
        language = data.pop("language")
        employee = services.create_employee(**data, by=request.user.pk)
        services.choose_language(user=employee.user, language=language)
        made.append(employee.user)

    if save(form, act):
        password = services.reset_password(user=made[0], by=request.user.pk)
        return _show_password(request, made[0], password)
    context = {
        "place": _("New user"),
        "form": form,
        "hint": _(
            "The password is made, shown once, and must be changed at the first login. What "
            "somebody may do comes with their roles, which are given afterwards."
        ),
        "breadcrumbs": [(_("Users"), reverse("people:users"))],
        "back": reverse("people:users"),
    }
    return render(request, "people/form.html", context, status=422 if form.errors else 200)


@requires(KIND, Action.VIEW)
def user_page(request: HttpRequest, pk: int) -> HttpResponse:
    """A user: state, second step, sessions, and what can be done about them."""
    user = _user(pk)
    return render(request, "people/user.html", _shown(request, user))


def _shown(request: HttpRequest, user: User, problems: list[str] | None = None) -> dict[str, Any]:
    names = role_names()
    rights = rights_of(request.user.pk)
    return {
        "place": user.display_name,
        "breadcrumbs": [(_("Users"), reverse("people:users"))],
        "shown": user,
        "employee": user.employee,
        "roles": [
            (names.get(row.role, row.role), row.department)
            for row in user.employee.roles.select_related("department")
        ],
        "able": User.objects.able().filter(pk=user.pk).exists(),
        "locked_until": locked_until(user.username),
        "one_time_over": user.one_time_until and user.one_time_until <= timezone.now(),
        "secured": has_second_step(user),
        "sessions": open_sessions(user.pk),
        "problems": problems or [],
        "may_change": rights.may(KIND, Action.CHANGE),
        "may_give_roles": rights.may("people.role", Action.CHANGE),
        "may_see_employee": rights.may("people.employee", Action.VIEW),
        "may_hand_over": rights.may("people.employee", Action.HAND_OVER),
        "oneself": user.pk == request.user.pk,
    }


@requires(KIND, Action.CHANGE)
def change_user(request: HttpRequest, pk: int) -> HttpResponse:
    """Name, user name, e-mail, language."""
    user = _user(pk)
    names = ("pk", "username", "display_name", "email", "language")
    form = UserForm(request.POST or None, initial={name: getattr(user, name) for name in names})
    if save(form, lambda data: services.change_user(user=user, by=request.user.pk, **data)):
        messages.success(request, _("Saved."))
        return redirect("people:user", pk)
    address = reverse("people:user", args=[pk])
    context = {
        "place": _("Change user"),
        "form": form,
        "breadcrumbs": [
            (_("Users"), reverse("people:users")),
            (User.objects.get(pk=pk).display_name, address),
        ],
        "back": address,
    }
    return render(request, "people/form.html", context, status=422 if form.errors else 200)


@requires(KIND, Action.CHANGE)
@require_POST
def act_on_user(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Disable, enable, reset the password, unlock, sign out, switch off the second step."""
    user, by = _user(pk), request.user.pk
    if act == "reset-password":
        return _show_password(request, user, services.reset_password(user=user, by=by))
    acts = {
        "disable": lambda: leaving.disable_user(
            user=user, by=by, reason=request.POST.get("reason", "")
        ),
        "enable": lambda: services.enable_user(user=user, by=by),
        "unlock": lambda: services.unlock_login(user=user, by=by),
        "sign-out": lambda: services.end_sessions(user=user, by=by),
        "second-step-off": lambda: switch_off_second_step(user=user, by=by),
    }
    if act not in acts:
        raise Http404
    try:
        acts[act]()
    except ValidationError as error:
        user.refresh_from_db()
        context = _shown(request, user, error.messages)
        return render(request, "people/user.html", context, status=422)
    messages.success(request, _("Done."))
    return redirect("people:user", pk)


def _show_password(request: HttpRequest, user: User, password: str) -> HttpResponse:
    context = {
        "place": _("One-time password"),
        "shown": user,
        "password": password,
        "breadcrumbs": [
            (_("Users"), reverse("people:users")),
            (user.display_name, reverse("people:user", args=[user.pk])),
        ],
    }
    response = render(request, "people/one_time_password.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _user(pk: int) -> User:
    return get_object_or_404(User.objects.select_related("employee__department"), pk=pk)
