"""What can be done with leads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.access.rights import Rights
from apps.core.kinds.commands import Command, CommandForm, ReasonForm
from apps.core.kinds.declaration import DocumentKind
from apps.sales.leads import services
from apps.sales.leads.models import Lead
from apps.sales.leads.states import FOLLOW, INVALIDATE, TAKE_BACK, refusal


class NextContactForm(CommandForm):
    """When the firm is contacted next; empty: it isn't planned any more."""

    next_contact_on = forms.DateField(label=_("Next contact"), required=False)


def _next_contact(kind: DocumentKind, pk: int, rights: Rights, data: Mapping[str, Any]) -> object:
    return services.set_next_contact(lead_id=pk, on=data["next_contact_on"], rights=rights)


def _take_back(kind: DocumentKind, pk: int, rights: Rights, data: Mapping[str, Any]) -> object:
    return services.take_back(lead_id=pk, rights=rights)


def _mark_invalid(kind: DocumentKind, pk: int, rights: Rights, data: Mapping[str, Any]) -> object:
    return services.mark_invalid(lead_id=pk, reason=data["reason"], rights=rights)


def _refused(action: str) -> Callable[[Lead], str]:
    return lambda lead: refusal(lead, action) or ""


OWN_ACTIONS: Final = {
    FOLLOW: pgettext_lazy("right", "Set the next contact"),
    TAKE_BACK: pgettext_lazy("right", "Take back from the review"),
    INVALIDATE: pgettext_lazy("right", "Mark as invalid"),
}
COMMANDS: Final = {
    "next-contact": Command(
        action=FOLLOW,
        label=pgettext_lazy("command", "Next contact"),
        done=_("Next contact set"),
        icon="calendar-plus",
        run=_next_contact,
        form=NextContactForm,
        refusal=_refused(FOLLOW),
    ),
    "take-back": Command(
        action=TAKE_BACK,
        label=pgettext_lazy("command", "Take back"),
        done=_("Taken back"),
        icon="arrow-back-up",
        run=_take_back,
        refusal=_refused(TAKE_BACK),
        explanation=_("The review ends, and you work on the lead again."),
        bulk=False,
    ),
    "mark-invalid": Command(
        action=INVALIDATE,
        label=pgettext_lazy("command", "Mark as invalid"),
        done=_("Marked as invalid"),
        icon="ban",
        run=_mark_invalid,
        form=ReasonForm,
        refusal=_refused(INVALIDATE),
        explanation=_("Nothing will come of it. A review that waits for you ends."),
        destructive=True,
    ),
}
