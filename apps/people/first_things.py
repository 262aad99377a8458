"""What somebody must do right after the login before anything else is open: choose a password of
their own, switch on the second step. Kept in the session, so that a request costs nothing more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, resolve_url
from django.utils.translation import gettext as _

from apps.accountsets.middleware import API
from apps.core.access.rights import rights_of
from apps.people.models import User
from apps.people.services.second_step import has_second_step
from engine.organisation import Role

KEY: Final = "first_things"
WHERE: Final = {"password": "password_change", "second_step": "account:second_step"}
OPEN: Final = frozenset({*WHERE.values(), "set_language", "logout", "login"})


def first_things(user: User) -> list[str]:
    """What this user must do first."""
    found = ["password"] if user.one_time_until is not None else []
    administers = settings.SECOND_STEP_FORCED and Role.ADMINISTRATOR in rights_of(user.pk).roles
    if administers and not has_second_step(user):
        found.append("second_step")
    return found


def done(request: HttpRequest, thing: str) -> None:
    """It is done, and no longer asked for in this session."""
    left = [other for other in request.session.get(KEY, []) if other != thing]
    request.session[KEY] = left


class FirstThings:
    """Leads to what must be done first. Stands behind the authentication."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: Any, view: Callable[..., HttpResponseBase], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        wanted = request.session.get(KEY)
        if not wanted or request.resolver_match.view_name in OPEN:
            return None
        if request.path.startswith(API):
            problem = {
                "type": "about:blank",
                "title": "Forbidden",
                "status": 403,
                "code": wanted[0],
                "detail": _("Log in with a browser first: something is asked of you there."),
            }
            return JsonResponse(problem, status=403, content_type="application/problem+json")
        address = resolve_url(WHERE[wanted[0]])
        if request.headers.get("HX-Request"):
            return HttpResponse(headers={"HX-Redirect": address})
        return redirect(address)
