"""Start-up of the parameters."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db import connection
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _
from django_tenants.utils import get_public_schema_name


class ParametersConfig(AppConfig):
    """What an account set settles for itself. Apps declare in `parameters.py` and
    `dictionaries.py`."""

    name = "apps.core.parameters"
    verbose_name = _("Parameters")

    def ready(self) -> None:
        autodiscover_modules("parameters", "dictionaries")
        post_migrate.connect(_fill, sender=self, dispatch_uid="parameters: dictionaries")


def _fill(**signal: Any) -> None:
    """A new dictionary has its entries in every account set, as soon as it has its table."""
    from apps.core.parameters.services import fill_dictionaries

    if str(connection.schema_name) != get_public_schema_name():  # type: ignore[attr-defined]
        fill_dictionaries()
