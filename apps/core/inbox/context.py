"""What the frame around every page shows."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from engine import inbox


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `waiting`, how much waits for the user; read only where it is shown."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    return {"waiting": SimpleLazyObject(lambda: inbox.counts(user.pk))}
