"""Start-up of the desk."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class DeskConfig(AppConfig):
    """The first page, and the approval center."""

    name = "apps.desk"
    verbose_name = _("Desk")

    def ready(self) -> None:
        autodiscover_modules("document_pages")
