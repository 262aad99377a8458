"""System check: no kind without a history."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error, register

from apps.core.history.tracking import is_followed
from apps.core.kinds.registry import kinds


@register
def check_history(**options: Any) -> list[CheckMessage]:
    """Every table of every kind is followed."""
    return [
        Error(f"{model._meta.label} has no history", obj=kind.key, id="history.E001")
        for kind in (kinds[key] for key in kinds)
        for model in kind.models()
        if not is_followed(model)
    ]
