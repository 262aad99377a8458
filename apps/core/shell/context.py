"""What the frame around every page shows."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from apps.core.shell.menu import Menu

THEMES = ("light", "dark")


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: how this browser wants its pages, and `menu` for somebody of a set.

    Both preferences are cookies, so that a page is right from its first paint."""
    theme = request.COOKIES.get("theme", "")
    found: dict[str, Any] = {
        "theme": theme if theme in THEMES else THEMES[0],
        "folded": request.COOKIES.get("sidebar") == "folded",
    }
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated and getattr(request, "account_set", None):
        found["menu"] = SimpleLazyObject(lambda: Menu(request))
    return found
