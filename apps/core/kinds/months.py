"""Months: typed and shown as 2026-11, stored as their first day."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.kinds.dressing import DayInput


def month(value: date) -> str:
    """`2026-11`."""
    return f"{value:%Y-%m}"


class MonthInput(DayInput):
    """The browser's own months; where it has none, a text."""

    input_type = "month"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"placeholder": _("YYYY-MM"), **(attrs or {})})
        self.format = "%Y-%m"

    def format_value(self, value: Any) -> str | None:
        """Of a day, which addresses and programs may name, its month."""
        text = super().format_value(value)
        with suppress(ValueError):
            return month(date.fromisoformat(text or ""))
        return text


class MonthField(forms.DateField):
    """A month, which any of its days names, too."""

    widget = MonthInput
    input_formats = ("%Y-%m", "%Y-%m-%d")
    default_error_messages = {"invalid": _("A month, such as 2027-10")}

    def to_python(self, value: Any) -> date | None:
        day = super().to_python(value)
        return day.replace(day=1) if day else None
