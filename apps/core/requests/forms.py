"""Forms of the general request."""

from __future__ import annotations

from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.task_form import TaskForm
from engine.forms import task_form

ABANDON = "abandon"


class RequestForm(forms.Form):
    """What is asked for. For submitting a new request."""

    subject = forms.CharField(label=_("Subject"), max_length=200)
    amount = forms.DecimalField(
        label=_("Amount"), min_value=Decimal(0), max_digits=14, decimal_places=2
    )
    text = forms.CharField(
        label=_("Text"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 5})
    )


@task_form("requests.revise")
class ReviseForm(RequestForm, TaskForm):
    """The request as it was, to be changed and submitted again; giving up changes nothing."""

    def fit(self) -> None:
        if self.task.decision == ABANDON:
            self.fields.clear()
        else:
            self.initial = {name: self.task.variables.get(name) for name in self.fields}
