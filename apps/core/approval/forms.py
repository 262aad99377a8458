"""Task forms of the approval. The opinion is no field of theirs: the engine takes it with every
decision, and knows which one needs it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.utils.translation import gettext_lazy as _

from apps.core.approval.routes import Level, Route, levels_to_go_back_to
from engine.forms import FormTask, task_form
from engine.organisation import Role, organisation

SEND_BACK = "send_back"


@task_form("approval.decide")
class DecideForm(forms.Form):
    """Deciding needs nothing but the decision; sending back to a level asks which one: `to` is its
    position in the route, from 0."""

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        files: Mapping[str, Any] | None = None,
        *,
        task: FormTask,
    ) -> None:
        super().__init__(data, files)
        if task.decision in ("", SEND_BACK):  # for the others the route isn't even looked at
            self.fields["to"] = forms.TypedChoiceField(
                label=_("Send back to"),
                choices=_levels(task.variables["route"]),
                coerce=int,
                empty_value=None,
                required=task.decision == SEND_BACK,
                error_messages={"required": _("Choose a level that has decided already.")},
            )


def _levels(route: Route) -> list[tuple[int, str]]:
    """Positions and names of the levels that have decided: “1 · Head of department (…)”."""
    levels = {position: route["levels"][position] for position in levels_to_go_back_to(route)}
    voters = {vote["user"] for level in levels.values() for vote in level["votes"]}
    names = organisation().names(voters) if voters else {}
    return [(position, _name(level, names)) for position, level in levels.items()]


def _name(level: Level, names: Mapping[int, str]) -> str:
    role = Role(level["role"]).label
    people = "、".join(names[vote["user"]] for vote in level["votes"])
    return f"{level['level']} · {role} ({people})"


@task_form("approval.name_approvers")
class NameApproversForm(forms.Form):
    """An administrator names who decides a level whose role nobody holds; never the initiator."""

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        files: Mapping[str, Any] | None = None,
        *,
        task: FormTask,
    ) -> None:
        super().__init__(data, files)
        self.administrator = task.user
        users = get_user_model()._default_manager.filter(is_active=True)
        self.fields["approvers"] = forms.ModelMultipleChoiceField(
            label=_("Approvers"),
            queryset=users.exclude(pk=task.variables["initiator"]).order_by("username"),
        )

    def clean_approvers(self) -> list[dict[str, Any]]:
        """As the diagram wants them: each user and why."""
        return [
            {"user": user.pk, "found": "assigned", "by": self.administrator}
            for user in self.cleaned_data["approvers"]
        ]
