"""One's own account."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.accountsets.sessions import open_sessions
from apps.core.access.doors import for_members
from apps.core.printing.signatures import signatures_of as pictures_of
from apps.people import first_things, services
from apps.people.account.signature import drop_signature, keep_signature
from apps.people.forms import CodeForm
from apps.people.pages.forms import PasswordForm, save
from apps.people.roles import role_names
from apps.people.services.second_step import (
    begin_second_step,
    confirm_second_step,
    has_second_step,
    make_recovery_codes,
    picture_of,
    secret_of,
    switch_off_second_step,
)


@for_members
def account(request: HttpRequest) -> HttpResponse:
    """Who one is here, how the login is secured, where one is logged in."""
    names = role_names()
    held = request.user.employee.roles.select_related("department")
    context = {
        "place": _("My account"),
        "held": [(names.get(row.role, row.role), row.department) for row in held],
        "secured": has_second_step(request.user),
        "codes_left": request.user.recovery_codes.count(),
        "sessions": open_sessions(request.user.pk),
        "signature": pictures_of({request.user.pk}).get(request.user.pk, ""),
        "this_session": request.session.session_key,
    }
    return render(request, "people/account.html", context)


@for_members
def second_step(request: HttpRequest) -> HttpResponse:
    """Switch the second step on: scan, type the code, keep the recovery codes."""
    device = begin_second_step(user=request.user)
    form = CodeForm(request.POST or None)
    codes: list[str] = []

    def act(data: dict[str, str]) -> None:
        codes.extend(confirm_second_step(user=request.user, code=data["code"]))

    if save(form, act, at="code"):
        first_things.done(request, "second_step")
        return _show_codes(request, codes)
    context = {
        "place": _("Second step of the login"),
        "form": form,
        "picture": picture_of(device, issuer=_("Lingdang CRM")),
        "key": secret_of(device),
        "forced": "second_step" in request.session.get(first_things.KEY, []),
    }
    return render(request, "people/second_step.html", context, status=422 if form.errors else 200)


@for_members
@require_POST
def switch_off(request: HttpRequest) -> HttpResponse:
    """Log in without a code again. Asks for the password."""
    form = PasswordForm(request.POST, user=request.user)
    if form.is_valid():
        switch_off_second_step(user=request.user, by=request.user.pk)
        messages.success(request, _("The login asks for no code any more."))
    else:
        messages.error(request, _("The password is not right."))
    return redirect("account:home")


@for_members
@require_POST
def new_codes(request: HttpRequest) -> HttpResponse:
    """New recovery codes instead of the old ones. Asks for the password."""
    form = PasswordForm(request.POST, user=request.user)
    if not form.is_valid() or not has_second_step(request.user):
        messages.error(request, _("The password is not right."))
        return redirect("account:home")
    return _show_codes(request, make_recovery_codes(user=request.user))


@for_members
@require_POST
def signature(request: HttpRequest) -> HttpResponse:
    """Upload one's signature, or take it away."""
    upload = request.FILES.get("picture")
    if "remove" in request.POST:
        drop_signature(user=request.user, by=request.user.pk)
        messages.success(request, _("Your signature is gone."))
    elif upload is None or upload.file is None:
        messages.error(request, _("Choose a file first."))
    else:
        try:
            keep_signature(user=request.user, content=upload.file, by=request.user.pk)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(request, _("Your signature stands beside your decisions from now on."))
    return redirect("account:home")


@for_members
@require_POST
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    """Sign out everywhere else."""
    services.end_sessions(user=request.user, by=request.user.pk, keep=request.session.session_key)
    messages.success(request, _("You are signed out everywhere but here."))
    return redirect("account:home")


def _show_codes(request: HttpRequest, codes: list[str]) -> HttpResponse:
    context = {"place": _("Recovery codes"), "codes": codes}
    response = render(request, "people/recovery_codes.html", context)
    response["Cache-Control"] = "no-store"
    return response
