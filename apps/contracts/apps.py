"""Start-up of the contracts."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ContractsConfig(AppConfig):
    """Contracts and their payment schedules."""

    name = "apps.contracts"
    verbose_name = _("Contracts")
