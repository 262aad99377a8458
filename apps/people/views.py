"""Login, logout, password and language of the people of an account set."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, update_session_auth_hash
from django.contrib.auth.views import LoginView as DjangoLoginView
from django.contrib.auth.views import LogoutView as DjangoLogoutView
from django.contrib.auth.views import PasswordChangeView as DjangoPasswordChangeView
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse_lazy
from django.utils.translation import check_for_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django.views.i18n import LANGUAGE_QUERY_PARAMETER, set_language

from apps.accountsets.lockout import lockout_minutes
from apps.accountsets.routing import in_account_set
from apps.people import services
from apps.people.forms import LoginForm, PasswordChangeForm
from apps.people.models import User

REMEMBERED_SET = "remembered_set"
REMEMBERED_USER = "remembered_user"
REMEMBER_FOR = 365 * 24 * 3600  # seconds


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
            login(self.request, user)
        self.request.session.enter(account_set)
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


class LogoutView(DjangoLogoutView):
    """End the session. By POST only."""

    next_page = reverse_lazy("login")


class PasswordChangeView(DjangoPasswordChangeView):
    """Change one's own password; all other sessions of the user end."""

    form_class = PasswordChangeForm
    template_name = "registration/password_change.html"
    success_url = settings.LOGIN_REDIRECT_URL

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        user = self.request.user
        services.change_password(
            user=user,
            password=form.cleaned_data["new_password1"],
            keep_session=self.request.session.session_key,
        )
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
