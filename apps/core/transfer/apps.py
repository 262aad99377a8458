"""Start-up of the transfer."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TransferConfig(AppConfig):
    """Import and export."""

    name = "apps.core.transfer"
    verbose_name = _("Import and export")
