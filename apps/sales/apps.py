"""Start-up of sales."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class SalesConfig(AppConfig):
    """Customers, contacts, price policies."""

    name = "apps.sales"
    verbose_name = _("Sales")

    def ready(self) -> None:
        autodiscover_modules("measures")
