"""Start-up of the history of fields."""

from __future__ import annotations

import sys
from typing import Any

from django.apps import AppConfig
from django.core.management.commands import makemigrations
from django.db.models.signals import class_prepared
from django.utils.translation import gettext_lazy as _
from django_tenants.management.commands.migrate_schemas import MigrateSchemasCommand


class HistoryConfig(AppConfig):
    """Triggers that keep what every record was before."""

    name = "apps.core.history"
    verbose_name = _("History of fields")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Models announce themselves before any app is ready.
        class_prepared.connect(_follow, dispatch_uid="history: follow every record")

    def ready(self) -> None:
        from apps.core.history import checks  # noqa: F401  (registers itself)

        # The command for account sets has a class of its own, which pgtrigger doesn't know.
        MigrateSchemasCommand.autodetector = makemigrations.Command.autodetector


def _follow(sender: Any, **signal: Any) -> None:
    # Before these modules have been imported there is no record; importing them here, in the middle
    # of somebody else's models, would be too early.
    kinds = sys.modules.get("apps.core.kinds.models")
    if kinds is not None and issubclass(sender, (kinds.Record, kinds.Line)):
        from apps.core.history.tracking import follow

        follow(sender)
