"""Start-up of the rights."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class AccessConfig(AppConfig):
    """Who may do what with which kind, and which rows they see."""

    name = "apps.core.access"
    verbose_name = _("Rights")

    def ready(self) -> None:
        from apps.core.access import checks, rights  # noqa: F401  (both register themselves)

        autodiscover_modules("grants")
