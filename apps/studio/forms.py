"""What the pages of running cases ask for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django import forms
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from apps.core.inbox.forms import REASON, ReasonForm


class BecauseForm(ReasonForm):
    """A reason that must be given; the trail keeps it."""

    reason = forms.CharField(label=_("Reason"), max_length=REASON)


class DataForm(BecauseForm):
    """A new value of one variable, as JSON."""

    name = forms.CharField(max_length=200, widget=forms.HiddenInput)
    value = forms.CharField(label=_("Value (JSON)"), widget=forms.Textarea(attrs={"rows": 4}))
    field_order = ("name", "value", "reason")

    def __init__(self, data: Any, *, variables: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.variables = variables

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if name not in self.variables:
            raise forms.ValidationError(_("The case has no such variable any more."))
        return name

    def clean_value(self) -> Any:
        try:
            return json.loads(self.cleaned_data["value"], parse_float=Decimal)
        except ValueError as error:
            raise forms.ValidationError(
                _('This is no JSON: texts stand in double quotes, e.g. "text".')
            ) from error

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if "name" in data and "value" in data:
            try:
                data["value"] = as_before(self.variables[data["name"]], data["value"])
            except (ValueError, TypeError, InvalidOperation):
                self.add_error("value", _("Its kind must stay: a number, a date or a text."))
        return data


def as_before(before: Any, value: Any) -> Any:
    """A value read from JSON in the type that the variable had, which expressions of the diagram
    count on. Raises ValueError, TypeError or InvalidOperation where it can't have it."""
    if before is None or value is None:
        return value
    for kind, read in READ.items():
        if isinstance(before, kind):
            return read(value)
    return value


def _moment(value: Any) -> datetime:
    found = parse_datetime(str(value))
    if found is None or found.tzinfo is None:
        raise ValueError(value)
    return found


READ: Final[Mapping[type, Any]] = {  # a moment is also a date: it comes first
    datetime: _moment,
    date: lambda value: date.fromisoformat(str(value)),
    Decimal: lambda value: Decimal(str(value)),
}
