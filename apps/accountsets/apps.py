"""Start-up of the account sets."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountSetsConfig(AppConfig):
    """The register of account sets, and the way of every request and job into its own."""

    name = "apps.accountsets"
    verbose_name = _("Account sets")

    def ready(self) -> None:
        from apps.accountsets import routing
        from apps.accountsets.content_types import keep_apart

        keep_apart()
        routing.connect()
