"""How much waits for the user of a request."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from engine import copies, inbox


def waiting(request: HttpRequest) -> inbox.Counts:
    """Open tasks of the user, as lists show them: without those put off. Asked once a request."""
    known = getattr(request, "_waiting", None)
    if known is None:
        user = int(cast(int, request.user.pk))
        known = inbox.counts(user, hide_snoozed_at=timezone.now())
        request._waiting = known  # type: ignore[attr-defined]
    return cast(inbox.Counts, known)


def look_at(request: HttpRequest, instance: int) -> None:
    """The user looks at a case: a copy of it is no longer unread."""
    user = int(request.user.pk)  # type: ignore[arg-type]
    if waiting(request).unread:
        copies.mark_read(instance, user=user)
        del request._waiting  # type: ignore[attr-defined]


def counts(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `waiting`, read only where it is shown."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    return {"waiting": SimpleLazyObject(lambda: waiting(request))}
