"""The login to an account set, its second step, the change of a password."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import PasswordChangeForm as DjangoPasswordChangeForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from apps.accountsets.forms import LoginFormBase
from apps.accountsets.lockout import is_locked, locked_message, locked_until
from apps.accountsets.models import AccountSet
from apps.people.services.logins import note_refusal


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

    def get_invalid_login_error(self) -> ValidationError:
        username = self.cleaned_data["username"]
        locked = is_locked(self.request)
        note_refusal(username=username, locked=locked)
        if locked:
            return ValidationError(locked_message(locked_until(username)), code="locked")
        return super().get_invalid_login_error()


class CodeForm(forms.Form):
    """The code of the second step."""

    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        widget=forms.TextInput(
            attrs={
                "class": "form-control",
                "autocomplete": "one-time-code",
                "autofocus": True,
            }
        ),
    )


class PasswordChangeForm(DjangoPasswordChangeForm):
    """Old password, new password twice. The view hands the new one to the service."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-control"
