"""`manage.py create_administrator SCHEMA USERNAME`: the first login of an empty account set."""

from __future__ import annotations

from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from apps.accountsets.models import AccountSet
from apps.accountsets.routing import in_account_set
from apps.people.services import create_administrator


class Command(BaseCommand):
    """Makes a user who administers people and processes; asks for the password."""

    help = "Make an administrator of an account set."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("schema_name")
        parser.add_argument("username")
        parser.add_argument("--display-name", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        account_set = AccountSet.objects.filter(schema_name=options["schema_name"]).first()
        if account_set is None:
            raise CommandError(
                _("There is no account set “%(name)s”.") % {"name": options["schema_name"]}
            )
        try:
            with in_account_set(account_set.schema_name):
                employee = create_administrator(
                    username=options["username"],
                    display_name=options["display_name"] or options["username"],
                    password=getpass(),
                    company=account_set.company or account_set.name,
                )
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        self.stdout.write(
            _("%(name)s may log in to “%(account_set)s”.")
            % {"name": employee.user.username, "account_set": account_set.name}
        )
