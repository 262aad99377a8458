"""`manage.py create_server_administrator NAME`."""

from __future__ import annotations

from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from apps.accountsets.services import create_server_administrator


class Command(BaseCommand):
    """Makes somebody who may log in at /server/.."""

    help = "Make a server administrator."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--display-name", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            administrator = create_server_administrator(
                username=options["username"],
                display_name=options["display_name"] or options["username"],
                password=getpass(),
            )
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        self.stdout.write(_("%(name)s may log in at /server/.") % {"name": administrator.username})
