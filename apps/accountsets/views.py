"""The background server: for now its login and the list of account sets."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth import login
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render

from apps.accountsets.forms import ServerLoginForm
from apps.accountsets.models import AccountSet, ServerAdministrator
from apps.accountsets.routing import PUBLIC, in_account_set

View = Callable[..., HttpResponseBase]


def server_page(view: View) -> View:
    """Only for server administrators; everybody else is sent to their login, people of sets too."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not isinstance(request.user, ServerAdministrator):
            return redirect("server:login")
        return view(request, *args, **kwargs)

    return guarded


class ServerLoginView(LoginView):
    """Log in to the background server. A session of an account set ends with that."""

    authentication_form = ServerLoginForm
    template_name = "accountsets/server_login.html"
    next_page = "server:home"

    def form_valid(self, form: ServerLoginForm) -> HttpResponse:
        self.request.session.flush()
        with in_account_set(PUBLIC):
            login(self.request, form.get_user())
        return HttpResponseRedirect(self.get_success_url())


class ServerLogoutView(LogoutView):
    """Back to the login of the background server."""

    next_page = "server:login"


@server_page
def server_home(request: HttpRequest) -> HttpResponse:
    """The account sets of this server."""
    sets = AccountSet.objects.order_by("name")
    return render(request, "accountsets/server_home.html", {"account_sets": sets})
