"""Lock-out after wrong passwords (django-axes): per account set, user name and address."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accountsets.routing import PUBLIC, current_set, in_public


def qualified_username(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """The user name as axes counts it: the same name in another account set is somebody else."""
    username = str((credentials or {}).get("username") or request.POST.get("username", ""))
    return f"{PUBLIC if in_public() else current_set()}/{username.strip().lower()}"


def locked_response(
    request: HttpRequest, response: HttpResponse, credentials: dict[str, Any] | None
) -> HttpResponse:
    """The login page itself, which says what has happened, as 429 Too Many Requests."""
    response.status_code = 429
    return response


def is_locked(request: HttpRequest) -> bool:
    """Whether axes has turned this request's login away."""
    return bool(getattr(request, "axes_locked_out", False))


def lockout_minutes() -> int:
    """For how long a login is locked."""
    return int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)


def locked_message() -> str:
    """What the login page says to somebody who is locked out."""
    minutes = lockout_minutes()
    return ngettext(
        "Too many wrong passwords. Try again in %(minutes)s minute.",
        "Too many wrong passwords. Try again in %(minutes)s minutes.",
        minutes,
    ) % {"minutes": minutes}


def wrong_login_message() -> str:
    """The one answer to an unknown name, a wrong password and a closed account."""
    return _("User name or password is wrong.")
