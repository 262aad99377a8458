"""Forms of what a person may do with a task beside deciding it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.attachments.content import ACCEPTED
from engine.completion import OPINION_LENGTH

REASON = 500


def colleagues() -> QuerySet[Any]:
    """Everybody who could be given a task, in the order of their user names."""
    users: QuerySet[Any] = get_user_model()._default_manager.filter(is_active=True)
    return users.order_by("username")


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=_("Reason"), max_length=REASON, required=False)


class HandForm(ReasonForm):
    """To whom, and why."""

    to: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        label=_("To"), queryset=None, empty_label=_("Choose a colleague")
    )
    field_order: Sequence[str] = ("to", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = colleagues()  # type: ignore[attr-defined]

    def leave_out(self, *users: int | None) -> None:
        """These aren't offered."""
        left = [user for user in users if user is not None]
        self.fields["to"].queryset = colleagues().exclude(pk__in=left)  # type: ignore[attr-defined]


class AddApproverForm(HandForm):
    """Who decides as well, and when."""

    place = forms.ChoiceField(
        label=pgettext_lazy("add approver", "When"),
        choices=[
            ("parallel", _("Beside me")),
            ("before", _("Before me: I wait for them")),
            ("after", _("After me: they wait for me")),
        ],
    )
    field_order = ("to", "place", "reason")


class CopyForm(ReasonForm):
    """To whom, for information only, and what to say to them."""

    to: forms.ModelMultipleChoiceField[Any] = forms.ModelMultipleChoiceField(
        label=_("To"), queryset=None, widget=forms.SelectMultiple({"size": 8})
    )
    field_order: Sequence[str] = ("to", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = colleagues()  # type: ignore[attr-defined]
        self.fields["reason"].label = _("Note")


class FilesInput(forms.FileInput):
    """Chooses any number of files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files."""

    widget = FilesInput(attrs={"accept": ACCEPTED})

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        return [super(FilesField, self).clean(one, initial) for one in data or ()]


class AnswerForm(forms.Form):
    """The answer to a delegated task."""

    opinion = forms.CharField(
        label=_("Answer"),
        max_length=OPINION_LENGTH,
        required=False,
        widget=forms.Textarea({"rows": 2}),
    )
    attachments = FilesField(label=_("Attachments"), required=False)


class DatesForm(forms.Form):
    """When it is due, and when it comes up again."""

    due_at = forms.DateTimeField(
        label=_("Due"),
        required=False,
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    follow_up_at = forms.DateTimeField(
        label=_("Put off until"),
        required=False,
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
