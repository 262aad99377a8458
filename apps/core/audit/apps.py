"""Start-up of the audit log."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    """Acts that belong to no case and no document: rights, logins, exports."""

    name = "apps.core.audit"
    verbose_name = _("Audit log")

    def ready(self) -> None:
        from apps.core.audit import services  # noqa: F401  (notes where requests come from)
