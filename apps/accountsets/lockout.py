"""Lock-out after wrong passwords (django-axes): per account set, user name and address."""

from __future__ import annotations

from datetime import datetime
from math import ceil
from typing import Any

from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Max, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
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


def attempts(username: str) -> QuerySet[AccessAttempt]:
    """What axes has counted for a user of the current account set within the lock's length."""
    since = timezone.now() - settings.AXES_COOLOFF_TIME
    qualified = f"{PUBLIC if in_public() else current_set()}/{username.strip().lower()}"
    return AccessAttempt.objects.filter(username=qualified, attempt_time__gt=since)


def locked_until(username: str, address: str | None = None) -> datetime | None:
    """When a user of the current account set may try again, from that address or from each one;
    None where nothing is locked."""
    found = attempts(username)
    if address is not None:
        found = found.filter(ip_address=address)
    by_address = found.values("ip_address").annotate(
        failures=Sum("failures_since_start"), last=Max("attempt_time")
    )
    locked = by_address.filter(failures__gte=settings.AXES_FAILURE_LIMIT)
    ends = [row["last"] + settings.AXES_COOLOFF_TIME for row in locked]
    return max(ends, default=None)


def unlock(username: str) -> bool:
    """Forget the failures of a user of the current account set; whether there were any."""
    deleted, _rows = attempts(username).delete()
    return bool(deleted)


def locked_message(until: datetime | None = None) -> str:
    """What the login page says to somebody who is locked out."""
    minutes = lockout_minutes()
    if until is not None:
        left = until - timezone.now()
        minutes = max(1, ceil(left.total_seconds() / 60))
    return ngettext(
        "Too many wrong passwords. Try again in %(minutes)s minute.",
        "Too many wrong passwords. Try again in %(minutes)s minutes.",
        minutes,
    ) % {"minutes": minutes}


def wrong_login_message() -> str:
    """The one answer to an unknown name, a wrong password and a closed account."""
    return _("User name or password is wrong.")
