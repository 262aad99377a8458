"""Start-up of the core."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    """What all documents share; brings the approval and the general request."""

    name = "apps.core"
    verbose_name = _("Core")

    def ready(self) -> None:
        from apps.core.shell import checks  # noqa: F401  (registers itself)

        autodiscover_modules("kinds", "navigation", "home_cards")
