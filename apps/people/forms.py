"""The login to an account set."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import PasswordChangeForm as DjangoPasswordChangeForm
from django.utils.translation import gettext_lazy as _

from apps.accountsets.forms import LoginFormBase
from apps.accountsets.models import AccountSet


class LoginForm(LoginFormBase):
    """Account set, user name, password."""

    account_set = forms.ModelChoiceField(
        label=_("Account set"),
        queryset=AccountSet.objects.none(),
        to_field_name="schema_name",
        empty_label=None,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    remember = forms.BooleanField(
        label=_("Remember account set and user name on this computer"),
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )
    field_order = ["account_set", "username", "password", "remember"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["account_set"].queryset = AccountSet.objects.open()  # type: ignore[attr-defined]

    def schema_name(self) -> str | None:
        account_set: AccountSet | None = self.cleaned_data.get("account_set")
        return account_set.schema_name if account_set else None


class PasswordChangeForm(DjangoPasswordChangeForm):
    """Old password, new password twice. The view hands the new one to the service."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-control"
