"""The process engine as a Django app."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class EngineConfig(AppConfig):
    """Knows no business: apps register their decisions, operations, queues and task forms at
    start-up."""

    name = "engine"
    verbose_name = _("Process engine")

    def ready(self) -> None:
        # A receiver and checks that register themselves; tasks for whoever wakes a worker.
        from engine import assignment, checks, jobs  # noqa: F401

        autodiscover_modules("decisions", "operations", "queues", "task_forms")
