"""Forms of targets."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from apps.core.kinds.months import MonthField
from apps.sales.team.measures import known_measures
from apps.sales.team.models import MeasureCode, SalesTarget


class TargetForm(forms.ModelForm):
    """Who should reach what in a month."""

    class Meta:
        model = SalesTarget
        fields = ("month", "measure", "person", "unit", "amount", "remarks")
        field_classes = {"month": MonthField}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """A target is set in what somebody gives figures for; an older one keeps its measure."""
        super().__init__(*args, **kwargs)
        offered = {*known_measures(), self.instance.measure}
        self.fields["measure"].choices = [
            choice for choice in MeasureCode.choices if choice[0] in offered
        ]

    def clean_amount(self) -> Any:
        amount = self.cleaned_data["amount"]
        if amount <= 0:
            raise forms.ValidationError(_("A target is more than nothing."))
        return amount
