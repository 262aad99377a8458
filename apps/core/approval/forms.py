"""Task forms of the approval. The opinion is no field of theirs: the engine takes it with every
decision, and knows which one needs it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.utils.translation import gettext_lazy as _

from apps.core.approval.deciders import label
from apps.core.approval.routes import Level, Route, levels_to_go_back_to
from apps.core.inbox.wording import listed
from apps.core.task_form import TaskForm
from engine.forms import task_form
from engine.organisation import organisation

SEND_BACK, RETURN = "send_back", "return"


@task_form("approval.decide")
class DecideForm(TaskForm):
    """Deciding needs nothing but the decision; sending back to a level asks which one: `to` is its
    position in the route, from 0. Sending back to the initiator asks whether it comes back to this
    level at once (`straight`), or goes through all levels again."""

    def fit(self) -> None:
        if self.task.decision not in ("", SEND_BACK, RETURN):
            return  # the route isn't even looked at
        levels = _levels(self.task.variables["route"])
        if not levels:
            self.not_offered = frozenset({SEND_BACK})
        if levels or self.task.decision == SEND_BACK:
            self.fields["to"] = forms.TypedChoiceField(
                label=_("Send back to"),
                choices=levels,
                coerce=int,
                empty_value=None,
                required=self.task.decision == SEND_BACK,
                error_messages={"required": _("Choose a level that has decided already.")},
            )
        if levels and self.task.decision != SEND_BACK:
            self.fields["straight"] = forms.BooleanField(
                label=_("Sent back to the initiator: resubmitted, it comes straight to this level"),
                required=False,
            )


def _levels(route: Route) -> list[tuple[int, str]]:
    """Positions and names of the levels that have decided: “1 · Head of department (…)”."""
    levels = {position: route["levels"][position] for position in levels_to_go_back_to(route)}
    voters = {vote["user"] for level in levels.values() for vote in level["votes"]}
    names = organisation().names(voters) if voters else {}
    return [(position, _name(level, names)) for position, level in levels.items()]


def _name(level: Level, names: Mapping[int, str]) -> str:
    role = label(level["role"])
    people = listed(names[vote["user"]] for vote in level["votes"])
    return f"{level['level']} · {role} ({people})"


@task_form("approval.name_approvers")
class NameApproversForm(TaskForm):
    """An administrator names who decides a level whose role nobody holds; never themselves, and
    the initiator only where people decide their own."""

    def fit(self) -> None:
        users = get_user_model()._default_manager.filter(is_active=True)
        barred = [self.task.user]
        if not organisation().decide_own():
            barred.append(self.task.variables["initiator"])
        self.fields["approvers"] = forms.ModelMultipleChoiceField(
            label=_("Approvers"), queryset=users.exclude(pk__in=barred).order_by("username")
        )

    def clean_approvers(self) -> list[dict[str, Any]]:
        """As the diagram wants them: each user and why."""
        return [
            {"user": user.pk, "found": "assigned", "by": self.task.user}
            for user in self.cleaned_data["approvers"]
        ]
