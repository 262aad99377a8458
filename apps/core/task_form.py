"""What the task forms of all apps share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from django import forms

from engine.forms import FormTask

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile
    from django.utils.datastructures import MultiValueDict

    Files = MultiValueDict[str, UploadedFile[Any]]


class TaskForm(forms.Form):
    """A Django form as the engine wants it (`engine.forms.TaskFormClass`).

    `task.decision` is what the person decides, or empty while nothing is chosen yet."""

    not_offered: frozenset[str] = frozenset()
    """Decisions of the task that can't be taken as things stand."""

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        files: Mapping[str, Any] | None = None,
        *,
        task: FormTask,
    ) -> None:
        super().__init__(data, cast("Files | None", files))
        self.task = task
        self.fit()

    def fit(self) -> None:
        """Fit the fields to the task; called once."""
