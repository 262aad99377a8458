"""What can be done with an activity: it took place, or it won't."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from apps.core.access.actions import Action
from apps.core.access.rights import Rights
from apps.core.kinds.commands import Command, CommandForm, ReasonForm
from apps.core.kinds.declaration import DocumentKind
from apps.core.parameters.models import DictionaryEntry
from apps.sales.activities import services
from apps.sales.activities.models import CLOCKS_DIFFER

FOLLOWING = ("next_kind", "next_subject", "next_planned_at")


class FinishForm(CommandForm):
    """What came of it; the next activity can be planned in one go."""

    outcome = forms.CharField(
        label=gettext_lazy("Outcome"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4})
    )
    done_at = forms.DateTimeField(
        label=gettext_lazy("Done at"), required=False, help_text=gettext_lazy("Empty: just now.")
    )
    next_step = forms.CharField(label=gettext_lazy("Next step"), max_length=400, required=False)
    next_planned_at = forms.DateTimeField(
        label=gettext_lazy("Next activity on"),
        required=False,
        help_text=gettext_lazy("Empty: none is planned yet."),
    )
    next_kind: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        label=gettext_lazy("Kind of the next activity"),
        queryset=DictionaryEntry.objects.filter(dictionary="activity_kind", active=True),
        required=False,
        empty_label=gettext_lazy("As this one"),
    )
    next_subject = forms.CharField(
        label=gettext_lazy("Subject of the next activity"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Empty: the next step."),
    )

    def clean_done_at(self) -> Any:
        done_at = self.cleaned_data["done_at"]
        if done_at is not None and done_at > timezone.now() + CLOCKS_DIFFER:
            raise forms.ValidationError(_("What has taken place isn't in the future."))
        return done_at

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if (data.get("next_kind") or data.get("next_subject")) and not data.get("next_planned_at"):
            self.add_error("next_planned_at", _("When is the next activity?"))
        return data


def _finish(kind: DocumentKind, pk: int, rights: Rights, data: Mapping[str, Any]) -> object:
    return services.finish_activity(
        activity=pk,
        outcome=data["outcome"],
        done_at=data["done_at"],
        next_step=data["next_step"],
        following=_following(kind.find(rights, pk), data) if data["next_planned_at"] else None,
        by=rights.user,
    )


def _following(activity: Any, data: Mapping[str, Any]) -> dict[str, Any]:
    """The next activity, where some of it wasn't typed as this one."""
    return {
        "kind": (data["next_kind"] or activity.kind).code,
        "subject": (data["next_subject"] or data["next_step"] or activity.subject)[:200],
        "planned_at": data["next_planned_at"],
    }


def _cancel(kind: DocumentKind, pk: int, rights: Rights, data: Mapping[str, Any]) -> object:
    return services.cancel_activity(activity=pk, reason=data["reason"], by=rights.user)


class CommentForm(CommandForm):
    """What is said about it."""

    text = forms.CharField(
        label=gettext_lazy("Comment"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )


def _comment(kind: DocumentKind, pk: int, rights: Rights, data: Mapping[str, Any]) -> object:
    return services.comment_activity(activity=pk, text=data["text"], by=rights.user)


OWN_ACTIONS: Final = {"comment": pgettext_lazy("right", "Comment")}
COMMANDS = {
    "finish": Command(
        action=Action.CHANGE,
        label=pgettext_lazy("command", "Finish"),
        done=gettext_lazy("Done"),
        icon="check",
        run=_finish,
        form=FinishForm,
        refusal=services.refusal,
        primary=True,
    ),
    "cancel": Command(
        action=Action.CHANGE,
        label=pgettext_lazy("command", "Cancel the activity"),
        done=gettext_lazy("Cancelled"),
        icon="calendar-off",
        run=_cancel,
        form=ReasonForm,
        refusal=services.refusal,
        explanation=gettext_lazy("It stays in the list, with the reason."),
    ),
    "comment": Command(
        action="comment",
        label=pgettext_lazy("command", "Comment"),
        done=gettext_lazy("Commented"),
        icon="message",
        run=_comment,
        form=CommentForm,
        primary=True,
        bulk=False,
    ),
}
