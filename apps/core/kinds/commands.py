"""What can be done with a record beside changing it: one by one, many at once, by the API.

Every kind has those of this module; a kind declares its own in `commands`, and the rights they need
beside `Action` in `own_actions`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.access.actions import Action
from apps.core.access.rights import Rights
from apps.core.inbox.forms import REASON, colleagues
from apps.core.kinds import closing, services, unapproval
from apps.core.kinds.addresses import url_of_key
from apps.core.kinds.declaration import DocumentKind
from apps.core.kinds.registry import senseless
from engine.exceptions import WrongState
from engine.instances import Result


@dataclass(frozen=True, slots=True)
class Notice:
    """What somebody should know before doing something; `href` leads to what it is about. `level`:
    info, warning or danger."""

    text: str
    href: str = ""
    level: str = "info"


class CommandForm(forms.Form):
    """What a command asks; without fields it asks nothing. It knows what it is asked about."""

    def __init__(
        self,
        data: Any = None,
        *,
        kind: DocumentKind,
        records: Sequence[Any],
        rights: Rights,
        **kwargs: Any,
    ) -> None:
        super().__init__(data, **kwargs)
        self.kind, self.records, self.rights = kind, records, rights

    def notices(self) -> Sequence[Notice]:
        """What is said above the fields."""
        return ()


class ReasonForm(CommandForm):
    """Why."""

    reason = forms.CharField(label=_("Reason"), max_length=REASON)


class UnapproveForm(ReasonForm):
    """Why; what stands in the way is shown with a link, and what happens otherwise."""

    def notices(self) -> Sequence[Notice]:
        if len(self.records) != 1:
            return ()  # the list says it row by row
        blockers = unapproval.blockers_of(self.kind, self.records[0])
        return [
            Notice(_("Stands in the way: %(name)s") % {"name": name}, url_of_key(key), "danger")
            for key, name in blockers.items()
        ]


class ColleagueForm(CommandForm):
    """To whom."""

    to: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        label=_("To"), queryset=None, empty_label=_("Choose a colleague")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = colleagues()  # type: ignore[attr-defined]


Run = Callable[[DocumentKind, int, Rights, Mapping[str, Any]], object]


def _never(record: Any) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Command:
    """`action` is the right it needs, `done` is said afterwards, `run` calls the service.

    `at_once`: said instead of `done` where the case that `run` started has ended already. `refusal`
    says why it can't be done with a record, "" where it can; `explanation` is said where
    the command asks. `primary`: a button of its own; `bulk`: for many records at once too; `stays`:
    the record still exists afterwards; `destructive`: shown in red; `contested`: somebody else may
    be faster, and the service alone says who; `makes`: it makes another record, which `run` returns
    and whoever did it goes on with."""

    action: str
    label: str | Promise
    done: str | Promise
    icon: str
    run: Run
    form: type[CommandForm] = CommandForm
    refusal: Callable[[Any], str] = _never
    explanation: str | Promise = ""
    primary: bool = False
    bulk: bool = True
    stays: bool = True
    destructive: bool = False
    contested: bool = False
    makes: bool = False
    at_once: str | Promise = ""

    def said(self, made: object) -> str:
        """What is said about what `run` gave."""
        ended = isinstance(made, Result) and made.end_event
        return str(self.at_once if ended and self.at_once else self.done)

    @property
    def asks(self) -> bool:
        """Whether it has something to ask, or should ask whether it is meant."""
        return bool(self.form.base_fields or self.explanation or self.destructive)


def commands_of(kind: DocumentKind) -> Mapping[str, Command]:
    """All commands that make sense for a kind, its own first, by their part of the address."""
    own = dict(kind.commands)
    impossible = senseless(kind)
    for name, command in COMMANDS.items():
        if command.action not in impossible:
            own.setdefault(name, command)
    return own


def hindrance(kind: DocumentKind, command: Command, record: Any) -> str:
    """Why a command would not be done with a record; "" where it would."""
    refused = kind.refusal(record, command.action) or command.refusal(record)
    if not refused and command.action == Action.SUBMIT:
        refused = next((text for found in kind.problems(record).values() for text in found), "")
    if not refused and command.action == Action.UNAPPROVE:
        blockers = unapproval.blockers_of(kind, record)
        refused = str(unapproval.forbidden(record, blockers)) if blockers else ""
    return refused


def offered(kind: DocumentKind, record: Any, can: frozenset[str]) -> Iterator[tuple[str, Command]]:
    """The commands of a record's page; `can`: what its reader may do with it. Submitting has a
    button of its own."""
    for name, command in commands_of(kind).items():
        if (
            command.action != Action.SUBMIT
            and command.action in can
            and not command.refusal(record)
        ):
            yield name, command


def perform(
    kind: DocumentKind, name: str, pk: int, rights: Rights, data: Mapping[str, Any]
) -> object:
    """Do it with one record. Raises NotFound, NotAllowed, WrongState and what its service does."""
    command = commands_of(kind)[name]
    record = kind.find(rights, pk)
    kind.require(rights, command.action, record)
    if not command.contested and (refused := command.refusal(record)):
        raise WrongState(refused)
    return command.run(kind, pk, rights, data)


def _submit(kind: DocumentKind, pk: int, rights: Rights, data: Mapping[str, Any]) -> object:
    return services.submit_document(kind=kind, pk=pk, rights=rights)


def _hand_over(kind: DocumentKind, pk: int, rights: Rights, data: Mapping[str, Any]) -> object:
    return services.hand_over_records(kind=kind, pks=[pk], to=data["to"].pk, rights=rights)


def _void(kind: DocumentKind, pk: int, rights: Rights, data: Mapping[str, Any]) -> object:
    return services.void_document(kind=kind, pk=pk, rights=rights, reason=data["reason"])


def _unapprove(kind: DocumentKind, pk: int, rights: Rights, data: Mapping[str, Any]) -> object:
    return unapproval.unapprove_document(kind=kind, pk=pk, rights=rights, reason=data["reason"])


def _close(kind: DocumentKind, pk: int, rights: Rights, data: Mapping[str, Any]) -> object:
    return closing.close_document(kind=kind, pk=pk, rights=rights)


def _reopen(kind: DocumentKind, pk: int, rights: Rights, data: Mapping[str, Any]) -> object:
    return closing.reopen_document(kind=kind, pk=pk, rights=rights)


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
        ColleagueForm,
        explanation=_("It belongs to the colleague and their department from then on."),
    ),
    "unapprove": Command(
        Action.UNAPPROVE,
        pgettext_lazy("command", "Un-approve"),
        _("Un-approval asked for"),
        "arrow-back-up",
        _unapprove,
        UnapproveForm,
        explanation=_(
            "It becomes a draft again, and what followed from its approval is undone; at once, or"
            " when those who approved it last agree."
        ),
        destructive=True,
        at_once=_("A draft again"),
    ),
    "close": Command(
        Action.CLOSE,
        pgettext_lazy("command", "Close document"),
        _("Closed"),
        "archive",
        _close,
        refusal=closing.why_not_closed,
        explanation=_(
            "Nothing more is expected of it, no payments either: it can neither be amended nor be"
            " un-approved until it is opened again."
        ),
    ),
    "reopen": Command(
        Action.CLOSE,
        pgettext_lazy("command", "Open again"),
        _("In force again"),
        "archive-off",
        _reopen,
        refusal=closing.why_not_reopened,
        explanation=_(
            "It is in force as it was before: payments are awaited, and it can be amended and"
            " un-approved."
        ),
    ),
    "void": Command(
        Action.VOID,
        pgettext_lazy("command", "Make void"),
        _("Void now"),
        "ban",
        _void,
        ReasonForm,
        explanation=_("Its number is never used again, and an approval under way ends."),
        destructive=True,
    ),
    "delete": Command(
        Action.DELETE,
        pgettext_lazy("command", "Delete"),
        _("Deleted"),
        "trash",
        _delete,
        refusal=services.why_not_deleted,
        explanation=_("It goes for good, with its lines. This can't be undone."),
        stays=False,
        destructive=True,
    ),
}
"""Those of every kind."""
