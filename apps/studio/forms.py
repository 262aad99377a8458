"""What the pages of running cases ask for."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.api.parsers import read_json
from apps.core.inbox.forms import REASON, ReasonForm


class BecauseForm(ReasonForm):
    """A reason that must be given; the trail keeps it."""

    reason = forms.CharField(label=_("Reason"), max_length=REASON)


class TimerForm(forms.Form):
    """A waiting timer, and when it is to fire."""

    task_id = forms.UUIDField()
    due_at = forms.DateTimeField(label=_("Fires at"))


class DataForm(BecauseForm):
    """A new value of one variable, as JSON, and how it stood when it was looked at."""

    name = forms.CharField(max_length=200)
    seen = forms.CharField()
    value = forms.CharField(label=_("Value (JSON)"))

    def clean_value(self) -> Any:
        text = self.cleaned_data["value"]
        try:
            read_json(text)  # refuses what can't be kept
            return json.loads(text, parse_float=Decimal)  # no digit is lost
        except ValueError as error:
            raise forms.ValidationError(
                _('This is no JSON: texts stand in double quotes, e.g. "text".')
            ) from error
