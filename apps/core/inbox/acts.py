"""What a person may do with a task beside deciding it: a form, a call of the engine, and what the
page says afterwards."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.inbox.forms import (
    AddApproverForm,
    AnswerForm,
    CopyForm,
    DatesForm,
    HandForm,
    ReasonForm,
)
from apps.core.inbox.looking import OPEN, UNFINISHED
from apps.core.inbox.visibility import Viewer
from engine import approvers, copies, tasks
from engine.models import HumanTask, TaskState
from engine.organisation import Role
from engine.uploads import OPINION

Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Act:
    """`run(task id, user id, cleaned data, seen version)` does it and says what was done; `offered`
    tells whether the page shows it to a viewer; `mine`: the task lies in the viewer's inbox."""

    label: str | Promise
    icon: str
    form: type[forms.Form]
    run: Callable[[int, int, Data, int | None], str]
    offered: Callable[[HumanTask, Viewer, bool], bool]
    stays: bool = False  # the task is still for the user to look at
    to_oneself: bool = False  # whoever gives the task may take it

    def form_for(self, task: HumanTask, viewer: Viewer, *args: Any, **kwargs: Any) -> forms.Form:
        """The form, which offers nobody who has the task already."""
        form = self.form(*args, **kwargs)
        if isinstance(form, HandForm):
            form.leave_out(task.assignee, None if self.to_oneself else viewer.id)
        return form


def _claim(task: int, user: int, data: Data, seen: int | None) -> str:
    tasks.claim(task, user=user, seen_version=seen)
    return _("Claimed. It is yours to decide now.")


def _unclaim(task: int, user: int, data: Data, seen: int | None) -> str:
    tasks.unclaim(task, user=user, seen_version=seen)
    return _("Put back. Everybody who was asked may take it again.")


def _transfer(task: int, user: int, data: Data, seen: int | None) -> str:
    tasks.transfer(task, to=data["to"].pk, by=user, reason=data["reason"], seen_version=seen)
    return _("Transferred; now with %(name)s.") % {"name": data["to"]}


def _delegate(task: int, user: int, data: Data, seen: int | None) -> str:
    tasks.delegate(task, to=data["to"].pk, by=user, reason=data["reason"], seen_version=seen)
    return _("Delegated to %(name)s; it comes back to you.") % {"name": data["to"]}


def _resolve(task: int, user: int, data: Data, seen: int | None) -> str:
    files = MultiValueDict({OPINION: data["attachments"]})
    tasks.resolve(task, user=user, opinion=data["opinion"], files=files, seen_version=seen)
    return _("Answered. It is back with whoever delegated it.")


def _add_approver(task: int, user: int, data: Data, seen: int | None) -> str:
    approvers.add_approver(
        task,
        user=data["to"].pk,
        by=user,
        place=data["place"],
        reason=data["reason"],
        seen_version=seen,
    )
    if data["place"] == "before":
        return _("%(name)s decides first; then it comes back to you.") % {"name": data["to"]}
    return _("%(name)s is asked as well.") % {"name": data["to"]}


def _remove(task: int, user: int, data: Data, seen: int | None) -> str:
    approvers.remove_approver(task, by=user, reason=data["reason"])
    return _("Removed. They no longer count.")


def _urge(task: int, user: int, data: Data, seen: int | None) -> str:
    tasks.urge(task, by=user, text=data["reason"])
    return _("Those who have it have been asked to hurry.")


def _send_copy(task: int, user: int, data: Data, seen: int | None) -> str:
    instance = HumanTask.objects.values_list("instance_id", flat=True).get(pk=task)
    copies.send_copy(instance, to=[one.pk for one in data["to"]], by=user, note=data["reason"])
    return _("Copies sent; the trail names them.")


def _set_dates(task: int, user: int, data: Data, seen: int | None) -> str:
    tasks.set_dates(task, user=user, seen_version=seen, **data)
    return _("The dates are changed.")


def _assign(task: int, user: int, data: Data, seen: int | None) -> str:
    tasks.assign(task, to=data["to"].pk, by=user, reason=data["reason"], seen_version=seen)
    return _("Assigned; now with %(name)s.") % {"name": data["to"]}


def _own(task: HumanTask, viewer: Viewer, mine: bool) -> bool:
    return mine and task.owner is None


ACTS: Final[Mapping[str, Act]] = {
    "claim": Act(
        gettext_lazy("Claim"),
        "hand-grab",
        forms.Form,
        _claim,
        lambda task, viewer, mine: mine and task.state == TaskState.READY,
        stays=True,
    ),
    "transfer": Act(gettext_lazy("Transfer"), "arrows-right", HandForm, _transfer, _own),
    "delegate": Act(gettext_lazy("Delegate"), "user-share", HandForm, _delegate, _own),
    "resolve": Act(
        gettext_lazy("Answer"),
        "message-reply",
        AnswerForm,
        _resolve,
        lambda task, viewer, mine: mine and task.owner is not None,
    ),
    "add-approver": Act(
        gettext_lazy("Add approver"),
        "user-plus",
        AddApproverForm,
        _add_approver,
        lambda task, viewer, mine: _own(task, viewer, mine) and task.activity != task.task_id,
        stays=True,
    ),
    "unclaim": Act(
        gettext_lazy("Put back"),
        "hand-stop",
        forms.Form,
        _unclaim,
        lambda task, viewer, mine: _own(task, viewer, mine) and _shared(task),
        stays=True,
    ),
    "dates": Act(
        gettext_lazy("Due date, put off"),
        "calendar-time",
        DatesForm,
        _set_dates,
        lambda task, viewer, mine: mine,
        stays=True,
    ),
    "assign": Act(
        gettext_lazy("Assign"),
        "user-check",
        HandForm,
        _assign,
        lambda task, viewer, mine: (
            not mine and task.state in OPEN and Role.ADMINISTRATOR in viewer.roles
        ),
        stays=True,
        to_oneself=True,
    ),
    "urge": Act(
        gettext_lazy("Urge"),
        "bell-ringing",
        ReasonForm,
        _urge,
        lambda task, viewer, mine: not mine and task.state in OPEN,
        stays=True,
    ),
    "copy": Act(
        gettext_lazy("Send a copy"),
        "mail-forward",
        CopyForm,
        _send_copy,
        lambda task, viewer, mine: True,
        stays=True,
    ),
    "remove": Act(
        gettext_lazy("Remove approver"),
        "user-minus",
        ReasonForm,
        _remove,
        lambda task, viewer, mine: task.added_by == viewer.id and task.state in UNFINISHED,
        stays=True,
    ),
}


def _shared(task: HumanTask) -> bool:
    """Whether somebody else could take a task that has been claimed."""
    return task.state == TaskState.RESERVED and task.pool is not None and task.pool.size > 1
