"""Start-up of the catalog."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CatalogConfig(AppConfig):
    """Products and tax rates."""

    name = "apps.catalog"
    verbose_name = _("Catalog")
