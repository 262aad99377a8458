"""`manage.py create_access_key SCHEMA USERNAME PURPOSE`: a token for an API client."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from apps.accountsets.access_keys import issue_access_key
from apps.accountsets.models import AccountSet
from apps.accountsets.routing import in_account_set
from apps.people.models import User


class Command(BaseCommand):
    """Prints the token, which can't be shown again: only its hash is kept."""

    help = "Make an access key by which an API client acts as a user of an account set."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("schema_name")
        parser.add_argument("username")
        parser.add_argument("purpose")

    def handle(self, *args: Any, **options: Any) -> None:
        account_set = AccountSet.objects.filter(schema_name=options["schema_name"]).first()
        if account_set is None:
            raise CommandError(
                _("There is no account set “%(name)s”.") % {"name": options["schema_name"]}
            )
        with in_account_set(account_set.schema_name):
            user = User.objects.able().filter(username=options["username"].lower()).first()
        if user is None:
            raise CommandError(
                _("Nobody can log in as “%(name)s”.") % {"name": options["username"]}
            )
        _key, token = issue_access_key(
            account_set=account_set, user_id=user.pk, purpose=options["purpose"]
        )
        self.stdout.write(token)
