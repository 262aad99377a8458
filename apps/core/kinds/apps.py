"""Start-up of the document kinds."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class KindsConfig(AppConfig):
    """Lists, pages and forms of every kind."""

    name = "apps.core.kinds"
    verbose_name = _("Document kinds")

    def ready(self) -> None:
        from apps.core.kinds import checks, joining  # noqa: F401  (checks register themselves)

        autodiscover_modules("kinds")  # another app's start-up may have done it already
        autodiscover_modules("page_parts")
        joining.join()
