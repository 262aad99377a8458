"""Start-up of the studio."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StudioConfig(AppConfig):
    """Definitions and their versions; files of any tool, explained and repaired."""

    name = "apps.studio"
    verbose_name = _("Process studio")
