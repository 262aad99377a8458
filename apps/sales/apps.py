"""Start-up of sales."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SalesConfig(AppConfig):
    """Customers, contacts, price policies."""

    name = "apps.sales"
    verbose_name = _("Sales")
