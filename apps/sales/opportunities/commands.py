"""What is done with opportunities beside changing them: moved on, won, lost, reopened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import pgettext_lazy

from apps.core.access.actions import Action
from apps.core.access.rights import Rights
from apps.core.kinds.commands import Command, CommandForm
from apps.core.kinds.declaration import DocumentKind
from apps.core.parameters.models import DictionaryEntry
from apps.sales.opportunities import services
from apps.sales.opportunities.models import Opportunity, OpportunityStage, OpportunityState

CLOSE, REOPEN = services.CLOSE, services.REOPEN
OWN_ACTIONS: Final[Mapping[str, str | Promise]] = {
    CLOSE: pgettext_lazy("right", "Win or lose"),
    REOPEN: pgettext_lazy("right", "Reopen"),
}
NOTE: Final = 500
NAME: Final = 120


class SuggestingInput(forms.TextInput):
    """A text with suggestions; anything else may be typed as well."""

    suggestions: list[str] = []

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> Any:
        place = f"{name}-suggestions"
        text = super().render(name, value, {**(attrs or {}), "list": place}, renderer)
        context = {"input": text, "place": place, "suggestions": self.suggestions}
        return render_to_string("sales/opportunity/_suggesting.html", context)


class MoveForm(CommandForm):
    """To which stage."""

    stage: forms.ModelChoiceField[OpportunityStage] = forms.ModelChoiceField(
        label=_lazy("To the stage"), queryset=None, empty_label=None
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stages = OpportunityStage.objects.in_use()
        self.fields["stage"].queryset = stages  # type: ignore[attr-defined]
        if len(self.records) == 1:
            here = self.records[0].stage
            self.initial["stage"] = next((s for s in stages if s.place > here.place), here)


def _entries(dictionary: str) -> Any:
    return DictionaryEntry.objects.filter(dictionary=dictionary, active=True)


class WinForm(CommandForm):
    """What decided it."""

    reason: forms.ModelChoiceField[DictionaryEntry] = forms.ModelChoiceField(
        label=_lazy("What decided it"), queryset=None, required=False
    )
    note = forms.CharField(label=_lazy("Note"), max_length=NOTE, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].queryset = _entries("win_reason")  # type: ignore[attr-defined]


class LoseForm(CommandForm):
    """Why, and to whom."""

    reason: forms.ModelChoiceField[DictionaryEntry] = forms.ModelChoiceField(
        label=_lazy("Reason"), queryset=None, empty_label=_lazy("Choose a reason")
    )
    lost_to = forms.CharField(
        label=_lazy("Lost to"), max_length=NAME, required=False, widget=SuggestingInput
    )
    note = forms.CharField(label=_lazy("Note"), max_length=NOTE, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].queryset = _entries("loss_reason")  # type: ignore[attr-defined]
        names = dict.fromkeys(c.name for row in self.records for c in row.competitors.all())
        self.fields["lost_to"].widget.suggestions = list(names)  # type: ignore[attr-defined]


def is_closed(record: Opportunity) -> str:
    """Why it can't be moved or closed; "" where it can."""
    if record.state == OpportunityState.OPEN:
        return ""
    return _("“%(name)s” is closed (%(state)s): reopen it first.") % {
        "name": record,
        "state": record.get_state_display(),
    }


def is_open(record: Opportunity) -> str:
    """Why it can't be reopened; "" where it can."""
    if record.state != OpportunityState.OPEN:
        return ""
    return _("“%(name)s” is open already.") % {"name": record}


def _move(kind: DocumentKind, pk: int, rights: Rights, data: Mapping[str, Any]) -> object:
    return services.move_opportunity(opportunity=pk, stage=data["stage"].pk, rights=rights)


def _win(kind: DocumentKind, pk: int, rights: Rights, data: Mapping[str, Any]) -> object:
    reason = data["reason"].pk if data["reason"] else None
    return services.win_opportunity(opportunity=pk, rights=rights, reason=reason, note=data["note"])


def _lose(kind: DocumentKind, pk: int, rights: Rights, data: Mapping[str, Any]) -> object:
    return services.lose_opportunity(
        opportunity=pk,
        rights=rights,
        reason=data["reason"].pk,
        lost_to=data["lost_to"].strip(),
        note=data["note"],
    )


def _reopen(kind: DocumentKind, pk: int, rights: Rights, data: Mapping[str, Any]) -> object:
    return services.reopen_opportunity(opportunity=pk, rights=rights)


COMMANDS: Final[Mapping[str, Command]] = {
    "move": Command(
        action=Action.CHANGE,
        label=pgettext_lazy("command", "Move to stage"),
        done=_lazy("Moved"),
        icon="arrow-right",
        run=_move,
        form=MoveForm,
        refusal=is_closed,
    ),
    "win": Command(
        action=CLOSE,
        label=pgettext_lazy("command", "Won"),
        done=_lazy("Won"),
        icon="trophy",
        run=_win,
        form=WinForm,
        refusal=is_closed,
        explanation=_lazy("It leaves the funnel. Its sales contract can be made from its page."),
        primary=True,
        bulk=False,
    ),
    "lose": Command(
        action=CLOSE,
        label=pgettext_lazy("command", "Lost"),
        done=_lazy("Lost"),
        icon="mood-sad",
        run=_lose,
        form=LoseForm,
        refusal=is_closed,
        explanation=_lazy("It leaves the funnel."),
        bulk=False,
    ),
    "reopen": Command(
        action=REOPEN,
        label=pgettext_lazy("command", "Reopen"),
        done=_lazy("Reopened"),
        icon="rotate",
        run=_reopen,
        refusal=is_open,
        explanation=_lazy("It comes back into the stage it stood in."),
        bulk=False,
    ),
}
