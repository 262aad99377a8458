"""Every request into its own account set: by its session, or by the access key it carries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import resolve_url
from django.utils.translation import gettext as _

from apps.accountsets.access_keys import use_access_key
from apps.accountsets.models import AccountSet
from apps.accountsets.sessions import SessionStore

View = Callable[..., HttpResponseBase]
API = "/api/"


def without_account_set(view: View) -> View:
    """Let a view run without an account set: login pages, ``/healthz``, the API's description."""
    view.needs_account_set = False  # type: ignore[attr-defined]
    return view


class AccountSetMiddleware:
    """Stands right after `SessionMiddleware`. Sets `request.account_set` and `request.access_key`,
    None where there is none. Synchronous: it must run in the thread that owns the connection.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponseBase:
        request.access_key = None
        token = bearer_token(request)
        if token is not None:
            request.access_key = use_access_key(token)
            if request.access_key is None:
                return unauthorized(
                    _("This access key is unknown, revoked or its account set closed.")
                )
            # Whoever brings a key acts by that key alone, whatever cookie comes along.
            request.session = SessionStore()
            request.account_set = request.access_key.account_set
        else:
            request.account_set = chosen_set(request)
        if request.account_set is not None:
            connection.set_schema(request.account_set.schema_name)
        return self.get_response(request)

    def process_view(self, request: Any, view: View, args: Any, kwargs: Any) -> HttpResponse | None:
        """Turn the request away before the view runs if it needs an account set and has none."""
        if request.account_set is not None or not getattr(view, "needs_account_set", True):
            return None
        if request.path.startswith(API):
            return unauthorized(_("Log in, or send an access key."))
        login = redirect_to_login(next_address(request), resolve_url(settings.LOGIN_URL))
        if request.headers.get("HX-Request"):
            # The whole page must go to the login, not the fragment that was asked for.
            return HttpResponse(headers={"HX-Redirect": login.url})
        return login


def chosen_set(request: Any) -> AccountSet | None:
    """The set of the session. A session that is too old, or whose set was closed, is ended."""
    session: SessionStore = request.session
    account_set = session.account_set
    if account_set is None:
        return None
    if session.is_too_old() or not account_set.is_open():
        session.flush()
        return None
    if "X-Polled" not in request.headers:  # a page left open asks by itself; nobody is there
        session.renew()
    return account_set


def bearer_token(request: HttpRequest) -> str | None:
    """The token of an `Authorization: Bearer` header, None without such a header."""
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def next_address(request: HttpRequest) -> str:
    """Where to go after the login: the page asked for, or the one a form or fragment is part of."""
    if request.method == "GET" and not request.headers.get("HX-Request"):
        return request.get_full_path()
    return urlsplit(request.headers.get("Referer", "")).path or "/"


def unauthorized(detail: str) -> JsonResponse:
    """401 as ``application/problem+json``."""
    problem = {
        "type": "about:blank",
        "title": "Unauthorized",
        "status": 401,
        "code": "not_authenticated",
        "detail": detail,
    }
    return JsonResponse(
        problem,
        status=401,
        content_type="application/problem+json",
        headers={"WWW-Authenticate": "Bearer"},
    )
