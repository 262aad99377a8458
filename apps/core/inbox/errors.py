"""Error pages: what is the matter, and one way on. Where the database may be the trouble they do
without it; what was only refused is said within the frame of all pages."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import Final

import structlog
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.core.api import problems
from engine.database import unavailable

RETRY_AFTER: Final = 10  # seconds
API: Final = "/api/"

TITLES: Final[dict[int, Promise]] = {
    400: _("This request could not be understood"),
    403: _("You may not do this"),
    404: _("There is nothing here"),
    409: _("Somebody was faster"),
    422: _("This can't be done so"),
    500: _("Something went wrong here"),
    503: _("The database does not answer at the moment"),
}
TEXTS: Final[dict[int, Promise]] = {
    400: _("Go back and try again."),
    403: _("This needs a right that you don't have. Ask an administrator if you need it."),
    404: _("The address is wrong, or what it shows is not for you to see."),
    409: _("What you saw has changed meanwhile."),
    422: _("Go back, correct what was entered and try again."),
    500: _("Nothing was changed. Please try again in a moment."),
    503: _("Please try again in a minute, and look first whether what you sent was saved."),
}


def error_page(
    request: HttpRequest, status: int, text: str | Promise = "", title: str | Promise = ""
) -> HttpResponse:
    """A page, or a problem where a program asked."""
    reference = reference_of()
    if request.path.startswith(API):
        if status == 500:
            return problems.server_error(reference)
        problem = problems.make(status, detail=str(text or TEXTS[status]))
        return problems.as_response(problem)
    context = {
        "status": status,
        "title": title or TITLES[status],
        "text": text or TEXTS[status],
        "reference": reference if status == 500 else "",
    }
    if status < 500 and _has_frame(request):
        with suppress(DatabaseError):
            context["place"] = context["title"]
            return HttpResponse(
                render_to_string("core/refused.html", context, request), status=status
            )
    if status >= 500 and request.method == "GET":
        context["address"] = request.get_full_path()
    # Without the request: what all pages show of the user would be asked for in the database.
    return HttpResponse(render_to_string("core/error.html", context), status=status)


def _has_frame(request: HttpRequest) -> bool:
    """Whether somebody of an account set asked for a whole page."""
    if request.headers.get("HX-Request"):
        return False
    user = getattr(request, "user", None)
    return bool(getattr(request, "account_set", None) and user and user.is_authenticated)


def reference_of() -> str:
    """The number by which the log knows this request."""
    known = structlog.contextvars.get_contextvars().get("request_id", "")
    return str(known)[:8].upper()


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400."""
    return error_page(request, 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403."""
    return error_page(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404."""
    return error_page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500; 503 where it is only that the database can't work at the moment.

    Django calls this while it handles the error, which may be older than the language's choice."""
    status = 503 if unavailable(sys.exc_info()[1]) else 500
    with translation.override(translation.get_language_from_request(request)):
        answer = error_page(request, status)
    if status == 503:
        answer["Retry-After"] = str(RETRY_AFTER)
    return answer


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without a valid token: left open too long, or sent from elsewhere."""
    return error_page(
        request,
        403,
        _("The page was open for too long. Go back, reload it and send the form again."),
        _("This form is out of date"),
    )
