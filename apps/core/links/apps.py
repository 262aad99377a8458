"""Start-up of the links."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class LinksConfig(AppConfig):
    """Links."""

    name = "apps.core.links"
    verbose_name = _("Links")

    def ready(self) -> None:
        from apps.core.links import checks  # noqa: F401  (registers itself)

        autodiscover_modules("push_downs")
