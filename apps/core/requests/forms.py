"""Forms of the general request."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from engine.forms import FormTask, task_form

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
class ReviseForm(RequestForm):
    """The request as it was, to be changed and submitted again; giving up changes nothing."""

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        files: Mapping[str, Any] | None = None,
        *,
        task: FormTask,
    ) -> None:
        if task.decision == ABANDON:
            super().__init__(data, files)
            self.fields.clear()
            return
        initial = {name: task.variables.get(name) for name in self.base_fields}
        super().__init__(data, files, initial=initial)
