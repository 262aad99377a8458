"""Task forms of the recycling of claims."""

from __future__ import annotations

from apps.core.task_form import TaskForm
from engine.forms import task_form


@task_form("sales.company_silent")
class SilentForm(TaskForm):
    """Nothing is asked of whoever gives a company back."""
