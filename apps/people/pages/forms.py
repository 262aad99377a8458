"""Forms of the people: fields only; what is allowed the services say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.people.models import Department, Employee, User

CLASSES = {forms.Select: "form-select", forms.CheckboxInput: "form-check-input"}


def save(form: forms.Form, act: Callable[[dict[str, Any]], object], *, at: str = "") -> bool:
    """Give what was entered to a service; whether it took it. What it refuses is said beside the
    field concerned: the one the service names, else `at`, else above all of them."""
    if not form.is_bound or not form.is_valid():
        return False
    try:
        act(form.cleaned_data)
    except ValidationError as error:
        named = error.error_dict if hasattr(error, "error_dict") else {at or "": [error]}
        for field, errors in named.items():
            form.add_error(field if field in form.fields else None, errors)
    return not form.errors


class PageForm(forms.Form):
    """Looks as the pages do."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] = CLASSES.get(type(field.widget), "form-control")

    def add_error(self, field: str | None, error: Any) -> None:
        super().add_error(field, error)
        for name in self.errors:
            if name in self.fields:
                attributes = self.fields[name].widget.attrs
                attributes["class"] = (
                    attributes["class"].removesuffix(" is-invalid") + " is-invalid"
                )
                attributes["aria-invalid"] = "true"


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class MomentInput(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


def colleagues() -> Any:
    """Those who work here, by name."""
    return Employee.objects.employed().select_related("user").order_by("user__display_name")


class UserForm(PageForm):
    """The login of somebody."""

    username = forms.CharField(label=_("User name"), max_length=150)
    display_name = forms.CharField(label=_("Name"), max_length=100)
    email = forms.EmailField(label=_("E-mail"), required=False, max_length=254)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    def clean_username(self) -> str:
        username = self.cleaned_data["username"].lower()
        taken = User.objects.filter(username=username).exclude(pk=self.initial.get("pk"))
        if taken.exists():
            raise ValidationError(_("Somebody has this user name already."), code="taken")
        return username


class EmployeeForm(PageForm):
    """The work of somebody."""

    department = forms.ModelChoiceField(label=_("Department"), queryset=None)
    position = forms.CharField(label=_("Position"), required=False, max_length=100)
    superior = forms.ModelChoiceField(
        label=_("Superior"),
        queryset=None,
        required=False,
        empty_label=_("Head of the department"),
    )
    hired_on = forms.DateField(label=_("Hired on"), required=False, widget=DateInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = in_order()  # type: ignore[attr-defined]
        self.fields["superior"].queryset = colleagues()  # type: ignore[attr-defined]


class NewUserForm(UserForm, EmployeeForm):
    """Somebody new: login and work."""

    field_order = ["username", "display_name", "department", "position", "email", "superior"]


class DepartmentForm(PageForm):
    """A node of the tree."""

    name = forms.CharField(label=_("Name"), max_length=100)
    parent = forms.ModelChoiceField(
        label=_("Part of"), queryset=None, required=False, empty_label=_("Nothing: at the top")
    )
    head = forms.ModelChoiceField(
        label=_("Head"),
        queryset=None,
        required=False,
        empty_label=_("Head of the next one up"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"].queryset = in_order()  # type: ignore[attr-defined]
        self.fields["head"].queryset = colleagues()  # type: ignore[attr-defined]


class RoleForm(PageForm):
    """A role of the firm."""

    name = forms.CharField(label=_("Name"), max_length=50)


class GrantForm(PageForm):
    """Who is to hold a role, and where."""

    employee = forms.ModelChoiceField(label=_("Employee"), queryset=None)
    department = forms.ModelChoiceField(
        label=_("In"), queryset=None, required=False, empty_label=_("Everywhere")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["employee"].queryset = colleagues()  # type: ignore[attr-defined]
        self.fields["department"].queryset = in_order()  # type: ignore[attr-defined]


class SubstituteForm(PageForm):
    """Who stands in for whom, and when."""

    principal = forms.ModelChoiceField(label=_("Absent"), queryset=None)
    substitute = forms.ModelChoiceField(
        label=_("Substitute"), queryset=None, empty_label=_("Choose a colleague")
    )
    starts_at = forms.DateTimeField(label=_("From"), widget=MomentInput())
    ends_at = forms.DateTimeField(label=_("Until"), widget=MomentInput())

    def __init__(self, *args: Any, principals: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["principal"].queryset = principals  # type: ignore[attr-defined]
        self.fields["substitute"].queryset = colleagues()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        starts_at, ends_at = data.get("starts_at"), data.get("ends_at")
        if starts_at and ends_at and ends_at <= starts_at:
            self.add_error("ends_at", _("The end must be later than the beginning."))
        if data.get("principal") and data.get("principal") == data.get("substitute"):
            self.add_error("substitute", _("Choose somebody else than the absent person."))
        return data


class DayForm(PageForm):
    """A day on which the firm departs from the official calendar."""

    class Kind:
        OFFICIAL, WORKS, FREE = "official", "works", "free"

    kind = forms.ChoiceField(
        label=_("This day"),
        choices=[
            (Kind.OFFICIAL, _("As in the official calendar")),
            (Kind.WORKS, _("Working day")),
            (Kind.FREE, _("Free")),
        ],
    )
    hours = forms.DecimalField(
        label=_("Hours"),
        required=False,
        min_value=Decimal("0.5"),
        max_value=Decimal("7.5"),
        max_digits=3,
        decimal_places=1,
        help_text=_("Left empty: a whole working day."),
    )
    note = forms.CharField(label=_("Note"), required=False, max_length=100)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("kind") != self.Kind.WORKS:
            data["hours"] = None
        return data


class LeaveForm(PageForm):
    """The end of an employment."""

    left_on = forms.DateField(
        label=_("Left on"),
        widget=DateInput(),
        help_text=_("The first day no longer employed."),
    )
    reason = forms.CharField(label=_("Reason"), required=False, max_length=500)

    def clean_left_on(self) -> date:
        left_on: date = self.cleaned_data["left_on"]
        if left_on > timezone.localdate():
            raise ValidationError(_("Enter a leaving when its day has come."), code="future")
        return left_on


class PasswordForm(forms.Form):
    """One's own password, before something that weakens the login."""

    password = forms.CharField(widget=forms.PasswordInput)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._user = user

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        if not self._user.check_password(password):
            raise ValidationError(_("The password is not right."), code="wrong")
        return password


def in_order() -> Any:
    """Departments for a list of choices."""
    return Department.objects.order_by("position", "pk")
