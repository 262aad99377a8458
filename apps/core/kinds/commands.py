"""What can be done with a record beside changing it: one by one, many at once, by the API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.access.actions import Action
from apps.core.access.rights import Rights
from apps.core.inbox.forms import REASON, colleagues
from apps.core.kinds import services
from apps.core.kinds.declaration import DocumentKind


class VoidForm(forms.Form):
    """Why a document is made void."""

    reason = forms.CharField(label=_("Reason"), max_length=REASON)


class HandOverForm(forms.Form):
    """To whom records are handed over."""

    to: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        label=_("To"), queryset=None, empty_label=_("Choose a colleague")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = colleagues()  # type: ignore[attr-defined]


Run = Callable[[DocumentKind, int, Rights, Mapping[str, Any]], object]


@dataclass(frozen=True, slots=True)
class Command:
    """`done` is said afterwards; `stays`: the record still exists then."""

    action: str
    label: Promise
    done: Promise
    icon: str
    run: Run
    form: type[forms.Form] = forms.Form
    stays: bool = True


def _submit(kind: DocumentKind, pk: int, rights: Rights, data: Mapping[str, Any]) -> object:
    return services.submit_document(kind=kind, pk=pk, rights=rights)


def _hand_over(kind: DocumentKind, pk: int, rights: Rights, data: Mapping[str, Any]) -> object:
    record = kind.find(rights, pk)
    kind.require(rights, Action.HAND_OVER, record)
    return services.hand_over_records(kind=kind, pks=[pk], to=data["to"].pk, rights=rights)


def _void(kind: DocumentKind, pk: int, rights: Rights, data: Mapping[str, Any]) -> object:
    return services.void_document(kind=kind, pk=pk, rights=rights, reason=data["reason"])


def _delete(kind: DocumentKind, pk: int, rights: Rights, data: Mapping[str, Any]) -> object:
    return services.delete_record(kind=kind, pk=pk, rights=rights)


COMMANDS: Final[Mapping[str, Command]] = {
    "submit": Command(
        Action.SUBMIT,
        pgettext_lazy("command", "Submit"),
        _("Submitted"),
        "send",
        _submit,
    ),
    "hand-over": Command(
        Action.HAND_OVER,
        pgettext_lazy("command", "Hand over"),
        _("Handed over"),
        "arrows-right",
        _hand_over,
        HandOverForm,
    ),
    "void": Command(
        Action.VOID, pgettext_lazy("command", "Make void"), _("Void now"), "ban", _void, VoidForm
    ),
    "delete": Command(
        Action.DELETE,
        pgettext_lazy("command", "Delete"),
        _("Deleted"),
        "trash",
        _delete,
        stays=False,
    ),
}
"""By their part of the address."""
