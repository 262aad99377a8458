"""`manage.py sync_grants`: default rights of new kinds into every account set."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from apps.accountsets.models import AccountSet
from apps.accountsets.routing import in_account_set
from apps.core.access.defaults import sync_grants


class Command(BaseCommand):
    """Part of `setup`; by itself while developing. Changes nothing that has been settled."""

    help = "Write the default rights that are missing, in all account sets."

    def handle(self, *args: Any, **options: Any) -> None:
        for account_set in AccountSet.objects.order_by("name"):
            with in_account_set(account_set.schema_name):
                number = sync_grants()
            self.stdout.write(f"{account_set.schema_name}: {number}")
