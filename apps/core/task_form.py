"""What the task forms of all apps share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from django import forms

from apps.core.attachments.content import ACCEPTED
from engine.forms import FormTask

if TYPE_CHECKING:
    from engine.uploads import Sent


class TaskForm(forms.Form):
    """A Django form as the engine wants it (`engine.forms.TaskFormClass`).

    `task.decision` is what the person decides, or empty while nothing is chosen yet."""

    not_offered: frozenset[str] = frozenset()
    """Decisions of the task that can't be taken as things stand."""
    folded: frozenset[str] = frozenset()
    """Fields of decisions that are seldom taken: the bar shows them when they are asked for."""

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        files: Mapping[str, Any] | None = None,
        *,
        task: FormTask,
    ) -> None:
        super().__init__(data, cast("Sent | None", files))
        self.task = task
        self.fit()
        for field in self.fields.values():
            if isinstance(field, forms.FileField):
                field.widget.attrs.setdefault("accept", ACCEPTED)

    def fit(self) -> None:
        """Fit the fields to the task; called once."""
