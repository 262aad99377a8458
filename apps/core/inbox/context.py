"""How much waits for the user of a request."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from engine import inbox


def waiting(request: HttpRequest) -> inbox.Counts:
    """Open tasks of the user; asked once a request."""
    known = getattr(request, "_waiting", None)
    if known is None:
        known = request._waiting = inbox.counts(int(request.user.pk))  # type: ignore[attr-defined, arg-type]
    return cast(inbox.Counts, known)


def counts(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `waiting`, read only where it is shown."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    return {"waiting": SimpleLazyObject(lambda: waiting(request))}
