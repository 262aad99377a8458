"""Task forms that every document shares."""

from __future__ import annotations

from typing import Any

from django import forms

from apps.core.kinds.registry import kind_of_key
from apps.core.kinds.services import RESUBMIT
from apps.core.task_form import TaskForm
from engine.forms import task_form


@task_form("document.revise")
class ReviseForm(TaskForm):
    """Nothing to fill in: the document is changed on its own page. Submitting again asks whether it
    is complete."""

    def clean(self) -> dict[str, Any] | None:
        if self.task.decision == RESUBMIT:
            kind, pk = kind_of_key(self.task.business_key)
            document = kind.model._default_manager.get(pk=pk)
            problems = [text for texts in kind.problems(document).values() for text in texts]
            if problems:
                raise forms.ValidationError(problems)
        return super().clean()


@task_form("document.repair_reversal")
class RepairReversalForm(TaskForm):
    """Nothing to fill in: what stood in the way is put right elsewhere, then it is tried again."""
