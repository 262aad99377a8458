"""`manage.py drop_account_set demo`."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from apps.accountsets.models import AccountSet
from apps.accountsets.services import drop_account_set


class Command(BaseCommand):
    """Removes an account set with everything in it, after asking for its name once more."""

    help = "Drop an account set and all its data. This can't be undone."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("schema_name")
        parser.add_argument("--yes", action="store_true", help="don't ask for the name again")

    def handle(self, *args: Any, **options: Any) -> None:
        schema_name = options["schema_name"]
        account_set = AccountSet.objects.filter(schema_name=schema_name).first()
        if account_set is None:
            raise CommandError(_("There is no account set “%(name)s”.") % {"name": schema_name})
        if not options["yes"] and not self._confirmed(account_set):
            raise CommandError(_("Nothing was dropped."))
        drop_account_set(account_set=account_set)
        self.stdout.write(_("%(name)s is dropped.") % {"name": schema_name})

    def _confirmed(self, account_set: AccountSet) -> bool:
        names = {"name": account_set.name, "schema": account_set.schema_name}
        self.stdout.write(_("This drops “%(name)s” with everything in it, for good.") % names)
        self.stdout.write(_("Type %(schema)s to go on:") % names, ending=" ")
        self.stdout.flush()
        return input().strip() == account_set.schema_name
