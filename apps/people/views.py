"""Login, logout, password and language of the people of an account set."""

from __future__ import annotations

from math import ceil
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView as DjangoLoginView
from django.contrib.auth.views import LogoutView as DjangoLogoutView
from django.contrib.auth.views import PasswordChangeView as DjangoPasswordChangeView
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.translation import check_for_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django.views.i18n import LANGUAGE_QUERY_PARAMETER, set_language

from apps.accountsets.lockout import lockout_minutes
from apps.accountsets.models import AccountSet
from apps.accountsets.routing import in_account_set
from apps.people import first_things, services
from apps.people.forms import CodeForm, LoginForm, PasswordChangeForm
from apps.people.models import User
from apps.people.services.logins import note_login, note_logout, note_refusal
from apps.people.services.second_step import blocked_until, has_second_step, verify_second_step

REMEMBERED_SET = "remembered_set"
REMEMBERED_USER = "remembered_user"
REMEMBER_FOR = 365 * 24 * 3600  # seconds
WAITING = "waits_for_code"
CODE_WITHIN = 300  # seconds after the password
BACKEND = "apps.people.backends.PeopleBackend"


class LoginView(DjangoLoginView):
    """Log in to an account set, which is chosen here and kept in the session."""

    authentication_form = LoginForm

    def get_initial(self) -> dict[str, Any]:
        remembered = self.request.COOKIES.get(REMEMBERED_SET, "")
        return {
            "account_set": remembered,
            "username": self.request.COOKIES.get(REMEMBERED_USER, ""),
            "remember": bool(remembered),
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            failures=settings.AXES_FAILURE_LIMIT, minutes=lockout_minutes(), **kwargs
        )

    def form_valid(self, form: LoginForm) -> HttpResponse:
        account_set = form.cleaned_data["account_set"]
        user = form.get_user()
        # Nothing of an earlier session goes on, whoever's it was and in whatever set.
        self.request.session.flush()
        with in_account_set(account_set.schema_name):
            if has_second_step(user):
                wait_for_code(self.request, account_set, user, self.get_success_url())
                response = redirect("login_code")
            else:
                enter(self.request, account_set, user)
                response = HttpResponseRedirect(self.get_success_url())
        self._remember(response, form)
        if settings.LANGUAGE_COOKIE_NAME not in self.request.COOKIES:
            response.set_cookie(settings.LANGUAGE_COOKIE_NAME, user.language, **_cookie())
        return response

    def _remember(self, response: HttpResponse, form: LoginForm) -> None:
        if not form.cleaned_data["remember"]:
            response.delete_cookie(REMEMBERED_SET)
            response.delete_cookie(REMEMBERED_USER)
            return
        schema_name = form.cleaned_data["account_set"].schema_name
        response.set_cookie(REMEMBERED_SET, schema_name, **_cookie(httponly=True))
        response.set_cookie(REMEMBERED_USER, form.get_user().username, **_cookie(httponly=True))


def _cookie(*, httponly: bool = False) -> dict[str, Any]:
    return {
        "max_age": REMEMBER_FOR,
        "httponly": httponly,
        "secure": settings.SESSION_COOKIE_SECURE,
        "samesite": "Lax",
    }


def enter(request: HttpRequest, account_set: AccountSet, user: User) -> None:
    """Log in within the account set's schema, and say so in the audit log."""
    login(request, user, backend=BACKEND)
    request.session.enter(
        account_set,
        address=request.META.get("REMOTE_ADDR", ""),
        program=request.headers.get("User-Agent", ""),
    )
    request.session[first_things.KEY] = first_things.first_things(user)
    note_login(user=user)


def wait_for_code(
    request: HttpRequest, account_set: AccountSet, user: User, following: str
) -> None:
    """The password was right: keep for a short while whose code is asked for."""
    request.session[WAITING] = {
        "account_set": account_set.schema_name,
        "user": user.pk,
        "password": user.get_session_auth_hash(),
        "at": timezone.now().timestamp(),
        "next": following,
    }


@login_not_required
def login_code(request: HttpRequest) -> HttpResponse:
    """The second step: a code of the moment, or a recovery code."""
    waiting = request.session.get(WAITING)
    age = timezone.now().timestamp() - waiting["at"] if waiting else CODE_WITHIN
    account_set = (
        AccountSet.objects.open()
        .filter(schema_name=waiting["account_set"] if waiting else "")
        .first()
    )
    if age >= CODE_WITHIN or account_set is None:
        request.session.flush()
        return redirect("login")
    form = CodeForm(request.POST or None)
    with in_account_set(account_set.schema_name):
        user = User.objects.able().filter(pk=waiting["user"]).first()
        if user is None or user.get_session_auth_hash() != waiting["password"]:
            request.session.flush()
            return redirect("login")
        if form.is_valid():
            if verify_second_step(user=user, code=form.cleaned_data["code"]):
                request.session.flush()
                enter(request, account_set, user)
                return HttpResponseRedirect(waiting["next"])
            note_refusal(username=user.username, locked=False)
            form.add_error("code", _wrong_code(user))
    return render(request, "registration/login_code.html", {"form": form})


def _wrong_code(user: User) -> str:
    until = blocked_until(user)
    if until is None:
        return _("This code is not right.")
    seconds = max(1, ceil((until - timezone.now()).total_seconds()))
    return ngettext(
        "This code is not right. Try again in %(seconds)s second.",
        "This code is not right. Try again in %(seconds)s seconds.",
        seconds,
    ) % {"seconds": seconds}


class LogoutView(DjangoLogoutView):
    """End the session. By POST only."""

    next_page = reverse_lazy("login")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if isinstance(request.user, User):
            note_logout(user=request.user)
        return super().post(request, *args, **kwargs)


class PasswordChangeView(DjangoPasswordChangeView):
    """Change one's own password; all other sessions of the user end."""

    form_class = PasswordChangeForm
    template_name = "registration/password_change.html"
    success_url = settings.LOGIN_REDIRECT_URL

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        user = self.request.user
        try:
            services.change_password(
                user=user,
                password=form.cleaned_data["new_password1"],
                keep_session=self.request.session.session_key,
            )
        except ValidationError as error:
            form.add_error("new_password1", error)
            return self.form_invalid(form)
        first_things.done(self.request, "password")
        update_session_auth_hash(self.request, user)
        messages.success(self.request, _("The password is changed."))
        return HttpResponseRedirect(self.get_success_url())


@require_POST
def choose_language(request: HttpRequest) -> HttpResponseBase:
    """Switch the language: on this computer, and for good if somebody of a set is logged in."""
    language = request.POST.get(LANGUAGE_QUERY_PARAMETER, "")
    if isinstance(request.user, User) and check_for_language(language):
        services.choose_language(user=request.user, language=language)
    return set_language(request)
