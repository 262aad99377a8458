"""What every login form has in common, and the one of server administrators."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError

from apps.accountsets.lockout import is_locked, locked_message, wrong_login_message
from apps.accountsets.routing import PUBLIC, in_account_set


class LoginFormBase(AuthenticationForm):
    """User name and password, looked up in the schema that `schema_name` gives."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("username", "password"):
            self.fields[name].widget.attrs["class"] = "form-control"
        if self.is_bound:  # sent back: the password is to be typed again
            self.fields["username"].widget.attrs.pop("autofocus", None)
            self.fields["password"].widget.attrs["autofocus"] = True

    def schema_name(self) -> str | None:
        """Where to look the user up; None where the form is too incomplete to tell."""
        raise NotImplementedError

    def clean(self) -> dict[str, Any]:
        schema_name = self.schema_name()
        if schema_name is None:
            return self.cleaned_data
        with in_account_set(schema_name):
            return super().clean()

    def get_invalid_login_error(self) -> ValidationError:
        if is_locked(self.request):
            return ValidationError(locked_message(), code="locked")
        return ValidationError(wrong_login_message(), code="invalid_login")


class ServerLoginForm(LoginFormBase):
    """The login of a server administrator."""

    def schema_name(self) -> str:
        return PUBLIC
