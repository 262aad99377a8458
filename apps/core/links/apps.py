"""Start-up of the links."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LinksConfig(AppConfig):
    """Links."""

    name = "apps.core.links"
    verbose_name = _("Links")
