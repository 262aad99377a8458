"""Every entry of the menu leads somewhere."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error, register
from django.urls import NoReverseMatch

from apps.core.shell import navigation


@register
def check_navigation(**options: Any) -> list[CheckMessage]:
    """An entry whose address doesn't exist would break every page."""
    found: list[CheckMessage] = []
    for entry in navigation.entries():
        try:
            entry.path  # noqa: B018  (asking is the test)
        except NoReverseMatch as problem:
            found.append(Error(str(problem), obj=entry.name, id="shell.E001"))
    return found
