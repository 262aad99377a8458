"""What the pages of tasks and of cases show, put together for their templates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from apps.core.documents import card_of
from apps.core.inbox import elements, looking, rows, trail, wording
from apps.core.inbox.acts import ACTS, Act
from apps.core.inbox.facts import facts_of
from apps.core.inbox.outline import outline_of
from apps.core.inbox.visibility import Viewer
from engine import instances
from engine.exceptions import Conflict, EngineError, InvalidData
from engine.forms import TaskForm
from engine.instances import WITHDRAW
from engine.models import EventSubscription, HumanTask, InstanceState, ProcessInstance
from engine.uploads import Sent

LOOKS = {  # decision → icon, style of its button where it isn't the first
    "approve": ("check", ""),
    "reject": ("x", "text-red"),
    "return": ("arrow-back-up", ""),
    "send_back": ("corner-up-left", ""),
    "resubmit": ("send", ""),
    "abandon": ("ban", ""),
    "assign": ("user-check", ""),
    "ask_more": ("message-question", ""),
    "back": ("corner-up-left", ""),
    "invalid": ("ban", "text-red"),
}


@dataclass(frozen=True, slots=True)
class Button:
    """A decision as a button. The first one offered is the one most often taken."""

    code: str
    label: str
    needs_opinion: bool
    icon: str
    style: str


@dataclass(slots=True)
class Trouble:
    """What went wrong with what a person sent: a message, errors by field, what was typed, which
    files were chosen, and whether what they saw has changed meanwhile."""

    message: str = ""
    errors: Mapping[str, Sequence[str]] = field(default_factory=dict)
    typed: QueryDict = field(default_factory=QueryDict)
    act: str = ""
    files: Sent = field(default_factory=MultiValueDict)
    stale: bool = False

    @classmethod
    def of(
        cls, error: EngineError, message: str, typed: QueryDict, act: str, files: Sent
    ) -> Trouble:
        errors = error.data.get("errors", {}) if isinstance(error, InvalidData) else {}
        return cls(message, errors, typed, act, files, isinstance(error, Conflict))

    @property
    def chosen(self) -> list[str]:
        """Names of the files, which a browser without JavaScript has forgotten by now."""
        return [file.name or "" for _field, files in self.files.lists() for file in files]


def instance_context(instance: ProcessInstance, viewer: Viewer) -> dict[str, Any]:
    """All of the page of a case; its trail from the beginning, as the picture replays it."""
    about = _about(instance)
    offered = instance.starter == viewer.id and waits_for_withdrawal(instance)
    withdrawable = offered and instances.may_withdraw(instance, viewer.id)
    return {
        **about,
        "lines": about["lines"][::-1],
        "parts": outline_of(instance, about["waiting_for"]),
        "withdrawable": withdrawable,
        "too_late": offered and not withdrawable,
        "looks_after": viewer.sees_all,
    }


def waits_for_withdrawal(instance: ProcessInstance) -> bool:
    """Whether its process waits for that; the page of the case says whether it is too late."""
    known: bool | None = getattr(instance, "withdrawable", None)  # of whoever read it
    if known is not None:
        return known
    return EventSubscription.objects.filter(instance=instance, name=WITHDRAW).exists()


def _about(instance: ProcessInstance) -> dict[str, Any]:
    names = wording.names_of([instance.starter])
    card = card_of(instance)
    return {
        "breadcrumbs": [(f"{card.kind} {card.number}", card.url)] if card.url else [],
        "instance": instance,
        "process": elements.process_label(instance.definition),
        "subject": rows.subject_of(instance),
        "place": rows.subject_of(instance),
        "amount": rows.amount_of(instance),
        "card": card,
        "party": instance.card.get("party", ""),
        "submitted_at": rows.submitted_at(instance),
        "starter": names.get(instance.starter or 0, _("System")),
        "state_colour": rows.STATE_COLOURS[InstanceState(instance.state)],
        "end": rows.end_label(instance),
        "facts": facts_of(instance),
        "waiting_for": looking.waiting(instance),
        "lines": trail.lines(instance),
    }


def buttons_of(offered: Sequence[looking.Offer]) -> list[Button]:
    """Decisions as buttons; a task that offers none is simply done."""
    if not offered:
        return [Button("", _("Done"), False, "check", "btn-primary")]
    return [
        Button(
            offer.code,
            offer.label,
            offer.needs_opinion,
            LOOKS.get(offer.code, ("point", ""))[0],
            LOOKS.get(offer.code, ("point", ""))[1] if position else "btn-primary",
        )
        for position, offer in enumerate(offered)
    ]


def filled_form(
    task: HumanTask, viewer: Viewer, form: TaskForm | None, trouble: Trouble
) -> TaskForm | None:
    """The form as it was left: with its errors, or else with what was typed."""
    if not isinstance(form, forms.BaseForm) or trouble.act != "complete":
        return form
    decision = trouble.typed.get("decision", "")
    tried: Any = looking.task_form(
        task, viewer.id, data=trouble.typed, files=trouble.files, decision=decision
    )
    if tried is not None:
        for name in tried.fields.keys() & trouble.errors.keys() if tried.is_valid() else ():
            tried.add_error(name, list(trouble.errors[name]))
        if not tried.is_valid():
            return tried  # type: ignore[no-any-return]
    for name, found in form.fields.items():
        if trouble.stale and found.widget.is_hidden:
            continue  # of which version the form speaks: the next attempt is about the one of now
        form.initial[name] = found.widget.value_from_datadict(trouble.typed, {}, name)
    return form


@dataclass(frozen=True, slots=True)
class Offered:
    """Something else that can be done, with its form."""

    code: str
    act: Act
    form: forms.Form
    open: bool  # it was tried, and something is to be put right


def acts_of(task: HumanTask, viewer: Viewer, mine: bool, trouble: Trouble) -> list[Offered]:
    """What else may be done with a task, each with its form."""
    return [
        Offered(
            code,
            act,
            act.form_for(task, viewer, trouble.typed, prefix=code)
            if trouble.act == code
            else act.form_for(task, viewer, prefix=code, initial=_initial(task)),
            trouble.act == code,
        )
        for code, act in ACTS.items()
        if act.offered(task, viewer, mine)
    ]


def _initial(task: HumanTask) -> dict[str, Any]:
    return {"due_at": task.due_at, "follow_up_at": task.follow_up_at}
