"""Forms of targets."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from apps.sales.team.models import SalesTarget, first_of


class TargetForm(forms.ModelForm):
    """Who should reach what in a month; any day of the month names it."""

    class Meta:
        model = SalesTarget
        fields = ("month", "measure", "person", "unit", "amount", "remarks")

    def clean_month(self) -> Any:
        return first_of(self.cleaned_data["month"])

    def clean_amount(self) -> Any:
        amount = self.cleaned_data["amount"]
        if amount <= 0:
            raise forms.ValidationError(_("A target is more than nothing."))
        return amount
