"""Start-up of the printing."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PrintingConfig(AppConfig):
    """Printing."""

    name = "apps.core.printing"
    verbose_name = _("Printing")
