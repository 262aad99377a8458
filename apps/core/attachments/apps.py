"""Start-up of the attachments."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AttachmentsConfig(AppConfig):
    """Attachments."""

    name = "apps.core.attachments"
    verbose_name = _("Attachments")
