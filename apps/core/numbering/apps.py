"""Start-up of the numbering."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NumberingConfig(AppConfig):
    """Numbers of documents."""

    name = "apps.core.numbering"
    verbose_name = _("Numbering")
